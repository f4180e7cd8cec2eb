"""Theano's operations over torch tensors, where K has none or means something else.

They are the methods of symbolic tensors, and ``theano.tensor`` offers them under their names.
All take numbers, shapes and lists in the place of tensors. Those whose result has another
number of axes than their arguments find it on meta tensors of any size, too: sizes that do
not meet there are no mistake.

Mirrors: Theano 0.8.2, tensor/basic.py, tensor/var.py, tensor/extra_ops.py.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import _arrays
from .._symbolic.expression import ANY_SIZE, operation
from .._symbolic.function import Function, evaluate
from . import _math as K
from .common import floatx, torch_dtype

Axis = Any


def as_tensor(x: Any, dtype: str | None = None) -> Tensor:
    """Return a number, shape, array, or list of any of them as a tensor; floats as floatx."""
    if isinstance(x, (list, tuple)) and builtins.any(isinstance(item, Tensor) for item in x):
        x = torch.stack(promoted(*map(as_tensor, x)))
    elif not isinstance(x, Tensor):
        array = np.asarray(x)
        if array.dtype.kind == "f":
            array = array.astype(floatx())
        x = _arrays.as_tensor(np.array(array, dtype="int8" if array.dtype == bool else None))
    return x if dtype is None else cast(x, dtype)


def promoted(*tensors: Tensor) -> list[Tensor]:
    """Return tensors in the one dtype that holds them all, as products need them."""
    dtype = tensors[0].dtype
    for tensor in tensors[1:]:
        dtype = torch.promote_types(dtype, tensor.dtype)
    return [tensor.to(dtype) for tensor in tensors]


def sizes(shape: Any) -> list[int]:
    """Return a shape, given in whatever way, as ints."""
    if isinstance(shape, Tensor):
        shape = [ANY_SIZE] * shape.numel() if shape.is_meta else shape.reshape(-1).tolist()
    elif not isinstance(shape, (list, tuple)):
        shape = np.atleast_1d(np.asarray(shape))
    return [ANY_SIZE if isinstance(n, Tensor) and n.is_meta else int(n) for n in shape]


def _int(x: Any) -> int:
    return sizes(x)[0]


def _bits(x: Tensor) -> Tensor:
    """Return truth as Theano knows it: int8."""
    return x.to(torch.int8)


def cast(x: Any, dtype: Any) -> Tensor:
    """Return ``x`` in a dtype, named as NumPy names it, or "floatX"."""
    if isinstance(dtype, torch.dtype):
        return as_tensor(x).to(dtype)
    name = np.dtype(dtype).name if dtype != "floatX" else floatx()
    return as_tensor(x).to(torch.uint8 if name == "bool" else torch_dtype(name))


def copy(x: Any) -> Tensor:
    return as_tensor(x).clone()


# Making tensors


def zeros(shape: Any, dtype: Any = None) -> Tensor:
    return torch.zeros(sizes(shape), dtype=torch_dtype(dtype))


def ones(shape: Any, dtype: Any = None) -> Tensor:
    return torch.ones(sizes(shape), dtype=torch_dtype(dtype))


def zeros_like(model: Any, dtype: Any = None, opt: bool = False) -> Tensor:
    return torch.zeros_like(as_tensor(model), dtype=torch_dtype(dtype) if dtype else None)


def ones_like(model: Any, dtype: Any = None, opt: bool = False) -> Tensor:
    return torch.ones_like(as_tensor(model), dtype=torch_dtype(dtype) if dtype else None)


def fill(a: Any, b: Any) -> Tensor:
    """Return ``b`` in the shape of ``a``."""
    return as_tensor(b).broadcast_to(as_tensor(a).shape)


def alloc(value: Any, *shape: Any) -> Tensor:
    """Return ``value``, broadcast to a shape."""
    return as_tensor(value).broadcast_to(sizes(shape))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Tensor:
    """Count: whole numbers as int64, others as floatx."""
    start, stop = (0, start) if stop is None else (start, stop)
    bounds = [as_tensor(n) for n in (start, stop, step)]
    kind = dtype or (floatx() if builtins.any(b.is_floating_point() for b in bounds) else "int64")
    if builtins.any(b.is_meta for b in bounds):
        return torch.empty(ANY_SIZE, dtype=torch_dtype(kind), device="meta")
    return torch.arange(*(b.item() for b in bounds), dtype=torch_dtype(kind))


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = None) -> Tensor:
    """Return ones on diagonal ``k`` of an (n, m) matrix of zeros."""
    return tri_between(n, n if m is None else m, _int(k), _int(k), dtype)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Tensor:
    """Return ones on and below diagonal ``k`` of an (N, M) matrix of zeros."""
    return tri_between(N, N if M is None else M, -_int(N), _int(k), dtype)


def tri_between(n: Any, m: Any, low: int, high: int, dtype: Any) -> Tensor:
    """Return ones from diagonal ``low`` to diagonal ``high``."""
    distance = torch.arange(_int(m)).unsqueeze(0) - torch.arange(_int(n)).unsqueeze(1)
    return ((distance >= low) & (distance <= high)).to(torch_dtype(dtype))


def identity_like(x: Tensor) -> Tensor:
    return eye(*x.shape).to(x.dtype)


# Element-wise


def unary(function: Callable[[Tensor], Tensor]) -> Callable[[Any], Tensor]:
    """Let a function of a tensor take numbers."""

    def call(x: Any) -> Tensor:
        return function(as_tensor(x))

    call.__name__ = function.__name__
    return call


def variadic(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Let a function of two take any number, from the left."""

    def call(*terms: Any) -> Any:
        result = as_tensor(terms[0])
        for term in terms[1:]:
            result = function(result, term)
        return result

    call.__name__ = getattr(function, "__name__", "variadic")
    return call


