"""Losses by name: functions of (y_true, y_pred) that keep one score for each sample.

Masks and weights are applied in ``_training/weighting.py``.

Mirrors: keras 0.3.3, objectives.py.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from . import backend as K
from ._names import lookup


def mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """mean((y_pred - y_true)^2) over the last axis."""
    return torch.mean(torch.square(y_pred - y_true), -1)


def root_mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """sqrt(mean((y_pred - y_true)^2) over the last axis).

    Its gradient is nan for a sample without any error, as it was.

    Mirrors: keras 0.3.1, objectives.py, root_mean_squared_error (dropped in 0.3.2).
    """
    return torch.sqrt(mean_squared_error(y_true, y_pred))


def mean_absolute_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``mean(|y_pred - y_true|)`` over the last axis."""
    return torch.mean(torch.abs(y_pred - y_true), -1)


def mean_absolute_percentage_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """``100 mean(|y_true - y_pred| / |y_true|)`` over the last axis."""
    scale = torch.clamp_min(torch.abs(y_true), K.epsilon())
    return 100.0 * torch.mean(torch.abs((y_true - y_pred) / scale), -1)


def mean_squared_logarithmic_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """mean((log(y_pred + 1) - log(y_true + 1))^2) over the last axis."""
    first_log = torch.log(torch.clamp_min(y_pred, K.epsilon()) + 1.0)
    second_log = torch.log(torch.clamp_min(y_true, K.epsilon()) + 1.0)
    return torch.mean(torch.square(first_log - second_log), -1)


def squared_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """mean(max(1 - y_true y_pred, 0)^2) over the last axis."""
    return torch.mean(torch.square(torch.clamp_min(1.0 - y_true * y_pred, 0.0)), -1)


def hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """mean(max(1 - y_true y_pred, 0)) over the last axis."""
    return torch.mean(torch.clamp_min(1.0 - y_true * y_pred, 0.0), -1)


def categorical_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Cross-entropy of class probabilities; ``y_true`` is one-hot."""
    return K.categorical_crossentropy(y_pred, y_true)


def binary_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Mean over the last axis of the cross-entropy of each probability."""
    return torch.mean(K.binary_crossentropy(y_pred, y_true), -1)


def poisson(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """mean(y_pred - y_true log(y_pred)) over the last axis."""
    return torch.mean(y_pred - y_true * torch.log(y_pred + K.epsilon()), -1)


def cosine_proximity(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """-mean of the product of both after scaling to unit length."""
    return -torch.mean(K.l2_normalize(y_true, -1) * K.l2_normalize(y_pred, -1), -1)


mse = MSE = mean_squared_error
rmse = RMSE = root_mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
cosine = cosine_proximity

OBJECTIVES: dict[str, Callable[..., Tensor]] = {
    "mean_squared_error": mean_squared_error,
    "mse": mean_squared_error,
    "MSE": mean_squared_error,
    "root_mean_squared_error": root_mean_squared_error,
    "rmse": root_mean_squared_error,
    "RMSE": root_mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "mae": mean_absolute_error,
    "MAE": mean_absolute_error,
    "mean_absolute_percentage_error": mean_absolute_percentage_error,
    "mape": mean_absolute_percentage_error,
    "MAPE": mean_absolute_percentage_error,
    "mean_squared_logarithmic_error": mean_squared_logarithmic_error,
    "msle": mean_squared_logarithmic_error,
    "MSLE": mean_squared_logarithmic_error,
    "squared_hinge": squared_hinge,
    "hinge": hinge,
    "categorical_crossentropy": categorical_crossentropy,
    "binary_crossentropy": binary_crossentropy,
    "poisson": poisson,
    # 0.2 called it so.
    "poisson_loss": poisson,
    "cosine_proximity": cosine_proximity,
    "cosine": cosine_proximity,
}
poisson_loss = poisson


class TorchLoss:
    """A ``torch.nn`` loss in the place of an objective.

    Args:
        module: a loss that takes ``(input, target)``. It is used without reduction, so
            that masks and weights apply to each sample.

    Raises:
        TypeError: if the module has no ``reduction`` to turn off.
    """

    def __init__(self, module: nn.Module) -> None:
        if not hasattr(module, "reduction"):
            raise TypeError(
                f"the loss {type(module).__name__} has no `reduction`; expected a torch.nn "
                "loss such as nn.MSELoss(), or a function of (y_true, y_pred)."
            )
        single: Any = copy.copy(module)
        single.reduction = "none"
        self.module = single
        self.__name__ = type(module).__name__

    def __call__(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        score: Tensor = self.module(y_pred, y_true)
        return score


def get(identifier: Any) -> Any:
    """Return the objective of that name; a function is returned as it is.

    A ``torch.nn`` loss, class or instance, is taken as well.

    Raises:
        ValueError: if there is no objective of that name.
        TypeError: for something that cannot be called.
    """
    objective = lookup(identifier, OBJECTIVES, "objective")
    if isinstance(objective, type) and issubclass(objective, nn.Module):
        objective = objective()
    if isinstance(objective, nn.Module):
        return TorchLoss(objective)
    if not callable(objective):
        raise TypeError(
            f"the loss got {objective!r}; expected a name such as 'mse', a function of "
            "(y_true, y_pred), or a torch.nn loss."
        )
    return objective
