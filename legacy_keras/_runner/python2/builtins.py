"""The table of Python 2's builtins, for the modules that are Python 2 and for no other."""

from __future__ import annotations

import builtins
import functools
import io
import itertools
import sys
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import classes, execution, files, order, printing, sets
from .whole import Whole


class _Kind(type):
    """Makes a name stand for existing types in ``isinstance``, ``issubclass`` and ``==``."""

    stands_for: tuple[type, ...]

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.stands_for)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.stands_for)

    def __eq__(cls, other: object) -> bool:
        return other in cls.stands_for or other is cls

    def __hash__(cls) -> int:
        return hash(cls.stands_for[0])


class basestring(str, metaclass=_Kind):
    stands_for = (str, bytes)


class unicode(str, metaclass=_Kind):
    """Text: ``unicode(value)``, ``unicode(bytes, encoding, errors)``."""

    stands_for = (str,)

    def __new__(cls, value: Any = "", *arguments: Any, **options: Any) -> Any:
        from . import methods

        if isinstance(value, bytes) or arguments or options:
            return methods.decode(value, *arguments, **options)
        if hasattr(type(value), "__unicode__"):
            return value.__unicode__()
        return printing.str(value)


class file(metaclass=_Kind):
    stands_for = (io.IOBase,)

    def __new__(cls, *arguments: Any) -> Any:
        return files.open(*arguments)


def map(function: Callable[..., Any] | None, *values: Iterable[Any]) -> list[Any]:
    if function is str:
        function = printing.str
    if len(values) == 1:
        return list(values[0] if function is None else builtins.map(function, values[0]))
    rows = itertools.zip_longest(*values)
    return list(rows if function is None else itertools.starmap(function, rows))


def filter(function: Callable[[Any], Any] | None, values: Any) -> Any:
    kept = builtins.filter(function, values)
    if isinstance(values, str):
        return "".join(kept)
    return tuple(kept) if isinstance(values, tuple) else list(kept)


def zip(*values: Iterable[Any]) -> list[Any]:
    return list(builtins.zip(*values))


def range(*bounds: Any) -> list[int]:
    return list(builtins.range(*bounds))


def round(number: Any, ndigits: int = 0) -> float:
    """Round half away from zero, to a float."""
    number = float(number)
    if number != number or number in (float("inf"), -float("inf")):
        return number
    step = Decimal(1).scaleb(-ndigits)
    if Decimal(number).adjusted() + ndigits > 25:
        return number
    rounded = float(Decimal(number).quantize(step, ROUND_HALF_UP))
    return Whole(rounded) if ndigits <= 0 else rounded


def apply(function: Callable[..., Any], arguments: Any = (), options: Any = None) -> Any:
    return function(*arguments, **(options or {}))


def coerce(a: Any, b: Any) -> tuple[Any, Any]:
    kind = type(a + b)
    return kind(a), kind(b)


def oct(number: int) -> str:
    digits = builtins.oct(number).replace("0o", "0")
    return digits if number else "0"


# Name -> what a Python 2 module finds. ``str`` is not here, for it is a type above all: fixers
# write calls of it as ``_py2.str``.
BUILTINS: dict[str, Any] = {
    "_py2": sys.modules[__package__],
    "__build_class__": classes.build_class,
    "__import__": execution.import_module,
    "apply": apply,
    "basestring": basestring,
    "buffer": memoryview,
    "cmp": order.cmp,
    "coerce": coerce,
    "compile": execution.compile,
    "eval": execution.eval,
    "exec": execution.exec,
    "execfile": execution.execfile,
    "file": file,
    "filter": filter,
    "input": execution.input,
    "intern": sys.intern,
    "long": int,
    "map": map,
    "max": order.max,
    "min": order.min,
    "oct": oct,
    "open": files.open,
    "print": printing.print,
    "range": range,
    "raw_input": execution.raw_input,
    "reduce": functools.reduce,
    "reload": execution.reload,
    "repr": printing.repr,
    "round": round,
    "set": sets.set,
    "sorted": order.sorted,
    "StandardError": Exception,
    "unichr": chr,
    "unicode": unicode,
    "xrange": builtins.range,
    "zip": zip,
}
