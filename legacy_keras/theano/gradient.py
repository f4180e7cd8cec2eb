"""theano.gradient: gradients of expressions.

Mirrors: Theano 0.8.2, gradient.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._errors import ArgumentError
from .._symbolic.expression import Expression, recorded
from .._symbolic.function import gradients
from .._symbolic.program import Gradient, in_order
from .._symbolic.substitution import reaches, substitute
from ._names import missing


class DisconnectedInputError(ValueError):
    """A gradient by something that the cost does not depend on."""


class NullTypeGradError(TypeError):
    """A gradient that is not defined."""


def grad(
    cost: Any,
    wrt: Any,
    consider_constant: Sequence[Any] | None = None,
    disconnected_inputs: str = "raise",
    add_names: bool = True,
    known_grads: Any = None,
    return_disconnected: str = "zero",
    null_gradients: str = "raise",
) -> Any:
    """Return the gradient of a scalar by each of ``wrt``: in a list for a list, or alone.

    Args:
        cost: an expression of one number; None with ``known_grads``.
        wrt: variables or expressions that the cost depends on.
        consider_constant: expressions that no gradient goes through.
        disconnected_inputs: "raise", "warn" or "ignore" what the cost does not depend on.
        known_grads: dict of expressions to the gradients that arrive at them.

    Raises:
        TypeError: if the cost is not one number.
        DisconnectedInputError: if the cost does not depend on one of ``wrt``.
    """
    if disconnected_inputs not in ("raise", "warn", "ignore"):
        raise ArgumentError(
            f"grad got disconnected_inputs={disconnected_inputs!r}; expected 'raise', 'warn' or "
            "'ignore'."
        )
    for x, arriving in dict(known_grads or {}).items():
        term = (x * disconnected_grad(arriving)).sum()
        cost = term if cost is None else cost + term
    if not isinstance(cost, (Expression, torch.nn.Parameter)) or cost.ndim:
        given = f"{cost.ndim} axes" if hasattr(cost, "ndim") else f"{cost!r}"
        raise TypeError(f"cost must be a scalar; grad got {given}. Use .sum() or .mean() before.")
    if consider_constant:
        cost = substitute(cost, [(c, disconnected_grad(c)) for c in consider_constant])
    targets = list(wrt) if isinstance(wrt, (list, tuple)) else [wrt]
    if disconnected_inputs != "ignore" and not _has_layers(cost):
        for target in targets:
            _check_connected(cost, target, disconnected_inputs)
    found = [(cost, target) for target in targets if target is cost]
    results = gradients(cost * 1.0 if found else cost, targets)
    for target, result in zip(targets, results):
        if isinstance(target, Expression) and target.static_shape is None:
            result._meta = target.meta
    return type(wrt)(results) if isinstance(wrt, (list, tuple)) else results[0]


def _has_layers(cost: Any) -> bool:
    """Whether a layer takes part: its weights are not seen from outside."""
    return any(hasattr(e.function, "layer") for e in in_order(cost))


def _check_connected(cost: Any, target: Any, how: str) -> None:
    if reaches(target, cost):
        return
    message = (
        f"the cost does not depend on {target!r}, by which grad was asked to differentiate it. "
        "Pass disconnected_inputs='ignore' to get zeros."
    )
    if how == "raise":
        raise DisconnectedInputError(message)
    warnings.warn(message, stacklevel=3)


def Lop(f: Any, wrt: Any, eval_points: Any, consider_constant: Any = None, **kwargs: Any) -> Any:
    """Return ``eval_points`` multiplied from the left with the derivative of ``f`` by ``wrt``."""
    several = isinstance(f, (list, tuple))
    pairs = list(zip(f, eval_points)) if several else [(f, eval_points)]
    cost = sum((x * disconnected_grad(point)).sum() for x, point in pairs)
    return grad(cost, wrt, consider_constant, disconnected_inputs="ignore")


class _Jacobian(Gradient):
    """The gradients of all elements of a vector, stacked."""

    __name__ = "jacobian"

    def __call__(self, outputs: Tensor, by: list[Tensor]) -> list[Tensor]:
        one = super().__call__
        rows = [one(x, by) for x in outputs.reshape(-1).unbind(0)]
        return [torch.stack(column) for column in zip(*rows, strict=True)]


def jacobian(
    expression: Any,
    wrt: Any,
    consider_constant: Any = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Return the derivative of each element of a vector by each element of ``wrt``."""
    targets = list(wrt) if isinstance(wrt, (list, tuple)) else [wrt]
    for e in in_order(expression):
        if isinstance(e.function, Gradient):
            e.function.create_graph = True
    everything = Expression(_Jacobian(create_graph=True), (expression, targets))
    results = [everything[index] for index in range(len(targets))]
    return type(wrt)(results) if isinstance(wrt, (list, tuple)) else results[0]


def hessian(
    cost: Any, wrt: Any, consider_constant: Any = None, disconnected_inputs: str = "raise"
) -> Any:
    """Return the second derivative of a scalar by each vector in ``wrt``."""
    targets = list(wrt) if isinstance(wrt, (list, tuple)) else [wrt]
    results = [jacobian(grad(cost, target), target) for target in targets]
    return type(wrt)(results) if isinstance(wrt, (list, tuple)) else results[0]


# Functions that change what gradients do


def _detached(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


class _Changed(torch.autograd.Function):
    """The identity, with a function of its own for the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
        ctx.change = change
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return ctx.change(grads[0]), None


def _clipped(x: Tensor, lower_bound: float, upper_bound: float) -> Tensor:
    result: Tensor = _Changed.apply(x, lambda g: g.clamp(lower_bound, upper_bound))
    return result


def _scaled(x: Tensor, multiplier: float) -> Tensor:
    result: Tensor = _Changed.apply(x, lambda g: g * multiplier)
    return result


disconnected_grad = recorded(_detached)
zero_grad = consider_constant = disconnected_grad
grad_clip = recorded(_clipped)
grad_scale = recorded(_scaled)

__getattr__ = missing(__name__)
