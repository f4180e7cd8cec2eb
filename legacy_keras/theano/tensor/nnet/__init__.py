"""theano.tensor.nnet: activations, cross-entropies and convolution."""

from __future__ import annotations

from typing import Any

from ...._symbolic.expression import operation as _operation
from ....backend import _nn as _K
from ....backend import _theano_math as _ops
from ..._names import missing as _missing
from ..._names import record as _record
from .. import _kernels
from .._kernels import binary_crossentropy, categorical_crossentropy
from .._types import as_tensor_variable as _symbol
from . import bn, conv, conv3d2d, neighbours, nnet, sigm
from .bn import batch_normalization

_TABLE: dict[str, Any] = {
    "elu": lambda x, alpha=1: _ops.switch(x > 0, x, alpha * (x.exp() - 1)),
    "hard_sigmoid": _ops.unary(_K.hard_sigmoid),
    "logsoftmax": _kernels.log_softmax,
    "relu": lambda x, alpha=0: _K.relu(_ops.as_tensor(x), alpha),
    "softmax": _kernels.softmax,
    "softplus": _ops.unary(_K.softplus),
    "softsign": lambda x: x / (1.0 + x.abs()),
    "ultra_fast_sigmoid": _kernels.ultra_fast_sigmoid,
}
globals().update(_record(_TABLE))


def sigmoid(x: Any) -> Any:
    return _operation(_K.sigmoid)(_symbol(x))


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    image_shape: Any = None,
    **kwargs: Any,
) -> Any:
    """Convolve 4D images; the shapes are hints and not needed."""
    convolve = _operation(_kernels.conv2d)
    return convolve(_symbol(input), _symbol(filters), border_mode, subsample, filter_flip)


__getattr__ = _missing(__name__)
