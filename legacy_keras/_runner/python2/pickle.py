"""``pickle`` and ``cPickle`` for Python 2 programs: they read and write what Python 2 did.

A string of Python 2 becomes text, each byte a character (``latin1``: what NumPy needs for its
arrays). A file that was opened without ``b`` is read and written below its decoding.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

__all__ = ["HIGHEST_PROTOCOL", "Pickler", "Unpickler", "dump", "dumps", "load", "loads"]

HIGHEST_PROTOCOL = 2  # Python 2's, and the default here


class Unpickler(pickle.Unpickler):
    def __init__(self, file: Any) -> None:
        super().__init__(_binary(file), encoding="latin1")


class Pickler(pickle.Pickler):
    def __init__(self, file: Any, protocol: int | None = None) -> None:
        super().__init__(_binary(file), _protocol(protocol))


def load(file: Any) -> Any:
    return Unpickler(file).load()


def loads(data: Any) -> Any:
    return load(io.BytesIO(data.encode("latin-1") if isinstance(data, str) else data))


def dump(value: Any, file: Any, protocol: int | None = None) -> None:
    Pickler(file, protocol).dump(value)


def dumps(value: Any, protocol: int | None = None) -> bytes:
    return pickle.dumps(value, _protocol(protocol))


def _binary(file: Any) -> Any:
    """Return the file of bytes below a file of text."""
    if isinstance(file, io.TextIOBase) and hasattr(file, "buffer"):
        file.flush()
        return file.buffer
    return file


def _protocol(protocol: int | None) -> int:
    """Return a protocol that Python 2 reads, the best one by default."""
    return HIGHEST_PROTOCOL if protocol is None or protocol < 0 else protocol
