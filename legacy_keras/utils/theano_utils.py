"""Variables, as Keras made them before it had ``keras.backend``.

Mirrors: keras 0.2.0, utils/theano_utils.py (dropped in 0.3.0).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import backend as K
from .._settings import settings
from .._symbolic.expression import operation
from ..backend._variable import Variable


def floatX(X: Any) -> np.ndarray:
    """Return an array-like as an array of floatx."""
    return np.asarray(X, dtype=K.floatx())


def sharedX(X: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable from an array-like; ``dtype`` None is floatx."""
    return K.variable(X, dtype, name)


def shared_zeros(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 0; ``shape`` is a tuple or an int."""
    return K.zeros(shape, dtype, name)


def shared_ones(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 1; ``shape`` is a tuple or an int."""
    return K.ones(shape, dtype, name)


def shared_scalar(val: float = 0.0, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable of one number."""
    return K.variable(val, dtype, name)


@operation
def alloc_zeros_matrix(*dims: Any) -> Tensor:
    """Return a tensor filled with 0; a size may be an expression, such as ``X.shape[1]``."""
    sizes = [int(size) for size in dims]
    dtype = getattr(torch, K.floatx())
    return torch.zeros(sizes, dtype=dtype, device=settings.torch_device())


def ndim_tensor(ndim: int) -> Any:
    """Return a placeholder with that many axes, 1 to 4; for any other number with 2."""
    return K.placeholder(ndim=ndim if ndim in (1, 2, 3, 4) else 2)


def on_gpu() -> bool:
    """Tell whether models live on a GPU."""
    return settings.torch_device().type == "cuda"
