"""Arguments that Keras had under another name, in another order, or for nothing, before 0.3.3.

Whole layers that it dropped are in ``layers/_older_recurrent.py``, ``layers/normalization.py``
and ``layers/embeddings.py``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


def older_keywords(**names: str | None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take keywords of older releases; its signature stays that of 0.3.3.

    Args:
        names: for each older keyword its name in 0.3.3, or None for one that had no effect.

    Raises:
        TypeError: in a call that has both an older keyword and its name in 0.3.3.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            for older in names.keys() & kwargs.keys():
                value, name = kwargs.pop(older), names[older]
                if name is None:
                    continue
                if name in kwargs:
                    raise TypeError(
                        f"{function.__qualname__} got {older}={value!r} and {name}="
                        f"{kwargs[name]!r}; {older} is the name of {name} in older releases. "
                        f"Pass {name} alone."
                    )
                kwargs[name] = value
            return function(*args, **kwargs)

        return call

    return decorate


def older_order(
    *names: str | None, at: int, **defaults: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a constructor take arguments in the order of Keras 0.1, the size of its input first.

    ``Dense(784, 128, 'uniform')`` was ``Dense(128, 'uniform', input_dim=784)``. A call is one of
    0.1 if a size stands where 0.3.3 takes none, or if what stands in order has a name, too:
    ``Dense(784, 128, init='uniform')``.

    Args:
        names: for each argument of 0.1, in its order, the name in 0.3.3; None for what has no
            effect.
        at: position, without self, that has a size in 0.1 and none in 0.3.3.
        defaults: what 0.1 had by default, where it was another value.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        today = list(inspect.signature(function).parameters)[1:]

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            me, *given = args
            has_size = len(given) > at and isinstance(given[at], (int, np.integer, tuple))
            is_doubled = not kwargs.keys().isdisjoint(today[: len(given)])
            older = dict(zip(names, given))
            if not (has_size or is_doubled) or not kwargs.keys().isdisjoint(older):
                return function(*args, **kwargs)
            older.pop(None, None)
            named: dict[Any, Any] = {**defaults, **older, **kwargs}
            return function(me, **named)  # type: ignore[arg-type]

        return call

    return decorate


def older_sizes(function: Callable[P, R]) -> Callable[P, R]:
    """Let a constructor that takes a tuple of sizes take them one by one, as up to 0.2."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        me, *given = args
        if given and all(isinstance(each, (int, np.integer)) for each in given):
            args = (me, tuple(given))  # type: ignore[assignment]
        return function(*args, **kwargs)

    return call
