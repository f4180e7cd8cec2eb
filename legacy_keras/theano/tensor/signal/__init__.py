"""theano.tensor.signal: pooling and convolution of matrices."""

from __future__ import annotations

from ..._names import missing as _missing
from . import conv, downsample, pool

__getattr__ = _missing(__name__)
