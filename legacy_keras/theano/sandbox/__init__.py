"""theano.sandbox: the random numbers of scripts for GPUs, and whether there is a GPU."""

from __future__ import annotations

from .._names import missing as _missing
from . import cuda, rng_mrg

__getattr__ = _missing(__name__)
