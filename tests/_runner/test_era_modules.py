"""The table of moved names, and the adapters: against what libraries of 2015/16 gave."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from legacy_keras._runner import redirect
from legacy_keras._runner.era_modules import METHOD_ROWS, NAMES, OTHER_NUMBERS, Row, explain

HERE = Path(__file__).parent / "era"
ROOT = Path(__file__).parents[2]
RECORDED = dict(json.loads((HERE / "recorded.json").read_text(encoding="utf-8")))

# Here only where the package is installed; the tests need them all but these.
OPTIONAL = {"seaborn", "networkx", "joblib", "tkinter", "setuptools", "_tkinter", "_gdbm"}


def run(folder: Path, source: str, *options: str, name: str = "script.py") -> Any:
    """Run a script in a folder under the runner."""
    (folder / name).write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "legacy_keras", *options, name],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
    )


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """What the expressions of ``era/snippets.py`` give under the runner."""
    ours = subprocess.run(
        [sys.executable, "-m", "legacy_keras", str(HERE / "replay.py")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ours.returncode == 0, ours.stderr
    return dict(json.loads(ours.stdout))


def approximate(value: Any) -> Any:
    """Let floats differ by rounding."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-6, abs=1e-9)
    if isinstance(value, list):
        return [approximate(each) for each in value]
    if isinstance(value, dict):
        return {key: approximate(each) for key, each in value.items()}
    return value


def test_no_recording_is_an_error() -> None:
    assert not [each for each in RECORDED.values() if isinstance(each, dict) and "error" in each]


@pytest.mark.parametrize("expression", RECORDED)
def test_an_expression_gives_what_it_gave(given: dict[str, Any], expression: str) -> None:
    assert given[expression] == approximate(RECORDED[expression])


def target(row: Row) -> Any:
    try:
        return redirect._resolve(row)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OPTIONAL:
            pytest.skip(f"{error.name} is not installed")
        raise


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "row",
    [row for row in [*NAMES.values(), *METHOD_ROWS.values()] if not row.vanished],
    ids=lambda row: row.name,
)
def test_what_the_table_gives_exists(row: Row) -> None:
    if row.name.endswith(".*"):
        importlib.import_module(row.given.removesuffix(".*"))
    else:
        assert target(row) is not None


def test_what_may_give_other_numbers_stands_in_the_table() -> None:
    assert OTHER_NUMBERS.keys() <= NAMES.keys() | {
        f"sklearn.cross_validation.{name}" for name in ["StratifiedShuffleSplit"]
    }


@pytest.mark.parametrize(
    "row", [row for row in NAMES.values() if row.vanished], ids=lambda row: row.name
)
def test_a_name_that_is_gone_says_what_to_do(row: Row) -> None:
    assert re.match(rf"{re.escape(row.name)} is gone \(.+\)\. Instead: .+\.", explain(row))


WAYS = {
    "import package.module": "import sklearn.cross_validation; sklearn.cross_validation.KFold",
    "import as": "import sklearn.cross_validation as cv; cv.KFold(4, 2)",
    "from package": "from sklearn import cross_validation; cross_validation.KFold(4, 2)",
    "from module": "from sklearn.cross_validation import KFold, GroupKFold; KFold(4, 2)",
    "a package that was never imported": "import scipy; scipy.misc.imresize",
    "star": "from numpy import *; zeros(2.0), alltrue, max([1, 2])",
    "star of a vanished module": "from cPickle import *; dumps(1)",
    "a submodule by star of a package": "from numpy.random import *; random_integers(3)",
    "import_module": "import importlib; importlib.import_module('numpy').float64",
    "a nested module": "import six.moves.urllib.request as r; r.urlopen",
    "a module beside": "import helper; assert helper.x == 3",
    "inside a function": "def f():\n    import Queue\n    return Queue.Queue()\nf()",
    "reload": "import sys, importlib, json; importlib.reload(sys.modules['json'])",
    "a name set on a module": "import sys; sys.stdout = sys.stdout; import sys as s; s.mine = 1",
    "a module is a module": "import types, numpy; assert isinstance(numpy, types.ModuleType)",
    "dir": "import numpy; assert 'int' in dir(numpy) and 'zeros' in dir(numpy)",
    "repr": "import numpy; assert repr(numpy).startswith(\"<module 'numpy' from\")",
    "copy": "import copy, numpy; copy.deepcopy({'np': numpy})",
}


