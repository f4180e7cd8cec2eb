"""The losses, penalties and constraints of Keras 0.3.3."""

from __future__ import annotations

import torch
from torch import Tensor


def mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_pred - y_true).square().mean(-1)


def root_mean_squared_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return torch.sqrt((y_pred - y_true).square().mean(-1))


def mean_absolute_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_pred - y_true).abs().mean(-1)


def mean_absolute_percentage_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    scale = y_true.abs().clamp_min(1e-7)
    return 100 * ((y_true - y_pred) / scale).abs().mean(-1)


def mean_squared_logarithmic_error(y_true: Tensor, y_pred: Tensor) -> Tensor:
    first_log = torch.log(y_pred.clamp_min(1e-7) + 1)
    second_log = torch.log(y_true.clamp_min(1e-7) + 1)
    return (first_log - second_log).square().mean(-1)


def squared_hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (1 - y_true * y_pred).clamp_min(0).square().mean(-1)


def hinge(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (1 - y_true * y_pred).clamp_min(0).mean(-1)


def categorical_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Cross-entropy of probabilities; those that the clip changes have no gradient."""
    y_pred = (y_pred / y_pred.sum(-1, keepdim=True)).clamp(1e-7, 1 - 1e-7)
    return -(y_true * y_pred.log()).sum(-1)


def binary_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Cross-entropy of probabilities; those that the clip changes have no gradient."""
    y_pred = y_pred.clamp(1e-7, 1 - 1e-7)
    return -(y_true * y_pred.log() + (1 - y_true) * (1 - y_pred).log()).mean(-1)


def poisson(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_pred - y_true * torch.log(y_pred + 1e-7)).mean(-1)


def cosine_proximity(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Minus the mean of the products, as Keras 0.3.3 has it, not their sum."""
    y_true = y_true / y_true.square().sum(-1, keepdim=True).sqrt()
    y_pred = y_pred / y_pred.square().sum(-1, keepdim=True).sqrt()
    return -(y_true * y_pred).mean(-1)


def weighted_mean(
    score: Tensor, weights: Tensor | None = None, mask: Tensor | None = None
) -> Tensor:
    """Return the mean of a score, per sample that counts.

    Args:
        score: (batch, ...)
        weights: (batch,) or (batch, steps)
        mask: (batch, steps), 0 for steps that do not count
    """
    if mask is not None:
        score = score * mask / share(mask)
    if weights is not None:
        if weights.ndim < score.ndim:
            score = score.flatten(weights.ndim).mean(-1)
        score = score * weights / share(weights != 0)
    return score.mean()


def share(kept: Tensor) -> Tensor:
    """Return the mean of what is kept, and 1 if nothing is."""
    mean = kept.float().mean()
    return torch.where(mean == 0, 1, mean)


def accuracy_of_classes(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the share of samples whose largest number is in the right place."""
    return (y_true.argmax(-1) == y_pred.argmax(-1)).float().mean()


def accuracy_of_answers(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the share of numbers that round to the target; halves go up."""
    rounded = torch.sign(y_pred) * torch.floor(y_pred.abs() + 0.5)
    return (y_true == rounded).float().mean()


def weight_penalty(weight: Tensor, l1: float = 0.0, l2: float = 0.0) -> Tensor:
    return l1 * weight.abs().sum() + l2 * weight.square().sum()


def activity_penalty(output: Tensor, l1: float = 0.0, l2: float = 0.0) -> Tensor:
    return l1 * output.abs().mean(0).sum() + l2 * output.square().mean(0).sum()


def max_norm(weight: Tensor, largest: float, dim: int | list[int]) -> Tensor:
    """Scale down what is longer than the largest norm."""
    norms = weight.square().sum(dim, keepdim=True).sqrt()
    return weight * (norms.clamp(0, largest) / (1e-7 + norms))


def unit_norm(weight: Tensor, dim: int | list[int]) -> Tensor:
    """Scale to norm 1."""
    return weight / (1e-7 + weight.square().sum(dim, keepdim=True).sqrt())


def non_negative(weight: Tensor) -> Tensor:
    """Set what is below 0 to 0."""
    return weight * (weight >= 0)
