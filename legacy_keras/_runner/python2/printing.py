"""``print`` and ``str`` as Python 2 had them: twelve digits of a float, and the soft space."""

from __future__ import annotations

import builtins
import sys
from typing import Any


def to_str(value: Any) -> str:
    """Return what Python 2's ``str(value)`` gave."""
    if not isinstance(value, float):
        return str(value)
    digits = f"{value:.12g}"
    return digits if any(mark in digits for mark in ".en") else f"{digits}.0"


def print(
    *values: Any,
    sep: str | None = None,
    end: str | None = None,
    file: Any = None,
    flush: bool = False,
    softspace: bool = False,
) -> None:
    """Print as Python 2 did.

    Args:
        softspace: as for ``print x,``: no line end; the next ``print`` begins with a space,
            unless something else is written there before.
    """
    file = sys.stdout if file is None else file
    texts = [to_str(value) for value in values]
    if texts and _SoftSpace.pending(file):
        file.write(" ")
    builtins.print(*texts, sep=sep, end="" if softspace else end, file=file, flush=flush)
    if softspace and texts and not (texts[-1][-1:].isspace() and texts[-1][-1] != " "):
        _SoftSpace(file)


class _SoftSpace:
    """The space that is owed to a file, until something else is written to it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        file.write = self

    def __call__(self, text: Any) -> Any:
        del self.file.write
        return self.file.write(text)

    @staticmethod
    def pending(file: Any) -> bool:
        """Tell whether a space is owed, and take the debt back."""
        owed = isinstance(vars(file).get("write"), _SoftSpace)
        if owed:
            del file.write
        return owed
