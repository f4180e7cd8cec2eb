"""Class bodies of Python 2: ``__metaclass__``, and special methods that have new names."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections.abc import Callable, MutableMapping
from typing import Any

# The old name of a special method, and the new one.
RENAMED = {
    "next": "__next__",
    "__nonzero__": "__bool__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
}

Namespace = MutableMapping[str, Any]


def build_class(body: Callable[..., Any], name: str, *bases: Any, **options: Any) -> Any:
    """Run a class statement: what Python calls as ``__build_class__``."""
    if "metaclass" not in options:
        of_module = body.__globals__.get("__metaclass__")
        options["metaclass"] = _Maker(of_module)
    return builtins.__build_class__(body, name, *bases, **options)


class _Maker:
    """Stands for the metaclass until the body has run, for the body may name one."""

    def __init__(self, of_module: Any) -> None:
        self.of_module = of_module

    def __prepare__(self, name: str, bases: tuple[Any, ...], **options: Any) -> Namespace:
        return types.prepare_class(name, bases, options)[1]

    def __call__(self, name: str, bases: tuple[Any, ...], body: Namespace, **options: Any) -> Any:
        _complete(body, bases)
        metaclass = body.get("__metaclass__", None if bases else self.of_module)
        if metaclass is None:
            metaclass = types.prepare_class(name, bases)[0]
        return metaclass(name, bases, body, **options)


def _complete(body: Namespace, bases: tuple[Any, ...]) -> None:
    """Add special methods of Python 3 to a class body that has those of Python 2."""
    for old, new in RENAMED.items():
        if callable(body.get(old)) and new not in body:
            body[new] = body[old]
    if "__cmp__" in body:
        for name, method in _comparisons(body["__cmp__"]).items():
            body.setdefault(name, method)
    if "__eq__" in body and "__hash__" not in body:  # Python 3 takes it away
        body["__hash__"] = _inherited(bases, "__hash__")
    if "__unicode__" in body and "__str__" not in body:
        body["__str__"] = body["__unicode__"]
    if "__getslice__" in body:
        getitem = body.get("__getitem__", _inherited(bases, "__getitem__"))
        body["__getitem__"] = _sliced(body["__getslice__"], getitem)
    if "__setslice__" in body:
        setitem = body.get("__setitem__", _inherited(bases, "__setitem__"))
        body["__setitem__"] = _sliced(body["__setslice__"], setitem)


def _inherited(bases: tuple[Any, ...], name: str) -> Any:
    for base in (*bases, object):
        if hasattr(base, name):
            return getattr(base, name)
    return None


def _comparisons(compare: Callable[[Any, Any], int]) -> dict[str, Callable[[Any, Any], bool]]:
    return {
        "__eq__": lambda self, other: compare(self, other) == 0,
        "__ne__": lambda self, other: compare(self, other) != 0,
        "__lt__": lambda self, other: compare(self, other) < 0,
        "__le__": lambda self, other: compare(self, other) <= 0,
        "__gt__": lambda self, other: compare(self, other) > 0,
        "__ge__": lambda self, other: compare(self, other) >= 0,
    }


def _sliced(by_slice: Callable[..., Any], by_item: Any) -> Callable[..., Any]:
    """Return a ``__getitem__`` or ``__setitem__`` that gives ``x[i:j]`` to the old method."""

    @functools.wraps(by_item or by_slice)
    def item(self: Any, key: Any, *value: Any) -> Any:
        if not isinstance(key, slice) or key.step is not None:
            return by_item(self, key, *value)
        start = 0 if key.start is None else key.start
        stop = sys.maxsize if key.stop is None else key.stop
        if start < 0 or stop < 0:
            start += len(self) if start < 0 else 0
            stop += len(self) if stop < 0 else 0
        return by_slice(self, start, stop, *value)

    return item
