"""theano.ifelse: one of two expressions, chosen by one number.

Both are computed, and one is kept; no gradient goes into the other.

Mirrors: Theano 0.8.2, ifelse.py.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._symbolic.expression import Expression, operation
from ..backend._theano_math import as_tensor
from ._names import missing
from .tensor._types import as_tensor_variable


def _chosen(condition: Any, then: Any, otherwise: Any) -> Tensor:
    if isinstance(condition, Tensor) and condition.is_meta:
        return as_tensor(then)
    return as_tensor(then if bool(condition) else otherwise)


def ifelse(
    condition: Any, then_branch: Any, else_branch: Any, name: str | None = None
) -> Expression | list[Expression]:
    """Return ``then_branch`` if the condition is not zero, else ``else_branch``.

    Args:
        condition: one number.
        then_branch, else_branch: an expression each, or lists of as many.

    Raises:
        ValueError: for lists of unequal length.
    """
    condition = as_tensor_variable(condition)
    choose = operation(_chosen)
    if not isinstance(then_branch, (list, tuple)):
        return choose(condition, as_tensor_variable(then_branch), else_branch)  # type: ignore[return-value]
    if len(then_branch) != len(else_branch):
        raise ValueError(
            f"The number of values on the `then` branch ({len(then_branch)}) should be the number "
            f"on the `else` branch ({len(else_branch)})."
        )
    pairs = zip(then_branch, else_branch)
    return [choose(condition, as_tensor_variable(a), b) for a, b in pairs]  # type: ignore[misc]


__getattr__ = missing(__name__)
