"""``gzip`` for Python 2 programs: lines are text as well as bytes."""

from __future__ import annotations

import gzip
from typing import Any

from .bytetext import Lines

__all__ = ["GzipFile", "open"]


class GzipFile(Lines, gzip.GzipFile):
    pass


def open(
    filename: Any, mode: str = "rb", compresslevel: int = 9, *rest: Any, **options: Any
) -> Any:
    if rest or options or "t" in mode or not isinstance(filename, str):
        return gzip.open(filename, mode, compresslevel, *rest, **options)
    return GzipFile(filename, mode.replace("U", ""), compresslevel)
