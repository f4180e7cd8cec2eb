"""Penalties on weights and activities, added to the training loss.

Mirrors: keras 0.3.3, regularizers.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ._names import lookup


class Regularizer:
    """Base class, and the regularizer that adds nothing."""

    def set_param(self, p: Tensor | Sequence[Tensor]) -> None:
        """Take the weight, or the weights of all gates, that will be penalised."""
        self.p = p

    def set_layer(self, layer: Any) -> None:
        """Take the layer whose output will be penalised."""
        self.layer = layer

    def __call__(self, loss: Tensor) -> Tensor:
        return loss

    def get_config(self) -> dict[str, Any]:
        """Return the name and the arguments, as written to files."""
        return {"name": self.__class__.__name__}


class _L1L2Regularizer(Regularizer):
    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = l1
        self.l2 = l2

    def get_config(self) -> dict[str, Any]:
        return {"name": self.__class__.__name__, "l1": self.l1, "l2": self.l2}


class WeightRegularizer(_L1L2Regularizer):
    """``l1 sum(|p|) + l2 sum(p^2)``."""

    def __call__(self, loss: Tensor) -> Tensor:
        for p in [self.p] if isinstance(self.p, Tensor) else self.p:
            if self.l1:
                loss = loss + self.l1 * torch.sum(torch.abs(p))
            if self.l2:
                loss = loss + self.l2 * torch.sum(torch.square(p))
        return loss


class ActivityRegularizer(_L1L2Regularizer):
    """``l1 sum(mean(|y|)) + l2 sum(mean(y^2))`` of a layer's output y, means over samples."""

    def set_layer(self, layer: Any) -> None:
        super().set_layer(layer)
        layer.watch_output()

    def __call__(self, loss: Tensor) -> Tensor:
        output = self.layer.watched_output
        if self.l1:
            loss = loss + self.l1 * torch.sum(torch.mean(torch.abs(output), 0))
        if self.l2:
            loss = loss + self.l2 * torch.sum(torch.mean(torch.square(output), 0))
        return loss


def l1(l: float = 0.01) -> WeightRegularizer:  # noqa: E741 - the name that 0.3.3 gave it
    """Penalise ``l sum(|p|)``."""
    return WeightRegularizer(l1=l)


def l2(l: float = 0.01) -> WeightRegularizer:  # noqa: E741
    """Penalise ``l sum(p^2)``."""
    return WeightRegularizer(l2=l)


def l1l2(l1: float = 0.01, l2: float = 0.01) -> WeightRegularizer:
    """Penalise ``l1 sum(|p|) + l2 sum(p^2)``."""
    return WeightRegularizer(l1=l1, l2=l2)


def activity_l1(l: float = 0.01) -> ActivityRegularizer:  # noqa: E741
    """Penalise the absolute output."""
    return ActivityRegularizer(l1=l)


def activity_l2(l: float = 0.01) -> ActivityRegularizer:  # noqa: E741
    """Penalise the squared output."""
    return ActivityRegularizer(l2=l)


def activity_l1l2(l1: float = 0.01, l2: float = 0.01) -> ActivityRegularizer:
    """Penalise the absolute and the squared output."""
    return ActivityRegularizer(l1=l1, l2=l2)


identity = Regularizer

REGULARIZERS: dict[str, Any] = {
    "Regularizer": Regularizer,
    "identity": Regularizer,
    "WeightRegularizer": WeightRegularizer,
    "ActivityRegularizer": ActivityRegularizer,
    "l1": l1,
    "l2": l2,
    "l1l2": l1l2,
    "activity_l1": activity_l1,
    "activity_l2": activity_l2,
    "activity_l1l2": activity_l1l2,
}


def get(identifier: Any, kwargs: dict[str, Any] | None = None) -> Any:
    """Return a new regularizer of that name; an instance or None is returned as it is.

    Raises:
        ValueError: if there is no such regularizer.
    """
    found = lookup(identifier, REGULARIZERS, "regularizer")
    return found(**(kwargs or {})) if isinstance(identifier, str) else found
