"""``theano`` is legacy_keras.theano for scripts, unless the real one is installed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import legacy_keras.theano as theano
from legacy_keras._runner.versions import THEANO_PATHS

PACKAGE = Path(theano.__file__).parent


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process that has the alias, with ``folder`` on its path."""
    start = f"import sys; sys.path.insert(0, {str(folder)!r}); import legacy_keras"
    return subprocess.run(
        [sys.executable, "-c", f"{start}; legacy_keras.install()\n{code}"],
        capture_output=True,
        text=True,
    )


def test_the_table_of_paths_is_what_lies_in_the_folder() -> None:
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    }

    assert {p for p in found if not p.rpartition(".")[2].startswith("_")} == THEANO_PATHS


STATEMENTS = [
    "import theano; assert theano.__version__ == '0.8.2'",
    "import theano, theano.tensor as T; assert T is theano.tensor is legacy_keras.theano.tensor",
    "from theano import tensor as T, config, function, shared, scan; assert config.floatX",
    "from theano.tensor import *; assert dot and nnet.softmax",
    "from theano.tensor.nnet import softmax, conv2d; from theano.tensor.nnet.conv import conv2d",
    "from theano.tensor.signal.downsample import max_pool_2d",
    "from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams",
    "from theano.tensor.shared_randomstreams import RandomStreams",
    "from theano.ifelse import ifelse; from theano.printing import Print",
    "from theano.compile.nanguardmode import NanGuardMode; NanGuardMode(nan_is_error=True)",
    "from theano.tensor.basic import tensordot; from theano.tensor.nnet.nnet import softmax",
    "from theano.gradient import disconnected_grad, grad_clip",
    "from theano.gradient import np; from theano.tensor.basic import numpy; assert np is numpy",
    "import theano.tensor as T; assert T.tensor('floatX', (False, True), name='x').ndim == 2",
    "import theano.sandbox.cuda as cuda; assert cuda.cuda_available in (True, False)",
]

# A wrong name, the error, and what its message suggests.
WRONG = {
    "import theano.tensor as T; T.concatenat": ("AttributeError", "'concatenate'"),
    "import theano; theano.functon([], [])": ("AttributeError", "'function'"),
    "import theano; theano.tensor.sofmax": ("AttributeError", "'nnet.softmax'"),
    "from theano.tensor import dott": ("ImportError", "'dot'"),
    "from theano import shred": ("ImportError", "'shared'"),
    "import theano.tensr": ("ImportError", "'tensor'"),
    "from theano.tensor.signal import downsampel": ("ImportError", "'downsample'"),
    "from theano.tensor.basic import tensordott": ("ImportError", "'tensordot'"),
    "import theano.misc.pkl_utils": ("ImportError", "the part of Theano 0.8.2"),
    "import theano.tensor as T; T.matrix().dimshufle": ("AttributeError", "'dimshuffle'"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run all statements in one process; return what each raised, or ""."""
    code = f"""
import json
answers = {{}}
for statement in {[*STATEMENTS, *WRONG]!r}:
    try:
        exec(statement, {{'legacy_keras': legacy_keras}})
        answers[statement] = ''
    except Exception as error:
        answers[statement] = f'{{type(error).__name__}}: {{error}}'
print(json.dumps(answers))
"""
    result = run(code, tmp_path_factory.mktemp("empty"))
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_scripts_import_is_there(statement: str, outcomes: dict[str, str]) -> None:
    assert outcomes[statement] == ""


@pytest.mark.parametrize(("statement", "answer"), WRONG.items(), ids=WRONG)
def test_a_missing_name_suggests_the_nearest(
    statement: str, answer: tuple[str, str], outcomes: dict[str, str]
) -> None:
    kind, suggestion = answer

    assert outcomes[statement].startswith(kind + ": ")
    assert suggestion in outcomes[statement]


def test_a_missing_name_tells_the_line() -> None:
    with pytest.raises(AttributeError, match=r"\(at .*test_theano_names.py:\d+\)"):
        _ = theano.tensor.nothing_like_it


def test_a_theano_that_is_installed_is_never_shadowed(tmp_path: Path) -> None:
    (tmp_path / "theano").mkdir()
    (tmp_path / "theano" / "__init__.py").write_text("mine = True\n")

    result = run("import theano, keras; print(theano.mine, keras.__version__)", tmp_path)

    assert result.stdout == "True 0.3.3\n", result.stderr


def test_a_folder_called_theano_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "theano").mkdir()

    result = run("import theano; print(theano.__name__)", tmp_path)

    assert result.stdout == "legacy_keras.theano\n", result.stderr


def test_theano_is_not_there_without_install() -> None:
    code = "import legacy_keras.backend, importlib.util as u; print(u.find_spec('theano'))"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout == "None\n"


@pytest.mark.parametrize("path", sorted(THEANO_PATHS))
def test_every_module_offers_something_and_refuses_the_rest(path: str) -> None:
    module = importlib.import_module(f"legacy_keras.theano.{path}")

    assert not hasattr(module, "nothing_like_it")
    assert not hasattr(module, "__nothing__")
