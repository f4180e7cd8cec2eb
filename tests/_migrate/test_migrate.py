"""``legacy-keras migrate``: what it writes, that it runs alone, and what it refuses to touch."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from legacy_keras._migrate.calls import find_calls
from legacy_keras._migrate.command import migrate
from legacy_keras._migrate.script import WRITTEN, migrate_source
from legacy_keras._migrate.source import Source
from legacy_keras._runner.fixers import FIXERS


def modern(text: str, python2: bool = False, **options: bool) -> str:
    """Return what is made of a module."""
    return migrate_source(dedent(text), "script.py", python2, **options).text


IMPORTS = {
    "a name": ("from keras.models import Graph", "from legacy_keras.models import Graph"),
    "names, on several lines": (
        "from keras.layers.core import (Dense,  # the layer\n    Dropout)",
        "from legacy_keras.layers.core import (Dense,  # the layer\n    Dropout)",
    ),
    "all names": ("from keras.layers.core import *", "from legacy_keras.layers.core import *"),
    "the backend": ("from keras import backend as K", "from legacy_keras import backend as K"),
    "a module": ("import keras", "import legacy_keras as keras"),
    "a module below": (
        "import keras.layers.core\nkeras.layers.core.Dense(3)",
        "import legacy_keras as keras\nimport legacy_keras.layers.core\nkeras.layers.core.Dense(3)",
    ),
    "a module by another name": (
        "import keras.backend as K",
        "import legacy_keras.backend as K",
    ),
    "a module that keeps its last name": (
        "import keras.backend as backend",
        "from legacy_keras import backend",
    ),
    "theano": ("import theano", "from legacy_keras import theano"),
    "theano's tensor": (
        "import theano, theano.tensor as T",
        "from legacy_keras import theano\nimport legacy_keras.theano.tensor as T",
    ),
    "names of theano": (
        "from theano.tensor.nnet import softmax",
        "from legacy_keras.theano.tensor.nnet import softmax",
    ),
    "two on one line": (
        "import keras; from theano import function",
        "import legacy_keras as keras; from legacy_keras.theano import function",
    ),
    "inside of something": (
        "def f():\n    import theano, keras\n",
        "def f():\n    from legacy_keras import theano\n    import legacy_keras as keras\n",
    ),
    "where Theano may be missing": (
        "try:\n    import theano\nexcept ImportError:\n    theano = None",
        "try:\n    from legacy_keras import theano\nexcept ImportError:\n    theano = None",
    ),
    "another package": (
        "import keras_extras, numpy as np\nfrom .keras import x",
        "import keras_extras, numpy as np\nfrom .keras import x",
    ),
}


@pytest.mark.parametrize(("before", "after"), IMPORTS.values(), ids=IMPORTS)
def test_an_import_of_keras_or_theano_is_written_out(before: str, after: str) -> None:
    assert modern(before).rstrip("\n") == after.rstrip("\n")


ERA = {
    "a name that moved": (
        "from scipy.misc import comb, logsumexp as lse",
        "from scipy.special import comb, logsumexp as lse",
    ),
    "names that moved apart": (
        "from urllib2 import urlopen, quote",
        "from urllib.request import urlopen\nfrom urllib.parse import quote",
    ),
    "a module out of another": (
        "from six.moves import cPickle, range",
        "import pickle as cPickle",
    ),
    "a module that moved": (
        "import cPickle\ncPickle.dumps(1, cPickle.HIGHEST_PROTOCOL)",
        "import pickle\npickle.dumps(1, pickle.HIGHEST_PROTOCOL)",
    ),
    "a module that moved, by another name": (
        "import cPickle as pickle\npickle.dumps(1)",
        "import pickle\npickle.dumps(1)",
    ),
    "an attribute": (
        "import numpy as np\nx = np.float(np.Inf)",
        "import numpy as np\nx = float(np.inf)",
    ),
    "a builtin": (
        "from itertools import izip, chain\nfor a in izip(b, c): pass",
        "from itertools import chain\nfor a in zip(b, c): pass",
    ),
    "an attribute that moved": (
        "import urllib\nx = urllib.urlencode({})",
        "import urllib.parse\nimport urllib\nx = urllib.parse.urlencode({})",
    ),
    "what nothing of today does": (
        "from scipy.misc import imread",
        "from legacy_keras.era.scipy_misc import imread",
    ),
    "an expression that may match nothing": (
        "import re\nx = re.split('x*', a)\ny = re.split('x', a)",
        "from legacy_keras.era import others  # Python 3.7 splits where nothing stands\n"
        "import re\nx = others.re_split('x*', a)\ny = re.split('x', a)",
    ),
    "what only a file of pickles needs": (
        "import pickle\nwith open('a.pkl') as f:\n    x = pickle.load(f)",
        "import pickle\n"
        'with open(\'a.pkl\', "rb") as f:\n    x = pickle.load(f, encoding="latin1")',
    ),
    "a file to write pickles to": (
        "import cPickle\nf = open(name, 'w')\ncPickle.dump(x, f)",
        "import pickle\nf = open(name, 'wb')\npickle.dump(x, f)",
    ),
}


@pytest.mark.parametrize(("before", "after"), ERA.values(), ids=ERA)
def test_a_name_of_the_era_gets_that_of_today(before: str, after: str) -> None:
    assert modern(before).rstrip("\n") == after


def test_an_adapter_is_imported_where_an_attribute_needs_it() -> None:
    text = modern("'''A module.'''\nfrom scipy import misc\nimage = misc.imresize(a, 0.5)\n")

    assert text == (
        "'''A module.'''\n"
        "from legacy_keras.era import scipy_misc  # SciPy 1.3\n"
        "from scipy import misc\n"
        "image = scipy_misc.imresize(a, 0.5)\n"
    )


PYTHON2 = {
    "print 'a', b": "print('a', b)",
    "print a,": 'print(a, end=" ")',
    "print >>f, a": "print(a, file=f)",
    "x = a / 2.": "x = a / 2.",
    "x = len(a) / 2": "x = len(a) // 2",
    "x = 1.0 * a / b": "x = 1.0 * a / b",
    "x = a[b].astype('float32') / 255": "x = a[b].astype('float32') / 255",
    "x = f(a).mean() / n": "x = f(a).mean() / n",
    "x = (a + 1) / (b - 0.5)": "x = (a + 1) / (b - 0.5)",
    "x = f(1) * (3 / 2)": "x = f(1) * (3 // 2)",
    "x = 2 ** (n / 2.)": "x = 2 ** (n / 2.)",
    "x = a / (2. / c)": "x = a / (2. / c)",
    "x = -(a / 2.)": "x = -(a / 2.)",
    "x /= 255.": "x /= 255.",
    "if d.has_key(k): pass": "if k in d: pass",
    "if not d.has_key(k): pass": "if k not in d: pass",
    "x = d.keys()": "x = list(d.keys())",
    "x = d.keys()[0]": "x = list(d.keys())[0]",
    "for k in d.keys(): pass": "for k in d.keys(): pass",
    "for k in d.keys(): del d[k]": "for k in list(d.keys()): del d[k]",
    "for k, v in d.iteritems(): pass": "for k, v in d.items(): pass",
    "x = sorted(d.values())": "x = sorted(d.values())",
    "x = map(f, a)": "x = list(map(f, a))",
    "for x in map(f, a): pass": "for x in map(f, a): pass",
    "x = np.array(zip(a, b))": "x = np.array(list(zip(a, b)))",
    "a, b = zip(*c)": "a, b = zip(*c)",
    "x = range(3) + range(4)": "x = list(range(3)) + list(range(4))",
    "for i in xrange(3): pass": "for i in range(3): pass",
    "x = isinstance(a, basestring)": "x = isinstance(a, str)",
    "x = raw_input('?')": "x = input('?')",
    "x = it.next()": "x = next(it)",
    "x = u'a' <> `b`": "x = u'a' != repr(b)",
    "x = 0777 + 10L": "x = 0o777 + 10",
    "raise ValueError, 'no'": "raise ValueError('no')",
    "exec code in scope": "exec(code, scope)",
    "exec 'print 1 <> 2' in scope": "exec('print(1 != 2)', scope)",
    "exec('a = 1', scope)": "exec('a = 1', scope)",
    "x = eval('`a`')": "x = eval('repr(a)')",
    "class A: __metaclass__ = M": "class A(metaclass=M): pass",
    "class A(B):\n    def __nonzero__(self): pass": "class A(B):\n    def __bool__(self): pass",
    "f = open(name, 'rU')": "f = open(name, 'r')",
    "x = csv.reader(open(name, 'rb'))": "x = csv.reader(open(name, 'r', newline=\"\"))",
    "isinstance(x, file)": "import io\nisinstance(x, io.IOBase)",
    "x = int(math.floor(a))": "x = int(math.floor(a))",
    "try: pass\nexcept E, e: print e.message": "try: pass\nexcept E as e: print(str(e))",
    "x = apply(f, a)": "x = f(*a)",
}


@pytest.mark.parametrize(("before", "after"), PYTHON2.items(), ids=PYTHON2)
def test_python_2_becomes_what_one_writes_today(before: str, after: str) -> None:
    needed = [m for m in ("csv", "math") if f"{m}." in before]
    imports = "".join(f"import {module}\n" for module in needed)

    assert modern(imports + before, python2=True).rstrip("\n") == imports + after


def test_what_cannot_be_known_is_left_to_a_helper_by_name() -> None:
    text = modern("x = a / b\ny = round(a)\n", python2=True)

    assert text == (
        "from legacy_keras import python2  # what only Python 2 means so\n"
        "x = python2.divide(a, b)\n"
        "y = python2.round(a)\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import math\nx = math.floor(a)", "from legacy_keras.python2 import math"),
        ("import gzip\nx = gzip.open(a).read()", "from legacy_keras.python2 import gzip"),
        ("f = open(a, 'rb')", "f = python2.open(a, 'rb')"),
    ],
)
def test_modules_and_files_of_python_2_stay_where_they_matter(before: str, after: str) -> None:
    assert after in modern(before, python2=True)
    assert after not in modern(before)


def test_random_numbers_are_those_of_python_2_where_a_seed_was_set() -> None:
    source = "import random\nrandom.seed(1)\n"

    assert modern(source, python2=True) == source
    assert modern(source, python2=True, seeds_random=True) == (
        "from legacy_keras.python2 import random  # Python 2's numbers for a seed\nrandom.seed(1)\n"
    )


def test_what_makes_python_2_write_utf_8_is_left_out() -> None:
    source = """
        import sys, codecs
        reload(sys)
        sys.setdefaultencoding('utf-8')
        sys.stdout = codecs.getwriter('utf-8')(sys.stdout)
        """

    assert modern(source, python2=True).split() == "import sys, codecs pass pass pass".split()


def test_modules_beside_one_in_a_package_are_found_by_a_dot() -> None:
    source = "import nets, numpy\nfrom nets.deep import Net\nimport nets.deep as d\n"

    migrated = migrate_source(source, "script.py", True, siblings={"nets"}).text

    assert migrated == (
        "from . import nets\nimport numpy\n"
        "from .nets.deep import Net\nfrom .nets import deep as d\n"
    )


def test_a_script_in_a_package_is_to_be_run_as_a_module() -> None:
    source = "import nets\nif __name__ == '__main__':\n    nets.train()\n"

    migrated = migrate_source(source, "script.py", True, siblings={"nets"})

    assert [remark.line for remark in migrated.remarks] == [1]
    assert "run it as python -m package.module" in migrated.remarks[0].why


def test_the_first_lines_say_what_is_true_now() -> None:
    source = "#!/usr/bin/env python2.7\n# -*- coding: latin-1 -*-\nname = 'Jos\xe9'\n"

    migrated = migrate_source(source.encode("latin-1"), "script.py", False).text

    assert migrated == source.replace("2.7", "3").replace("latin-1", "utf-8")


def test_ends_of_lines_stay_what_they_are(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_bytes(b"import keras\r\nx = 1\r\n")

    migrate([str(script), "--to", str(tmp_path / "new")])

    new = (tmp_path / "new" / "script.py").read_bytes()
    assert new == b"import legacy_keras as keras\r\nx = 1\r\n"


def test_a_name_that_the_script_defines_is_its_own() -> None:
    source = "def xrange(n): return range(n)\nprint xrange(3)\n"

    assert modern(source, python2=True).endswith("print(xrange(3))\n")


def test_what_is_told_of_is_what_was_written() -> None:
    source = "x = a / 2.\nprint str(x)\ny = d.keys()\nz = '%s' % x\nw = a / b\n"

    changes = migrate_source(source, "script.py", True).changes

    assert sorted((change.line, change.what) for change in changes) == [
        (2, "print x to print(x)"),
        (3, "d.keys() to list(d.keys()), f.next() to next(f), and kin"),
        (5, "a / b to a // b, or to python2.divide(a, b)"),
    ]


def test_the_translator_is_quoted_rightly() -> None:
    assert {fixer.what for fixer in FIXERS} >= WRITTEN.keys()


# Calls

SCRIPT = """
from keras.models import Graph, Sequential
from keras.layers.core import *
from keras import backend as K
import keras.optimizers
from sklearn.linear_model import LogisticRegression

