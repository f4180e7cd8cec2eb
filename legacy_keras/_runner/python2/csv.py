"""``csv`` for Python 2 programs, which read and write it by files of bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from . import printing

__all__ = ["DictReader", "reader"]


def reader(lines: Iterable[Any], *arguments: Any, **options: Any) -> Any:
    return csv.reader(_texts(lines), *arguments, **options)


class DictReader(csv.DictReader):  # type: ignore[type-arg]
    def __init__(self, lines: Iterable[Any], *arguments: Any, **options: Any) -> None:
        super().__init__(_texts(lines), *arguments, **options)


def _texts(lines: Iterable[Any]) -> Iterator[str]:
    return (printing.str(line) if isinstance(line, bytes) else line for line in lines)
