"""theano.tensor: one line a function, over ``backend._theano_math``, torch and K.

Every function records a call, on whatever it is given. Constructors are in ``_types``,
what neural networks need is in ``nnet`` and ``signal``.

Mirrors: Theano 0.8.2, tensor/__init__.py and tensor/basic.py.
"""

from __future__ import annotations

from typing import Any

import torch as _torch

from ..._symbolic.expression import BINARY as _BINARY
from ..._symbolic.expression import COMPARISONS as _COMPARISONS
from ..._symbolic.expression import Expression as _Expression
from ..._symbolic.expression import operation as _operation
from ..._symbolic.function import evaluate as _evaluate
from ..._symbolic.indexing import get_item as _get_item
from ..._symbolic.indexing import set_item as _set_item
from ...backend import _math as _K
from ...backend import _theano_math as _ops
from ...backend._variable import Variable as _Variable
from .._names import missing as _missing
from .._names import record as _record
from ..gradient import Lop, consider_constant, grad, hessian, jacobian, zero_grad
from . import (
    basic,
    extra_ops,
    nlinalg,
    nnet,
    shared_randomstreams,
    sharedvar,
    signal,
    slinalg,
    subtensor,
    var,
)
from ._kernels import log_of as _log_of
from ._types import (
    TensorConstant,
    TensorType,
    as_tensor_variable,
    constant,
    constructors,
    tensor,
)

TensorVariable = _Expression
TensorSharedVariable = _Variable
Variable = (_Expression, _Variable)  # for isinstance
as_tensor = as_tensor_variable

globals().update(constructors())

_UNARY = {
    "abs_": _torch.abs,
    "arccos": _torch.acos,
    "arccosh": _torch.acosh,
    "arcsin": _torch.asin,
    "arcsinh": _torch.asinh,
    "arctan": _torch.atan,
    "arctanh": _torch.atanh,
    "ceil": _torch.ceil,
    "cos": _torch.cos,
    "cosh": _torch.cosh,
    "deg2rad": _torch.deg2rad,
    "erf": _torch.erf,
    "erfc": _torch.erfc,
    "erfinv": _torch.erfinv,
    "exp": _torch.exp,
    "exp2": _torch.exp2,
    "expm1": _torch.expm1,
    "floor": _torch.floor,
    "gamma": lambda x: _torch.exp(_torch.lgamma(x)),
    "gammaln": _torch.lgamma,
    "inv": _torch.reciprocal,
    "invert": _torch.bitwise_not,
    "isinf": lambda x: _torch.isinf(x).to(_torch.int8),
    "isnan": lambda x: _torch.isnan(x).to(_torch.int8),
    "log10": _torch.log10,
    "log1p": _torch.log1p,
    "log2": _torch.log2,
    "neg": _torch.neg,
    "psi": _torch.digamma,
    "rad2deg": _torch.rad2deg,
    "sgn": _torch.sign,
    "sin": _torch.sin,
    "sinh": _torch.sinh,
    "sqr": _torch.square,
    "sqrt": _torch.sqrt,
    "tan": _torch.tan,
    "tanh": _torch.tanh,
    "trunc": _torch.trunc,
}
_TABLE: dict[str, Any] = {
    **{name: _ops.unary(function) for name, function in _UNARY.items()},
    # Of two, or of any number
    "add": _ops.variadic(_BINARY["add"]),
    "and_": _ops.variadic(_BINARY["and"]),
    "arctan2": lambda x, y: _torch.atan2(_ops.as_tensor(x), _ops.as_tensor(y)),
    "int_div": _ops.floor_divide,
    "largest": _ops.variadic(_ops.maximum),
    "maximum": _ops.maximum,
    "minimum": _ops.minimum,
    "mod": _BINARY["mod"],
    "mul": _ops.variadic(_BINARY["mul"]),
    "or_": _ops.variadic(_BINARY["or"]),
    "pow": lambda x, y: _ops.as_tensor(x) ** y,
    "smallest": _ops.variadic(_ops.minimum),
    "sub": lambda x, y: _ops.as_tensor(x) - y,
    "true_div": _ops.true_divide,
    "xor": _ops.variadic(_BINARY["xor"]),
    # Comparisons and choices
    "allclose": _ops.all_close,
    "clip": _ops.clip,
    "eq": _ops.comparison(_torch.eq),
    "ge": _ops.comparison(_COMPARISONS["ge"]),
    "gt": _ops.comparison(_COMPARISONS["gt"]),
    "isclose": _ops.is_close,
    "le": _ops.comparison(_COMPARISONS["le"]),
    "lt": _ops.comparison(_COMPARISONS["lt"]),
    "neq": _ops.comparison(_torch.ne),
    "round": _ops.round,
    "switch": _ops.switch,
    # Reductions
    "all": _ops.order_statistic(_ops.all_nonzero),
    "any": _ops.order_statistic(_ops.any_nonzero),
    "argmax": _ops.argmax,
    "argmin": _ops.argmin,
    "max": _ops.order_statistic(_K.max),
    "mean": _ops.reduction(_K.mean),
    "min": _ops.order_statistic(_K.min),
    "prod": _ops.reduction(_K.prod),
    "ptp": _ops.ptp,
    "std": _ops.order_statistic(_ops.std),
    "sum": _ops.reduction(_K.sum),
    "var": _ops.order_statistic(_ops.var),
    # Products
    "batched_dot": _ops.batched_dot,
    "batched_tensordot": _ops.batched_tensordot,
    "dot": _ops.dot,
    "outer": _ops.outer,
    "tensordot": _ops.tensordot,
    # Making tensors
    "alloc": _ops.alloc,
    "arange": _ops.arange,
    "eye": _ops.eye,
    "fill": _ops.fill,
    "identity_like": _ops.identity_like,
    "ones": _ops.ones,
    "ones_like": _ops.ones_like,
    "tri": _ops.tri,
    "zeros": _ops.zeros,
    "zeros_like": _ops.zeros_like,
    # Shapes
    "cast": _ops.cast,
    "concatenate": _ops.concatenate,
    "diag": _ops.diag,
    "diagonal": _ops.diagonal,
    "flatten": _ops.flatten,
    "horizontal_stack": lambda *tensors: _ops.concatenate(tensors, 1),
    "join": _ops.join,
    "repeat": _ops.repeat,
    "reshape": _ops.reshape,
    "roll": _ops.roll,
    "shape_padaxis": _ops.shape_padaxis,
    "shape_padleft": _ops.shape_padleft,
    "shape_padright": _ops.shape_padright,
    "stack": _ops.stack,
    "stacklists": _ops.stacklists,
    "swapaxes": _ops.swapaxes,
    "tensor_copy": _ops.copy,
    "tile": _ops.tile,
    "trace": _ops.trace,
    "transpose": _ops.transpose,
    "tril": _ops.tril,
    "triu": _ops.triu,
    "vertical_stack": lambda *tensors: _ops.concatenate(tensors, 0),
    # Finding and ordering
    "argsort": _ops.argsort,
    "bincount": _ops.bincount,
    "cumprod": _ops.cumulative(_torch.cumprod),
    "cumsum": _ops.cumulative(_torch.cumsum),
    "diff": _ops.diff,
    "fill_diagonal": _ops.fill_diagonal,
    "flatnonzero": _ops.flatnonzero,
    "nonzero_values": _ops.nonzero_values,
    "searchsorted": _ops.searchsorted,
    "sort": _ops.sort,
    "take": _ops.take,
    "to_one_hot": _ops.to_one_hot,
    "_norm": _ops.norm,
}
_TABLE |= {
    alias: _TABLE[name]
    for alias, name in {
        "bitwise_and": "and_",
        "bitwise_not": "invert",
        "bitwise_or": "or_",
        "bitwise_xor": "xor",
        "floor_div": "int_div",
        "power": "pow",
        "second": "fill",
        "sign": "sgn",
        "square": "sqr",
        "where": "switch",
    }.items()
}
globals().update(_record(_TABLE))
# Of several recorded calls, or with something to say about what they are given


