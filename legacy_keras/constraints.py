"""Constraints: functions of a weight, applied after each update.

Mirrors: keras 0.3.3, constraints.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from . import backend as K
from ._names import lookup


class Constraint:
    """Base class, and the constraint that changes nothing."""

    def __call__(self, p: Tensor) -> Tensor:
        return p

    def get_config(self) -> dict[str, Any]:
        """Return the name and the arguments, as written to files."""
        return {"name": self.__class__.__name__}


class _NormConstraint(Constraint):
    axis: int | Sequence[int]

    def norms(self, p: Tensor) -> Tensor:
        """Euclidean norms along ``axis``, which stays with size 1."""
        return K.sqrt(K.sum(torch.square(p), axis=self.axis, keepdims=True))


class MaxNorm(_NormConstraint):
    """Scale down what is longer than ``m``.

    Args:
        m: the largest norm allowed.
        axis: axis or axes over which a norm is taken: 0 for each unit of Dense,
            [1, 2, 3] for each filter of Convolution2D.
    """

    def __init__(self, m: float = 2, axis: int | Sequence[int] = 0) -> None:
        self.m = m
        self.axis = axis

    def __call__(self, p: Tensor) -> Tensor:
        norms = self.norms(p)
        return p * (torch.clamp(norms, 0, self.m) / (K.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.__class__.__name__, "m": self.m, "axis": self.axis}


class NonNeg(Constraint):
    """Set negative weights to 0."""

    def __call__(self, p: Tensor) -> Tensor:
        return p * (p >= 0.0)


class UnitNorm(_NormConstraint):
    """Scale to norm 1 along ``axis``, which is as in `MaxNorm`."""

    def __init__(self, axis: int | Sequence[int] = 0) -> None:
        self.axis = axis

    def __call__(self, p: Tensor) -> Tensor:
        return p / (K.epsilon() + self.norms(p))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.__class__.__name__, "axis": self.axis}


identity = Constraint
maxnorm = MaxNorm
nonneg = NonNeg
unitnorm = UnitNorm

CONSTRAINTS: dict[str, Any] = {
    "Constraint": Constraint,
    "identity": Constraint,
    "MaxNorm": MaxNorm,
    "maxnorm": MaxNorm,
    "NonNeg": NonNeg,
    "nonneg": NonNeg,
    "UnitNorm": UnitNorm,
    "unitnorm": UnitNorm,
}


def get(identifier: Any, kwargs: dict[str, Any] | None = None) -> Any:
    """Return a new constraint of that name; an instance or None is returned as it is.

    Raises:
        ValueError: if there is no such constraint.
    """
    found = lookup(identifier, CONSTRAINTS, "constraint")
    return found(**(kwargs or {})) if isinstance(identifier, str) else found
