"""Element-wise functions, reductions, products and shapes of K, over torch tensors.

Where torch and Theano disagree, Theano's answer is given: rounding goes away from zero,
every maximum of a tie receives the gradient, ``expand_dims`` counts as Theano does.

Mirrors: keras 0.3.3, backend/theano_backend.py.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .common import torch_dtype

Axis = int | Sequence[int] | None


def shape(x: Tensor) -> torch.Size:
    """Return the shape of a tensor."""
    return x.shape


def ndim(x: Tensor) -> int:
    """Return the number of axes of a tensor."""
    return x.ndim


def cast(x: Tensor, dtype: str) -> Tensor:
    """Return ``x`` in another dtype, named as NumPy names it."""
    return x.to(torch_dtype(dtype))


def ones_like(x: Tensor) -> Tensor:
    return torch.ones_like(x)


def zeros_like(x: Tensor) -> Tensor:
    return torch.zeros_like(x)


# Products


def dot(x: Tensor, y: Tensor) -> Tensor:
    """Sum over the last axis of ``x`` and the second-to-last of ``y``, as ``np.dot``."""
    if x.ndim > 1 and y.ndim > 2:
        product = torch.tensordot(x, y, dims=([x.ndim - 1], [y.ndim - 2]))
        return product
    return torch.matmul(x, y)


def batch_dot(x: Tensor, y: Tensor, axes: Any = None) -> Tensor:
    """Contract ``axes[0]`` of ``x`` with ``axes[1]`` of ``y`` for each sample.

    Args:
        axes: two sequences of axes, which count the sample axis as 0; None multiplies
            the last axis of ``x`` with the second-to-last of ``y``.

    Raises:
        ValueError: if ``axes`` is not a pair, or an axis is the sample axis.
    """
    if axes is None:
        axes = [(x.ndim - 1,), (y.ndim - 2,)]
    if isinstance(axes, int) or len(axes) != 2:
        raise ValueError(
            f"batch_dot got axes={axes!r}; expected a pair such as [[1], [1]]: the axes of the "
            "first and of the second input to sum over, the sample axis being 0."
        )
    x_axes, y_axes = ([int(a) % t.ndim for a in pair] for pair, t in zip(axes, (x, y), strict=True))
    if 0 in x_axes or 0 in y_axes:
        raise ValueError(f"batch_dot got axes={axes!r}; axis 0 is the sample axis, never summed.")
    x_kept = [a for a in range(1, x.ndim) if a not in x_axes]
    y_kept = [a for a in range(1, y.ndim) if a not in y_axes]
    summed = math.prod([x.shape[a] for a in x_axes])
    left = x.permute(0, *x_kept, *x_axes).reshape(x.shape[0], -1, summed)
    right = y.permute(0, *y_axes, *y_kept).reshape(y.shape[0], summed, -1)
    kept = [x.shape[a] for a in x_kept] + [y.shape[a] for a in y_kept]
    return torch.bmm(left, right).reshape(x.shape[0], *kept)


def transpose(x: Tensor) -> Tensor:
    """Reverse the order of the axes."""
    return x.permute(*reversed(range(x.ndim)))


def gather(reference: Tensor, indices: Tensor) -> Tensor:
    """Return the rows of ``reference`` at ``indices``, in the shape of ``indices``."""
    return reference[indices.long()]


# Reductions


def _axes(x: Tensor, axis: Axis) -> list[int]:
    if axis is None:
        return list(range(x.ndim))
    return [axis] if isinstance(axis, int) else [int(a) for a in axis]


class _Extremum(torch.autograd.Function):
    """amax or amin whose gradient goes to every element of a tie, as in Theano."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, axes: list[int], keepdims: bool, largest: bool) -> Tensor:
        out = (torch.amax if largest else torch.amin)(x, axes, keepdim=True)
        ctx.save_for_backward(x, out)
        ctx.axes, ctx.keepdims = axes, keepdims
        return out if keepdims else _squeeze_axes(out, axes)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        x, out = ctx.saved_tensors
        grad = grads[0] if ctx.keepdims else grads[0].reshape(out.shape)
        return grad * (x == out), None, None, None


def _squeeze_axes(x: Tensor, axes: list[int]) -> Tensor:
    drop = {a % x.ndim for a in axes}
    return x.reshape([n for a, n in enumerate(x.shape) if a not in drop])


