"""``keras`` is ``legacy_keras``, for whatever 0.x had and for nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from legacy_keras._runner.versions import BESIDES, ERA_PATHS, LATER


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process that has the alias."""
    return subprocess.run(
        [sys.executable, "-c", f"import legacy_keras; legacy_keras.install()\n{code}"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def assert_passes(code: str, **environment: str) -> None:
    result = run(code, **environment)
    assert result.returncode == 0, result.stderr


def outcomes(statements: Iterable[str]) -> dict[str, str]:
    """Run statements one after the other in one process; return for each what it raised, or "".

    One process, for importing torch takes seconds.
    """
    result = run(
        f"""
import json, traceback
answers = {{}}
for statement in {list(statements)!r}:
    try:
        exec(statement, {{'legacy_keras': legacy_keras}})
        answers[statement] = ''
    except Exception as error:
        answers[statement] = traceback.format_exception_only(error)[-1].strip()
print(json.dumps(answers))
"""
    )
    return dict(json.loads(result.stdout))


def test_every_path_of_the_era_is_one_module_under_both_names() -> None:
    assert_passes(
        f"""
import importlib, sys
for path in {sorted(ERA_PATHS)}:
    module = importlib.import_module('keras.' + path)
    assert module is importlib.import_module('legacy_keras.' + path), path
    assert module is sys.modules['keras.' + path], path
    assert module.__name__ == module.__spec__.name == 'legacy_keras.' + path, path
    assert module.__file__ == module.__spec__.origin, path
"""
    )


WAYS = [
    "import keras; assert keras is legacy_keras and keras.__version__ == '0.3.3'",
    "import keras; assert keras.__file__ == legacy_keras.__file__",
    "import keras.layers.core; assert keras.layers.core.Dense",
    "import keras.backend as K; assert K is legacy_keras.backend",
    "from keras import backend as K; assert K is legacy_keras.backend",
    "from keras.layers.core import *; assert Dense is legacy_keras.layers.core.Dense",
    "from keras.layers.core import *; assert np.pi and constraints.maxnorm and K.dot and T.dot",
    "from keras.backend import *; assert theano.shared and RandomStreams and T.tanh and np.tanh",
    "from keras.models import *; assert cbks.EarlyStopping and containers.Graph and Progbar",
    "from keras.layers.recurrent import MaskedLayer, np; assert MaskedLayer and np.ones",
    "import importlib; assert importlib.import_module('keras.models').Sequential",
    "import legacy_keras.models as ours, keras.models; assert keras.models is ours",
    "import pickle; assert pickle.loads(b'ckeras.models\\nSequential\\n.').__name__",
    "import keras.models, copy; assert copy.copy(keras.models.Sequential())",
    "import keras.models; import importlib; importlib.reload(keras.models)",
]


@pytest.fixture(scope="module")
def ways() -> dict[str, str]:
    return outcomes(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_import_works(ways: dict[str, str], way: str) -> None:
    assert ways[way] == ""


def test_what_a_module_gives_besides_is_there_to_be_given() -> None:
    modules = {path: names.split() for path, names in BESIDES.items()}
    statements = {f"from keras.{path} import {', '.join(names)}" for path, names in modules.items()}

    assert {statement: error for statement, error in outcomes(statements).items() if error} == {}


def test_star_imports_leave_each_others_names_alone() -> None:
    layers = sorted(p for p in ERA_PATHS if p.startswith(("layers.", "utils.", "preprocessing.")))
    theirs = {"layers.containers", "utils.visualize_util"}  # gave the containers in 0.3.3, too
    stars = [f"from keras.{path} import *" for path in layers if path not in theirs]

    assert_passes("\n".join([*stars[::2], "from keras.models import *", *stars, MODELS_STAY]))


MODELS_STAY = """
import keras.layers.core, keras.models
for name in ("Sequential", "Graph", "model_from_json"):
    assert globals()[name] is getattr(keras.models, name), name
for name in ("Layer", "MaskedLayer", "Dense", "Merge", "Lambda"):
    assert globals()[name] is getattr(keras.layers.core, name), name
"""


def test_classes_agree_under_both_names() -> None:
    assert_passes(
        """
from keras.layers.core import Dense
from legacy_keras.layers.core import Dense as Ours
assert isinstance(Dense(2), Ours) and isinstance(Ours(2), Dense)
"""
    )


def test_installing_twice_does_nothing() -> None:
    assert_passes(
        """
import sys
legacy_keras.install()
assert sum(type(finder).__name__ == 'AliasFinder' for finder in sys.meta_path) == 1
"""
    )


def test_a_name_that_only_begins_with_keras_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "keras_extras.py").write_text("mine = True")

    assert_passes("import keras_extras; assert keras_extras.mine", PYTHONPATH=str(tmp_path))


@pytest.fixture
def real_keras(tmp_path: Path) -> str:
    """A folder with another Keras in it."""
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras" / "__init__.py").write_text("__version__ = '3.0'")
    (tmp_path / "keras" / "ops.py").write_text("")
    return str(tmp_path)


@pytest.mark.parametrize(
    "code",
    ["import keras; assert keras is legacy_keras", "import keras.models"],
)
def test_a_keras_that_is_installed_is_never_imported(real_keras: str, code: str) -> None:
    assert_passes(code, PYTHONPATH=real_keras)


def test_a_path_of_the_installed_keras_is_not_found(real_keras: str) -> None:
    result = run("import keras.ops", PYTHONPATH=real_keras)

    assert "ModuleNotFoundError: No module named 'keras.ops'" in result.stderr


def test_a_keras_that_is_imported_already_is_an_error_that_names_the_fix(real_keras: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import keras, legacy_keras; legacy_keras.install()"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": real_keras},
    )

    assert f"ImportError: another keras is imported already, from {real_keras}" in result.stderr
    assert "Call legacy_keras.install() before the first import of keras" in result.stderr


LATER_NAMES = {
    "import keras.engine.topology": "keras.engine arrived in Keras 1.0.0 (functional API)",
    "from keras import applications": "keras.applications arrived in Keras 1.1.0",
    "from keras.applications.vgg16 import VGG16": "keras.applications arrived in Keras 1.1.0",
    "from keras import Input": "keras.Input arrived in Keras 2.0.6 (functional API)",
    "from keras.layers import Input, Dense": "keras.layers.Input arrived in Keras 1.0.0",
    "from keras.layers.merge import Add": "keras.layers.merge arrived in Keras 1.0.0",
    "from keras.layers.core import SpatialDropout2D": "arrived in Keras 1.0.8 (a layer)",
    "import keras.losses": "Keras 2.0.0 (keras.objectives before that)",
    "import keras.metrics": "Keras 1.0.0 (show_accuracy=True before that)",
    "import keras.initializers": "Keras 2.0.0 (keras.initializations before that)",
    "from keras.models import load_model": "keras.models.load_model arrived in Keras 1.0.7",
    "from keras.optimizers import Nadam": "keras.optimizers.Nadam arrived in Keras 1.0.5",
    "from keras.utils import plot_model": "2.0.0 (keras.utils.visualize_util.plot before",
    "import keras.layers.ntm": "was last in Keras 0.3.0; 0.3.3 has LSTM and GRU instead",
    "from keras.layers.core import DenoisingAutoEncoder": "was last in Keras 0.1.1; 0.3.3 has",
    "import keras.backend as K; K.set_image_dim_ordering('th')": "arrived in Keras 1.0.4",
}
ABSENT = {
    "import keras._settings": "ModuleNotFoundError: No module named 'keras._settings'",
    "import keras._runner.alias": "ModuleNotFoundError: No module named 'keras._runner'",
    "import keras.nothing": "ModuleNotFoundError: No module named 'keras.nothing'",
    "from keras.layers import Dens": "ImportError: cannot import name 'Dens'",
    "from keras.models import Modell": "ImportError: cannot import name 'Modell'",
    "import keras.backend as K; K.sun": (
        "AttributeError: module 'legacy_keras.backend' has no attribute 'sun'"
    ),
    "import keras.backend as K; assert not hasattr(K, 'image_dim_ordering')": "",
    "import keras.models; assert getattr(keras.models, 'load_model', None) is None": "",
}


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return outcomes([*LATER_NAMES, *ABSENT])


@pytest.mark.parametrize(("statement", "message"), LATER_NAMES.items())
def test_a_name_of_another_version_says_of_which(
    answers: dict[str, str], statement: str, message: str
) -> None:
    kind, _, shown = answers[statement].partition(": ")

    assert kind == ("AttributeError" if "K." in statement else "ImportError")
    assert message in shown


@pytest.mark.parametrize(("statement", "message"), ABSENT.items())
def test_what_no_version_had_is_ordinarily_absent(
    answers: dict[str, str], statement: str, message: str
) -> None:
    assert answers[statement].startswith(message)


def test_no_path_stands_in_both_tables() -> None:
    assert not ERA_PATHS & LATER.keys()