@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS.keys())
def test_every_way_to_import_reaches_the_table(tmp_path: Path, source: str) -> None:
    (tmp_path / "helper.py").write_text("import numpy as np\nx = np.int(3.7)\n")

    ours = run(tmp_path, source)

    assert (ours.returncode, ours.stderr) == (0, "")


def test_own_modules_win_over_the_table(tmp_path: Path) -> None:
    (tmp_path / "Queue.py").write_text("mine = True")
    (tmp_path / "Image.py").write_text("mine = True")

    ours = run(tmp_path, "import Queue, Image; print(Queue.mine, Image.mine)")

    assert ours.stdout == "True True\n"


def test_a_folder_of_images_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "Image").mkdir()

    assert run(tmp_path, "import Image; Image.open").returncode == 0


def test_libraries_see_nothing_of_it(tmp_path: Path) -> None:
    ours = run(
        tmp_path,
        """
import numpy as np, pandas as pd, sys
print(np.int, pd.DataFrame({'a': [1]}).ix[0, 'a'])
real = sys.modules['numpy']
print(hasattr(real, 'int'), hasattr(sys.modules['pandas'].DataFrame, 'iteritems'))
print(getattr(pd.DataFrame, 'ix', None), real is np)
""",
    )

    assert ours.stdout == "<class 'int'> 1\nFalse False\nNone False\n"


def test_a_name_that_is_gone_is_an_error_where_it_is_imported(tmp_path: Path) -> None:
    ours = run(tmp_path, "from scipy.misc import lena")

    assert (
        "ImportError: scipy.misc.lena is gone (SciPy 0.17). Instead: scipy.datasets" in ours.stderr
    )


def test_a_name_that_no_release_had_is_an_error_as_ever(tmp_path: Path) -> None:
    ours = run(tmp_path, "from numpy import arrray")

    assert "ImportError: cannot import name 'arrray' from 'numpy'" in ours.stderr


