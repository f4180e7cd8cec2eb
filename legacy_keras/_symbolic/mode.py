"""Whether variables compute now or are being written about.

In 2015 a variable was a symbol: ``W * 2`` was computed when a function ran, with the value
that W had then. So outside a computation an operation on a variable is recorded. Inside,
in a forward pass or a compiled function, it is plain torch.
"""

from __future__ import annotations

import sys
import threading
from typing import Any


class _Mode(threading.local):
    eager = False
    recorded = False


mode = _Mode()


class computing:
    """Context in which operations on variables compute; nests, one for each thread."""

    def __enter__(self) -> None:
        self.before = mode.eager
        mode.eager = True

    def __exit__(self, *exception: Any) -> None:
        mode.eager = self.before


class writing(computing):
    """Context in which operations on variables are recorded, also within a computation."""

    def __enter__(self) -> None:
        self.before = mode.eager
        mode.eager = False


class recording:
    """Context in which a step is recorded: what is computed must not depend on the numbers."""

    def __enter__(self) -> None:
        mode.recorded = True

    def __exit__(self, *exception: Any) -> None:
        mode.recorded = False


# How torch names the functions that it makes of a compiled module.
COMPILED_GRAPH = "<eval_with_key>"


def computes() -> bool:
    """Whether an operation on a variable, whose caller calls this, is to compute now.

    It is within a computation, and in a graph of ``torch.compile``, which runs outside of the
    forward pass that it was made from.
    """
    return mode.eager or sys._getframe(2).f_code.co_filename.startswith(COMPILED_GRAPH)
