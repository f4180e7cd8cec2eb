"""K.function, K.gradients and K.eval: expressions evaluated on arrays.

Mirrors: keras 0.3.3, backend/theano_backend.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .._arrays import as_tensor
from .expression import Expression, Placeholder, expressions_in
from .program import Gradient, Program, in_order

# What 0.3.3 hands on to theano.function. It means nothing here.
THEANO_OPTIONS = frozenset(
    "mode givens no_default_updates accept_inplace name rebuild_strict allow_input_downcast "
    "profile on_unused_input".split()
)


def check_options(options: Iterable[str], hint: str = "They have no effect here") -> None:
    """Refuse what theano.function does not take.

    Raises:
        ValueError: naming the option.
    """
    for option in options:
        if option not in THEANO_OPTIONS:
            raise ValueError(
                f"Invalid argument '{option}' passed to K.function; expected one of "
                f"{', '.join(sorted(THEANO_OPTIONS))}. {hint}."
            )


class KnownGradients(Placeholder):
    """The loss of a training step, whose gradients are computed elsewhere.

    Args:
        params: the weights.
        grads: the placeholders of their gradients.
    """

    def __init__(self, params: Sequence[Any], grads: Sequence[Placeholder]) -> None:
        super().__init__((), name="the training loss")
        self._known = {id(p): g for p, g in zip(params, grads)}

    def gradient(self, param: Any) -> Placeholder:
        """Return the placeholder of the gradient by one of the weights.

        Raises:
            ValueError: for anything that is not trained.
        """
        try:
            return self._known[id(param)]
        except KeyError:
            raise ValueError(
                f"an optimizer asked for the gradient by {param!r}, which is none of the weights "
                "that the model trains."
            ) from None


def gradients(loss: Expression, variables: Any) -> Any:
    """Return the gradient of a scalar expression by each variable or expression.

    Mirrors: keras 0.3.3, backend/theano_backend.py, gradients.
    """
    single = not isinstance(variables, (list, tuple))
    targets = [variables] if single else list(variables)
    if isinstance(loss, KnownGradients):
        known = [loss.gradient(target) for target in targets]
        return known[0] if single else known
    again = any(isinstance(e.function, Gradient) for e in in_order(loss))
    for e in in_order(loss):  # a gradient of a gradient needs the graph of the first
        if isinstance(e.function, Gradient):
            e.function.create_graph = again
    all_of_them = Expression(Gradient(create_graph=False), (loss, targets))
    results = []
    for index, target in enumerate(targets):
        shape = target.static_shape if isinstance(target, Expression) else tuple(target.shape)
        results.append(Expression(_item, (all_of_them, index), shape=shape))
    return results[0] if single else results


def _item(values: Sequence[Any], index: int) -> Any:
    return values[index]


class Function:
    """A function of arrays made from expressions.

    Args:
        inputs: list of placeholders.
        outputs: list of expressions or variables, or one alone, as Theano takes it.
        updates: list of pairs of a variable and the expression of its next value; all are
            computed before any is assigned.

    Raises:
        ValueError: when called with other inputs than it was made for.
    """

    def __init__(
        self, inputs: Sequence[Any], outputs: Sequence[Any], updates: Any = (), **options: Any
    ) -> None:
        check_options(options)
        pairs = list(updates.items() if hasattr(updates, "items") else updates)
        self.inputs = list(inputs)
        self.updated = [variable for variable, _ in pairs]
        self.single = isinstance(outputs, (Expression, Tensor))
        wanted = [
            [outputs] if self.single else list(outputs),
            [value for _, value in pairs],
        ]
        self.program = Program(self.inputs, wanted)
        self._check_placeholders(wanted)

    def _check_placeholders(self, wanted: Any) -> None:
        for e in in_order(wanted, self.inputs):
            if isinstance(e, Placeholder):
                raise ValueError(
                    f"the outputs need {e.describe()}, made at {e.made_at}, which is not among "
                    "the inputs of this function."
                )

    def __call__(self, inputs: Sequence[Any]) -> Any:
        if type(inputs) not in (list, tuple):
            raise TypeError(
                f"a K.function takes a list of {len(self.inputs)} arrays; got "
                f"{type(inputs).__name__}."
            )
        if len(inputs) != len(self.inputs):
            raise ValueError(
                f"this function takes {len(self.inputs)} inputs; got {len(inputs)}: "
                f"{[i.describe() for i in self.inputs if isinstance(i, Placeholder)]}."
            )
        values = [self._tensor(i, p, v) for i, (p, v) in enumerate(zip(self.inputs, inputs))]
        changed: list[nn.Parameter] = []
        differentiated = self.program.differentiated
        try:
            for target in differentiated:
                if isinstance(target, nn.Parameter) and not target.requires_grad:
                    target.requires_grad_(True)
                    changed.append(target)
            for placeholder, value in zip(self.inputs, values):
                if any(placeholder is target for target in differentiated):
                    value.requires_grad_(True)
            with torch.set_grad_enabled(bool(differentiated)):
                outputs, new_values = self.program(*values)
        finally:
            for target in changed:
                target.requires_grad_(False)
        results = [_array(output) for output in outputs]  # before a variable changes
        with torch.no_grad():
            new_values = [_apart(value) for value in new_values]
            for variable, value in zip(self.updated, new_values):
                _assign(variable, value)
        return results[0] if self.single else results

    def _tensor(self, index: int, placeholder: Any, value: Any) -> Tensor:
        wanted = getattr(torch, placeholder.dtype)
        tensor = as_tensor(value)
        if tensor.ndim != placeholder.ndim:
            raise ValueError(
                f"input {index} has {tensor.ndim} axes, with the shape {tuple(tensor.shape)}; "
                f"expected {placeholder.ndim}, for {placeholder.describe()}."
            )
        return tensor.detach().to(wanted, copy=True)


def _apart(value: Any) -> Any:
    """Return a value that no assignment to a variable changes."""
    shares = isinstance(value, Tensor) and (isinstance(value, nn.Parameter) or value._is_view())
    return value.detach().clone() if shares else value


def _assign(variable: Any, value: Any) -> None:
    value = torch.as_tensor(value).detach().to(variable.dtype)
    if value.shape == variable.shape:
        variable.copy_(value)
    else:
        variable.data = value.clone()


def _array(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().cpu().numpy().copy()
    if isinstance(value, dict):
        return {key: _array(item) for key, item in value.items()}
    return np.asarray(value)


def function(
    inputs: Sequence[Any], outputs: Sequence[Any], updates: Any = [], **kwargs: Any
) -> Function:
    """Make a function of a list of arrays that returns a list of arrays.

    Args:
        inputs: list of placeholders.
        outputs: list of expressions.
        updates: list of (variable, expression of its next value).
        kwargs: options of theano.function are accepted, without effect.

    Mirrors: keras 0.3.3, backend/theano_backend.py, function.
    """
    return Function(inputs, outputs, updates, **kwargs)


def evaluate(x: Any) -> np.ndarray:
    """Return the value of an expression without placeholders, a variable, or a number.

    Mirrors: keras 0.3.3, backend/theano_backend.py, eval.
    """
    if not any(True for _ in expressions_in(x)):
        return x.detach().cpu().numpy().copy() if isinstance(x, Tensor) else np.asarray(x)
    result: np.ndarray = Function([], [x])([])[0]
    return result
