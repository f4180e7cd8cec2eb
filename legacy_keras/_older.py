"""Arguments that Keras had under another name, or for nothing, before 0.3.3.

Whole layers that it dropped are in ``layers/_older_recurrent.py``, ``layers/normalization.py``
and ``layers/embeddings.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

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
