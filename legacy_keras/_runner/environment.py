"""The commands ``enable``, ``disable`` and ``status``: scripts of an environment need no runner.

One file, ``legacy_keras.pth``, in the environment's site-packages makes each start of Python call
``startup.py``. Nothing else changes, so deleting the file undoes it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

# One line, for each line of a .pth file is run by itself. A package that is gone, or any other
# trouble of ours, must not disturb programs that have nothing to do with it.
LINE = (
    'import sys; exec("try:\\n from legacy_keras._runner import startup\\n'
    'except ImportError: pass\\nelse: startup.begin()")\n'
)


def enable(arguments: list[str]) -> int:
    """Write the file; refuse outside a virtual environment."""
    parser = argparse.ArgumentParser(
        prog="legacy-keras enable",
        description="Lets python script.py in this virtual environment run scripts for Keras 0.x "
        "as python -m legacy_keras script.py does, and gives import keras to notebooks.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--force", action="store_true", help="do it for a Python that is no virtual environment"
    )
    options = parser.parse_args(arguments)
    if not options.force and sys.prefix == sys.base_prefix:
        print(
            f"{sys.prefix} is no virtual environment: every program of this Python would be "
            "affected. Make one (python -m venv .venv), or give --force.",
            file=sys.stderr,
        )
        return 1
    if not _starts_with_us():
        print(
            f"legacy_keras is not installed in {sys.prefix}, only found by PYTHONPATH or in the "
            "current folder. Install it there first: pip install legacy-keras",
            file=sys.stderr,
        )
        return 1
    if not _is_enabled():
        beside = _file().with_suffix(".new")
        beside.write_text(LINE, encoding="utf-8")
        os.replace(beside, _file())
    _tell()
    return 0


def disable(arguments: list[str]) -> int:
    """Remove the file, if there is one."""
    argparse.ArgumentParser(
        prog="legacy-keras disable",
        description="Undoes legacy-keras enable in this environment.",
    ).parse_args(arguments)
    _file().unlink(missing_ok=True)
    _tell()
    return 0


def status(arguments: list[str]) -> int:
    """Say which of the two holds; the exit status is 0 if it is enabled, else 1."""
    argparse.ArgumentParser(
        prog="legacy-keras status",
        description="Says whether this environment is enabled; the exit status is 0 if it is.",
    ).parse_args(arguments)
    _tell()
    return 0 if _is_enabled() else 1


def _file() -> Path:
    return Path(sysconfig.get_path("purelib"), "legacy_keras.pth")


def _is_enabled() -> bool:
    return _file().is_file() and _file().read_text(encoding="utf-8") == LINE


def _starts_with_us() -> bool:
    """Tell whether a Python that knows its environment only can import this package."""
    test = [sys.executable, "-I", "-c", "import legacy_keras"]
    return subprocess.run(test, capture_output=True, cwd=os.sep).returncode == 0


def _tell() -> None:
    print(f"legacy-keras is {'enabled' if _is_enabled() else 'not enabled'} in {sys.prefix}")
