"""Variables: parameters that answer to Theano's ``get_value`` and ``set_value``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

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
        new = torch.as_tensor(np.asarray(value)).to(self.dtype)
        with torch.no_grad():
            if new.shape == self.shape:
                self.copy_(new)
            else:
                self.data = new.to(self.device).clone()

    def eval(self) -> np.ndarray:
        """Return the value as an array."""
        return self.get_value()

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        if id(self) not in memo:
            data = self.data.clone(memory_format=torch.preserve_format)
            memo[id(self)] = type(self)(data, self.requires_grad, self._variable_name)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self.data, self.requires_grad, self._variable_name)


def _rebuild(cls: type[Variable], data: Tensor, requires_grad: bool, name: str | None) -> Variable:
    return cls(data, requires_grad, name)


def variable(value: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable from an array-like.

    Args:
        value: anything NumPy turns into an array.
        dtype: NumPy dtype name; None for `floatx`.
        name: kept for the user; it does not matter for anything.

    Mirrors: keras 0.3.3, backend/theano_backend.py, variable.
    """
    array = np.array(value, dtype=dtype or floatx())
    return Variable(torch.from_numpy(array), name=name)


def zeros(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 0."""
    return Variable(torch.zeros(_sizes(shape), dtype=torch_dtype(dtype)), name=name)


def ones(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
    """Make a variable filled with 1."""
    return Variable(torch.ones(_sizes(shape), dtype=torch_dtype(dtype)), name=name)


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in np.atleast_1d(shape))


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


def eval(x: Any) -> np.ndarray:
    """Return the value of a tensor, or of a plain number, as an array."""
    return x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.asarray(x)


def count_params(x: Tensor) -> np.integer[Any]:
    """Return the number of scalars in a tensor, as a NumPy integer."""
    return np.prod(np.asarray(x.shape, dtype="int64"))
