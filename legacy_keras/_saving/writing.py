"""Writing a file so that a failure leaves the old one, and asking before replacing it.

The new file is written beside its target, brought to disk and renamed: whoever opens the
path at any moment, after a crash as well, finds the old file or the new one, whole.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def save(path: Any, overwrite: bool, write: Callable[[Path], None]) -> None:
    """Call ``write(path)`` unless the file exists and may not be replaced.

    Raises:
        FileExistsError: if it exists, ``overwrite`` is False and there is nobody to ask.
    """
    path = Path(os.fsdecode(path))
    if overwrite or not path.is_file() or may_overwrite(path):
        write(path)


def may_overwrite(path: Path) -> bool:
    """Ask on standard input whether a file may be replaced.

    Raises:
        FileExistsError: if there is nobody to ask.
    """
    question = f"[WARNING] {path} already exists - overwrite? [y/n]"
    try:
        if _would_wait():
            raise EOFError
        answer = input(question)
        while answer not in ("y", "n"):
            answer = input('Enter "y" (overwrite) or "n" (cancel).')
    except (EOFError, OSError, RuntimeError):  # no standard input, or a closed one
        raise FileExistsError(
            f"{path} already exists; pass overwrite=True to replace it, or another name."
        ) from None
    if answer == "y":
        print("[TIP] Next time specify overwrite=True in save_weights!")
    return answer == "y"


def _would_wait() -> bool:
    """Whether to ask is to wait for an answer that nobody types, as in a job of a queue."""
    if not isinstance(input, types.BuiltinFunctionType):  # a notebook brings one of its own
        return False
    if sys.stdin is None or sys.stdin.isatty():
        return False
    try:
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], 0)
    except io.UnsupportedOperation:  # text in memory
        return False
    return not ready


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of an empty file to write, which replaces ``path`` if all goes well.

    A link is followed: what it leads to is replaced, not the link.
    """
    path = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(_rights(path))
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _rights(path: Path) -> int:
    """Return the rights of the old file, or those that a new one would have."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Bring a renaming to disk, where the system can."""
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
