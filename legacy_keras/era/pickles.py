"""``pickle`` for what Python 2 wrote: its ``str`` are read as latin-1, as NumPy's arrays need."""

from __future__ import annotations

import io
import pickle
from typing import Any


def _bytes_of(file: Any) -> Any:
    """Return the bytes under a file that was opened as text, which Python 2 did not mind."""
    return file.buffer if isinstance(file, io.TextIOWrapper) else file


def load(file: Any, **kwargs: Any) -> Any:
    """Read one object from a file, opened as bytes or as text."""
    kwargs.setdefault("encoding", "latin1")
    return pickle.load(_bytes_of(file), **kwargs)


def loads(data: Any, **kwargs: Any) -> Any:
    """Read one object from bytes."""
    kwargs.setdefault("encoding", "latin1")
    return pickle.loads(data.encode("latin-1") if isinstance(data, str) else data, **kwargs)


def dump(obj: Any, file: Any, protocol: int | None = None, **kwargs: Any) -> None:
    """Write one object to a file, opened as bytes or as text."""
    pickle.dump(obj, _bytes_of(file), protocol, **kwargs)