model = Sequential()
model.add(Dense(3, input_dim=2,
                activation='relu'))
model.add(Activation('tanh'))
model.add(layer)
model.compile(loss='mse', optimizer=keras.optimizers.SGD(lr=0.1))
model.fit(X, y, nb_epoch=2)
graph = Graph()
graph.add_node(Dense(1), name='out', input='in')
graph.compile('sgd', loss={'out': 'mae'})
K.dot(a, b)
LogisticRegression().fit(X, y)
classifier.fit(X, y)
"""


def test_each_call_of_keras_is_found_with_its_line_and_arguments() -> None:
    calls = find_calls(Source(SCRIPT, "script.py"))

    assert [(call.line, call.text) for call in calls if not call.is_argument] == [
        (8, "Sequential()"),
        (9, "Dense(3, input_dim=2, activation='relu')"),
        (11, "Activation('tanh')"),
        (12, "model.add(layer)"),
        (13, "model.compile(loss='mse', optimizer=keras.optimizers.SGD(lr=0.1))"),
        (13, "keras.optimizers.SGD(lr=0.1)"),
        (14, "model.fit(X, y, nb_epoch=2)"),
        (15, "Graph()"),
        (16, "Dense(1)"),
        (17, "graph.compile('sgd', loss={'out': 'mae'})"),
        (18, "K.dot(a, b)"),
    ]
    assert [call.text for call in calls if call.is_argument] == [
        "input_dim=2",
        "activation='relu'",
        "loss='mse'",
        "lr=0.1",
        "nb_epoch=2",
        "loss='mae'",
    ]
    torchs = {call.text: call.counterpart.torch for call in calls}
    assert torchs["activation='relu'"] == "`torch.relu`"
    assert torchs["Activation('tanh')"] == "`torch.tanh`"


# The command

TRAIN = """
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense
from helpers import scale

