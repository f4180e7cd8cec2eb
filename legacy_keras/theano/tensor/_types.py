"""Constructors of symbolic tensors: T.matrix, T.fmatrix, T.TensorType, ...

Mirrors: Theano 0.8.2, tensor/type.py, tensor/basic.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..._arrays import as_tensor
from ..._symbolic.expression import Expression, Placeholder
from ...backend import _theano_math as ops
from ...backend._variable import Variable
from ...backend.common import floatx


class TensorType:
    """The type of a symbolic tensor; called, it makes one.

    Args:
        dtype: NumPy dtype name, or "floatX".
        broadcastable: for each axis whether its size is 1.
    """

    def __init__(self, dtype: Any, broadcastable: Sequence[bool], name: str | None = None) -> None:
        self.dtype = floatx() if dtype == "floatX" else np.dtype(dtype).name
        self.broadcastable = tuple(bool(b) for b in broadcastable)
        self.name = name

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.broadcastable)

    def __call__(self, name: str | None = None) -> Placeholder:
        return Placeholder(tuple(1 if b else None for b in self.broadcastable), self.dtype, name)

    make_variable = __call__

    def __eq__(self, other: Any) -> bool:
        same = isinstance(other, TensorType)
        return same and (self.dtype, self.broadcastable) == (other.dtype, other.broadcastable)

    def __hash__(self) -> int:
        return hash((self.dtype, self.broadcastable))

    def __repr__(self) -> str:
        return f"TensorType({self.dtype}, {self.broadcastable})"


def tensor(*args: Any, name: str | None = None, **kwargs: Any) -> Placeholder:
    """Make a symbolic tensor of a dtype and a pattern of axes of size 1, as `TensorType` does."""
    return TensorType(*args, **kwargs)(name)


class TensorConstant(Expression):
    """A fixed value."""

    def __init__(self, value: Any, name: str | None = None) -> None:
        self.data = value.detach().cpu().numpy()
        super().__init__(ops.as_tensor, (value,))
        self.name = name

    @property
    def value(self) -> np.ndarray:
        """The value, as an array."""
        return self.data


def constant(x: Any, name: str | None = None, ndim: int | None = None, dtype: Any = None) -> Any:
    """Make a fixed symbolic tensor of a number, list or array."""
    tensor = ops.as_tensor(x) if dtype is None else ops.cast(x, dtype)
    if isinstance(x, np.ndarray) and dtype is None:
        tensor = as_tensor(x).clone()
    while ndim is not None and tensor.ndim < ndim:
        tensor = tensor.unsqueeze(0)
    return TensorConstant(tensor.clone(), name)


def as_tensor_variable(x: Any, name: str | None = None, ndim: int | None = None) -> Any:
    """Return a symbol unchanged, a list of symbols stacked, anything else as a constant."""
    if isinstance(x, (Expression, Variable)):
        if ndim is not None and x.ndim != ndim:
            return Expression.methods["reshape"](x, (1,) * (ndim - x.ndim) + tuple(x.shape))
        return x
    if isinstance(x, (list, tuple)) and any(isinstance(v, (Expression, Variable)) for v in x):
        return Expression(ops.as_tensor, (list(x),))
    return constant(x, name, ndim)


# Constructors by name: T.matrix of floatX, T.fmatrix of float32, and T.fmatrices("a b").
PATTERNS: dict[str, tuple[bool, ...]] = {
    "scalar": (),
    "vector": (False,),
    "row": (True, False),
    "col": (False, True),
    "matrix": (False,) * 2,
    "tensor3": (False,) * 3,
    "tensor4": (False,) * 4,
    "tensor5": (False,) * 5,
}
LETTERS = {
    "b": "int8",
    "w": "int16",
    "i": "int32",
    "l": "int64",
    "f": "float32",
    "d": "float64",
}
PLURALS = {"matrix": "matrices"}

Constructor = Callable[..., Any]


def _of_any_dtype(pattern: tuple[bool, ...]) -> Constructor:
    def make(name: str | None = None, dtype: Any = None) -> Placeholder:
        return TensorType(dtype or floatx(), pattern)(name)

    return make


def _several(make: Constructor) -> Constructor:
    """Return a constructor of several at once: their names, or how many."""

    def make_several(*names: Any) -> Any:
        if len(names) == 1 and isinstance(names[0], int):
            names = (None,) * names[0]
        elif len(names) == 1 and isinstance(names[0], str):
            names = tuple(names[0].split())
        made = [make(name) for name in names]
        return made[0] if len(made) == 1 else made

    return make_several


def constructors() -> dict[str, Any]:
    """Return all constructors by name."""
    made: dict[str, Any] = {}
    for name, pattern in PATTERNS.items():
        plural = PLURALS.get(name, name + "s")
        made[name] = _of_any_dtype(pattern)
        made[plural] = _several(made[name])
        for letter, dtype in LETTERS.items():
            made[letter + name] = TensorType(dtype, pattern, letter + name)
            made[letter + plural] = _several(made[letter + name])
    return made
