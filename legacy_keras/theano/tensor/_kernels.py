"""What networks need, over torch tensors with Theano's meaning: convolution, pooling, losses.

Convolutions turn the kernel round. Cross-entropies do not clip; that of a softmax or a sigmoid
is computed from the logits, as Theano's optimizer arranged it.

Mirrors: Theano 0.8.2, tensor/nnet and tensor/signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..._symbolic.expression import Expression, operation
from ...backend import _math as K
from ...backend import _theano_math as ops
from ...backend._convolution import _average, _MaxPool
from ...backend._nn import sigmoid
from ...backend._nn import softmax as softmax_of_last_axis


def softmax(c: Any) -> Tensor:
    """Softmax of each row; a vector counts as one row.

    Raises:
        ValueError: for more than two axes.
    """
    return softmax_of_last_axis(_rows(c))


def log_softmax(c: Any) -> Tensor:
    return torch.log_softmax(_rows(c), -1)


def _rows(c: Any) -> Tensor:
    c = ops.as_tensor(c)
    if c.ndim not in (1, 2):
        raise ValueError(f"softmax got {c.ndim} axes; x must be 1-d or 2-d tensor of floats.")
    return c.unsqueeze(0) if c.ndim == 1 else c


def _log(x: Any) -> Tensor:
    return torch.log(ops.as_tensor(x))


def _log_complement(x: Any) -> Tensor:
    return torch.log(1.0 - ops.as_tensor(x))


def _log_softmax_of_last_axis(x: Tensor) -> Tensor:
    return torch.log_softmax(x, -1)


def _log_of_one_minus_sigmoid(x: Tensor) -> Tensor:
    return -F.softplus(x)


LOGARITHMS: dict[Any, Any] = {
    softmax: log_softmax,
    softmax_of_last_axis: _log_softmax_of_last_axis,
    sigmoid: F.logsigmoid,
}


def log_of(x: Any) -> Any:
    """Record a logarithm; that of a softmax or sigmoid comes straight from the logits."""
    if isinstance(x, Expression) and getattr(x.function, "__hash__", None):
        straight = LOGARITHMS.get(x.function)
        if straight is not None:
            return Expression(straight, x.args)
    return operation(_log)(x)


def binary_crossentropy(output: Any, target: Any) -> Any:
    """Record the cross-entropy of each probability with its target."""
    complement: Any
    if isinstance(output, Expression) and output.function is sigmoid:
        complement = Expression(_log_of_one_minus_sigmoid, output.args)
    else:
        complement = operation(_log_complement)(output)
    return -(target * log_of(output) + (1.0 - target) * complement)


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Any:
    """Record the cross-entropy of each row of probabilities.

    Args:
        coding_dist: probabilities (nb_samples, nb_classes).
        true_dist: the same shape, or one axis fewer with class numbers.
    """
    return operation(_negative_expectation)(log_of(coding_dist), true_dist)


def _negative_expectation(logs: Tensor, target: Any) -> Tensor:
    target = ops.as_tensor(target)
    if target.ndim == logs.ndim:
        return -torch.sum(target * logs, -1)
    if target.ndim != logs.ndim - 1:
        raise ValueError(
            f"categorical_crossentropy got {logs.ndim} axes of probabilities and {target.ndim} of "
            "targets; expected as many, or one fewer for class numbers."
        )
    return -logs.gather(-1, target.long().unsqueeze(-1)).squeeze(-1)


# x / 2 up to which the first, and the second, line stands in for the sigmoid
BENDS = 1.7, 3.0


class _UltraFastSigmoid(torch.autograd.Function):
    """A sigmoid of three pieces, with the gradient of the sigmoid that it approximates."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        half = torch.abs(0.5 * x)
        curve = 1.5 * half / (1 + half)
        line = 0.935409070603099 + 0.0458812946797165 * (half - BENDS[0])
        far = torch.where(half < BENDS[1], line, torch.full_like(half, 0.99505475368673))
        out = 0.5 * (torch.where(half < BENDS[0], curve, far) * torch.sign(x) + 1.0)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (out,) = ctx.saved_tensors
        return grads[0] * out * (1 - out)


def ultra_fast_sigmoid(x: Any) -> Tensor:
    result: Tensor = _UltraFastSigmoid.apply(ops.as_tensor(x))
    return result


# Convolution


def conv2d(
    input: Any,
    filters: Any,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1),
    filter_flip: bool = True,
) -> Tensor:
    """Convolve images (samples, channels, rows, cols) with (filters, channels, rows, cols).

    Args:
        border_mode: "valid", "full", "half", or the number of zeros at each border.
        filter_flip: whether to turn the kernel round, as a convolution does.

    Raises:
        ValueError: for another border_mode.
    """
    x, kernel = ops.promoted(ops.as_tensor(input), ops.as_tensor(filters))
    if filter_flip:
        kernel = kernel.flip([2, 3])
    padding = border_padding(border_mode, kernel.shape[2:])
    return F.conv2d(x, kernel, None, tuple(map(int, subsample)), padding)


