"""The order of Python 2, where whatever two values can be compared."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import Any

from .. import redirect

Compare = Callable[[Any, Any], int]


def cmp(a: Any, b: Any) -> int:
    """Return -1, 0 or 1 for less, equal or greater."""
    try:
        return int(a > b) - int(a < b)
    except TypeError:
        pass
    if type(a) is type(b) and isinstance(a, (list, tuple)):
        pairs = (order for order in map(cmp, a, b) if order)
        return next(pairs, cmp(len(a), len(b)))
    if isinstance(a, dict) and isinstance(b, dict):
        return cmp(len(a), len(b)) or cmp(sorted(a.items()), sorted(b.items()))
    return cmp(_rank(a), _rank(b))


def _operator(compare: Callable[[Any, Any], Any], holds: Callable[[int], bool]) -> Any:
    def operator(a: Any, b: Any) -> Any:
        try:
            return compare(a, b)
        except TypeError:
            return holds(cmp(a, b))

    return operator


less = _operator(lambda a, b: a < b, lambda order: order < 0)
greater = _operator(lambda a, b: a > b, lambda order: order > 0)
less_equal = _operator(lambda a, b: a <= b, lambda order: order <= 0)
greater_equal = _operator(lambda a, b: a >= b, lambda order: order >= 0)


def _rank(value: Any) -> tuple[bool, str, int]:
    """Rank a value among those of other types: None, numbers, then by the name of the type."""
    is_number = isinstance(value, (int, float))
    name = "" if value is None or is_number else type(value).__name__
    return value is not None, name, 0 if is_number else id(value)


def sorted(
    values: Iterable[Any],
    cmp: Compare | None = None,
    key: Callable[[Any], Any] | None = None,
    reverse: bool = False,
) -> list[Any]:
    """Sort with Python 2's arguments and order."""
    values = list(values)
    if cmp is None:
        try:
            return builtins.sorted(values, key=key, reverse=reverse)
        except TypeError:  # they are of types that Python 3 does not compare
            cmp = globals()["cmp"]
    compare = cmp_to_key(cmp)
    in_order = compare if key is None else lambda value: compare(key(value))
    return builtins.sorted(values, key=in_order, reverse=reverse)


def sort(values: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``values.sort(...)``."""
    if not isinstance(values, list) or type(values).sort is not list.sort:
        return redirect.attribute(values, "sort")(*arguments, **options)  # a data frame's, too
    values[:] = sorted(values, *arguments, **options)
    return None


def min(*values: Any, **options: Any) -> Any:
    """Return the least."""
    return _extreme(builtins.min, values, options)


def max(*values: Any, **options: Any) -> Any:
    """Return the greatest."""
    return _extreme(builtins.max, values, options)


def _extreme(choose: Callable[..., Any], values: tuple[Any, ...], options: dict[str, Any]) -> Any:
    if len(values) == 1:
        values = (list(values[0]),)
    try:
        return choose(*values, **options)
    except TypeError:
        key, compare = options.pop("key", None), cmp_to_key(cmp)
        in_order = compare if key is None else lambda value: compare(key(value))
        return choose(*values, key=in_order, **options)
