"""``_py2`` in translated source: operators, methods and statements with Python 2's meaning."""

from __future__ import annotations

from types import TracebackType
from typing import Any


def divide(a: Any, b: Any) -> Any:
    """Divide as Python 2's ``/`` did: integers, and arrays of integers, to integers."""
    if _is_integral(a) and _is_integral(b):
        return a // b
    return a / b


def _is_integral(value: Any) -> bool:
    if isinstance(value, int):
        return True
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return kind in ("i", "u", "b")


def exception(kind: Any, value: Any, traceback: TracebackType | None = None) -> BaseException:
    """Make what ``raise kind, value, traceback`` raised."""
    if isinstance(value, BaseException):
        error = value
    elif isinstance(kind, BaseException):
        error = kind
    elif isinstance(value, tuple):
        error = kind(*value)
    else:
        error = kind() if value is None else kind(value)
    return error.with_traceback(traceback) if traceback is not None else error
