"""theano.function, shared, clone, In, Out and Param.

Mirrors: Theano 0.8.2, compile/function.py, compile/pfunc.py, compile/sharedvalue.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from .._arrays import as_tensor
from .._errors import DimensionError
from .._symbolic.expression import Expression
from .._symbolic.function import Function as _Function
from .._symbolic.substitution import placeholders_in, reaches, substitute, variables_in
from ..backend._variable import Variable
from .tensor._types import as_tensor_variable


class UnusedInputError(ValueError):
    """An input that no output needs."""


class MissingInputError(ValueError):
    """A placeholder that an output needs and that is not among the inputs."""


class In:
    """An input of a function, with more said about it.

    Args:
        variable: the placeholder.
        name: by which the function may be called; None for the placeholder's.
        value: default.
        update: the next default after each call.
        The other arguments are accepted, without effect.
    """

    def __init__(
        self,
        variable: Any,
        name: str | None = None,
        value: Any = None,
        update: Any = None,
        mutable: bool | None = None,
        strict: bool = False,
        allow_downcast: bool | None = None,
        autoname: bool = True,
        implicit: bool | None = None,
        borrow: bool | None = None,
        shared: bool = False,
    ) -> None:
        self.variable = variable
        self.name = name or getattr(variable, "name", None)
        self.value = value
        self.update = update
        self.allow_downcast = allow_downcast


class Param(In):
    """`In` as it was called before, with the default in the second place."""

    def __init__(
        self, variable: Any, default: Any = None, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(variable, name, kwargs.pop("value", default), **kwargs)


class Out:
    """An output of a function; ``borrow`` has no effect."""

    def __init__(self, variable: Any, borrow: bool = False) -> None:
        self.variable = variable


def _pairs(updates: Any) -> list[tuple[Any, Any]]:
    if updates is None:
        return []
    return [(old, new) for old, new in (updates.items() if hasattr(updates, "items") else updates)]


class Function:
    """What `function` returns: call it with arrays, in order or by name."""

    def __init__(
        self, inputs: list[In], outputs: Any, updates: list[tuple[Any, Any]], name: str | None
    ) -> None:
        self.inputs = inputs
        self.name = name
        self._outputs = outputs
        wanted = list(outputs.values()) if isinstance(outputs, dict) else outputs
        if wanted is None:
            wanted = []
        elif not isinstance(wanted, (list, tuple)):
            wanted = [wanted]
        self._states = [i for i in inputs if i.update is not None]
        wanted = [*wanted, *(i.update for i in self._states)]
        self._function = _Function([i.variable for i in inputs], wanted, updates)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        output_subset = kwargs.pop("output_subset", None)
        values = [self._checked(i, v) for i, v in enumerate(self._bound(args, kwargs))]
        results = self._function(values)
        if self._states:
            for state, value in zip(self._states, results[-len(self._states) :]):
                state.value = value
            results = results[: -len(self._states)]
        if output_subset is not None:
            return [results[index] for index in output_subset]
        if isinstance(self._outputs, dict):
            return dict(zip(self._outputs, results))
        if self._outputs is None or isinstance(self._outputs, (list, tuple)):
            return results
        return results[0]

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        if len(args) > len(self.inputs):
            raise TypeError(
                f"Too many parameters passed to {self}: it takes {len(self.inputs)}, got "
                f"{len(args)}."
            )
        names = [i.name for i in self.inputs]
        for name in kwargs:
            if name not in names:
                raise TypeError(f"{self} has no input {name!r}; its inputs are {names}.")
            if name in names[: len(args)]:
                raise TypeError(f"{self} got the input {name!r} twice.")
        bound = list(args)
        for index, i in enumerate(self.inputs[len(args) :], len(args)):
            value = kwargs.get(str(i.name), i.value) if i.name else i.value
            if value is None:
                raise TypeError(f"Missing required input: {self._describe(index)} of {self}.")
            bound.append(value)
        return bound

    def _describe(self, index: int) -> str:
        variable = self.inputs[index].variable
        named = f"{self.inputs[index].name!r} " if self.inputs[index].name else ""
        return f"input {index} {named}(made at {variable.made_at})"

    def _checked(self, index: int, value: Any) -> Any:
        """Return an argument as an array of the right kind and number of axes."""
        i = self.inputs[index]
        array = value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)
        if array.ndim != i.variable.ndim:
            raise DimensionError(
                f"Wrong number of dimensions: {self._describe(index)} of {self} expected "
                f"{i.variable.ndim}, got {array.ndim} with shape {array.shape}."
            )
        wanted = np.dtype(i.variable.dtype)
        stored = array.astype(wanted)
        if wanted.kind in "iu" and not i.allow_downcast and not np.array_equal(stored, array):
            raise TypeError(
                f"{self._describe(index)} of {self} cannot store accurately the {array.dtype} "
                f"values it got as {wanted}. Convert them, or pass allow_input_downcast=True."
            )
        return stored

    def __str__(self) -> str:
        return f"the function {self.name!r}" if self.name else "this function"


def function(
    inputs: Sequence[Any],
    outputs: Any = None,
    mode: Any = None,
    updates: Any = None,
    givens: Any = None,
    no_default_updates: bool = False,
    accept_inplace: bool = False,
    name: str | None = None,
    rebuild_strict: bool = True,
    allow_input_downcast: bool | None = None,
    profile: Any = None,
    on_unused_input: str | None = None,
) -> Function:
    """Make a function of arrays from expressions.

    Args:
        inputs: placeholders, or `In` and `Param`, which have defaults.
        outputs: an expression, a list or dict of them, or None.
        updates: pairs, or a dict, of a variable and the expression of its next value. All are
            computed before any is assigned.
        givens: pairs, or a dict, of what to exchange in the outputs and updates.
        no_default_updates: whether to leave alone variables with a ``default_update``.
        name: for messages.
        allow_input_downcast: whether inputs of integers take other numbers, too.
        on_unused_input: "raise", "warn" or "ignore".
        The other arguments are accepted, without effect.

    Returns:
        A function that returns an array, or a list or dict of arrays as ``outputs`` is one.

    Raises:
        UnusedInputError: for an input that nothing needs.
        MissingInputError: for a placeholder that is needed and not an input.
        TypeError: for an input that is no placeholder, or updates that are not variables.
    """
    made = [_input(i, allow_input_downcast) for i in inputs]
    wanted = _plain(outputs)
    pairs = [(v, as_tensor_variable(new)) for v, new in _pairs(updates)]
    for variable, _ in pairs:
        if not isinstance(variable, Variable):
            raise TypeError(f"updates got {variable!r}; expected a shared variable to update.")
    if len({id(variable) for variable, _ in pairs}) < len(pairs):
        raise ValueError("updates has the same shared variable twice.")
    if no_default_updates is not True:
        pairs += _default_updates([wanted, pairs], pairs)
    exchanged = [(old, as_tensor_variable(new)) for old, new in _pairs(givens)]
    if exchanged:
        wanted = substitute(wanted, exchanged)
        new_values = substitute([value for _, value in pairs], exchanged)
        pairs = [(variable, value) for (variable, _), value in zip(pairs, new_values)]
    everything = [wanted, [value for _, value in pairs], [i.update for i in made]]
    _check_used(made, everything, on_unused_input or "raise")
    _check_given(made, everything)
    return Function(made, wanted, pairs, name)


def _input(given: Any, allow_downcast: bool | None) -> In:
    i = given if isinstance(given, In) else In(given)
    if isinstance(i.variable, Variable):
        raise TypeError(
            f"Cannot use a shared variable ({i.variable.name or 'without a name'}) as explicit "
            "input. Consider substituting a placeholder for it by givens."
        )
    if not isinstance(i.variable, Expression):
        raise TypeError(f"inputs got {i.variable!r}; expected a placeholder such as T.matrix().")
    if i.allow_downcast is None:
        i.allow_downcast = allow_downcast
    return i


def _plain(outputs: Any) -> Any:
    if isinstance(outputs, dict):
        return {key: _plain(value) for key, value in outputs.items()}
    if isinstance(outputs, (list, tuple)):
        return [_plain(value) for value in outputs]
    if outputs is None:
        return None
    return as_tensor_variable(outputs.variable if isinstance(outputs, Out) else outputs)


def _default_updates(wanted: Any, pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    found = []
    for variable in variables_in(wanted):
        new = getattr(variable, "default_update", None)
        if new is not None and all(variable is not old for old, _ in pairs):
            found.append((variable, as_tensor_variable(new)))
    return found


def _check_used(inputs: list[In], outputs: Any, how: str) -> None:
    if how == "ignore":
        return
    for index, i in enumerate(inputs):
        if reaches(i.variable, outputs):
            continue
        message = (
            f"no output or update of theano.function needs its input {index}, "
            f"{i.name or 'without a name'}, made at {i.variable.made_at}. Pass "
            "on_unused_input='ignore' if it should be there."
        )
        if how != "warn":
            raise UnusedInputError(message)
        warnings.warn(message, stacklevel=3)


def _check_given(inputs: list[In], outputs: Any) -> None:
    given = [i.variable for i in inputs]
    stand_ins = [(v, as_tensor_variable(0)) for v in given]
    for e in placeholders_in(substitute(outputs, stand_ins)):
        raise MissingInputError(
            f"an output or update of theano.function needs {e.describe()}, made at {e.made_at}, "
            "which is not among the inputs and not given."
        )


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    **kwargs: Any,
) -> Variable:
    """Make a variable of an array or a number; its dtype is theirs.

    Args:
        value: array, number, or list of them.
        name: for the user.
        kwargs: ``broadcastable``, which says what the variable's attribute says, and
            ``borrow``, without effect.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(value, (Expression, Variable)):
        raise TypeError(
            "Shared variable constructor needs numeric values and not symbolic variables; got "
            f"{value!r}."
        )
    array = np.array(value.detach().cpu() if isinstance(value, Tensor) else value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"theano.shared got {type(value).__name__}; expected numbers.")
    variable = Variable(as_tensor(array), name=name)
    if kwargs.get("broadcastable") is not None:
        variable._broadcastable = tuple(kwargs["broadcastable"])
    return variable


def clone(
    output: Any,
    replace: Any = None,
    strict: bool = True,
    share_inputs: bool = True,
    copy_inputs: Any = None,
) -> Any:
    """Return expressions with parts of them exchanged.

    Args:
        output: an expression, or a list of them.
        replace: pairs, or a dict, of an old and a new part.
    """
    pairs: Iterable[tuple[Any, Any]] = _pairs(replace)
    return substitute(output, [(old, as_tensor_variable(new)) for old, new in pairs])
