"""theano.tensor.signal.pool: pooling of the last two axes."""

from __future__ import annotations

from typing import Any

from ...._symbolic.expression import operation
from ..._names import missing
from .._kernels import pool2d
from .._types import as_tensor_variable


def pool_2d(
    input: Any,
    ds: Any,
    ignore_border: bool | None = None,
    st: Any = None,
    padding: Any = (0, 0),
    mode: str = "max",
) -> Any:
    """Pool; without ``ignore_border`` the windows that reach over the end count, too."""
    x = as_tensor_variable(input)
    return operation(pool2d)(x, ds, bool(ignore_border), st, padding, mode)


max_pool_2d = pool_2d

__getattr__ = missing(__name__)
