"""Activation functions by name, as 0.3.3 names them.

Mirrors: keras 0.3.3, activations.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from . import backend as K
from ._names import lookup
from ._symbolic.trace import traced
from .backend import hard_sigmoid, relu, sigmoid, softplus, tanh
from .backend._nn import relu_


def softmax(x: Tensor) -> Tensor:
    """Softmax over the last axis.

    Shape:
        input: (nb_samples, features) or (nb_samples, timesteps, features)
        output: the same

    Raises:
        ValueError: for any other number of axes.
    """
    check_ndim(softmax, x.ndim)
    return K.softmax(x)


def check_ndim(activation: Any, ndim: int) -> None:
    """Refuse an activation that cannot be applied to so many axes.

    Raises:
        ValueError: for softmax of other than 2 or 3 axes.
    """
    if activation is softmax and ndim not in (2, 3):
        raise ValueError(
            "Cannot apply softmax to a tensor that is not 2D or 3D. "
            f"Here, ndim={ndim}. Flatten or reshape it first."
        )


def linear(x: Any) -> Any:
    """Return ``x`` itself."""
    return x


def in_place(activation: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return the same function for tensors that nobody else holds: their memory may be used."""
    return relu_ if activation is relu else activation


ACTIVATIONS: dict[str, Callable[..., Tensor]] = {
    f.__name__: f for f in (softmax, softplus, relu, tanh, sigmoid, hard_sigmoid, linear)
}
# Functions that work number by number, so that several gates can share one call.
ELEMENTWISE = (softplus, relu, tanh, sigmoid, hard_sigmoid, linear)

# 0.2 had it for (nb_samples, timesteps, features); softmax does that since 0.3.
ACTIVATIONS["time_distributed_softmax"] = time_distributed_softmax = softmax


def get(identifier: Any) -> Any:
    """Return the activation of that name; a function is returned as it is.

    Raises:
        ValueError: if there is no such activation.
    """
    return traced(lookup(identifier, ACTIVATIONS, "activation function"))
