"""theano.tensor.signal.conv: convolution of matrices, or of stacks of them."""

from __future__ import annotations

from typing import Any

from ...._symbolic.expression import operation
from ..._names import missing
from .._kernels import conv2d_of_matrices
from .._types import as_tensor_variable


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    subsample: Any = (1, 1),
    **kwargs: Any,
) -> Any:
    """Convolve; the shapes are hints and not needed."""
    x = as_tensor_variable(input)
    return operation(conv2d_of_matrices)(x, filters, border_mode, subsample)


__getattr__ = missing(__name__)
