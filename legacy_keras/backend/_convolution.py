"""Convolutions and pooling of K in both dim_orderings and both semantics.

Theano convolves: it turns the kernel round, and pads half a kernel for ``same``.
TensorFlow correlates and pads so that ``same`` gives ceil(size / stride). Tensors inside
are channels-first; ``dim_ordering="tf"`` means channels-last input and kernels.

Mirrors: keras 0.3.3, backend/theano_backend.py and backend/tensorflow_backend.py.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .._errors import ArgumentError
from . import common
from ._math import pad_axes, spatial_axes

CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def channels_first(x: Tensor, dim_ordering: str) -> Tensor:
    """View (samples, *space, channels) as (samples, channels, *space)."""
    spatial_axes(x, dim_ordering)  # refuses any other ordering
    return x if dim_ordering == "th" else x.movedim(-1, 1)


def channels_back(x: Tensor, dim_ordering: str) -> Tensor:
    """Undo `channels_first`."""
    return x if dim_ordering == "th" else x.movedim(1, -1)


def same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Return TensorFlow's padding (before, after) for border_mode ``same``."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def _check_border_mode(border_mode: str) -> None:
    if border_mode not in ("valid", "same"):
        raise ValueError(f"Invalid border mode: {border_mode!r}; expected 'valid' or 'same'.")


def check_strides(
    strides: Sequence[int], windows: Sequence[int], border_mode: str, semantics: str
) -> None:
    """Refuse strides that 0.3.3 on Theano does not take with border_mode ``same``.

    Raises:
        ValueError: naming strides and window.
    """
    if border_mode != "same" or semantics != "theano":
        return
    strides, windows = tuple(strides), tuple(windows)
    if len(strides) == 3 and strides != (1, 1, 1):
        raise ArgumentError(
            f"border_mode='same' got subsample={strides}; in 3D only (1, 1, 1) goes with it. "
            "Use border_mode='valid'."
        )
    if any(s > w for s, w in zip(strides, windows)):
        raise ArgumentError(
            f"border_mode='same' got subsample={strides} with a window of {windows}; strides "
            "should be smaller than the convolution window, or equal to it."
        )


def convolve(
    x: Tensor,
    kernel: Tensor,
    strides: Sequence[int],
    border_mode: str,
    dim_ordering: str,
    bias: Tensor | None = None,
    semantics: str | None = None,
) -> Tensor:
    """Convolve sequences, images or volumes, and add a bias to each filter's output.

    Args:
        semantics: "theano" or "tensorflow"; None for the backend chosen by the user.

    Raises:
        ValueError: for unknown modes, or strides that Theano does not take.
    """
    _check_border_mode(border_mode)
    x = channels_first(x, dim_ordering)
    if dim_ordering == "tf":  # (*space, channels, filters) to (filters, channels, *space)
        kernel = kernel.movedim(-1, 0).movedim(-1, 1)
    nb_axes = x.ndim - 2
    semantics = semantics or common._BACKEND
    theano = semantics == "theano"
    if theano:
        kernel = kernel.flip(list(range(2, x.ndim)))
    sizes, windows = x.shape[2:], kernel.shape[2:]
    check_strides(strides, windows, border_mode, semantics)
    if border_mode == "valid":
        out = CONVOLUTIONS[nb_axes](x, kernel, bias, tuple(strides))
    elif theano and nb_axes < 3:
        half = [w // 2 for w in windows]
        out = CONVOLUTIONS[nb_axes](x, kernel, bias, tuple(strides), half)
        # An even window gives one row or column too many.
        out = _crop(out, [-(-n // s) for n, s in zip(sizes, strides, strict=True)])
    elif theano:
        # The longer half of an even window goes behind.
        pads = {a + 2: ((w - 1) // 2, w - 1 - (w - 1) // 2) for a, w in enumerate(windows)}
        out = F.conv3d(pad_axes(x, pads), kernel, bias)
    else:
        spans = zip(sizes, windows, strides, strict=True)
        pads = {a + 2: same_padding(*span) for a, span in enumerate(spans)}
        out = CONVOLUTIONS[nb_axes](pad_axes(x, pads), kernel, bias, tuple(strides))
    return channels_back(out, dim_ordering)


def _crop(x: Tensor, sizes: Sequence[int]) -> Tensor:
    for axis, size in enumerate(sizes, 2):
        if size < x.shape[axis]:
            x = x.narrow(axis, 0, size)
    return x


def conv2d(
    x: Tensor,
    kernel: Tensor,
    strides: Sequence[int] = (1, 1),
    border_mode: str = "valid",
    dim_ordering: str = "th",
    image_shape: Any = None,
    filter_shape: Any = None,
    *,
    semantics: str | None = None,
) -> Tensor:
    """Convolve 4D images.

    Args:
        x: (samples, channels, rows, cols), channels last for ``dim_ordering="tf"``.
        kernel: (filters, channels, rows, cols), or (rows, cols, channels, filters).
        image_shape, filter_shape: hints for Theano; not needed here.
        semantics: as in `convolve`.
    """
    return convolve(x, kernel, strides, border_mode, dim_ordering, semantics=semantics)


def conv3d(
    x: Tensor,
    kernel: Tensor,
    strides: Sequence[int] = (1, 1, 1),
    border_mode: str = "valid",
    dim_ordering: str = "th",
    volume_shape: Any = None,
    filter_shape: Any = None,
    *,
    semantics: str | None = None,
) -> Tensor:
    """Convolve 5D volumes; arguments as in `conv2d`."""
    return convolve(x, kernel, strides, border_mode, dim_ordering, semantics=semantics)


# Pooling

# Up to this many elements in a window, taking the larger of shifted views beats
# torch's max_pool2d, which also writes down where each maximum was.
SMALL_WINDOW = 16


def _windows(x: Tensor, window: Sequence[int], strides: Sequence[int]) -> list[Tensor]:
    """Return a view of ``x`` for each place in the window: what stands there in each window."""
    counts = [(n - w) // s + 1 for n, w, s in zip(x.shape[2:], window, strides, strict=True)]
    views = []
    for offsets in itertools.product(*map(range, window)):
        spans = [
            slice(o, o + (c - 1) * s + 1, s)
            for o, c, s in zip(offsets, counts, strides, strict=True)
        ]
        views.append(x[(slice(None), slice(None), *spans)])
    return views


class _MaxPool(torch.autograd.Function):
    """Max pooling whose gradient goes to every element of a tie, as in Theano.

    torch picks one of them. Ties are common: a convolution gives the same number all
    over the blank part of an image.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: Sequence[int], strides: Sequence[int]) -> Tensor:
        views = _windows(x, window, strides)
        if len(views) <= SMALL_WINDOW:
            out = views[0].clone(memory_format=torch.contiguous_format)
            for view in views[1:]:
                torch.maximum(out, view, out=out)
        else:
            pool = F.max_pool2d if len(window) == 2 else F.max_pool3d
            out = pool(x, tuple(window), tuple(strides))
        ctx.save_for_backward(x, out)
        ctx.window, ctx.strides = window, strides
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        x, out = ctx.saved_tensors
        grad = torch.empty_like(x, memory_format=torch.contiguous_format)
        apart = all(s >= w for s, w in zip(ctx.strides, ctx.window, strict=True))
        if not apart or grad.numel() != out.numel() * math.prod(ctx.window):
            grad.zero_()  # else each place is written to, once
        below = -torch.finfo(x.dtype).tiny
        part = torch.empty_like(out)
        places = _windows(x, ctx.window, ctx.strides)
        for target, view in zip(_windows(grad, ctx.window, ctx.strides), places, strict=True):
            # The gradient where view - out is not below 0, without a tensor of bools between.
            torch.sub(view, out, out=part)
            torch.ops.aten.threshold_backward(grads[0], part, below, grad_input=part)
            target.copy_(part) if apart else target.add_(part)
        return grad, None, None


