"""Loops over time steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def each_step(
    layer: Callable[[Tensor], Tensor], x: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Apply a layer to one time step after another; a masked one repeats the last."""
    outputs: list[Tensor] = []
    for t, step in enumerate(x.unbind(1)):
        y = layer(step)
        if mask is not None:
            before = outputs[-1] if outputs else torch.zeros_like(y)
            kept = mask[:, t].bool().view(-1, *[1] * (y.ndim - 1))
            y = torch.where(kept, y, before)
        outputs.append(y)
    return torch.stack(outputs, 1)


def loop(
    step: Callable[..., list[Tensor]],
    sequences: Sequence[Tensor],
    first: Sequence[Tensor | None],
    mask: Tensor | None = None,
    extra: Sequence[Tensor] = (),
    *,
    axis: int = 0,
    go_backwards: bool = False,
) -> list[list[Tensor]]:
    """Run a recorded step over sequences, whose time is along an axis.

    A step gets an element of each sequence, the last value of each output that has a
    first one, and the extra values. Returns for each output its values at all steps.
    """
    slices = [list(sequence.unbind(axis)) for sequence in sequences]
    order = range(min(map(len, slices)))
    histories: list[list[Tensor]] = [[] for _ in first]
    for t in reversed(order) if go_backwards else order:
        last = [h[-1] if h else f for h, f in zip(histories, first, strict=True)]
        given = [v for v, f in zip(last, first, strict=True) if f is not None]
        outputs = step(*(values[t] for values in slices), *given, *extra)
        for history, before, output in zip(histories, last, outputs, strict=True):
            if mask is not None:
                kept = mask[:, t].bool().view(-1, *[1] * (output.ndim - 1))
                before = torch.zeros_like(output) if before is None else before
                output = torch.where(kept, output, before)
            history.append(output)
    return histories
