"""NumPy's arrays as tensors, whatever their byte order, strides and flags."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor


def is_viewable(array: np.ndarray) -> bool:
    """Whether torch computes with the memory of an array as it is."""
    is_long_unsigned = array.dtype.kind == "u" and array.dtype.itemsize > 1
    is_backwards = min(array.strides, default=0) < 0
    return array.dtype.isnative and not is_long_unsigned and not is_backwards


def as_tensor(array: Any) -> Tensor:
    """View an array as a tensor; copy it only where torch cannot view it."""
    if isinstance(array, Tensor):
        return array
    array = np.asarray(array)
    if not is_viewable(array):
        native = array.dtype.newbyteorder("=")
        array = np.array(array, dtype=np.int64 if array.dtype.kind == "u" else native, order="C")
    if array.flags.writeable:
        return torch.from_numpy(array)
    with warnings.catch_warnings():  # torch warns of arrays that it must not write to
        warnings.simplefilter("ignore")
        return torch.from_numpy(array)
