"""``/`` of Python 2: integers, and arrays of integers, divide to integers."""

from __future__ import annotations

from typing import Any


def divide(a: Any, b: Any) -> Any:
    """Return what ``a / b`` was."""
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    if _is_integral(a) and _is_integral(b):
        return a // b
    if hasattr(type(a), "__div__"):
        result = a.__div__(b)
        if result is not NotImplemented:
            return result
    return a / b


def divide_in_place(a: Any, b: Any) -> Any:
    """Return what ``a`` was after ``a /= b``."""
    if _is_integral(a) and _is_integral(b):
        a //= b
    elif hasattr(type(a), "__idiv__"):
        return a.__idiv__(b)
    elif hasattr(type(a), "__div__"):
        return divide(a, b)
    else:
        a /= b
    return a


def _is_integral(value: Any) -> bool:
    if isinstance(value, int):
        return True
    dtype = getattr(value, "dtype", "")
    if isinstance(dtype, str):  # an expression of K or Theano
        return dtype.startswith(("int", "uint", "bool"))
    return getattr(dtype, "kind", "") in ("i", "u", "b")  # NumPy, pandas
