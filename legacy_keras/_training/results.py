"""What training or testing one batch returns."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np


def batch_results(values: Iterable[np.ndarray]) -> list[np.ndarray]:
    """Return the loss and what else was measured, each an array without axes."""
    results = list(values)
    return LossAlone(results) if len(results) == 1 else results


class LossAlone(list[np.ndarray]):
    """A list with the loss, as in 0.3.3, that is also a number, as it was in 0.2.

    ``'%f' % loss``, ``total += loss``, ``loss < best``, ``progbar.add(n, [('loss', loss)])``.
    What a list can do with another list it does as a list.
    """

    __array_ufunc__ = None  # np.float32(0) + loss leaves it to this class

    def __float__(self) -> float:
        return float(self[0])

    def __round__(self, digits: int | None = None) -> Any:
        return round(float(self), digits)

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)


def _give_operators() -> None:
    def method(compute: Callable[[Any, Any], Any], of_lists: Any) -> Callable[..., Any]:
        def call(self: LossAlone, other: Any) -> Any:
            if isinstance(other, list) and of_lists is not None:
                return of_lists(self, other)
            return compute(self[0], other[0] if isinstance(other, LossAlone) else other)

        return call

    # A list on the left leaves ``+`` to this class, which derives from its own.
    reflected = {"add": lambda self, other: [*other, *self]}
    for name in ("add", "sub", "mul", "truediv", "pow"):
        compute = getattr(operator, name)
        swapped = functools.partial(_swapped, compute)
        of_lists = getattr(list, f"__{name}__", None)
        setattr(LossAlone, f"__{name}__", method(compute, of_lists))
        setattr(LossAlone, f"__r{name}__", method(swapped, reflected.get(name)))
    for name in ("lt", "le", "gt", "ge"):
        of_lists = getattr(list, f"__{name}__")
        setattr(LossAlone, f"__{name}__", method(getattr(operator, name), of_lists))


def _swapped(compute: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    return compute(y, x)


_give_operators()
