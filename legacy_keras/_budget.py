"""How many weights a configuration from a file may ask for.

``Dense(output_dim=10 ** 9)`` is a line in a text file and terabytes when it is built. While
a configuration is read, `initializations` counts every weight here before it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from ._errors import UnsafeModelError
from ._settings import settings

_left: ContextVar[int | None] = ContextVar("weights_left", default=None)


@contextmanager
def limited_weights() -> Iterator[None]:
    """Count the weights that are made inside, up to ``settings.max_weights`` in all."""
    token = _left.set(settings.max_weights if _left.get() is None else _left.get())
    try:
        yield
    finally:
        _left.reset(token)


def reserve(shape: Sequence[int]) -> None:
    """Count the weights of an array that is about to be made.

    Raises:
        UnsafeModelError: if that is more than a configuration may ask for.
    """
    left = _left.get()
    if left is None:
        return
    left -= math.prod(shape)
    if left < 0:
        raise UnsafeModelError(
            f"The configuration asks for a weight of shape {tuple(shape)}, and with it for more "
            f"than {settings.max_weights} weights. If you trust it, allow more: "
            "legacy_keras.settings.max_weights = 10 ** 10"
        )
    _left.set(left)
