"""The fixers: what Python 2 writes otherwise than Python 3, one small function for each.

`FIXERS` is the table; ``translate.py`` applies it from the top. A fixer gets a node of fissix's
tree and a `Fix`, and changes the tree in place. It may not move a line: what it adds stands on
the line of what was there. ``_py2`` in what it writes is ``python2/helpers.py``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from fissix.pgen2 import token
from fissix.pgen2.grammar import Grammar
from fissix.pytree import Leaf, Node

from .loading import Change

Tree = Any  # Node or Leaf; fissix ships no types


class Fixer(NamedTuple):
    """One line of the table: which nodes, what is done, and the words for the report."""

    kinds: tuple[str, ...]
    apply: Callable[[Tree, Fix], bool | None]  # False: nothing was to be changed
    what: str
    why: str


class Fix:
    """One module on its way: its tree, what it imports from the future, what was changed."""

    def __init__(self, tree: Tree, grammar: Grammar, future: set[str], path: str) -> None:
        self.tree, self.grammar, self.future, self.path = tree, grammar, future, path
        self.changes: list[Change] = []
        names = {**grammar.number2symbol, **token.tok_name}
        self.nodes: dict[str, list[Tree]] = defaultdict(list)
        for node in tree.post_order():
            self.nodes[names[node.type]].append(node)

    def apply(self, fixer: Fixer) -> None:
        """Apply a fixer to each node of its kinds, inner ones first."""
        for kind in fixer.kinds:
            for node in self.nodes[kind]:
                line = node.get_lineno()
                if fixer.apply(node, self) is not False:
                    self.changes.append(Change(self.path, line, fixer.what, fixer.why))

    def node(self, symbol: str, *children: Tree) -> Tree:
        """Make a node; each child leaves the place where it was."""
        for child in children:
            child.remove()
        return Node(self.grammar.symbol2number[symbol], list(children))

    def call(self, function: str, *arguments: Tree) -> Tree:
        """Make ``function(arguments)``."""
        parts: list[Tree] = []
        for argument in arguments:
            if parts:
                parts.append(Leaf(token.COMMA, ","))
            argument.remove()
            argument.prefix = broken(argument.prefix) or (" " if parts else "")
            parts.append(argument)
        return self.node("power", leaf(function), leaf("("), *parts, leaf(")"))

    def is_a(self, node: Tree | None, *symbols: str) -> bool:
        """Tell whether a node is of one of these kinds."""
        return node is not None and self.grammar.number2symbol.get(node.type) in symbols


def leaf(text: str, prefix: str = "") -> Tree:
    """Make a leaf; its kind no longer matters, for it is only written."""
    return Leaf(token.NAME, text, prefix=prefix)


def broken(prefix: str) -> str:
    """Return what stands before a node if it has a line break to keep, else nothing."""
    return prefix if "\n" in prefix else ""


def print_statement(node: Tree, fix: Fix) -> bool | None:
    """``print >>f, a, b,`` is ``print(a, b, file=f, softspace=True)``."""
    parts = node.children[1:]
    first = parts[0]
    if len(parts) == 1 and fix.is_a(first, "atom") and first.children[0].value == "(":
        inner = first.children[1]
        if any(fix.is_a(part, "in_parentheses") for part in (inner, *inner.children)):
            return False  # print(a, end='') in a file that has print a, too
    options = []
    if first.type == token.RIGHTSHIFT:
        options = [keyword(fix, "file", parts[1])]
        parts = parts[3:]
    if parts and parts[-1].type == token.COMMA:
        options.append(leaf("softspace=True"))
    values = [part for part in parts if part.type != token.COMMA]
    replace_by(node, lambda: fix.call("print", *values, *options))
    return None


def print_alone(node: Tree, fix: Fix) -> bool | None:
    """``print`` is ``print()``."""
    alone = fix.is_a(node.parent, "simple_stmt", "suite", "file_input")
    if node.value != "print" or "print_function" in fix.future or not alone:
        return False
    node.value = "print()"
    return None


def except_clause(node: Tree, fix: Fix) -> bool | None:
    """``except X, e`` is ``except X as e``."""
    if len(node.children) < 4 or node.children[2].type != token.COMMA:
        return False
    node.children[2].replace(leaf("as", " "))
    node.children[3].prefix = " "
    return None


def raise_statement(node: Tree, fix: Fix) -> bool | None:
    """``raise E, value, traceback`` is ``raise _py2.exception(E, value, traceback)``."""
    values = [part for part in node.children[1:] if part.type != token.COMMA]
    if len(values) < 2:
        return False
    if len(values) == 2 and values[1].type == token.STRING:
        new = fix.call(str(values[0]).strip(), values[1])
    else:
        new = fix.call("_py2.exception", *values)
    new.prefix = " "
    for part in node.children[1:]:
        part.remove()
    node.append_child(new)
    return None


def exec_statement(node: Tree, fix: Fix) -> None:
    """``exec code in a, b`` is ``exec(code, a, b)``."""
    parts = [part for part in node.children[1:] if str(part).strip() not in ("in", ",")]
    replace_by(node, lambda: fix.call("exec", *parts))


def not_equal(node: Tree, fix: Fix) -> bool | None:
    """``<>`` is ``!=``."""
    if node.value != "<>":
        return False
    node.value = "!="
    return None


def backticks(node: Tree, fix: Fix) -> bool | None:
    """A value between backticks is ``repr(value)``."""
    if node.children[0].type != token.BACKQUOTE:
        return False
    replace_by(node, lambda: fix.call("repr", node.children[1]))
    return None


def number(node: Tree, fix: Fix) -> bool | None:
    """``0755`` is ``0o755``, ``10L`` is ``10``."""
    value = node.value.rstrip("lL")
    if re.fullmatch(r"0\d+", value) and set(value) != {"0"}:
        value = f"0o{value[1:]}"
    if value == node.value:
        return False
    node.value = value
    return None


def division(node: Tree, fix: Fix) -> bool | None:
    """``a / b`` is ``_py2.divide(a, b)``, which divides integers as Python 2 did."""
    if "division" in fix.future or not any(part.type == token.SLASH for part in node.children):
        return False

    def divided() -> Tree:
        result, *rest = list(node.children)
        for operator, operand in zip(rest[::2], rest[1::2]):
            if operator.type == token.SLASH:
                result = fix.call("_py2.divide", result, operand)
            elif fix.is_a(result, "term") and result is not node and not result.parent:
                operator.remove(), operand.remove()
                result.append_child(operator)
                result.append_child(operand)
            else:
                result = fix.node("term", result, operator, operand)
        return result

    replace_by(node, divided)
    return None


def keyword(fix: Fix, name: str, value: Tree) -> Tree:
    """Make ``name=value``."""
    value.remove()
    value.prefix = broken(value.prefix)
    return fix.node("argument", leaf(name), leaf("="), value)


def replace_by(old: Tree, make: Callable[[], Tree]) -> None:
    """Put what ``make`` builds, maybe of parts of the old node, in the old node's place."""
    prefix, stand_in = old.prefix, leaf("")
    old.replace(stand_in)
    new = make()
    new.prefix = prefix
    stand_in.replace(new)


SYNTAX = "Python 3 cannot read it"

FIXERS = (
    Fixer(("print_stmt",), print_statement, "print x to print(x)", SYNTAX),
    Fixer(("NAME",), print_alone, "print to print()", SYNTAX),
    Fixer(("exec_stmt",), exec_statement, "exec x in y to exec(x, y)", SYNTAX),
    Fixer(("except_clause",), except_clause, "except X, e to except X as e", SYNTAX),
    Fixer(("raise_stmt",), raise_statement, "raise X, value to raise X(value)", SYNTAX),
    Fixer(("NOTEQUAL",), not_equal, "<> to !=", SYNTAX),
    Fixer(("atom",), backticks, "`x` to repr(x)", SYNTAX),
    Fixer(("NUMBER",), number, "0755 to 0o755, 10L to 10", SYNTAX),
    Fixer(("term",), division, "a / b to _py2.divide(a, b)", "integers divide to integers"),
)
