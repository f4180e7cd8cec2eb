"""Laying out lines of source within a width, as black does.

Only what exported source needs: a call, a list or a signature that is too long is split
after its last opening bracket before which all fits, and, if that is not enough, between its
elements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDTH = 88  # black's and ruff's default

PAIRS = {")": "(", "]": "[", "}": "{"}


def indented(lines: Sequence[str], indent: int) -> list[str]:
    """Return lines moved to the right; empty ones stay empty."""
    return [" " * indent + line if line else "" for line in lines]


def laid_out(statement: str, indent: int, trailing_comma: bool = False) -> list[str]:
    """Return a statement as one line, or several that are not too long."""
    if indent + len(statement) <= WIDTH or not outer_brackets(statement):
        return indented([statement], indent)
    start, stop = split_at(statement, indent)
    head, body, tail = statement[: start + 1], statement[start + 1 : stop], statement[stop:]
    if not body:
        return indented([statement], indent)
    first = " " * indent + head
    parts = elements(body)
    if indent + 4 + len(body) <= WIDTH and not (head.startswith("def ") and len(parts) > 9):
        inner = indented([body], indent + 4)
    else:
        comma = "" if len(parts) == 1 and is_generator(parts[0]) else ","
        inner = [line for part in parts for line in laid_out(part + comma, indent + 4)]
    return [first, *inner, " " * indent + tail]


def is_generator(text: str) -> bool:
    """Tell whether an argument is a generator expression, which takes no comma."""
    return " for " in text


def split_at(text: str, indent: int) -> tuple[int, int]:
    """Return where the brackets to split at open and close: the last before which all fits."""
    places = outer_brackets(text)
    fitting = [place for place in places if indent + place[0] < WIDTH and place[0] + 1 < place[1]]
    return fitting[-1] if fitting else places[-1]


STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')


def without_strings(text: str) -> str:
    """Return as many characters, those of string literals blotted out."""
    return STRING.sub(lambda match: "_" * len(match[0]), text)


def outer_brackets(text: str) -> list[tuple[int, int]]:
    """Return where each pair of brackets on the outer level opens and closes."""
    places, depth, start = [], 0, 0
    for i, c in enumerate(without_strings(text)):
        if c in PAIRS.values():
            start = i if depth == 0 else start
            depth += 1
        elif c in PAIRS:
            depth -= 1
            if depth == 0:
                places.append((start, i))
    return places


def elements(body: str) -> list[str]:
    """Split what stands between brackets at its commas."""
    inside = {i for start, stop in outer_brackets(body) for i in range(start, stop)}
    parts, last = [], 0
    for i, c in enumerate(without_strings(body)):
        if c == "," and i not in inside:
            parts.append(body[last:i].strip())
            last = i + 1
    rest = body[last:].strip()
    return [*parts, rest] if rest else parts
