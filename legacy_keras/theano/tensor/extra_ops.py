"""theano.tensor.extra_ops: some of NumPy's functions."""

from __future__ import annotations

from typing import Any

import torch

from ...backend import _theano_math as ops
from .._names import missing, record
from ._types import as_tensor_variable

_TABLE: dict[str, Any] = {
    "bincount": ops.bincount,
    "cumprod": ops.cumulative(torch.cumprod),
    "cumsum": ops.cumulative(torch.cumsum),
    "diff": ops.diff,
    "fill_diagonal": ops.fill_diagonal,
    "repeat": ops.repeat,
    "searchsorted": ops.searchsorted,
    "to_one_hot": ops.to_one_hot,
}
globals().update(record(_TABLE))


def squeeze(x: object) -> object:
    """Remove the axes that are known to have size 1."""
    return ops.squeeze(as_tensor_variable(x))


__getattr__ = missing(__name__)