def border_padding(border_mode: Any, windows: Sequence[int]) -> list[int]:
    """Return how many zeros stand at each border."""
    if border_mode == "valid":
        return [0] * len(windows)
    if border_mode == "full":
        return [n - 1 for n in windows]
    if border_mode == "half":
        return [n // 2 for n in windows]
    if isinstance(border_mode, int):
        return [border_mode] * len(windows)
    if isinstance(border_mode, (tuple, list)) and len(border_mode) == len(windows):
        return [int(n) for n in border_mode]
    raise ValueError(
        f"invalid border_mode {border_mode!r}; expected 'valid', 'full', 'half', an int, or a "
        "pair of ints."
    )


def conv3d(signals: Any, filters: Any, border_mode: Any = "valid") -> Tensor:
    """Convolve videos (samples, time, channels, rows, cols) with filters in the same order."""
    x, kernel = ops.promoted(ops.as_tensor(signals), ops.as_tensor(filters))
    x, kernel = x.transpose(1, 2), kernel.transpose(1, 2).flip([2, 3, 4])
    modes = border_mode if isinstance(border_mode, tuple) else (border_mode,) * 3
    pairs = zip(modes, kernel.shape[2:], strict=True)
    padding = [border_padding(mode, [n])[0] for mode, n in pairs]
    return F.conv3d(x, kernel, None, 1, padding).transpose(1, 2)


def conv2d_of_matrices(
    input: Any, filters: Any, border_mode: str = "valid", subsample: Sequence[int] = (1, 1)
) -> Tensor:
    """Convolve each of the images with each of the filters; a matrix stands for one."""
    x, kernel = ops.promoted(ops.as_tensor(input), ops.as_tensor(filters))
    images = x if x.ndim == 3 else x.unsqueeze(0)
    kernels = kernel if kernel.ndim == 3 else kernel.unsqueeze(0)
    out = conv2d(images.unsqueeze(1), kernels.unsqueeze(1), border_mode, subsample)
    if kernel.ndim == 2:
        out = out.squeeze(1)
    return out.squeeze(0) if x.ndim == 2 else out


# Pooling

POOL_MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool2d(
    input: Any,
    ds: Sequence[int],
    ignore_border: bool = False,
    st: Sequence[int] | None = None,
    padding: Sequence[int] = (0, 0),
    mode: str = "max",
) -> Tensor:
    """Pool the last two axes.

    Args:
        ds: window.
        ignore_border: whether to leave out windows that reach over the end.
        st: strides; None for those of ``ds``.
        padding: zeros at each border, which are never the maximum.
        mode: "max", "sum", "average_inc_pad" or "average_exc_pad".

    Raises:
        ValueError: for another mode, or padding together with windows over the end.
    """
    if mode not in POOL_MODES:
        raise ValueError(f"pool_2d got mode={mode!r}; expected one of {', '.join(POOL_MODES)}.")
    window, strides, padding = tuple(ds), tuple(ds if st is None else st), tuple(padding)
    if padding != (0, 0) and not ignore_border:
        raise ValueError("pool_2d got padding with ignore_border=False; pass ignore_border=True.")
    x = ops.as_tensor(input)
    lead, (rows, columns) = x.shape[:-2], x.shape[-2:]
    x = x.reshape(1, -1, rows, columns)
    spans = list(zip((rows, columns), window, strides, padding, strict=True))
    over = [0 if ignore_border else _reach(n, w, s) - n for n, w, s, _ in spans]
    pads = {2: (padding[0], padding[0] + over[0]), 3: (padding[1], padding[1] + over[1])}
    if mode == "max":
        out = _MaxPool.apply(K.pad_axes(x, pads, float("-inf")), window, strides)
    else:
        out = _average(K.pad_axes(x, pads), window, strides)
        counted = {2: (0, over[0]), 3: (0, over[1])} if mode == "average_inc_pad" else pads
        ones = torch.ones_like(x[:, :1])
        if mode == "average_inc_pad":
            ones = K.pad_axes(ones, {2: (padding[0],) * 2, 3: (padding[1],) * 2}, 1.0)
        if mode == "sum":
            out = out * (window[0] * window[1])
        else:
            out = out / _average(K.pad_axes(ones, counted), window, strides)
    return out.reshape(*lead, *out.shape[-2:])


def _reach(size: int, window: int, stride: int) -> int:
    """Return how far the last window reaches, if it may reach over the end."""
    if stride >= window:
        count = (size - 1) // stride + 1
    else:
        count = max(0, (size - 1 - window) // stride + 1) + 1
    return max((count - 1) * stride + window, size)


def images2neibs(ten4: Any, neib_shape: Any, neib_step: Any = None, mode: str = "valid") -> Tensor:
    """Return a row for each window of each image: windows of (samples, channels) in order.

    Raises:
        ValueError: for a mode other than "valid" and "ignore_borders", or with "valid" if the
            windows do not cover the image.
    """
    x = ops.as_tensor(ten4)
    (rows, columns) = window = ops.sizes(neib_shape)
    steps = window if neib_step is None else ops.sizes(neib_step)
    if mode not in ("valid", "ignore_borders"):
        raise ValueError(f"images2neibs got mode={mode!r}; expected 'valid' or 'ignore_borders'.")
    left = [(n - w) % s for n, w, s in zip(x.shape[2:], window, steps, strict=True)]
    if mode == "valid" and any(left) and not x.is_meta:
        raise ValueError(
            f"images2neibs got images of {tuple(x.shape[2:])}, which windows of {tuple(window)} "
            f"every {tuple(steps)} do not cover; pass mode='ignore_borders'."
        )
    windows = x.unfold(2, rows, steps[0]).unfold(3, columns, steps[1])
    return windows.reshape(-1, rows * columns)
