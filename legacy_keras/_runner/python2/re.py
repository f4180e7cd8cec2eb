"""``re`` for Python 2 programs: an empty match splits nothing."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["split"]


def split(pattern: Any, string: Any, maxsplit: int = 0, flags: int = 0) -> list[Any]:
    compiled = re.compile(pattern, flags)
    text = str(string)
    pieces: list[Any] = []
    end = 0
    for found in compiled.finditer(text):
        if found.group() and not (maxsplit and len(pieces) >= maxsplit * (compiled.groups + 1)):
            pieces += [text[end : found.start()], *found.groups()]
            end = found.end()
    return [*pieces, text[end:]]
