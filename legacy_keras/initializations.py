"""Initial weights by name, drawn from NumPy's global stream bit for bit as 0.3.3 draws.

Mirrors: keras 0.3.3, initializations.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import backend as K
from ._budget import reserve
from ._names import lookup
from ._singular_vectors import sign_like_2016
from .backend._variable import Variable

Shape = Sequence[int]


def get_fans(shape: Shape, dim_ordering: str = "th") -> tuple[float, float]:
    """Return (fan in, fan out) of a weight, as 0.3.3 counts them.

    A kernel's fan out is the number of its filters, without their size.

    Raises:
        ValueError: for a kernel whose ``dim_ordering`` is neither "th" nor "tf".
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) in (4, 5):
        if dim_ordering == "th":
            return float(np.prod(shape[1:])), shape[0]
        if dim_ordering == "tf":
            return float(np.prod(shape[:-1])), shape[-1]
        raise ValueError(f"Invalid dim_ordering: {dim_ordering!r}; expected 'th' or 'tf'.")
    fan = float(np.sqrt(np.prod(shape)))
    return fan, fan


def uniform(shape: Shape, scale: float = 0.05, name: str | None = None) -> Variable:
    """Draw uniformly from [-scale, scale)."""
    reserve(shape)
    return K.variable(np.random.uniform(low=-scale, high=scale, size=tuple(shape)), name=name)


def normal(shape: Shape, scale: float = 0.05, name: str | None = None) -> Variable:
    """Draw from a normal distribution with standard deviation ``scale``."""
    reserve(shape)
    return K.variable(np.random.normal(loc=0.0, scale=scale, size=tuple(shape)), name=name)


def lecun_uniform(shape: Shape, name: str | None = None, dim_ordering: str = "th") -> Variable:
    """Uniform with scale sqrt(3 / fan_in), LeCun 1998."""
    fan_in, _ = get_fans(shape, dim_ordering)
    return uniform(shape, float(np.sqrt(3.0 / fan_in)), name=name)


def glorot_normal(shape: Shape, name: str | None = None, dim_ordering: str = "th") -> Variable:
    """Normal with deviation sqrt(2 / (fan_in + fan_out)), Glorot and Bengio 2010."""
    fan_in, fan_out = get_fans(shape, dim_ordering)
    return normal(shape, float(np.sqrt(2.0 / (fan_in + fan_out))), name=name)


def glorot_uniform(shape: Shape, name: str | None = None, dim_ordering: str = "th") -> Variable:
    """Uniform with scale sqrt(6 / (fan_in + fan_out)), Glorot and Bengio 2010."""
    fan_in, fan_out = get_fans(shape, dim_ordering)
    return uniform(shape, float(np.sqrt(6.0 / (fan_in + fan_out))), name=name)


def he_normal(shape: Shape, name: str | None = None, dim_ordering: str = "th") -> Variable:
    """Normal with deviation sqrt(2 / fan_in), He et al. 2015."""
    fan_in, _ = get_fans(shape, dim_ordering)
    return normal(shape, float(np.sqrt(2.0 / fan_in)), name=name)


def he_uniform(shape: Shape, name: str | None = None, dim_ordering: str = "th") -> Variable:
    """Uniform with scale sqrt(6 / fan_in), He et al. 2015."""
    fan_in, _ = get_fans(shape, dim_ordering)
    return uniform(shape, float(np.sqrt(6.0 / fan_in)), name=name)


def orthogonal(shape: Shape, scale: float = 1.1, name: str | None = None) -> Variable:
    """A random matrix with orthonormal rows or columns, times ``scale``; Saxe et al. 2013."""
    reserve(shape)
    flat_shape = (shape[0], int(np.prod(shape[1:])))
    draw = np.random.normal(0.0, 1.0, flat_shape)
    u, _, v = np.linalg.svd(draw, full_matrices=False)
    u, v = sign_like_2016(draw, u, v)
    q = (u if u.shape == flat_shape else v).reshape(tuple(shape))
    return K.variable(scale * q[: shape[0], : shape[1]], name=name)


def identity(shape: Shape, scale: float = 1, name: str | None = None) -> Variable:
    """The identity matrix times ``scale``.

    Raises:
        ValueError: unless the shape is that of a square matrix.
    """
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(
            "Identity matrix initialization can only be used for 2D square matrices; "
            f"got the shape {tuple(shape)}."
        )
    reserve(shape)
    return K.variable(scale * np.identity(shape[0]), name=name)


def zero(shape: Shape, name: str | None = None) -> Variable:
    """All 0."""
    reserve(shape)
    return K.zeros(shape, name=name)


def one(shape: Shape, name: str | None = None) -> Variable:
    """All 1."""
    reserve(shape)
    return K.ones(shape, name=name)


INITIALIZATIONS: dict[str, Callable[..., Variable]] = {
    f.__name__: f
    for f in (
        uniform,
        normal,
        lecun_uniform,
        glorot_normal,
        glorot_uniform,
        he_normal,
        he_uniform,
        orthogonal,
        identity,
        zero,
        one,
    )
}


class _WithoutName:
    """A user's function of a shape alone, called by layers with a name as well."""

    def __init__(self, function: Callable[[Shape], Variable]) -> None:
        self.function = function
        self.__name__ = getattr(function, "__name__", type(function).__name__)

    def __call__(self, shape: Shape, name: str | None = None) -> Variable:
        return self.function(shape)


def _takes_name(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind((), name="")
    except TypeError:
        return False
    except ValueError:  # a function in C, without a signature
        pass
    return True


def get(identifier: Any, **kwargs: Any) -> Any:
    """Return the initialization of that name; a function is returned as it is.

    Up to 0.3.0 a function got the shape only, and 0.3.3 fails on one that takes no ``name``;
    here it gets none.

    0.3.3 takes ``dim_ordering`` here and does not pass it on, so channels-last kernels
    get the fans of channels-first ones. Kept: initial weights match bit for bit.

    Raises:
        ValueError: if there is no such initialization.
    """
    found = lookup(identifier, INITIALIZATIONS, "initialization")
    return _WithoutName(found) if callable(found) and not _takes_name(found) else found