def log(a: Any) -> Any:
    """Natural logarithm; that of a softmax or sigmoid is taken without leaving the logits."""
    return _log_of(as_tensor_variable(a))


def shape(x: Any) -> Any:
    """Return the shape, to index."""
    return as_tensor_variable(x).shape


def max_and_argmax(x: Any, axis: Any = None, keepdims: bool = False) -> list[Any]:
    """Return the maximum, and where it is."""
    functions = (_ops.order_statistic(_K.max), _ops.argmax)
    return [_operation(f)(as_tensor_variable(x), axis, keepdims=keepdims) for f in functions]


def nonzero(a: Any, return_matrix: bool = False) -> Any:
    """Return the indices of the elements that are not zero, along each axis."""
    return _ops.nonzero(as_tensor_variable(a), return_matrix)


def squeeze(x: Any) -> Any:
    """Remove the axes that are known to have size 1."""
    return _ops.squeeze(as_tensor_variable(x))


def split(x: Any, splits_size: Any, n_splits: int, axis: int = 0) -> list[Any]:
    """Return ``n_splits`` parts of ``x``, of the given sizes along an axis."""
    x = as_tensor_variable(x)
    return [_operation(_ops.split_part)(x, splits_size, axis, i) for i in range(n_splits)]


def _taken_apart(x: Any, name: str) -> Any:
    if not isinstance(x, _Expression) or x.function is not _get_item:
        raise TypeError(
            f"{name} got {x!r}; expected a tensor that is indexed, such as x[0] or x[:, 1:]."
        )
    return x.args


def set_subtensor(
    x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False
) -> Any:
    """Return the whole tensor of which ``x`` is an indexed part, with ``y`` in its place."""
    whole, index = _taken_apart(x, "set_subtensor")
    return _operation(_set_item)(whole, index, y)


def inc_subtensor(
    x: Any,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> Any:
    """Return the whole tensor of which ``x`` is an indexed part, with ``y`` added to it."""
    whole, index = _taken_apart(x, "inc_subtensor")
    return _operation(_set_item)(whole, index, y, not set_instead_of_inc)


def _same(x: Any) -> Any:
    return x


def _with_pattern(x: Any, pattern: Any) -> Any:
    x = as_tensor_variable(x)
    same = _Expression(_same, (x,))
    sizes = [1 if one else 2 if n == 1 else n for n, one in zip(x.meta.shape, pattern)]
    same._meta = x.meta.new_empty(sizes)
    return same


def patternbroadcast(x: Any, broadcastable: Any) -> Any:
    """Say for each axis whether its size is 1."""
    return _with_pattern(x, broadcastable)


def addbroadcast(x: Any, *axes: int) -> Any:
    """Say that the sizes of some axes are 1."""
    x = as_tensor_variable(x)
    return _with_pattern(x, [b or i in axes for i, b in enumerate(x.broadcastable)])


def unbroadcast(x: Any, *axes: int) -> Any:
    """Say that the sizes of some axes may be other than 1."""
    x = as_tensor_variable(x)
    return _with_pattern(x, [b and i not in axes for i, b in enumerate(x.broadcastable)])


def get_scalar_constant_value(v: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the value of a symbol that depends on nothing."""
    return _evaluate(v)


__getattr__ = _missing(__name__)