def comparison(compare: Callable[[Tensor, Any], Tensor]) -> Callable[[Any, Any], Tensor]:
    """Give a comparison Theano's dtype, int8."""

    def call(a: Any, b: Any) -> Tensor:
        return _bits(compare(as_tensor(a), as_tensor(b)))

    call.__name__ = compare.__name__
    return call


def is_close(
    a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    a, b = promoted(as_tensor(a), as_tensor(b))
    return _bits(torch.isclose(a, b, rtol, atol, equal_nan))


def all_close(
    a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    return is_close(a, b, rtol, atol, equal_nan).min()


def switch(condition: Any, ift: Any, iff: Any) -> Tensor:
    """Take ``ift`` where ``condition`` is not zero, else ``iff``."""
    return torch.where(as_tensor(condition) != 0, as_tensor(ift), as_tensor(iff))


def maximum(x: Any, y: Any) -> Any:
    return K.maximum(as_tensor(x), y if isinstance(y, (int, float)) else as_tensor(y))


def minimum(x: Any, y: Any) -> Any:
    return K.minimum(as_tensor(x), y if isinstance(y, (int, float)) else as_tensor(y))


def clip(x: Any, min: Any, max: Any) -> Tensor:
    """Limit ``x`` to [min, max]; on the bounds the gradient passes."""
    x = as_tensor(x)
    numbers = isinstance(min, (int, float)) and isinstance(max, (int, float))
    if numbers:
        return torch.clamp(x, min, max)
    return torch.clamp(x, as_tensor(min).to(x.dtype), as_tensor(max).to(x.dtype))


def floor_divide(x: Any, y: Any) -> Tensor:
    return torch.div(as_tensor(x), as_tensor(y), rounding_mode="floor")


def true_divide(x: Any, y: Any) -> Tensor:
    return torch.div(as_tensor(x), y)


def round(x: Any, mode: str = "half_away_from_zero") -> Tensor:
    """Round; halves away from zero, or to even if ``mode`` says so."""
    return torch.round(as_tensor(x)) if mode == "half_to_even" else K.round(as_tensor(x))


# Reductions


def reduction(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Give a reduction of K the arguments of Theano's."""

    def call(
        input: Any,
        axis: Axis = None,
        dtype: Any = None,
        keepdims: bool = False,
        acc_dtype: Any = None,
        no_zeros_in_input: bool = False,
    ) -> Tensor:
        x = as_tensor(input) if dtype is None else cast(input, dtype)
        if x.ndim == 0:
            return function(x.unsqueeze(0), 0)
        return function(x, axis, keepdims)

    call.__name__ = function.__name__
    return call


def order_statistic(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Give a reduction of K the arguments of Theano's max, var and any."""
    reduce = reduction(function)

    def call(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return reduce(x, axis, keepdims=keepdims)

    call.__name__ = function.__name__
    return call


def var(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Variance, divided by n and not n - 1."""
    x = x if x.is_floating_point() else cast(x, "floatX")
    return torch.var(x, K._axes(x, axis), correction=0, keepdim=keepdims)


def std(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    return torch.sqrt(var(x, axis, keepdims))


def any_nonzero(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    return _bits(torch.any(x != 0, K._axes(x, axis), keepdim=keepdims))


def all_nonzero(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    return _bits(torch.all(x != 0, K._axes(x, axis), keepdim=keepdims))


def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return where the maximum is; without an axis, in the flattened tensor."""
    return _arg_extreme(torch.argmax, as_tensor(x), axis, keepdims)


def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return where the minimum is; without an axis, in the flattened tensor."""
    return _arg_extreme(torch.argmin, as_tensor(x), axis, keepdims)


def _arg_extreme(function: Any, x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    if axis is None:
        place = function(x.reshape(-1))
        return place.reshape((1,) * x.ndim) if keepdims else place
    (axis,) = K._axes(x, axis)
    return function(x, axis, keepdim=keepdims)


def norm(x: Any, L: Any = 2, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the L-norm."""
    x = torch.abs(as_tensor(x))
    if L == 0:
        return K.sum(x != 0, axis, keepdims)
    if str(L) == "inf":
        return K.max(x, axis, keepdims)
    return K.sum(x**L, axis, keepdims) ** (1.0 / L)


def ptp(x: Tensor, axis: Axis = None) -> Tensor:
    return K.max(x, axis) - K.min(x, axis)


def cumulative(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Give torch.cumsum and its like NumPy's axis: None flattens."""

    def call(x: Any, axis: int | None = None) -> Tensor:
        x = as_tensor(x)
        return function(x.reshape(-1), 0) if axis is None else function(x, axis)

    call.__name__ = function.__name__
    return call


# Products


def dot(a: Any, b: Any) -> Tensor:
    """Sum over the last axis of ``a`` and the second-to-last of ``b``, as ``np.dot``."""
    a, b = promoted(as_tensor(a), as_tensor(b))
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.is_meta:
        return a.new_empty([*a.shape[:-1], *b.shape[:-2], *(b.shape[-1:] if b.ndim > 1 else ())])
    return K.dot(a, b)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """Sum over ``axes``: how many, or those of ``a`` and those of ``b``."""
    a, b = promoted(as_tensor(a), as_tensor(b))
    if isinstance(axes, (int, np.integer)):
        n = int(axes)
        axes = list(range(a.ndim - n, a.ndim)), list(range(n))
    of_a, of_b = ([int(i) % t.ndim for i in np.atleast_1d(pair)] for pair, t in zip(axes, (a, b)))
    if a.is_meta:
        kept = [n for i, n in enumerate(a.shape) if i not in of_a]
        return a.new_empty(kept + [n for i, n in enumerate(b.shape) if i not in of_b])
    return torch.tensordot(a, b, dims=(of_a, of_b))


def batched_dot(a: Any, b: Any) -> Tensor:
    """Multiply sample by sample: ``dot(a[i], b[i])`` for each i."""
    a, b = as_tensor(a), as_tensor(b)
    return batched_tensordot(a, b, [[a.ndim - 1], [builtins.max(1, b.ndim - 2)]])


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> Tensor:
    """Multiply sample by sample over ``axes``, which count the sample axis as 0."""
    x, y = promoted(as_tensor(x), as_tensor(y))
    if isinstance(axes, int):
        axes = [list(range(x.ndim - axes, x.ndim)), list(range(1, axes + 1))]
    axes = [[int(i) % t.ndim for i in np.atleast_1d(pair)] for pair, t in zip(axes, (x, y))]
    if x.is_meta:
        kept = [n for i, n in enumerate(x.shape) if i not in axes[0]]
        return x.new_empty(kept + [n for i, n in enumerate(y.shape) if i and i not in axes[1]])
    return K.batch_dot(x, y, axes)


def outer(x: Any, y: Any) -> Tensor:
    return as_tensor(x).reshape(-1, 1) * as_tensor(y).reshape(1, -1)


def matrix_dot(*matrices: Any) -> Tensor:
    """Multiply matrices from the left."""
    return variadic(dot)(*matrices)


# Shapes


def reshape(x: Any, newshape: Any, ndim: int | None = None) -> Tensor:
    """Reshape; -1 stands for the size that is left."""
    x, shape = as_tensor(x), sizes(newshape)
    if x.is_meta:
        return x.new_empty([ANY_SIZE if n == -1 else n for n in shape])
    return torch.reshape(x, shape)


def flatten(x: Any, outdim: int = 1, ndim: int | None = None) -> Tensor:
    """Collapse the last axes into one, so that ``outdim``, also called ``ndim``, are left."""
    x, outdim = as_tensor(x), outdim if ndim is None else ndim
    return x.reshape(*x.shape[: outdim - 1], -1) if x.ndim else x.reshape(1)


def ravel(x: Any) -> Tensor:
    return flatten(x)


def transpose(x: Any, *axes: Any) -> Tensor:
    """Reorder the axes; without an order, reverse them."""
    x = as_tensor(x)
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return x.permute(*(order or reversed(range(x.ndim))))


def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    return as_tensor(x).transpose(axis1, axis2)


def shape_padleft(t: Any, n_ones: int = 1) -> Tensor:
    return as_tensor(t)[(None,) * n_ones]


def shape_padright(t: Any, n_ones: int = 1) -> Tensor:
    return as_tensor(t)[(..., *(None,) * n_ones)]


def shape_padaxis(t: Any, axis: int) -> Tensor:
    return as_tensor(t).unsqueeze(axis)


def concatenate(tensor_list: Any, axis: Any = 0) -> Tensor:
    return torch.cat(promoted(*map(as_tensor, tensor_list)), _int(axis))


def join(axis: Any, *tensors: Any) -> Tensor:
    return concatenate(tensors, axis)


def stack(*tensors: Any, axis: int = 0) -> Tensor:
    """Stack along a new axis: a list of tensors and an axis, or tensors one by one."""
    if isinstance(tensors[0], (list, tuple)):
        axis = tensors[1] if len(tensors) > 1 else axis
        tensors = tuple(tensors[0])
    return torch.stack(promoted(*map(as_tensor, tensors)), axis)


def stacklists(arg: Any) -> Tensor:
    """Stack lists of lists of tensors."""
    if isinstance(arg, (list, tuple)):
        return torch.stack(promoted(*map(stacklists, arg)))
    return as_tensor(arg)


def split_part(x: Tensor, splits_size: Any, axis: int, index: int) -> Tensor:
    """Return one of the parts that ``split`` makes."""
    lengths = sizes(splits_size)
    return x.narrow(axis, builtins.sum(lengths[:index]), lengths[index])


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Repeat each element as often as said, as ``np.repeat``."""
    x = as_tensor(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    if isinstance(repeats, Tensor) and repeats.ndim:
        return x.new_empty(x.shape) if x.is_meta else torch.repeat_interleave(x, repeats, axis)
    return K.repeat_elements(x, _int(repeats), axis)


def tile(x: Any, reps: Any, ndim: int | None = None) -> Tensor:
    return torch.tile(as_tensor(x), sizes(reps))


def roll(x: Any, shift: Any, axis: int | None = None) -> Tensor:
    x, shift = as_tensor(x), _int(shift)
    return torch.roll(x, shift) if axis is None else torch.roll(x, shift, axis)


def tril(m: Any, k: int = 0) -> Tensor:
    return torch.tril(as_tensor(m), k)


def triu(m: Any, k: int = 0) -> Tensor:
    return torch.triu(as_tensor(m), k)


def diag(v: Any, k: int = 0) -> Tensor:
    """Return the diagonal of a matrix, or the matrix with a diagonal."""
    return torch.diag(as_tensor(v), k)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    return torch.diagonal(as_tensor(a), offset, axis1, axis2)


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    return diagonal(a, offset, axis1, axis2).sum(-1)


def fill_diagonal(a: Tensor, val: Any) -> Tensor:
    """Return a copy of a matrix with another diagonal."""
    rows = torch.arange(a.shape[0], device=a.device).unsqueeze(1)
    columns = torch.arange(a.shape[1], device=a.device)
    return torch.where(rows == columns, as_tensor(val).to(a.dtype), a)


# Finding and ordering


def nonzero_along(x: Any, axis: int) -> Tensor:
    """Return the indices along one axis of the elements that are not zero."""
    x = as_tensor(x)
    if x.is_meta:
        return x.new_empty(ANY_SIZE, dtype=torch.int64)
    return torch.nonzero(x, as_tuple=True)[axis]


def flatnonzero(a: Any) -> Tensor:
    return nonzero_along(as_tensor(a).reshape(-1), 0)


def nonzero_values(a: Any) -> Tensor:
    """Return the elements that are not zero, in order."""
    flat = as_tensor(a).reshape(-1)
    return flat if flat.is_meta else flat[flat != 0]


def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Tensor:
    """Return the elements at ``indices`` along an axis; without one, of the flattened tensor."""
    a, indices = as_tensor(a), as_tensor(indices).long()
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis %= a.ndim
    if mode == "wrap":
        indices = indices % a.shape[axis]
    elif mode == "clip":
        indices = indices.clamp(0, a.shape[axis] - 1)
    return a[(*(slice(None),) * axis, indices)]


def sort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: Any = None) -> Tensor:
    a, axis = (as_tensor(a).reshape(-1), -1) if axis is None else (as_tensor(a), axis)
    return torch.sort(a, axis).values


def argsort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: Any = None) -> Tensor:
    a, axis = (as_tensor(a).reshape(-1), -1) if axis is None else (as_tensor(a), axis)
    return torch.argsort(a, dim=axis, stable=True)


def diff(x: Any, n: int = 1, axis: int = -1) -> Tensor:
    return torch.diff(as_tensor(x), n, axis)


def bincount(
    x: Any, weights: Any = None, minlength: Any = None, assert_nonneg: bool = False
) -> Tensor:
    """Count each number."""
    x = as_tensor(x)
    if x.is_meta:
        return x.new_empty(ANY_SIZE, dtype=torch.int64)
    return torch.bincount(x.long(), weights, minlength=0 if minlength is None else _int(minlength))


def to_one_hot(y: Any, nb_class: Any, dtype: Any = None) -> Tensor:
    """Return a row for each class number, with 1 at it and else 0."""
    classes = torch.arange(_int(nb_class))
    return (as_tensor(y).unsqueeze(-1) == classes.to(as_tensor(y).device)).to(torch_dtype(dtype))


def searchsorted(x: Any, v: Any, side: str = "left") -> Tensor:
    return torch.searchsorted(as_tensor(x), as_tensor(v), right=side == "right")


# Recorded as several calls, or with what is known of the shape


def nonzero(a: Any, return_matrix: bool = False) -> Any:
    """Return the indices of the elements that are not zero, along each axis."""
    indices = tuple(operation(nonzero_along)(a, axis) for axis in range(a.ndim))
    return operation(stack)(list(indices)) if return_matrix else indices


def squeeze(x: Any) -> Any:
    """Remove the axes that are known to have size 1."""
    kept = [axis for axis, one in enumerate(x.broadcastable) if not one]
    return operation(K._dimshuffle)(x, kept)


def evaluate_with(x: Any, inputs_to_values: Any = None) -> np.ndarray:
    """Return the value of an expression as an array.

    Args:
        inputs_to_values: dict of placeholder to array.
    """
    given = inputs_to_values or {}
    if not given:
        return evaluate(x)
    result: np.ndarray = Function(list(given), [x])(list(given.values()))[0]
    return result


def _named(*functions: Callable[..., Any], **others: Callable[..., Any]) -> dict[str, Any]:
    return {**{f.__name__: f for f in functions}, **others}


# Theano's methods of a symbolic tensor.
METHODS: dict[str, Callable[..., Any]] = {
    name: operation(function)
    for name, function in _named(
        *map(reduction, (K.sum, K.mean, K.prod)),
        *map(order_statistic, (K.max, K.min, std, var)),
        *map(cumulative, (torch.cumsum, torch.cumprod)),
        *(argmax, argmin, argsort, clip, copy, diagonal, dot, fill, flatten, nonzero_values),
        *(norm, ones_like, ptp, ravel, repeat, reshape, round, searchsorted, sort, swapaxes),
        *(take, trace, transpose, zeros_like),
        all=order_statistic(all_nonzero),
        any=order_statistic(any_nonzero),
        astype=cast,
        dimshuffle=K._dimshuffle,
    ).items()
}
METHODS |= _named(nonzero, squeeze, eval=evaluate_with)
