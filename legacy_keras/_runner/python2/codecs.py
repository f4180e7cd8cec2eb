"""``codecs`` for Python 2 programs, whose standard streams took bytes."""

from __future__ import annotations

import codecs
import io
from typing import Any

__all__ = ["getreader", "getwriter"]


def getwriter(encoding: str) -> Any:
    return _unless_text(codecs.getwriter(encoding))


def getreader(encoding: str) -> Any:
    return _unless_text(codecs.getreader(encoding))


def _unless_text(make: Any) -> Any:
    """Return what wraps a stream of bytes, and leaves one of text as it is."""

    def wrap(stream: Any, errors: str = "strict") -> Any:
        return stream if isinstance(stream, io.TextIOBase) else make(stream, errors)

    return wrap
