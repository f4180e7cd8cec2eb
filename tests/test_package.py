"""What an installed legacy-keras promises: metadata, extras, types, a command."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import legacy_keras

ROOT = Path(__file__).parent.parent
DISTRIBUTION = importlib.metadata.distribution("legacy-keras")


def required(extra: str | None) -> set[str]:
    """Return the names that the distribution requires, plainly or for one extra."""
    wanted = f'extra == "{extra}"' if extra else None
    found = set()
    for line in DISTRIBUTION.requires or []:
        requirement, _, marker = line.partition(";")
        if (marker.strip() or None) == wanted:
            found.add(re.split(r"[<>=\[ ]", requirement)[0].lower())
    return found


def test_a_plain_install_needs_five_packages() -> None:
    assert required(None) == {"torch", "numpy", "h5py", "pyyaml", "tqdm"}


@pytest.mark.parametrize(
    ("extra", "packages"),
    [
        ("py2", {"fissix"}),
        ("image", {"scipy", "pillow"}),
        ("plot", {"pydot", "matplotlib"}),
        ("docs", {"sphinx", "furo", "myst-parser"}),
        ("sklearn", {"scikit-learn"}),
        ("export", {"safetensors", "onnx", "onnxscript"}),
        ("tensorboard", {"tensorboard"}),
        ("all", {"legacy-keras"}),
    ],
)
def test_each_extra_brings_what_its_feature_needs(extra: str, packages: set[str]) -> None:
    assert required(extra) == packages


def test_every_requirement_but_our_own_extras_has_a_lower_bound() -> None:
    unbounded = [line for line in DISTRIBUTION.requires or [] if ">=" not in line]

    assert all(line.startswith("legacy-keras[") for line in unbounded), unbounded


def test_the_version_is_keras_s_and_the_distribution_has_its_own() -> None:
    assert legacy_keras.__version__ == "0.3.3"
    assert f"\n## {DISTRIBUTION.version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_types_are_announced() -> None:
    assert (Path(legacy_keras.__file__).parent / "py.typed").is_file()


def test_the_command_is_installed_and_names_its_version() -> None:
    command = shutil.which("legacy-keras", path=sysconfig.get_path("scripts"))
    assert command is not None

    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)

    assert shown.stdout.startswith(f"legacy-keras {DISTRIBUTION.version}, for scripts up to Keras")


def test_the_constraints_pin_every_direct_requirement() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    needed = {re.split(r"[<>=;\[ ]", line)[0].lower() for line in DISTRIBUTION.requires or []}

    assert needed - {"legacy-keras"} <= pinned


@pytest.mark.parametrize("module", ["torch", "numpy", "legacy_keras._runner"])
def test_importing_the_package_alone_does_not_import(module: str) -> None:
    code = f"import sys, legacy_keras; sys.exit({module!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
