"""Takes the alias along into processes that multiprocessing starts afresh.

A forked process has the alias already. A spawned one imports the script's ``__main__`` again,
``import keras`` included, so it must install the alias before.
"""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Callable
from multiprocessing import spawn
from typing import Any

import legacy_keras


class _Install:
    """Unpickled in the new process, before anything else there, this calls install()."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return legacy_keras.install, ()


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
