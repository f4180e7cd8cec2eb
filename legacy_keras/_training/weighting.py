"""Sample, class and time-step weights, and masks: from an objective to one number.

Mirrors: keras 0.3.3, models.py, standardize_weights and weighted_objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .. import objectives
from .._errors import ArgumentError, MissingKeyError
from ..backend._nn import mean_binary_crossentropy, mean_categorical_crossentropy


def weigh(
    y: Any, sample_weight: Any = None, class_weight: Any = None, mode: str | None = None
) -> np.ndarray | None:
    """Check weights and return one for each sample or time step; None if all are 1.

    Args:
        y: targets with at least two axes.
        sample_weight: array, (nb_samples,) or for "temporal" (nb_samples, timesteps).
        class_weight: dict from class to weight; ``sample_weight`` goes before it.
        mode: None or "temporal".

    Raises:
        ValueError: if mode, targets and weights do not go together.
    """
    if mode not in (None, "temporal"):
        raise ValueError(f'"sample_weight_mode" should be None or "temporal"; got {mode!r}.')
    if mode == "temporal" and len(y.shape) < 3:
        raise ValueError(
            'Timestep-wise sample weighting (use of sample_weight_mode="temporal") is '
            "restricted to outputs that are at least 3D, i.e. that have a time dimension; "
            f"the targets have the shape {tuple(y.shape)}."
        )
    if sample_weight is not None:
        return _checked(y, np.asarray(sample_weight), mode)
    if class_weight and isinstance(class_weight, Mapping):
        return _of_classes(y, class_weight)
    return None


def _checked(y: Any, weights: np.ndarray, mode: str | None) -> np.ndarray:
    shape = tuple(weights.shape)
    if mode == "temporal" and weights.ndim != 2:
        raise ValueError(
            "In order to use timestep-wise sample weighting, you should pass a 2D "
            f"sample_weight array; got the shape {shape}."
        )
    if mode is None and weights.ndim != 1:
        raise ValueError(
            "In order to use timestep-wise sample weights, you should specify "
            'sample_weight_mode="temporal" in compile(). If you just mean to use sample-wise '
            f"weights, make sure your sample_weight array is 1D; got the shape {shape}."
        )
    if tuple(y.shape[: weights.ndim]) != shape:
        raise ArgumentError(
            f"sample_weight has the shape {shape}; expected {tuple(y.shape[: weights.ndim])}, "
            f"the beginning of the targets' shape {tuple(y.shape)}."
        )
    return weights


def _of_classes(y: Any, class_weight: Mapping[Any, float]) -> np.ndarray:
    if len(y.shape) > 2:
        raise ValueError(
            "class_weight not supported for 3+ dimensional targets; got targets of the shape "
            f"{tuple(y.shape)}. Use sample_weight with sample_weight_mode='temporal'."
        )
    y = np.asarray(y)
    classes = y.argmax(axis=1) if y.shape[1] > 1 else y.reshape(len(y))
    try:
        return np.asarray([class_weight[c] for c in classes])
    except KeyError as error:
        raise MissingKeyError(
            f"class_weight has no entry for class {error.args[0]!r}; it has {list(class_weight)}."
        ) from None


def plain_weights(y: Any, weights: np.ndarray | None, mode: str | None) -> np.ndarray:
    """Return weights as an array also where all are 1: what callbacks may look at."""
    if weights is not None:
        return weights
    return np.ones(y.shape[: 2 if mode == "temporal" else 1])


# In one go where the mean of all numbers is the mean of the samples' means.
WHOLE_MEANS: dict[Any, Callable[[Tensor, Tensor], Tensor]] = {
    objectives.mean_squared_error: F.mse_loss,
    objectives.mean_absolute_error: F.l1_loss,
    objectives.categorical_crossentropy: mean_categorical_crossentropy,
    objectives.binary_crossentropy: mean_binary_crossentropy,
}


def weighted_loss(
    objective: Callable[[Tensor, Tensor], Tensor],
    y_true: Tensor,
    y_pred: Tensor,
    weights: Tensor | None,
    mask: Tensor | None,
) -> Tensor:
    """Return the mean score of a batch.

    Args:
        weights: (nb_samples,) or (nb_samples, timesteps); None if all are 1.
        mask: (nb_samples, timesteps), 0 for steps that do not count; None without.
    """
    if mask is None and weights is None and objective in WHOLE_MEANS:
        return WHOLE_MEANS[objective](y_pred, y_true)
    score = objective(y_true, y_pred)
    if mask is not None:
        mask = mask.to(score.dtype)
        score = score * mask / share(mask)
    if weights is not None:
        if score.ndim > weights.ndim:
            score = score.mean(list(range(weights.ndim, score.ndim)))
        score = score * weights / share((weights != 0).to(score.dtype))
    return score.mean()


def share(kept: Tensor) -> Tensor:
    """Return the mean of ``kept``, by which a loss over all samples is divided.

    0.3.3 divides by it so that a loss counts per sample that counts. A batch without
    any is 0 / 0 there and the weights are nan for good; here its loss is 0.
    """
    mean = kept.mean()
    return torch.where(mean == 0, 1.0, mean)