def test_a_package_that_is_not_installed_says_how_to_install_it(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules['sklearn'] = None; sys.modules['cv2'] = None\n"

    for statement, command in [
        ("from sklearn.cross_validation import KFold", 'pip install "legacy-keras[sklearn]"'),
        ("import cv2", "pip install opencv-python-headless"),
    ]:
        assert command in run(tmp_path, blocked + statement).stderr


def test_images_without_pillow_say_how_to_install_it(tmp_path: Path) -> None:
    ours = run(tmp_path, "import sys; sys.modules['PIL'] = None\nfrom scipy.misc import imread")

    assert "ImportError: The image functions of scipy.misc need Pillow" in ours.stderr
    assert 'pip install "legacy-keras[image]"' in ours.stderr


def test_images_go_to_files_and_back(tmp_path: Path) -> None:
    ours = run(
        tmp_path,
        """
import numpy as np
from scipy.misc import imread, imsave
imsave('gray.png', np.array([[0.0, 0.5], [1.0, 0.25]]))
imsave('colour.png', np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
print(imread('gray.png').tolist(), imread('colour.png').shape, imread('colour.png', True).dtype)
print(imread('gray.png', mode='RGB').shape)
""",
    )

    assert ours.stdout == "[[0, 127], [255, 64]] (2, 2, 3) float32\n(2, 2, 3)\n"


def test_hdf5_files_open_as_in_h5py_2(tmp_path: Path) -> None:
    ours = run(
        tmp_path,
        """
import os
import h5py
with h5py.File('new.h5') as f:
    f['x'] = [1, 2]
with h5py.File('new.h5') as f:
    f['y'] = 3.0
    print(f['x'].value.tolist(), f['y'].value, f.mode, isinstance(f, h5py.File))
""",
    )

    assert ours.stdout == "[1, 2] 3.0 r+ True\n"


def test_figures_take_the_old_names(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    ours = run(
        tmp_path,
        """
import matplotlib
matplotlib.use('Agg', warn=False)
import matplotlib.pyplot as plt
plt.style.use('seaborn-whitegrid')
plt.hold(True)
plt.subplot(1, 1, 1, axisbg='red')
counts = plt.hist([1, 2, 2], normed=True)[0]
axes = plt.gca()
print(axes.get_facecolor()[:3], round((counts * 0.1).sum(), 6))
axes.set_axis_bgcolor('blue')
figure = plt.figure()
figure.add_subplot(111, axisbg='blue')
plt.get_cmap('spectral'), plt.cm.spectral
plt.savefig('x.png', frameon=False)
""",
    )

    assert (ours.stdout, ours.stderr) == ("(1.0, 0.0, 0.0) 1.0\n", "")


def test_pickles_of_python_2_are_read(tmp_path: Path) -> None:
    (tmp_path / "old.pkl").write_bytes(b"(dp0\nS'x'\np1\nS'\\xe9'\np2\ns.")

    ours = run(
        tmp_path, "import cPickle; print(cPickle.load(open('old.pkl', 'rb')) == {'x': '\xe9'})"
    )

    assert ours.stdout == "True\n"


def test_arrays_of_objects_are_loaded(tmp_path: Path) -> None:
    ours = run(
        tmp_path,
        """
import numpy as np
np.save('x.npy', np.array([[1, 2], [3]]))
print(np.load('x.npy').tolist())
""",
    )

    assert ours.stdout == "[[1, 2], [3]]\n"


def test_verbose_tells_each_redirect_once_with_its_line(tmp_path: Path) -> None:
    source = "import numpy as np\nfor i in range(3):\n    np.int(i)\nimport Queue\n"

    ours = run(tmp_path, source, "--verbose", "--device", "cpu")

    script = tmp_path / "script.py"
    assert ours.stderr.splitlines()[1:] == [
        f"legacy_keras: {script}:3: numpy.int, today int (NumPy 1.24)",
        f"legacy_keras: {script}:4: Queue, today queue (Python 3.0)",
    ]


TEXT_IN_MEMORY = """
from __future__ import print_function
from StringIO import StringIO
import cStringIO
f = StringIO()
f.write('a\\n'); f.write('b')
print(f.getvalue().split('\\n'), StringIO('x\\ny').readlines(), list(StringIO('p\\nq')))
print(cStringIO.StringIO(b'\\x00\\xff').read() == b'\\x00\\xff', StringIO().getvalue() == '')
"""


def test_files_in_memory_take_text_or_bytes(tmp_path: Path) -> None:
    ours = run(tmp_path, TEXT_IN_MEMORY)

    assert ours.stdout == "['a', 'b'] ['x\\n', 'y'] ['p\\n', 'q']\nTrue True\n"


STANDARD_LIBRARY = """
from __future__ import print_function
import ConfigParser, HTMLParser, Queue, urllib, urllib2, urlparse, md5, sha, sets, thread, imp
import commands, copy_reg, __builtin__, UserDict, time, os, sys, inspect, types, base64, cgi
import collections, fractions, platform, exceptions, string
print(urllib.urlencode({'a': 1}), urllib.quote('a b'), urlparse.urlparse('http://x/y').netloc)
print(md5.new(b'x').hexdigest()[:4], sha.sha(b'x').hexdigest()[:4], sets.Set([1]) == {1})
print(commands.getoutput('echo hi'), sys.maxint > 2**31, os.getcwdu() == os.getcwd())
print(inspect.getargspec(lambda a, b=1: 0), types.StringType, base64.encodestring('ab'))
print(cgi.escape('<a>'), issubclass(dict, collections.Mapping), fractions.gcd(4, 6))
print(time.clock() >= 0, os.errno.ENOENT, string.maketrans('a', 'b')[97], exceptions.IOError)
sys.setdefaultencoding('utf8')
"""


def test_the_standard_library_of_python_2(tmp_path: Path) -> None:
    ours = run(tmp_path, STANDARD_LIBRARY)

    assert ours.stdout.splitlines() == [
        "a=1 a%20b x",
        "9dd4 11f6 True",
        "hi True True",
        "ArgSpec(args=['a', 'b'], varargs=None, keywords=None, defaults=(1,)) <class 'str'> YWI=",
        "",
        "&lt;a&gt; True 2",
        "True 2 98 <class 'OSError'>",
    ]


def test_numpy_prints_as_it_did(tmp_path: Path) -> None:
    source = "import numpy as np\nprint(np.arange(2) / 8.0, [np.float64(0.5), np.int64(3)])"

    assert run(tmp_path, source).stdout == "[ 0.     0.125] [0.5, 3]\n"
