"""What an old program computes a layer with, in place of a weight of it.

``layer.W = layer.W[:, :, ::-1, ::-1]`` turned kernels around: in Theano both sides are symbols, so
the layer computes with what the variable holds at each batch, and the variable stays the weight
that is trained, saved and loaded.
"""

from __future__ import annotations

from typing import Any

from .expression import Expression
from .mode import mode
from .program import Program


class Formula:
    """An expression of variables that stands for one of them in a layer."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.program = Program([], expression)

    def read(self) -> Any:
        """Return its value within a computation, and else the expression."""
        return self.program() if mode.eager else self.expression
