"""theano.printing: what an expression is, and what its value is as it is computed.

Mirrors: Theano 0.8.2, printing.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .._symbolic.expression import Expression, operation
from ._names import missing
from .tensor._types import as_tensor_variable


class Print:
    """Return what it is called with, and print it whenever it is computed.

    Args:
        message: printed before.
        attrs: what to print of the value, such as "shape".
    """

    def __init__(
        self, message: str = "", attrs: Sequence[str] = ("__str__",), global_fn: Any = None
    ) -> None:
        self.message = message
        self.attrs = attrs
        self.__name__ = "Print"

    def __call__(self, x: Any) -> Any:
        return operation(self._printed)(as_tensor_variable(x))

    def _printed(self, x: Any) -> Any:
        if isinstance(x, Tensor) and x.is_meta:
            return x
        value = x.detach().cpu().numpy() if isinstance(x, Tensor) else x
        for attr in self.attrs:
            shown = getattr(value, attr)
            print(self.message, attr, "=", shown() if callable(shown) else shown)
        return x


def pprint(x: Any) -> str:
    """Return an expression in one line."""
    if not isinstance(x, Expression):
        return str(getattr(x, "name", None) or type(x).__name__ if isinstance(x, Tensor) else x)
    if not x.args:
        return x.name or type(x).__name__
    name = x.name or getattr(x.function, "__name__", str(x.function))
    return f"{name}({', '.join(map(_short, x.args))})"


def _short(x: Any) -> str:
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(map(_short, x)) + "]"
    return pprint(x)


pp = pprint


def debugprint(obj: Any, depth: int = -1, file: Any = None, **kwargs: Any) -> Any:
    """Print an expression as a tree.

    Args:
        obj: an expression, or a list of them.
        depth: how far down; -1 for all.
        file: where to; "str" returns a string instead.
    """
    lines: list[str] = []
    for root in obj if isinstance(obj, (list, tuple)) else [obj]:
        _draw(root, depth, 0, lines)
    text = "\n".join(lines)
    if file == "str":
        return text
    print(text, file=file or sys.stdout)
    return None


def _draw(x: Any, depth: int, level: int, lines: list[str]) -> None:
    indent = " |" * level
    if isinstance(x, Expression) and x.args:
        name = getattr(x.function, "__name__", str(x.function))
        lines.append(f"{indent}{name} {x.name or ''}".rstrip())
        if depth < 0 or level + 1 < depth:
            for arg in x.args:
                _draw(arg, depth, level + 1, lines)
    elif isinstance(x, (list, tuple)):
        for item in x:
            _draw(item, depth, level, lines)
    else:
        lines.append(indent + pprint(x))


__getattr__ = missing(__name__)
