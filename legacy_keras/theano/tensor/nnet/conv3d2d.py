"""theano.tensor.nnet.conv3d2d: convolution of videos."""

from __future__ import annotations

from typing import Any

from ...._symbolic.expression import operation
from ..._names import missing
from .._kernels import conv3d as _conv3d
from .._types import as_tensor_variable


def conv3d(
    signals: Any,
    filters: Any,
    signals_shape: Any = None,
    filters_shape: Any = None,
    border_mode: Any = "valid",
) -> Any:
    """Convolve (samples, time, channels, rows, cols); the shapes are hints and not needed."""
    return operation(_conv3d)(as_tensor_variable(signals), filters, border_mode)


__getattr__ = missing(__name__)
