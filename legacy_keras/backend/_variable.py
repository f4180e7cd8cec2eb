"""Variables: parameters that answer to Theano's ``get_value`` and ``set_value``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .._arrays import as_tensor
from .._symbolic.expression import BINARY, COMPARISONS, UNARY, Expression, Placeholder, operation
from .._symbolic.function import evaluate
from .._symbolic.indexing import get_item
from .._symbolic.mode import computes, computing, mode
from .common import floatx, torch_dtype


class Variable(nn.Parameter):
    """A parameter with a name; every operation on it gives a plain tensor.

    It starts without gradient: `compile` asks for gradients of the weights it trains.
    """

    # Tensor has an attribute called `name` already, so the slot is called otherwise.
    _variable_name: str | None = None

    def __new__(cls, data: Tensor, requires_grad: bool = False, name: str | None = None) -> Any:
        variable = super().__new__(cls, data, requires_grad)
        variable._variable_name = name
        return variable

    @property
    def name(self) -> str | None:
        return self._variable_name

    @name.setter
    def name(self, name: str | None) -> None:
        self._variable_name = name

    def get_value(self, borrow: bool = False) -> np.ndarray:
        """Return a copy of the value as an array, whatever ``borrow`` says."""
        return self.detach().cpu().numpy().copy()

    def set_value(self, value: Any, borrow: bool = False) -> None:
        """Overwrite the value in place; another shape is allowed, as in Theano."""
        new = as_tensor(value).to(self.dtype)
        with torch.no_grad():
            if new.shape == self.shape:
                self.copy_(new)
            else:
                self.data = new.to(self.device).clone()

    def eval(self) -> np.ndarray:
        """Return the value as an array."""
        return self.get_value()

    @property
    def T(self) -> Any:  # type: ignore[override]
        """The transpose."""
        if mode.eager:
            return self.permute(*reversed(range(self.ndim)))
        return Expression.methods["transpose"](self)

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """For each axis whether its size is fixed to 1: never, in Theano, unless asked for."""
        return self.__dict__.get("_broadcastable", (False,) * self.ndim)

    def __bool__(self) -> bool:
        """Whether there is one, as ``if bias:`` asks; in a computation whether it is not 0."""
        return super().__bool__() if mode.eager else True

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        with computing():  # torch prints by indexing and reshaping
            return super().__repr__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        if id(self) not in memo:
            data = self.data.clone(memory_format=torch.preserve_format)
            memo[id(self)] = type(self)(data, self.requires_grad, self._variable_name)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self.data, self.requires_grad, self._variable_name)


def _rebuild(cls: type[Variable], data: Tensor, requires_grad: bool, name: str | None) -> Variable:
    return cls(data, requires_grad, name)


def _record_operators() -> None:
    """Let operators with a variable be recorded where nothing is computed yet."""

    def method(name: str, function: Any, swap: bool) -> Any:
        plain = getattr(nn.Parameter, name)

        def call(self: Variable, *other: Any) -> Any:
            if computes():
                return plain(self, *other)
            return Expression(function, (*other, self) if swap else (self, *other))

        call.__name__ = name
        return call

    for name, function in (*BINARY.items(), *COMPARISONS.items(), *UNARY.items()):
        setattr(Variable, f"__{name}__", method(f"__{name}__", function, False))
        if name in BINARY:
            setattr(Variable, f"__r{name}__", method(f"__r{name}__", function, True))
            if name in ("add", "sub", "mul", "truediv"):  # W *= 2 makes an expression, too
                setattr(Variable, f"__i{name}__", method(f"__{name}__", function, False))


_record_operators()


def _give_methods(methods: Mapping[str, Callable[..., Any]]) -> None:
    """Give Theano's methods to expressions, and to variables where nothing is computed yet."""

    def method(name: str, recorded: Callable[..., Any]) -> Callable[..., Any]:
        plain = getattr(nn.Parameter, name, recorded)

        def call(self: Variable, *args: Any, **kwargs: Any) -> Any:
            return (plain if computes() else recorded)(self, *args, **kwargs)

        call.__name__ = name
        return call

    Expression.methods.update(methods)
    item = operation(get_item)
    for name, recorded in {**methods, "__getitem__": item}.items():
        if name != "eval":
            setattr(Variable, name, method(name, recorded))


def variable(value: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable from an array-like.

    Args:
        value: anything NumPy turns into an array.
        dtype: NumPy dtype name; None for `floatx`.
        name: kept for the user; it does not matter for anything.

    Mirrors: keras 0.3.3, backend/theano_backend.py, variable.
    """
    array = np.array(value, dtype=dtype or floatx())
    return Variable(as_tensor(array), name=name)


def zeros(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 0."""
    return Variable(torch.zeros(_sizes(shape), dtype=torch_dtype(dtype)), name=name)


def ones(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 1."""
    return Variable(torch.ones(_sizes(shape), dtype=torch_dtype(dtype)), name=name)


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in np.atleast_1d(shape))


def placeholder(
    shape: Any = None, ndim: int | None = None, dtype: str | None = None, name: str | None = None
) -> Placeholder:
    """Make a placeholder for an input of `function`.

    Args:
        shape: sizes, None where any will do; or else
        ndim: number of axes, all of any size.
        dtype: NumPy dtype name; None for `floatx`.

    Raises:
        ValueError: without shape and ndim.

    Mirrors: keras 0.3.3, backend/theano_backend.py, placeholder.
    """
    if shape is None and ndim is None:
        raise ValueError("Specify either a shape or ndim value.")
    sizes = (None,) * (ndim or 0) if shape is None else tuple(shape)
    return Placeholder(sizes, dtype or floatx(), name)


def get_value(x: Any) -> np.ndarray:
    """Return the value of a variable as an array.

    Raises:
        TypeError: if ``x`` is not a variable.
    """
    if not hasattr(x, "get_value"):
        raise TypeError(
            f"get_value() can only be called on a variable; got {type(x).__name__}. "
            "Use eval() for an expression."
        )
    value: np.ndarray = x.get_value()
    return value


def set_value(x: Variable, value: Any) -> None:
    """Set the value of a variable from an array-like, cast to the variable's dtype."""
    x.set_value(value)


eval = evaluate


def count_params(x: Tensor) -> np.integer[Any]:
    """Return the number of scalars in a tensor, as a NumPy integer."""
    return np.prod(np.asarray(x.shape, dtype="int64"))
