"""Looking a name up in a table: the only way a string becomes an object here.

A table is a plain dict that lists what a name may mean. Old configuration files carry
names, and files are not trusted, so no module's globals are ever searched.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any


def lookup(identifier: Any, table: Mapping[str, Any], kind: str) -> Any:
    """Return ``table[identifier]`` for a string, anything else unchanged.

    Raises:
        ValueError: if the string is not in the table; close names are suggested.
    """
    if not isinstance(identifier, str):
        return identifier
    try:
        return table[identifier]
    except KeyError:
        shown = printable(identifier)
        raise ValueError(f"Invalid {kind}: {shown}. {suggest(shown, table)}") from None


def printable(text: str, longest: int = 80) -> str:
    """Return text as it may be shown: names from files can hold commands to a terminal."""
    short = text if len(text) <= longest else f"{text[: longest - 3]}..."
    return short if short.isprintable() else repr(short)[1:-1]


def suggest(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """Say which known names come close to ``name``, or list them all."""
    close = difflib.get_close_matches(name, list(known), n=3)
    if not close:  # old names differ in case and underscores more often than in letters
        folded = {k.lower().replace("_", ""): k for k in known}
        close = [folded[k] for k in folded if k == name.lower().replace("_", "")]
    if close:
        return "Did you mean " + " or ".join(repr(k) for k in close) + "?"
    return "Known names: " + ", ".join(sorted(known)) + "."
