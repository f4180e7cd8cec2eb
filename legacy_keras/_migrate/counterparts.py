"""What each name of Keras 0.3.3 is in PyTorch: the tables of ``counterparts.md``, read.

The migration guide shows the same tables to people; a test compares them, and finds out which
names are missing.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_name("counterparts.md")


class Counterpart(NamedTuple):
    """A row of a table.

    Attributes:
        torch: what takes its place in PyTorch, Markdown.
        differs: what differs, Markdown; "" if nothing does, or all does.
    """

    torch: str
    differs: str


@functools.cache
def tables() -> dict[str, dict[str, Counterpart]]:
    """Return for each heading the counterparts by name."""
    found: dict[str, dict[str, Counterpart]] = {}
    rows: dict[str, Counterpart] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            rows = found[line.removeprefix("### ")] = {}
        elif line.startswith("| `"):
            names, torch, differs = (cell.strip() for cell in line.strip("|").split(" | "))
            rows.update(dict.fromkeys(re.findall(r"`(\w+)`", names), Counterpart(torch, differs)))
    return found
