"""``legacy-keras check`` and ``--explain``, and which Keras a script was written for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from legacy_keras._runner.versions import KEYWORDS, LATER

ROOT = Path(__file__).parents[2]
RUNNER = [sys.executable, "-m", "legacy_keras"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUNNER, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


SCRIPT = """\
import numpy as np
import cPickle
from sklearn.cross_validation import train_test_split
from keras.models import Sequential
import network

print 'start', np.zeros(3)
print np.zeros(4)
model = network.build()
model.fit(1, 2, nb_epoch=3, show_accuracy=True)
"""
NETWORK = """\
from keras.layers.core import Dense
from itertools import izip

def build():
    return np.float(1) if False else None
import numpy as np
np.int(3)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "network.py").write_text(NETWORK)
    return tmp_path


def test_check_lists_everything_with_file_and_line(folder: Path) -> None:
    ours = run(folder, "check", "train.py")

    assert ours.stdout.splitlines() == [
        "Written for Keras 0.x: show_accuracy=, line 10 of train.py",
        "train.py:2: cPickle, today pickle (Python 3.0)",
        "train.py:3: sklearn.cross_validation, today sklearn.model_selection (scikit-learn 0.20)",
        "train.py:7: numpy.zeros as it was, today numpy.zeros(int(n)) "
        "(NumPy 1.12 refuses float sizes)",
        "train.py:7: print x to print(x) (Python 3 cannot read it)",
        "train.py:8: print x to print(x) (Python 3 cannot read it)",
        "network.py:2: itertools.izip, today zip (Python 3.0)",
        "network.py:5: numpy.float, today float (NumPy 1.24)",
        "network.py:7: numpy.int, today int (NumPy 1.24)",
        "8 handled, 0 risks, 0 that will not work",
    ]
    assert (ours.returncode, ours.stderr) == (0, "")


def test_check_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import helper\nopen('made', 'w')\n")
    (tmp_path / "helper.py").write_text("open('made, too', 'w')\n")

    run(tmp_path, "check", "script.py")

    assert sorted(os.listdir(tmp_path)) == ["helper.py", "script.py"]


def test_check_prints_json(folder: Path) -> None:
    report = json.loads(run(folder, "check", "--json", "train.py").stdout)

    assert report["written_for"] == {
        "keras": "Keras 0.x",
        "evidence": "show_accuracy=",
        "path": "train.py",
        "line": 10,
    }
    assert report["changes"][0] == {
        "path": str(folder / "train.py"),
        "line": 2,
        "what": "cPickle, today pickle",
        "why": "Python 3.0",
        "severity": "handled",
    }


STATUS = {
    "nothing to say": ("print(1)", 0, "0 handled, 0 risks, 0 that will not work"),
    "a redirect": ("import cPickle", 0, "1 handled"),
    "other numbers": (
        "from sklearn.cluster import KMeans",
        1,
        "script.py:1: risk: sklearn.cluster.KMeans may give other numbers (another implement",
    ),
    "a name that is gone": (
        "from scipy.misc import lena",
        2,
        "script.py:1: fatal: scipy.misc.lena, today scipy.datasets.face",
    ),
    "a package that is not there": (
        "import no_such_package",
        2,
        "script.py:1: fatal: import no_such_package (not installed; if it is on PyPI: pip install",
    ),
    "a later Keras": (
        "from keras.layers import Input",
        2,
        "script.py:1: fatal: keras.layers.Input (keras.layers.Input arrived in Keras 1.0.0",
    ),
    "no Python at all": ("def f(:", 2, "script.py:1: fatal: cannot be read (invalid syntax"),
}


@pytest.mark.parametrize(("source", "status", "line"), STATUS.values(), ids=STATUS.keys())
def test_the_exit_status_says_how_bad_it_is(
    tmp_path: Path, source: str, status: int, line: str
) -> None:
    (tmp_path / "script.py").write_text(source)

    ours = run(tmp_path, "check", "script.py")

    assert line in ours.stdout
    assert (ours.returncode, ours.stderr) == (status, "")


def test_check_of_a_missing_script_says_so(tmp_path: Path) -> None:
    ours = run(tmp_path, "check", "absent.py")

    assert "can't open file 'absent.py'" in ours.stderr
    assert ours.returncode == 2


