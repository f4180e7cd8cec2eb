"""Expressions with some of their parts exchanged: theano's givens and clone.

An expression is never changed; what depends on an exchanged part is recorded anew.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch

from .expression import Placeholder, replace
from .program import in_order


def substitute(outputs: Any, pairs: Iterable[tuple[Any, Any]]) -> Any:
    """Return ``outputs`` with new parts in the place of old ones.

    Args:
        outputs: an expression, or lists, tuples and dicts of them.
        pairs: (old, new); an old part is an expression or a variable.
    """
    new = {id(old): replacement for old, replacement in pairs}

    def exchanged(value: Any) -> Any:
        return new.get(id(value), value)

    for e in in_order(outputs):
        if id(e) in new:
            continue
        args, kwargs = replace((e.args, e.kwargs), exchanged)
        if _differ((e.args, e.kwargs), (args, kwargs)):
            again = new[id(e)] = copy.copy(e)
            again.args, again.kwargs = args, kwargs
            again.__dict__.pop("_meta", None)
    return replace(outputs, exchanged)


def _differ(old: Any, new: Any) -> bool:
    before, after = leaves(old), leaves(new)
    return len(before) != len(after) or any(a is not b for a, b in zip(before, after))


def leaves(value: Any) -> list[Any]:
    """Return all that an argument holds, in order."""
    found: list[Any] = []
    replace(value, found.append)
    return found


def variables_in(outputs: Any) -> list[torch.nn.Parameter]:
    """Return the variables that expressions name, each once; those inside layers are not seen."""
    found: dict[int, torch.nn.Parameter] = {}
    for e in [None, *in_order(outputs)]:
        for leaf in leaves(outputs if e is None else (e.args, e.kwargs)):
            if isinstance(leaf, torch.nn.Parameter):
                found[id(leaf)] = leaf
    return list(found.values())


def placeholders_in(outputs: Any) -> list[Placeholder]:
    """Return the placeholders that expressions need, in order."""
    return [e for e in in_order(outputs) if isinstance(e, Placeholder)]


def reaches(part: Any, outputs: Any) -> bool:
    """Whether ``outputs`` depend on an expression or variable, as far as can be seen."""
    if any(leaf is part for leaf in leaves(outputs)):
        return True
    return any(
        e is part or any(leaf is part for leaf in leaves((e.args, e.kwargs)))
        for e in in_order(outputs)
    )
