"""``keras`` is ``legacy_keras``, for whatever 0.x had and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from legacy_keras._runner.versions import ERA_PATHS, LATER


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


def last_line(code: str) -> str:
    return run(code).stderr.strip().splitlines()[-1]


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


@pytest.mark.parametrize(
    "code",
    [
        "import keras; assert keras is legacy_keras and keras.__version__ == '0.3.3'",
        "import keras; assert keras.__file__ == legacy_keras.__file__",
        "import keras.layers.core; assert keras.layers.core.Dense",
        "import keras.backend as K; assert K is legacy_keras.backend",
        "from keras import backend as K; assert K is legacy_keras.backend",
        "from keras.layers.core import *; assert Dense is legacy_keras.layers.core.Dense",
        "import importlib; assert importlib.import_module('keras.models').Sequential",
        "import legacy_keras.models as ours, keras.models; assert keras.models is ours",
        "import pickle; assert pickle.loads(b'ckeras.models\\nSequential\\n.').__name__",
        "import keras.models, copy; assert copy.copy(keras.models.Sequential())",
        "import keras.models; import importlib; importlib.reload(keras.models)",
    ],
)
def test_every_way_to_import_works(code: str) -> None:
    assert_passes(code)


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


@pytest.mark.parametrize("name", ["_settings", "_runner", "_runner.alias", "_training", "nothing"])
def test_what_0_x_did_not_have_is_not_found(name: str) -> None:
    assert last_line(f"import keras.{name}").startswith(
        f"ModuleNotFoundError: No module named 'keras.{name.partition('.')[0]}"
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("import keras.engine.topology", "keras.engine arrived in Keras 1.0.0 (functional API)"),
        ("from keras import applications", "keras.applications arrived in Keras 1.1.0"),
        ("from keras.applications.vgg16 import VGG16", "keras.applications arrived in Keras 1.1.0"),
        ("from keras import Input", "keras.Input arrived in Keras 2.0.6 (functional API)"),
        ("from keras.layers import Input, Dense", "keras.layers.Input arrived in Keras 1.0.0"),
        ("from keras.layers.merge import Add", "keras.layers.merge arrived in Keras 1.0.0"),
        ("from keras.layers.core import SpatialDropout2D", "arrived in Keras 1.0.8 (a layer)"),
        ("import keras.losses", "Keras 2.0.0 (keras.objectives before that)"),
        ("import keras.metrics", "Keras 1.0.0 (show_accuracy=True before that)"),
        ("import keras.initializers", "Keras 2.0.0 (keras.initializations before that)"),
        ("from keras.models import load_model", "keras.models.load_model arrived in Keras 1.0.7"),
        ("from keras.optimizers import Nadam", "keras.optimizers.Nadam arrived in Keras 1.0.5"),
        ("from keras.utils import plot_model", "2.0.0 (keras.utils.visualize_util.plot before"),
    ],
)
def test_a_later_name_says_when_it_arrived(statement: str, message: str) -> None:
    shown = last_line(statement)

    assert shown.startswith("ImportError: keras.")
    assert message in shown
    assert shown.endswith("legacy-keras runs scripts for Keras 0.1 to 0.3.3.")


def test_an_unknown_name_is_an_ordinary_import_error() -> None:
    shown = last_line("from keras.layers import Dens")

    assert shown.startswith("ImportError: cannot import name 'Dens' from 'legacy_keras.layers'")


def test_a_later_attribute_is_absent_and_says_when_it_arrived() -> None:
    assert_passes(
        """
import keras.backend as K
assert not hasattr(K, 'image_dim_ordering')
assert getattr(K, 'image_dim_ordering', 'th') == 'th'
"""
    )
    shown = last_line("import keras.backend as K; K.set_image_dim_ordering('th')")
    assert shown.startswith("AttributeError: keras.backend.set_image_dim_ordering arrived in Keras")


def test_an_unknown_attribute_is_an_ordinary_attribute_error() -> None:
    shown = last_line("import keras.backend as K; K.sun")

    assert shown.startswith("AttributeError: module 'legacy_keras.backend' has no attribute 'sun'")


def test_no_path_stands_in_both_tables() -> None:
    assert not ERA_PATHS & LATER.keys()
