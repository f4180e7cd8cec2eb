"""Indexing as NumPy and Theano do it, where torch does less.

Steps below zero, indices in narrow integer types, lists, and bounds that are tensors. Nothing
here looks at the values of meta tensors: for those an index is inside and a slice is whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._arrays import as_tensor


def get_item(x: Any, index: Any) -> Any:
    """Return ``x[index]``; ``x`` may also be a shape or a list."""
    if not isinstance(x, Tensor):
        return x[index]
    x, index, _ = _prepared(x, index)
    return x[index]


def set_item(x: Tensor, index: Any, value: Any, add: bool = False) -> Tensor:
    """Return a copy of ``x`` with ``value`` at ``index``, or added there, each time it occurs."""
    out, index, flipped = _prepared(x, index)
    value = as_tensor(value).to(x.device, x.dtype)
    if add and any(isinstance(part, Tensor) for part in index):
        places = torch.arange(out.numel(), device=x.device).view(out.shape)[index]
        added = value.broadcast_to(places.shape).reshape(-1)
        flat = out.reshape(-1).index_add(0, places.reshape(-1), added)
        out = flat.view(out.shape)
    else:
        out = out.clone()
        out[index] = out[index] + value if add else value
    return out.flip(flipped) if flipped else out


def _prepared(x: Tensor, index: Any) -> tuple[Tensor, tuple[Any, ...], list[int]]:
    """Return tensor and index so that torch can do it, and the axes that were flipped for it."""
    parts = [_part(p, x.is_meta) for p in (index if isinstance(index, tuple) else (index,))]
    taken = sum(p.ndim if _is_mask(p) else 1 for p in parts if p is not None and p is not ...)
    flipped: list[int] = []
    axis = 0
    for place, part in enumerate(parts):
        if part is None:
            continue
        if part is ...:
            axis += x.ndim - taken
            continue
        if isinstance(part, slice) and part.step is not None and part.step < 0:
            flipped.append(axis)
            parts[place] = _turned_round(part, x.shape[axis])
        elif x.is_meta and isinstance(part, int) and axis < x.ndim:
            parts[place] = 0
        axis += part.ndim if _is_mask(part) else 1
    return (x.flip(flipped) if flipped else x), tuple(parts), flipped


def _is_mask(part: Any) -> bool:
    return isinstance(part, Tensor) and part.dtype == torch.bool


def _part(part: Any, meta: bool) -> Any:
    if isinstance(part, slice):
        return slice(*(_bound(b) for b in (part.start, part.stop, part.step)))
    if isinstance(part, (list, np.ndarray)):
        part = torch.as_tensor(part) if isinstance(part, list) else as_tensor(part)
    if isinstance(part, np.integer) or (isinstance(part, Tensor) and part.ndim == 0):
        return 0 if meta else int(part)
    if isinstance(part, Tensor) and part.dtype != torch.bool:
        return part.long()  # torch takes int8 for a mask, or not at all
    return part


def _bound(value: Any) -> int | None:
    if value is None or (isinstance(value, Tensor) and value.is_meta):
        return None
    return int(value)


def _turned_round(part: slice, size: int) -> slice:
    """Return the slice that takes the same elements of the flipped axis."""
    taken = range(*part.indices(size))
    if not taken:
        return slice(0, 0)
    return slice(size - 1 - taken[0], size - taken[-1], -taken.step)
