"""theano.tensor.nnet.neighbours: the windows of images as rows."""

from __future__ import annotations

from ..._names import missing, record
from .._kernels import images2neibs as _images2neibs

globals().update(record({"images2neibs": _images2neibs}))

__getattr__ = missing(__name__)
