"""Names for attributes and variables in exported source."""

from __future__ import annotations

import builtins
import json
import keyword
import math
import re
from typing import Any

import numpy as np
from torch import nn

# What exported source calls by these names; a variable must not hide them.
USED = frozenset(
    {"torch", "nn", "F", "Tensor", "Callable", "Sequence", "math", "self", "annotations"}
)


def identifier(name: str, fallback: str = "layer") -> str:
    """Return a name made fit for an attribute or a variable: ``a.b c`` gives ``a_b_c``."""
    words = re.sub(r"\W+", "_", str(name), flags=re.ASCII).strip("_")
    if not words or words[0].isdigit():
        words = f"{fallback}_{words}" if words else fallback
    return words


def quoted(text: str) -> str:
    """Write text as a literal, whatever is in it."""
    return json.dumps(str(text))


def literal(value: Any) -> str:
    """Write an option as a literal. It may come from a file: nothing else goes into source.

    Raises:
        ValueError: for anything but numbers, text, None, and tuples or lists of them.
    """
    if isinstance(value, (tuple, list)):
        inner = ", ".join(map(literal, value))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or type(value) in (bool, int, float):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    raise ValueError(f"got the option {value!r}; expected a number, or a list of them.")


class Names:
    """Hands out names, each once.

    Args:
        taken: names that are not to be used.
    """

    def __init__(self, *taken: Any) -> None:
        self.taken = {name for names in taken for name in names}

    def claim(self, wanted: str) -> str:
        """Return the name, or a similar one that is free."""
        name = wanted
        if self._is_bad(name):
            name += "_"
        number = 2
        while self._is_bad(name):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name

    def numbered(self, wanted: str) -> str:
        """Return the name with the first number that is free: ``dense_1``."""
        number = 1
        while self._is_bad(f"{wanted}_{number}"):
            number += 1
        return self.claim(f"{wanted}_{number}")

    def _is_bad(self, name: str) -> bool:
        return name in self.taken or keyword.iskeyword(name) or keyword.issoftkeyword(name)


def attribute_names() -> Names:
    """Return names for attributes of a module: none that torch.nn.Module has."""
    return Names(dir(nn.Module()))


def variable_names(*more: Any) -> Names:
    """Return names for local variables: none that the source uses otherwise."""
    return Names(USED, dir(builtins), *more)
