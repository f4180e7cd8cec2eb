"""Takes the alias, and the program's language, along into processes that multiprocessing starts.

A forked process has them already. A spawned one imports the script's ``__main__`` again,
``import keras`` included, so it must install the alias before, and load that module as the
runner does: it may be Python 2.
"""

from __future__ import annotations

import functools
import importlib.util
import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing import spawn
from types import ModuleType
from typing import Any

import legacy_keras

from . import loading


class _Install:
    """Unpickled in the new process, before anything else there, this does it."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        if loading.current is None:
            return legacy_keras.install, ()
        return _continue, (vars(loading.current),)


def install_in_spawned() -> None:
    """Send an `_Install` along with what multiprocessing tells each new process."""
    get_preparation_data = spawn.get_preparation_data

    @functools.wraps(get_preparation_data)
    def with_alias(name: str) -> dict[str, Any]:
        return {"legacy_keras": _Install(), **get_preparation_data(name)}

    spawn.get_preparation_data = with_alias
    if "forkserver" in multiprocessing.get_all_start_methods():
        # By default the server runs the script's top level itself, before it could install.
        multiprocessing.set_forkserver_preload([])


def _continue(state: dict[str, Any]) -> None:
    """Go on with the program of the process that started this one."""
    legacy_keras.install()
    program = loading.Program()
    vars(program).update(state, write=None, changes=[])
    program.install()
    hooks: Any = spawn
    hooks._fixup_main_from_path = functools.partial(_main_from_path, program)
    by_name = functools.partial(_main_from_name, hooks._fixup_main_from_name)
    hooks._fixup_main_from_name = by_name


def _main_from_path(program: loading.Program, path: str) -> None:
    """Do what multiprocessing does for ``__main__``, but load it as own module."""
    if getattr(sys.modules["__main__"], "__file__", None) != path:
        _load_main(loading.OwnLoader("__mp_main__", path, program))


def _main_from_name(otherwise: Callable[[str], None], name: str) -> None:
    """Do the same for a main module that was run by ``-m``."""
    spec = importlib.util.find_spec(name)
    if spec is None or not isinstance(spec.loader, loading.OwnLoader):
        otherwise(name)
    elif sys.modules["__main__"].__spec__ is None or sys.modules["__main__"].__spec__.name != name:
        _load_main(spec.loader, spec)


def _load_main(loader: loading.OwnLoader, spec: Any = None) -> None:
    main_module = ModuleType("__mp_main__")
    main_module.__file__ = loader.path
    main_module.__spec__ = spec
    if spec is not None:
        main_module.__package__ = spec.parent
    spawn.old_main_modules.append(sys.modules["__main__"])
    sys.modules["__mp_main__"] = main_module
    loader.exec_module(main_module)
    sys.modules["__main__"] = main_module