def max(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Maximum over ``axis``."""
    result: Tensor = _Extremum.apply(x, _axes(x, axis), keepdims, True)
    return result


def min(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Minimum over ``axis``."""
    result: Tensor = _Extremum.apply(x, _axes(x, axis), keepdims, False)
    return result


def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over ``axis``."""
    return torch.sum(x, _axes(x, axis), keepdim=keepdims)


def prod(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Product over ``axis``."""
    for a in sorted((a % x.ndim for a in _axes(x, axis)), reverse=True):
        x = torch.prod(x, a, keepdim=keepdims)
    return x


def mean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Mean over ``axis``; integers and booleans are averaged as `floatx`."""
    x = x if x.is_floating_point() else x.to(torch_dtype())
    axes = _axes(x, axis)
    return torch.mean(x, axes, keepdim=keepdims) if axes else x


def std(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Standard deviation over ``axis``, divided by n and not n - 1."""
    return torch.sqrt(torch.var(x, _axes(x, axis), correction=0, keepdim=keepdims))


def any(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether any element over ``axis`` is not zero."""
    return torch.any(x, _axes(x, axis), keepdim=keepdims)


def argmax(x: Tensor, axis: int = -1) -> Tensor:
    return torch.argmax(x, axis)


def argmin(x: Tensor, axis: int = -1) -> Tensor:
    return torch.argmin(x, axis)


# Element-wise


def square(x: Tensor) -> Tensor:
    return torch.square(x)


def abs(x: Tensor) -> Tensor:
    return torch.abs(x)


def sqrt(x: Tensor) -> Tensor:
    """Square root; numbers below 0 count as 0."""
    return torch.sqrt(torch.clamp_min(torch.as_tensor(x), 0.0))


def exp(x: Tensor) -> Tensor:
    return torch.exp(x)


def log(x: Tensor) -> Tensor:
    return torch.log(x)


def round(x: Tensor) -> Tensor:
    """Round halves away from zero, where torch rounds them to even."""
    return torch.sign(x) * torch.floor(torch.abs(x) + 0.5)


def sign(x: Tensor) -> Tensor:
    return torch.sign(x)


def pow(x: Tensor, a: Any) -> Tensor:
    return torch.pow(x, a)


def clip(x: Tensor, min_value: float, max_value: float) -> Tensor:
    """Limit ``x`` to [min_value, max_value]; a ``max_value`` below counts as ``min_value``."""
    return torch.clamp(x, min_value, builtins.max(min_value, max_value))


def equal(x: Tensor, y: Any) -> Tensor:
    return torch.eq(x, y)


def not_equal(x: Tensor, y: Any) -> Tensor:
    return torch.ne(x, y)


class _Larger(torch.autograd.Function):
    """maximum or minimum of two tensors; both sides of a tie receive the whole gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, largest: bool) -> Tensor:
        out = (torch.maximum if largest else torch.minimum)(x, y)
        ctx.save_for_backward(x, y, out)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, y, out = ctx.saved_tensors
        grad = grads[0]
        to_x, to_y = grad * (x == out), grad * (y == out)
        return to_x.sum_to_size(x.shape), to_y.sum_to_size(y.shape), None


def _extreme(x: Any, y: Any, largest: bool) -> Tensor:
    if not isinstance(x, Tensor):
        x, y = y, x
    if not isinstance(y, Tensor):  # torch's clamp passes the gradient at the bound, too
        return torch.clamp_min(x, y) if largest else torch.clamp_max(x, y)
    result: Tensor = _Larger.apply(x, y, largest)
    return result


def maximum(x: Any, y: Any) -> Tensor:
    return _extreme(x, y, True)


def minimum(x: Any, y: Any) -> Tensor:
    return _extreme(x, y, False)


def switch(condition: Tensor, then_expression: Any, else_expression: Any) -> Tensor:
    """Take ``then_expression`` where ``condition`` is not zero, else ``else_expression``."""
    return torch.where(condition.bool(), then_expression, else_expression)


# Shapes


def concatenate(tensors: Sequence[Tensor], axis: int = -1) -> Tensor:
    return torch.cat(list(tensors), axis)


def reshape(x: Tensor, shape: Sequence[int]) -> Tensor:
    return torch.reshape(x, tuple(int(s) for s in shape))


def permute_dimensions(x: Tensor, pattern: Sequence[int]) -> Tensor:
    """Reorder the axes: axis i of the result is axis ``pattern[i]`` of ``x``."""
    return x.permute(*pattern)


def _dimshuffle(x: Tensor, *pattern: Any) -> Tensor:
    """Theano's dimshuffle: reorder axes, and add one of size 1 for each "x"."""
    if len(pattern) == 1 and isinstance(pattern[0], (list, tuple)):
        pattern = tuple(pattern[0])
    kept = [axis for axis in pattern if axis != "x"]
    for axis in range(x.ndim - 1, -1, -1):
        if axis not in kept:
            x = x.squeeze(axis)
    order = sorted(kept)
    x = x.permute([order.index(axis) for axis in kept])
    for place, axis in enumerate(pattern):
        if axis == "x":
            x = x.unsqueeze(place)
    return x


def repeat_elements(x: Tensor, rep: int, axis: int) -> Tensor:
    """Repeat each element ``rep`` times along ``axis``, as ``np.repeat``."""
    axis %= x.ndim
    spread = x.unsqueeze(axis + 1)
    sizes = list(spread.shape)
    sizes[axis + 1] = rep
    return spread.expand(sizes).reshape(*x.shape[:axis], x.shape[axis] * rep, *x.shape[axis + 1 :])


def spatial_axes(x: Tensor, dim_ordering: str) -> list[int]:
    """Return the axes that are neither samples nor channels.

    Raises:
        ValueError: unless ``dim_ordering`` is "th" or "tf".
    """
    if dim_ordering not in ("th", "tf"):
        raise ValueError(f"Invalid dim_ordering: {dim_ordering!r}; expected 'th' or 'tf'.")
    first = 2 if dim_ordering == "th" else 1
    return list(range(first, first + x.ndim - 2))


def resize_images(X: Tensor, height_factor: int, width_factor: int, dim_ordering: str) -> Tensor:
    """Repeat the rows and columns of 4D images by whole factors."""
    return _enlarge(X, (height_factor, width_factor), dim_ordering)


def resize_volumes(
    X: Tensor, depth_factor: int, height_factor: int, width_factor: int, dim_ordering: str
) -> Tensor:
    """Repeat the three spatial axes of 5D volumes by whole factors."""
    return _enlarge(X, (depth_factor, height_factor, width_factor), dim_ordering)


def _enlarge(x: Tensor, factors: Sequence[int], dim_ordering: str) -> Tensor:
    for axis, factor in zip(spatial_axes(x, dim_ordering), factors, strict=True):
        x = repeat_elements(x, factor, axis)
    return x


def repeat(x: Tensor, n: int) -> Tensor:
    """Turn (samples, features) into (samples, n, features), the same n times."""
    return x.unsqueeze(1).expand(-1, n, -1)


def tile(x: Tensor, n: Any) -> Tensor:
    return torch.tile(x, (n,) if isinstance(n, int) else tuple(n))


def flatten(x: Tensor) -> Tensor:
    return torch.flatten(x)


def batch_flatten(x: Tensor) -> Tensor:
    """Keep the first axis and flatten the others into one."""
    return x.reshape(x.shape[0], -1)


def expand_dims(x: Tensor, dim: int = -1) -> Tensor:
    """Add an axis of size 1 at ``dim``; -1 is the end."""
    if dim < 0:
        dim = dim % x.ndim + 1 if x.ndim else 0
    return x.unsqueeze(dim)


def squeeze(x: Tensor, axis: int) -> Tensor:
    """Remove an axis of size 1."""
    return x.squeeze(axis)


def temporal_padding(x: Tensor, padding: int = 1) -> Tensor:
    """Add ``padding`` zeros before and after the time axis of a 3D tensor."""
    return pad_axes(x, {1: (padding, padding)})


def spatial_2d_padding(
    x: Tensor, padding: Sequence[int] = (1, 1), dim_ordering: str = "th"
) -> Tensor:
    """Add zeros around the rows and columns of 4D images."""
    return _surround(x, padding, dim_ordering)


def spatial_3d_padding(
    x: Tensor, padding: Sequence[int] = (1, 1, 1), dim_ordering: str = "th"
) -> Tensor:
    """Add zeros around the three spatial axes of 5D volumes."""
    return _surround(x, padding, dim_ordering)


def _surround(x: Tensor, padding: Sequence[int], dim_ordering: str) -> Tensor:
    axes = spatial_axes(x, dim_ordering)
    return pad_axes(x, {a: (p, p) for a, p in zip(axes, padding, strict=True)})


def pad_axes(x: Tensor, padding: dict[int, tuple[int, int]], value: float = 0.0) -> Tensor:
    """Pad axes by (before, after) elements of ``value``."""
    flat: list[int] = []
    for axis in reversed(range(x.ndim)):  # torch counts from the last axis
        flat += padding.get(axis, (0, 0))
    return torch.nn.functional.pad(x, flat, value=value)


def pack(x: Sequence[Tensor]) -> Tensor:
    """Stack tensors along a new first axis."""
    return torch.stack(list(x))
