"""Source that is edited: its tree says where, and all else in it stays as it was written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator


class Source:
    """Python 3 source with edits that wait to be made.

    Args:
        text: the source, with ``\\n`` at the ends of lines.
        path: for messages.

    Raises:
        SyntaxError: if it is not Python 3.
    """

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.tree = ast.parse(text, path)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }
        self._lines = text.split("\n")
        self._offsets = [0]
        for line in self._lines:
            self._offsets.append(self._offsets[-1] + len(line) + 1)
        self._edits: list[tuple[int, int, int, str]] = []

    def position(self, line: int, column: int) -> int:
        """Return the index of a place that a tree gives: its columns count bytes of UTF-8."""
        before = self._lines[line - 1].encode()[:column].decode()
        return self._offsets[line - 1] + len(before)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where the text of a node begins and ends."""
        place = vars(node)
        return (
            self.position(place["lineno"], place["col_offset"]),
            self.position(place["end_lineno"], place["end_col_offset"]),
        )

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def indentation(self, node: ast.AST) -> str | None:
        """Return what stands before a statement on its line; None if that is not only spaces."""
        before = self._lines[vars(node)["lineno"] - 1][: vars(node)["col_offset"]]
        return None if before.strip() else before

    def is_alone(self, node: ast.AST) -> bool:
        """Tell whether nothing but a comment shares the lines of a statement."""
        after = self._lines[vars(node)["end_lineno"] - 1].encode()
        rest = after[vars(node)["end_col_offset"] :].decode().strip()
        return self.indentation(node) is not None and (not rest or rest.startswith("#"))

    def is_enclosed(self, node: ast.AST) -> bool:
        """Tell whether an expression stands in parentheses that are nothing but that."""
        start, end = self.span(node)
        before, behind = self.text[:start].rstrip(), self.text[end:].lstrip()
        if before[-1:] != "(" or behind[:1] != ")":
            return False
        return re.search(r"[\w)\]}'\"]$", before[:-1].rstrip()) is None

    def replace(self, node: ast.AST, text: str) -> None:
        """Put text in the place of a node."""
        self.edit(*self.span(node), text)

    def edit(self, start: int, end: int, text: str) -> None:
        """Put text in the place of what stands from ``start`` to ``end``.

        Where several begin and end at one place, the first comes first: so nodes that stand
        inside of others are to be edited before these.
        """
        self._edits.append((start, end, len(self._edits), text))

    def open(self, node: ast.AST, text: str) -> None:
        """Put text before a node, and before what stands there already."""
        start, _ = self.span(node)
        self._edits.append((start, start, -len(self._edits), text))

    def edited(self) -> str:
        """Return the text with all edits made."""
        text, last = [], 0
        for start, end, _, new in sorted(self._edits):
            assert start >= last, f"{self.path}: two edits of {self.text[start:end]!r}"
            text += [self.text[last:start], new]
            last = end
        return "".join([*text, self.text[last:]])

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Yield the nodes of some kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


def dotted_name(node: ast.AST) -> str | None:
    """Return ``a.b.c`` for the expression of that, None for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted_name(node.value)
        return owner and f"{owner}.{node.attr}"
    return None
