"""theano.scan: a step that is recorded once and run at every time step.

What `theano.scan` is given becomes the arguments of the one time loop, `TimeLoop`.

Mirrors: Theano 0.8.2, scan_module/scan.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from .._symbolic.expression import Expression, Placeholder
from .._symbolic.scan import NO_TAPS, TimeLoop, all_values, last_value, like, record_step
from .._symbolic.substitution import substitute
from ..backend._variable import Variable
from .tensor._types import as_tensor_variable


class OrderedUpdates(OrderedDict[Any, Any]):
    """Pairs of a variable and its next value; two of them can be added."""

    def __add__(self, other: Any) -> OrderedUpdates:
        result = OrderedUpdates(self)
        result.update(other)
        return result


class until:
    """Stop a scan after the step in which the condition is true."""

    def __init__(self, condition: Any) -> None:
        self.condition = as_tensor_variable(condition)


def scan(
    fn: Callable[..., Any],
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: Any = False,
    allow_gc: bool | None = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple[Any, OrderedUpdates]:
    """Call a step for every element of sequences, and hand on what it returned before.

    Args:
        fn: takes an element of each sequence, the earlier values of each output, and the
            non_sequences; returns outputs, updates, and `until` if it may stop early.
        sequences: tensors, time first, or dicts of ``input`` and ``taps``.
        outputs_info: for each output its initial value, None if no step reads it, or a dict
            of ``initial`` and ``taps``.
        non_sequences: what every step gets.
        n_steps: number of steps; None for the length of the sequences.
        truncate_gradient: the number of last steps that gradients go through; -1 for all.
        go_backwards: whether to start from the last element.
        The other arguments are accepted, without effect.

    Returns:
        The outputs of all steps, time first: one, or a list; and the updates.

    Raises:
        ValueError: without sequences and n_steps, or if ``outputs_info`` does not fit what
            ``fn`` returns.
    """
    inputs = [_with_taps(s, (0,), "input") for s in _listed(sequences)]
    infos = [_with_taps(i, (-1,), "initial") for i in _listed(outputs_info)]
    if not inputs and n_steps is None:
        raise ValueError(
            "No information about the number of steps provided: scan got neither sequences nor "
            "n_steps."
        )
    first = Placeholder(())  # marks what the step makes from here on
    slices = [like(value, drop_axis=0) for value, taps in inputs for _ in taps]
    earlier: list[Placeholder] = []
    for value, taps in infos:
        earlier += [like(value, None if taps == (-1,) else 0) for _ in taps]
    extra = [as_tensor_variable(value) for value in _listed(non_sequences)]
    outputs, updates, stop = _taken_apart(fn(*slices, *earlier, *extra))
    if not infos:
        infos = [(None, NO_TAPS)] * len(outputs)
    if len(infos) != len(outputs):
        raise ValueError(
            f"scan got outputs_info for {len(infos)} outputs, and its function returned "
            f"{len(outputs)}. Please provide None as outputs_info for any output that does not "
            "feed back into scan."
        )
    # A variable that steps update is one more output that they read.
    states = [like(variable) for variable in updates]
    results = [*outputs, *(as_tensor_variable(new) for new in updates.values())]
    results, stop = substitute([results, stop], zip(updates, states))
    given = [*slices, *earlier, *states]
    step, outside = record_step(results, stop, given, first.serial_number)
    loop = TimeLoop(
        step,
        [taps for _, taps in inputs],
        [*(taps for _, taps in infos), *[(-1,)] * len(states)],
        go_backwards,
        truncate_gradient,
    )
    initial = [*(value for value, _ in infos), *updates]
    arguments = ([value for value, _ in inputs], initial, n_steps, None, outside)
    result = Expression(loop, arguments)
    nb_outputs = len(outputs)
    stacked = [all_values(result, i, results[i]) for i in range(nb_outputs)]
    after = OrderedUpdates(
        (variable, last_value(result, i, results[i]))
        for i, variable in enumerate(updates, nb_outputs)
    )
    if return_list or len(stacked) > 1:
        return stacked, after
    return (stacked[0] if stacked else None), after


def map(
    fn: Callable[..., Any],
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """Call a function for every element of sequences."""
    return scan(fn, sequences, None, non_sequences, None, truncate_gradient, go_backwards)


def reduce(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """Return the output of the last step only."""
    outputs, updates = scan(fn, sequences, outputs_info, non_sequences, go_backwards=go_backwards)
    if isinstance(outputs, list):
        return [output[-1] for output in outputs], updates
    return outputs[-1], updates


def foldl(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """Reduce from the first element on."""
    return reduce(fn, sequences, outputs_info, non_sequences)


def foldr(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """Reduce from the last element on."""
    return reduce(fn, sequences, outputs_info, non_sequences, go_backwards=True)


def _listed(values: Any) -> list[Any]:
    if values is None:
        return []
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _with_taps(value: Any, default: tuple[int, ...], key: str) -> tuple[Any, tuple[int, ...]]:
    """Return a sequence or initial value, and its taps."""
    taps: Any = default
    if isinstance(value, dict):
        taps, value = value.get("taps", default), value.get(key)
    if value is None:
        return None, NO_TAPS
    taps = NO_TAPS if taps is None else tuple(taps) if isinstance(taps, Sequence) else (taps,)
    return as_tensor_variable(value), taps


def _taken_apart(returned: Any) -> tuple[list[Any], OrderedUpdates, Any]:
    """Return outputs, updates and condition of what a step returned, in whatever form."""
    parts = list(returned) if isinstance(returned, (list, tuple)) else [returned]
    conditions = [part.condition for part in parts if isinstance(part, until)]
    parts = [part for part in parts if not isinstance(part, until)]
    updates = OrderedUpdates()
    outputs: list[Any] = []
    if _are_updates(parts):
        updates.update(parts)
        parts = []
    for part in parts:
        if isinstance(part, dict) or _are_updates(part):
            updates.update(part)
        elif isinstance(part, (list, tuple)):
            outputs += part
        elif part is not None:
            outputs.append(part)
    return [as_tensor_variable(o) for o in outputs], updates, conditions[0] if conditions else None


def _are_updates(part: Any) -> bool:
    """Whether something is a list of pairs of a variable and its next value."""
    if not isinstance(part, (list, tuple)) or not part:
        return False
    return all(isinstance(i, tuple) and len(i) == 2 and isinstance(i[0], Variable) for i in part)