WRITTEN = {
    "from keras.models import Graph": "Keras 0.x: Graph, line 1",
    "from keras.layers.core import TimeDistributedDense": "Keras 0.x: TimeDistributedDense",
    "import keras\nmodel.fit(x, y, nb_epoch=3, show_accuracy=True)": "Keras 0.x: show_accuracy=",
    "import keras\nmodel.compile('sgd', 'mse', class_mode='binary')": "Keras 0.x: class_mode=",
    "from keras.models import Sequential\nmodel.fit(x, y, nb_epoch=3)": "Keras 0.x or 1.x: nb_ep",
    "from keras.layers import Input": "Keras 1.x: functional API, line 1",
    "from keras.models import Graph\nfrom keras.layers import Input": "Keras 1.x: functional API",
    "import keras.models\nmodel.compile('sgd', 'mse', metrics=['acc'])": "Keras 1.x: metrics=",
    "from keras.applications.vgg16 import VGG16": "Keras 1.x: pretrained models",
    "from keras.models import Sequential\n\nm.fit(x, y, epochs=3)": "Keras 2.x: epochs=, line 3",
    "from keras.layers import Dense\nDense(units=3)": "Keras 2.x: units=",
    "from keras import losses": "Keras 2.x: keras.objectives before that",
}


@pytest.mark.parametrize(("source", "written"), WRITTEN.items())
def test_a_script_says_which_keras_it_was_written_for(
    tmp_path: Path, source: str, written: str
) -> None:
    (tmp_path / "script.py").write_text(source)

    assert f"Written for {written}" in run(tmp_path, "check", "script.py").stdout


@pytest.mark.parametrize(
    "source",
    [
        "plot(epochs=3)",
        "from keras.models import Sequential\nplot(epochs=3)",
        "from keras.utils.np_utils import to_categorical",
        "from keras.layers import Dense",
        "from keras.preprocessing import sequence\nsequence.pad_sequences(x, padding='post')",
        "from keras.layers.convolutional import ZeroPadding3D\nZeroPadding3D(padding=(0, 1, 1))",
    ],
)
def test_what_says_nothing_about_keras_is_no_sign(tmp_path: Path, source: str) -> None:
    (tmp_path / "script.py").write_text(source)

    assert "No sign of a Keras version" in run(tmp_path, "check", "script.py").stdout


def test_the_keywords_tell_versions_that_the_table_of_names_knows() -> None:
    majors = {f"Keras {version[0]}.x" for version, _ in LATER.values()}

    assert {each.keras for each in KEYWORDS.values()} <= {*majors, "Keras 0.x", "Keras 0.x or 1.x"}


def test_explain_tells_the_same_and_then_runs_the_script(folder: Path) -> None:
    (folder / "train.py").write_text("import cPickle\nprint('ran')\n")

    ours = run(folder, "--explain", "train.py")

    assert ours.stdout == "ran\n"
    assert ours.stderr.splitlines() == [
        "No sign of a Keras version",
        "train.py:1: cPickle, today pickle (Python 3.0)",
        "1 handled, 0 risks, 0 that will not work",
    ]


def test_nothing_is_told_unless_asked(folder: Path) -> None:
    (folder / "train.py").write_text("import cPickle, numpy as np\nnp.int(3)\n")

    ours = run(folder, "train.py")

    assert (ours.stdout, ours.stderr) == ("", "")


def test_a_script_for_a_later_keras_says_so_where_it_fails(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("\nfrom keras.layers import Input\n")

    ours = run(tmp_path, "script.py")

    assert ours.stderr.splitlines()[-1] == (
        "legacy_keras: this program was written for Keras 1.x: functional API, "
        "line 2 of script.py; legacy-keras runs Keras 0.1 to 0.3.3"
    )
    assert ours.returncode == 1


def test_a_keyword_of_a_later_keras_says_so_where_it_fails(tmp_path: Path) -> None:
    source = """
from keras.models import Sequential
from keras.layers.core import Dense
model = Sequential()
model.add(Dense(2, input_dim=3))
model.compile('sgd', 'mse')
model.fit(1, 2, epochs=3)
"""
    (tmp_path / "script.py").write_text(source)

    ours = run(tmp_path, "script.py")

    assert "TypeError" in ours.stderr
    assert "written for Keras 2.x: epochs=, line 7 of script.py" in ours.stderr