def _average(x: Tensor, window: Sequence[int], strides: Sequence[int]) -> Tensor:
    pool = F.avg_pool2d if len(window) == 2 else F.avg_pool3d
    return pool(x, tuple(window), tuple(strides))


def _pool(
    x: Tensor,
    window: Sequence[int],
    strides: Sequence[int],
    border_mode: str,
    dim_ordering: str,
    pool_mode: str,
    semantics: str | None,
) -> Tensor:
    _check_border_mode(border_mode)
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"Invalid pooling mode: {pool_mode!r}; expected 'max' or 'avg'.")
    x = channels_first(x, dim_ordering)
    pads = {}
    if border_mode == "same":
        pads = _pool_padding(x, window, strides, semantics or common._BACKEND)
    if pool_mode == "max":
        padded = pad_axes(x, pads, float("-inf")) if pads else x
        out = _MaxPool.apply(padded, tuple(window), tuple(strides))
    else:
        out = _average(pad_axes(x, pads) if pads else x, window, strides)
        if pads:  # the padding does not count
            inside = pad_axes(torch.ones_like(x[:1, :1]), pads)
            out = out / _average(inside, window, strides)
    if pads:
        out = _crop(out, [-(-n // s) for n, s in zip(x.shape[2:], strides, strict=True)])
    return channels_back(out, dim_ordering)


def _pool_padding(
    x: Tensor, window: Sequence[int], strides: Sequence[int], semantics: str
) -> dict[int, tuple[int, int]]:
    spans = list(zip(x.shape[2:], window, strides, strict=True))
    if semantics == "tensorflow":
        return {a + 2: same_padding(*span) for a, span in enumerate(spans)}
    # 0.3.3 on Theano pads so much on both sides and cuts off what is too long.
    width = [w - 2 if w % 2 else w - 1 for w in window]
    return {a + 2: (max(p, 0), max(p, 0)) for a, p in enumerate(width)}


def pool2d(
    x: Tensor,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1),
    border_mode: str = "valid",
    dim_ordering: str = "th",
    pool_mode: str = "max",
    *,
    semantics: str | None = None,
) -> Tensor:
    """Pool the rows and columns of 4D images by maximum or average."""
    return _pool(x, pool_size, strides, border_mode, dim_ordering, pool_mode, semantics)


def refuse_same_in_3d(border_mode: str) -> None:
    """Refuse what 0.3.3 cannot do: pool volumes with border_mode ``same``.

    Raises:
        ValueError: for ``same``.
    """
    if border_mode == "same":
        raise ValueError(
            "border_mode='same' is not supported by 3D pooling; use 'valid', with "
            "ZeroPadding3D before it if the size must stay."
        )


def pool3d(
    x: Tensor,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1, 1),
    border_mode: str = "valid",
    dim_ordering: str = "th",
    pool_mode: str = "max",
    *,
    semantics: str | None = None,
) -> Tensor:
    """Pool the three spatial axes of 5D volumes by maximum or average.

    Raises:
        ValueError: for border_mode ``same``, which 0.3.3 does not support in 3D.
    """
    refuse_same_in_3d(border_mode)
    return _pool(x, pool_size, strides, border_mode, dim_ordering, pool_mode, semantics)
