"""Layers that apply a user's function.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import Tensor

from .. import backend as K
from .._errors import ArgumentError
from .._symbolic.expression import Placeholder
from .._symbolic.trace import Traced
from ._base import Layer, MaskedLayer, Shape


def symbol(shape: Shape) -> Placeholder:
    """Return a placeholder of this shape, for any number of samples."""
    return Placeholder((None, *shape[1:]), K.floatx())


def joined_symbols(layer: Any) -> dict[str, Any]:
    """Return placeholders by the names of the layers that a ``join`` hands on, joins among them."""
    return {
        branch.name: symbol(branch.output_shape) if branch.output_shape else joined_symbols(branch)
        for branch in layer.branches
    }


class Lambda(Layer):
    """Apply a function of a tensor.

    Args:
        function: takes the input and ``arguments``; if it has a parameter ``train`` it is
            told whether the model is training.
        output_shape: tuple without the samples axis, or a function of the input shape;
            None for the shape of the input.
        arguments: dict of further keyword arguments of ``function``.

    Raises:
        ValueError: if ``output_shape`` is neither, or does not return a tuple.

    Mirrors: keras 0.3.3, layers/core.py, Lambda.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        arguments: dict[str, Any] = {},
        **kwargs: Any,
    ) -> None:
        if isinstance(output_shape, (tuple, list)):
            output_shape = tuple(output_shape)
        elif output_shape is not None and not callable(output_shape):
            raise ArgumentError(
                f"In {type(self).__name__}, `output_shape` must be a list, a tuple, or a "
                f"function; got {output_shape!r}."
            )
        self.function = function
        self.arguments = arguments
        self._output_shape = output_shape
        Layer.__init__(self, **kwargs)

    @property
    def output_shape(self) -> Shape:
        shape = self.declared_shape(self.input_shape, self.input_shape)
        if shape is None:  # of inputs that merge_mode="join" hands on apart, where 0.3.3 fails
            return None, *self.get_output().meta.shape[1:]
        return shape

    def declared_shape(self, input_shape: Shape, default: Shape) -> Shape:
        """Return the output shape that the user declared, with the samples axis."""
        if self._output_shape is None:
            return default
        if isinstance(self._output_shape, tuple):
            return (default[0] if default else None, *self._output_shape)
        shape = self._output_shape(input_shape)
        if not isinstance(shape, (tuple, list)):
            raise ValueError(
                f"In {type(self).__name__}, the `output_shape` function must return a tuple; "
                f"got {shape!r} for the input shape {input_shape}."
            )
        return tuple(shape)

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        return self.apply_function(x, self.training)

    def get_output(self, train: bool = False) -> Any:
        return self.apply_function(self.get_input(train), train)

    def prepare(self) -> None:
        """Record the function for training and for tests, as 0.3.3 calls it at compile."""
        for train in (True, False):
            self.traced().record((self.symbols(),), self.options(train))

    def symbols(self) -> Any:
        """Return placeholders like the input: one, or a dict of them after a join."""
        return symbol(self.input_shape) if self.input_shape else joined_symbols(self.previous)

    def options(self, train: bool) -> dict[str, Any]:
        """Return the keyword arguments of the function, with ``train`` if it asks for it."""
        if "train" in inspect.signature(self.function).parameters:
            return {**self.arguments, "train": bool(train)}
        return self.arguments

    def traced(self) -> Traced:
        """Return what records the function and runs it."""
        if self.__dict__.get("_traced") is None or self._traced.function is not self.function:
            self._traced = Traced(self.function)
        return self._traced

    def apply_function(self, x: Any, train: bool) -> Any:
        """Call the function with its arguments."""
        return self.traced()(x, **self.options(train))

    _traced: Traced

    def get_config(self) -> dict[str, Any]:
        # The function itself, as in 0.3.3: to_json refuses it with a TypeError.
        return {
            **super().get_config(),
            "function": self.function,
            "output_shape": self._output_shape,
            "arguments": self.arguments,
        }


class MaskedLambda(MaskedLayer, Lambda):
    """A Lambda that hands on the mask of its input.

    Mirrors: keras 0.3.3, layers/core.py, MaskedLambda.
    """
