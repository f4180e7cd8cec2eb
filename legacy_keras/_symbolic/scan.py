"""Loops over time: a step that is recorded once and run at every time step.

`TimeLoop` is the loop behind K's `rnn` and behind theano.scan. What they differ in, how a
step is called and what it returns, stays with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from .expression import ANY_SIZE, Expression, Placeholder, expressions_in, is_symbolic
from .mode import mode
from .program import Gradient, Program, in_order
from .substitution import substitute, variables_in

NO_TAPS: tuple[int, ...] = ()


def captured(outputs: Any, given: Sequence[Expression], since: int | None = None) -> list[Any]:
    """Return what a step takes from outside itself, to be computed once and not every step.

    Args:
        outputs: what the step returns.
        given: the placeholders of one step.
        since: serial number from which on expressions were made by the step: what is drawn
            at random by one of those is drawn anew in every step.
    """
    own = {id(p) for p in given}
    outside: dict[int, Expression] = {}

    def depends(e: Expression) -> bool:
        return id(e) in own

    order = in_order(outputs, given)
    for e in order:
        drawn = any(getattr(arg, "draws_anew", False) for arg in e.args)
        if drawn and since is not None and e.serial_number >= since:
            own.add(id(e))
        if any(depends(arg) for arg in expressions_in((e.args, e.kwargs))):
            own.add(id(e))
    for e in order:
        if depends(e):
            for arg in expressions_in((e.args, e.kwargs)):
                if not depends(arg):
                    outside[id(arg)] = arg
    for e in expressions_in(outputs):
        if not depends(e):
            outside[id(e)] = e
    return list(outside.values())


def like(x: Any, drop_axis: int | None = None) -> Placeholder:
    """Return a placeholder for a value as ``x``, or for one slice along an axis of it."""
    ndim = x.ndim - (drop_axis is not None)
    dtype = str(x.dtype).removeprefix("torch.")
    return Placeholder((None,) * ndim, dtype)


class TimeLoop:
    """A recorded step, run over tensors.

    Args:
        step: function of (*slices of the sequences, *earlier outputs, *extra) that returns
            the list of outputs, and a condition to stop after this step or None.
        sequence_taps: for each sequence which of its elements a step gets, counted from the
            present one: (0,), or (-1, 0) for the one before as well.
        output_taps: for each output which of its earlier values a step gets: (-1,) for the
            last, () for none.
        go_backwards: whether to start from the last time step.
        truncate: the number of last steps that gradients go through, or -1 for all.
        axis: the axis of time in the sequences.
    """

    __name__ = "scan"

    def __init__(
        self,
        step: Callable[..., tuple[list[Any], Any]],
        sequence_taps: Sequence[Sequence[int]],
        output_taps: Sequence[Sequence[int]],
        go_backwards: bool = False,
        truncate: int = -1,
        axis: int = 0,
    ) -> None:
        self.step = step
        self.sequence_taps = [tuple(taps) for taps in sequence_taps]
        self.output_taps = [tuple(taps) for taps in output_taps]
        self.go_backwards = go_backwards
        self.truncate = truncate
        self.axis = axis

    def __call__(
        self,
        sequences: Sequence[Tensor],
        initial: Sequence[Any],
        n_steps: Any,
        mask: Tensor | None,
        extra: Sequence[Any],
    ) -> list[list[Tensor]]:
        """Run the loop.

        Args:
            sequences: time is along `axis`.
            initial: for each output the value before the first step; with earlier taps than
                -1 that many values, stacked; None for an output without taps.
            n_steps: number of steps; None for as many as the sequences have.
            mask: sizes (nb_samples, timesteps); where it is 0, all outputs stay as they were.
            extra: what every step gets.

        Returns:
            For each output the values of all steps.
        """
        slices = self._slices(sequences)
        lengths = [len(values) for values in slices]
        nb_steps = min(lengths) if n_steps is None else int(n_steps)
        if any(length < nb_steps for length in lengths):
            raise ValueError(
                f"scan got n_steps={nb_steps}; its shortest sequence has {min(lengths)} steps."
            )
        masks = self._masks(mask)
        histories = [
            [] if not taps else list(first.unbind(0)) if taps != (-1,) else [first]
            for taps, first in zip(self.output_taps, initial, strict=True)
        ]
        starts = [len(history) for history in histories]
        if self.truncate >= 0:
            histories = [[value.detach() for value in history] for history in histories]
        for t in range(nb_steps):
            outside = self.truncate >= 0 and t < nb_steps - self.truncate
            with torch.no_grad() if outside else nullcontext():
                earlier = [
                    history[start + t + tap]
                    for history, start, taps in zip(histories, starts, self.output_taps)
                    for tap in taps
                ]
                outputs, stop = self.step(*(values[t] for values in slices), *earlier, *extra)
                outputs = [torch.as_tensor(output) for output in outputs]
                if masks is not None:
                    outputs = [_kept(masks[t], *pair) for pair in zip(outputs, histories)]
            for history, output in zip(histories, outputs, strict=True):
                history.append(output)
            if stop is not None and bool(stop):
                break
        return [history[start:] for history, start in zip(histories, starts)]

    def _slices(self, sequences: Sequence[Tensor]) -> list[Sequence[Tensor]]:
        """Return for each tap of each sequence its element in every step."""
        slices: list[Sequence[Tensor]] = []
        for sequence, taps in zip(sequences, self.sequence_taps, strict=True):
            first, last = min(0, *taps, 0), max(0, *taps, 0)
            values = sequence.unbind(self.axis)
            for tap in taps:
                own = values[tap - first : len(values) - last + tap]
                slices.append(own[::-1] if self.go_backwards else own)
        return slices

    def _masks(self, mask: Tensor | None) -> list[Tensor] | None:
        if mask is None:
            return None
        masks = list(mask.bool().unbind(1))
        return masks[::-1] if self.go_backwards else masks


def _kept(mask: Tensor, new: Tensor, history: list[Tensor]) -> Tensor:
    """Return the new value where the mask is set, elsewhere the one before, 0 at first."""
    mask = mask.reshape(*mask.shape, *(1,) * (new.ndim - mask.ndim))
    return torch.where(mask, new, history[-1] if history else torch.zeros_like(new))


def record_step(
    outputs: Sequence[Any], stop: Any, given: Sequence[Expression], since: int
) -> tuple[Program, list[Any]]:
    """Return the program of a step, and what it takes from outside, to be passed as extra.

    The variables that the step names are among it, so that they are seen from outside.

    Args:
        outputs: what the step returned for placeholders.
        stop: condition, or None.
        given: the placeholders.
        since: as in `captured`.
    """
    returned: Any = (list(outputs), stop)
    for e in in_order(returned, given):
        if isinstance(e.function, Gradient):  # the loop itself may be differentiated
            e.function.create_graph = True
    outside = captured(returned, given, since)
    inside = [Placeholder(()) for _ in outside]
    returned = substitute(returned, zip(outside, inside))
    variables = variables_in(returned)
    inside += [like(variable) for variable in variables]
    returned = substitute(returned, zip([*outside, *variables], inside))
    return Program([*given, *inside], returned), [*outside, *variables]


def all_values(result: Expression, index: int, step_output: Any, axis: int = 0) -> Expression:
    """Return an output of all steps, stacked along an axis of time."""
    expression = Expression(_stacked, (result, index, axis))
    if isinstance(step_output, Expression) and isinstance(step_output.meta, Tensor):
        sizes = list(step_output.meta.shape)
        sizes.insert(axis, ANY_SIZE)
        expression._meta = step_output.meta.new_empty(sizes)
    return expression


def last_value(result: Expression, index: int, step_output: Any) -> Expression:
    """Return an output of the last step."""
    expression = Expression(_last, (result, index))
    if isinstance(step_output, Expression):
        expression._meta = step_output.meta
    return expression


def _stacked(result: list[list[Tensor]], index: int, axis: int) -> Tensor:
    return torch.stack(result[index], axis)


def _last(result: list[list[Tensor]], index: int) -> Tensor:
    return result[index][-1]


Step = Callable[[Any, list[Any]], tuple[Any, list[Any]]]


def rnn(
    step_function: Step,
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
) -> tuple[Any, Any, list[Any]]:
    """Apply a step to each time step, with states.

    Args:
        step_function: takes an input (nb_samples, ...) and the list of states followed by
            the constants; returns the output and the list of new states.
        inputs: (nb_samples, timesteps, ...), at least 3 axes.
        initial_states: list of (nb_samples, ...).
        go_backwards: whether to start from the last time step.
        mask: (nb_samples, timesteps); where it is 0, output and states stay as they were.
        constants: list of values that every step gets.

    Returns:
        The last output, all outputs (nb_samples, timesteps, ...), and the last states.

    Raises:
        ValueError: for inputs of fewer than 3 axes.

    Mirrors: keras 0.3.3, backend/theano_backend.py, rnn.
    """
    if inputs.ndim < 3:
        raise ValueError(f"Input should be at least 3D; K.rnn got {inputs.ndim} axes.")
    states, extra = list(initial_states), list(constants or [])
    taps = [NO_TAPS, *[(-1,)] * len(states)]
    if mode.eager or not is_symbolic([inputs, states, extra]):

        def eager_step(x: Tensor, *values: Any) -> Any:
            output, new_states = step_function(x, list(values))
            return [output, *new_states], None

        loop = TimeLoop(eager_step, [(0,)], taps, go_backwards, axis=1)
        values = loop([inputs], [None, *states], None, mask, extra)
        return values[0][-1], torch.stack(values[0], 1), [history[-1] for history in values[1:]]
    given: list[Expression] = [like(inputs, drop_axis=1), *map(like, states)]
    output, new_states = step_function(given[0], [*given[1:], *extra])
    outputs = [output, *new_states]
    step, outside = record_step(outputs, None, given, since=given[0].serial_number)
    loop = TimeLoop(step, [(0,)], taps, go_backwards, axis=1)
    result = Expression(loop, ([inputs], [None, *states], None, mask, outside))
    return (
        last_value(result, 0, output),
        all_values(result, 0, output, axis=1),
        [last_value(result, index, value) for index, value in enumerate(new_states, 1)],
    )