np.random.seed(1)
X = np.random.rand(8, 3) / scale(4)
model = Sequential([Dense(2, input_dim=3)])
model.compile('sgd', 'mse')
model.fit(X, X[:, :2], nb_epoch=1, verbose=2)
print 'done', 7 / 2
"""
HELPERS = "def scale(n):\n    return n / 3\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a folder with a script of Python 2, and a module of its own."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "helpers.py").write_text(HELPERS)
    (tmp_path / "unused.py").write_text("print 1\n")
    return tmp_path


def run(*arguments: str, folder: Path) -> str:
    """Run Python in a folder; return what it prints, without durations."""
    shown = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    return re.sub(r"^\d+s", "0s", shown.stdout, flags=re.MULTILINE)


def test_a_script_is_written_with_its_own_modules_and_does_the_same(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = migrate([str(repository / "train.py"), "--to", str(repository / "new")])

    assert status == 0
    assert sorted(p.name for p in (repository / "new").iterdir()) == ["helpers.py", "train.py"]
    assert "import legacy_keras" not in (repository / "train.py").read_text()
    original = run("-m", "legacy_keras", "train.py", folder=repository)
    assert run("train.py", folder=repository / "new") == original
    assert "done 3\n" in original
    assert "wrote" in capsys.readouterr().err


def test_numbers_are_printed_as_python_2_did_where_that_is_asked_for(
    repository: Path,
) -> None:
    (repository / "train.py").write_text(
        "import numpy as np\nx = 1 / 3.\nprint x, np.ones(2) / 3,\nprint 'a %s' % x, str(x)\n"
    )

    migrate([str(repository / "train.py"), "--to", str(repository / "new"), "--same-output"])

    original = run("-m", "legacy_keras", "train.py", folder=repository)
    assert original.startswith("0.333333333333 [ 0.33333333  0.33333333] a 0.333333333333 ")
    assert run("train.py", folder=repository / "new") == original


def test_numpy_prints_as_it_did_in_a_script_of_python_3_where_that_is_asked_for(
    repository: Path,
) -> None:
    (repository / "train.py").write_text(
        "from __future__ import print_function\nimport numpy as np\n"
        "print(np.ones(2) / 4, [np.float64(0.5)])\n"
    )

    migrate([str(repository / "train.py"), "--to", str(repository / "new"), "--same-output"])

    original = run("-m", "legacy_keras", "train.py", folder=repository)
    assert original == "[ 0.25  0.25] [0.5]\n"
    assert run("train.py", folder=repository / "new") == original


def test_what_a_star_gave_besides_is_imported_by_name(repository: Path) -> None:
    (repository / "train.py").write_text(
        "from keras.layers.core import *\nfrom keras.models import *\n"
        "class Twice(Layer):\n    def get_output(self, train=False):\n"
        "        return T.tanh(self.get_input(train)) * np.float(2)\n"
        "copy = 3\n"
        "model = Sequential([Twice(input_shape=(1,))])\nmodel.compile('sgd', 'mse')\n"
        "print(round(float(model.predict(np.ones((1, 1)))[0, 0]), 4))\n"
    )

    migrate([str(repository / "train.py"), "--to", str(repository / "new")])

    text = (repository / "new" / "train.py").read_text()
    assert text.startswith("import numpy as np\nfrom legacy_keras.theano import tensor as T\n")
    assert run("train.py", folder=repository / "new") == "1.5232\n"


def test_a_folder_is_written_whole(repository: Path) -> None:
    migrate([str(repository), "--to", str(repository / "new")])

    found = sorted(p.name for p in (repository / "new").iterdir())
    assert found == ["helpers.py", "train.py", "unused.py"]


def test_in_place_keeps_the_originals(repository: Path) -> None:
    migrate([str(repository / "train.py"), "--in-place"])

    assert (repository / "train.py.orig").read_text() == TRAIN
    assert (repository / "helpers.py.orig").read_text() == HELPERS
    assert "from legacy_keras.models import" in (repository / "train.py").read_text()
    assert not (repository / "unused.py.orig").exists()


def test_modules_of_a_package_find_each_other(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("import sizes\n")
    (tmp_path / "nets" / "sizes.py").write_text("SMALL = 3\n")
    (tmp_path / "nets" / "deep.py").write_text("from sizes import SMALL\nprint SMALL\n")
    (tmp_path / "train.py").write_text("import helpers\nimport nets.deep\n")
    (tmp_path / "helpers.py").write_text("")

    migrate([str(tmp_path / "train.py"), "--to", str(tmp_path / "new")])

    assert (tmp_path / "new" / "nets" / "__init__.py").read_text() == "from . import sizes\n"
    assert run("train.py", folder=tmp_path / "new") == "3\n"


@pytest.mark.parametrize("options", [["--in-place"], ["--to", "new"]])
def test_nothing_is_overwritten(
    repository: Path,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(repository)
    (repository / "new").mkdir()
    for name in ("new/train.py", "train.py.orig"):
        (repository / name).write_text("mine\n")

    with pytest.raises(SystemExit):
        migrate(["train.py", *options])

    assert "exists already, and nothing is overwritten" in capsys.readouterr().err
    assert (repository / "train.py").read_text() == TRAIN
    assert (repository / "new" / "train.py").read_text() == "mine\n"


def test_without_a_place_the_script_is_printed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate([str(repository / "train.py")])

    assert "from legacy_keras.models import Sequential\n" in capsys.readouterr().out


def test_the_report_is_written_as_markdown_and_html(repository: Path) -> None:
    reports = [repository / "report.md", repository / "report.html"]

    migrate([str(repository / "train.py"), *(f"--report={path}" for path in reports)])

    markdown, page = (path.read_text(encoding="utf-8") for path in reports)
    assert "| 9 | `Dense(2, input_dim=3)` | `nn.Linear(input_dim, output_dim)`" in markdown
    assert "| 4 | keras.layers.core is legacy_keras.layers.core |" in markdown
    assert "<td><code>Dense(2, input_dim=3)</code></td>" in page
    assert "`" not in re.sub(r"<code>.*?</code>", "", page)


def test_code_in_a_report_is_not_html(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from keras.layers.core import Dense\nDense(3, name='<b>|`x`')\n")

    migrate([str(script), f"--report={tmp_path}/r.html", f"--report={tmp_path}/r.md"])

    assert "&lt;b&gt;|`x`" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "| ``Dense(3, name='<b>\\|`x`')`` |" in (tmp_path / "r.md").read_text(encoding="utf-8")


def test_a_report_says_once_what_differs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from keras.layers.core import Dense\nDense(3)\nDense(4)\n")

    migrate([str(script), f"--report={tmp_path}/r.md"])

    report = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert report.count("`weight` is the transpose of `W`") == 1
    assert "| 3 | `Dense(4)` | `nn.Linear(input_dim, output_dim)`, then the activation |" in report
    assert "| as on line 2 |" in report


def test_a_report_has_no_links_into_the_guide(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from keras.layers.core import Dropout\nDropout(0.5)\n")

    migrate([str(script), f"--report={tmp_path}/r.html", f"--report={tmp_path}/r.md"])

    for name in ("r.html", "r.md"):
        report = (tmp_path / name).read_text(encoding="utf-8")
        assert "Random numbers" in report
        assert "](#" not in report and "href" not in report


def test_what_is_no_python_is_named_and_the_rest_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.py").write_text("import keras\n")
    (tmp_path / "bad.py").write_text("def f(:\n")

    status = migrate([str(tmp_path), "--to", str(tmp_path / "new")])

    assert status == 1
    assert "bad.py was not written: invalid syntax" in capsys.readouterr().err
    assert (tmp_path / "new" / "good.py").read_text() == "import legacy_keras as keras\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.py"], "there is no nothing.py"),
        (["."], "a folder is written with --to DIR or --in-place"),
        ([".", "--report", "r.txt"], "a name that ends with .md or .html; got r.txt"),
        ([".", "--to", "x", "--in-place"], "not allowed with argument"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit):
        migrate(arguments)

    assert message in capsys.readouterr().err


def test_the_command_line_knows_the_command(tmp_path: Path) -> None:
    assert "--in-place" in run("-m", "legacy_keras", "migrate", "--help", folder=tmp_path)
