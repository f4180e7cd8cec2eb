"""theano.tensor.signal.downsample: pooling as it was called before Theano 0.8."""

from __future__ import annotations

from ..._names import missing
from .pool import max_pool_2d as max_pool_2d
from .pool import pool_2d as pool_2d

__getattr__ = missing(__name__)
