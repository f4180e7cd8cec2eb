"""theano.tensor.nnet.conv: convolution as it was called before Theano 0.8."""

from __future__ import annotations

from typing import Any

from ...._symbolic.expression import operation
from ..._names import missing
from .._kernels import conv2d as _conv2d
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
    """Convolve 4D images; the shapes are hints and not needed."""
    convolve = operation(_conv2d)
    return convolve(as_tensor_variable(input), as_tensor_variable(filters), border_mode, subsample)


__getattr__ = missing(__name__)
