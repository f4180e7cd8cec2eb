"""The fixers: what Python 2 writes otherwise than Python 3, one small function for each.

`FIXERS` is the table; ``translate.py`` applies it from the top. A fixer gets a node of fissix's
tree and a `Fix`, and changes the tree in place. It may not move a line: what it adds stands on
the line of what was there. ``_py2`` in what it writes is ``python2/helpers.py``.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fissix.pgen2 import token
from fissix.pgen2.grammar import Grammar
from fissix.pytree import Leaf, Node

from .loading import Change

# Begins a line that the original does not have; ``translate.py`` takes it away.
ADDED = "\0"

Tree = Any  # Node or Leaf; fissix ships no types


class Fixer(NamedTuple):
    """One line of the table: which nodes, what is done, and the words for the report."""

    kinds: tuple[str, ...]
    apply: Callable[[Tree, Fix], bool | None]  # False: nothing was to be changed
    what: str
    why: str
    severity: str = "handled"


class Fix:
    """One module on its way: its tree, what it imports from the future, what was changed."""

    def __init__(self, tree: Tree, grammar: Grammar, future: set[str], path: str) -> None:
        self.tree, self.grammar, self.future, self.path = tree, grammar, future, path
        self.changes: list[Change] = []
        self.modules: set[str] = set()  # names that are bound to modules
        names = {**grammar.number2symbol, **token.tok_name}
        self.nodes: dict[str, list[Tree]] = defaultdict(list)
        for node in tree.post_order():
            self.nodes[names[node.type]].append(node)
        # Names and attributes that are None somewhere.
        self.none = set(re.findall(r"(\w+)\s*=\s*None\b", str(tree)))
        for node in self.nodes["expr_stmt"]:
            if any(part.value == "None" for part in node.children[-1].leaves()):
                self.none.update(re.findall(r"(\w+)\s*(?:,|$)", str(node.children[0]).strip()))
        for node in self.nodes["import_name"]:
            for bound in re.sub(r"[\w.]+\s+as\s+", "", str(node.children[1])).split(","):
                self.modules.add(bound.strip().partition(".")[0])

    def apply(self, fixer: Fixer) -> None:
        """Apply a fixer to each node of its kinds, inner ones first."""
        for kind in fixer.kinds:
            for node in self.nodes[kind]:
                line = node.get_lineno()
                if fixer.apply(node, self) is not False:
                    self.changes.append(Change(self.path, line, *fixer[2:]))

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

    def add_statement(self, suite: Tree, statement: str) -> None:
        """Put a statement at the start of a block, behind a docstring."""
        if not self.is_a(suite, "suite"):  # if a: b
            suite.insert_child(0, leaf(f"{statement}; ", suite.prefix))
            suite.children[1].prefix = ""
            return
        indent, first = suite.children[1].value, suite.children[2]
        if self.is_a(first, "simple_stmt") and first.children[0].type == token.STRING:
            suite.insert_child(3, leaf(f"{indent}{ADDED}{statement}\n"))
        else:
            suite.insert_child(2, leaf(f"{ADDED}{statement}\n{indent}"))

    def decorate(self, function: Tree, decorator: str) -> None:
        """Put a decorator above a function, and below those that it has."""
        indent = " " * function.children[0].column
        new = leaf(f"{ADDED}{decorator}\n{indent}", function.prefix)
        function.prefix = ""
        function.parent.insert_child(function.parent.children.index(function), new)

    def scope(self, node: Tree) -> Tree:
        """Return what has the names that a node binds: a module, a function or the like."""
        while not self.is_a(node, "file_input", "funcdef", "classdef", "lambdef", "comp_for"):
            node = node.parent
        return node

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
        if inner.type != token.RPAR and not is_tuple(inner, fix):
            return False  # print (a)
    options = []
    if first.type == token.RIGHTSHIFT:
        options = [keyword(fix, "file", parts[1])]
        parts = parts[3:]
    if parts and parts[-1].type == token.COMMA:
        options.append(leaf("softspace=True"))
    values = [part for part in parts if part.type != token.COMMA]
    replace_by(node, lambda: fix.call("print", *values, *options))
    return None


def is_tuple(inside: Tree, fix: Fix) -> bool:
    """Tell whether what stands in parentheses makes them a tuple."""
    return fix.is_a(inside, "testlist_gexp") and inside.children[1].type == token.COMMA


def print_alone(node: Tree, fix: Fix) -> bool | None:
    """``print`` is ``print()``."""
    alone = fix.is_a(node.parent, "simple_stmt", "suite", "file_input")
    if node.value != "print" or "print_function" in fix.future or not alone:
        return False
    node.value = "print()"
    return None


def except_clause(node: Tree, fix: Fix) -> bool | None:
    """``except X, e`` is ``except X as e``; ``e`` stays after the block, if it is read there."""
    if len(node.children) < 4:
        return False
    separator, target = node.children[2:]
    suite = node.next_sibling.next_sibling
    if target.type != token.NAME:  # a pattern, or an attribute
        value = ".args" if fix.is_a(target, "atom") else ""
        fix.add_statement(suite, f"{str(target).strip()} = _py2_error{value}")
        target.replace(leaf("_py2_error", " "))
    elif _is_read_after(target.value, suite, fix.scope(node), fix):
        fix.add_statement(suite, f"{target.value} = {target.value}_")
        target.value += "_"
    elif separator.type != token.COMMA:
        return False
    separator.replace(leaf("as", " "))
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


def exec_in_function(node: Tree, fix: Fix) -> bool | None:
    """``exec code`` inside a function made local variables; now it does not."""
    return None if len(node.children) == 2 and fix.is_a(fix.scope(node), "funcdef") else False


def star_in_function(node: Tree, fix: Fix) -> bool | None:
    """``from x import *`` inside a function is nothing that can be said now."""
    has_star = any(part.type == token.STAR for part in node.children)
    return None if has_star and fix.is_a(fix.scope(node), "funcdef") else False


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
    follows = node.next_sibling
    if value.isdigit() and fix.is_a(follows, "trailer") and not follows.prefix:
        value = f"({value})"  # 7L.real
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
                for part in (operator, operand):
                    part.remove()
                    result.append_child(part)
            else:
                result = fix.node("term", result, operator, operand)
        return result

    replace_by(node, divided)
    return None


def division_in_place(node: Tree, fix: Fix) -> bool | None:
    """``a /= b`` is ``a = _py2.divide_in_place(a, b)``; what ``a`` consists of is asked once."""
    if "division" in fix.future or node.children[1].type != token.SLASHEQUAL:
        return False
    target, operator, value = node.children
    reading = target.clone()
    if fix.is_a(target, "power"):
        parts, reads = target.children, reading.children
        for index in [0, *range(1, len(parts))]:
            for part, read in _effects(parts[index], reads[index], fix):
                name = f"_py2_{part.get_lineno()}_{index}"
                read.replace(leaf(f"({name} := {str(read).strip()})"))
                part.replace(leaf(name))
    operator.replace(leaf("=", " "))
    value_prefix = value.prefix
    if fix.is_a(value, "testlist"):
        value = leaf(f"({str(value).strip()})")
        node.children[2].replace(value)
    replace_by(value, lambda: fix.call("_py2.divide_in_place", reading, value))
    node.children[2].prefix = value_prefix
    return None


def _effects(part: Tree, read: Tree, fix: Fix) -> Iterator[tuple[Tree, Tree]]:
    """Yield the index of ``[index]`` if it calls something, as written and as read."""
    calls = any(
        fix.is_a(node, "trailer") and node.children[0].value == "(" for node in part.pre_order()
    )
    if calls and fix.is_a(part, "trailer") and part.children[0].value == "[":
        yield part.children[1], read.children[1]


def list_of_tuple(node: Tree, fix: Fix) -> None:
    """``[x for x in 1, 2]`` is ``[x for x in (1, 2)]``."""
    prefix = node.prefix
    node.children[0].prefix = "("
    node.append_child(leaf(")"))
    node.prefix = f"{prefix}("


def string(node: Tree, fix: Fix) -> bool | None:
    r"""``ur'\d'`` is ``u'\\d'``; without ``u``, ``\u`` was no escape, and ``\xff`` a byte."""
    prefix = node.value[: re.search("['\"]", node.value).start()]  # type: ignore[union-attr]
    quoted = node.value[len(prefix) :]
    if prefix.lower() == "ur":
        value = "u" + re.sub(r"\\(?!u[0-9a-fA-F]{4})", r"\\\\", quoted)
    elif prefix == "" and "unicode_literals" not in fix.future:
        value = re.sub(r"((?:\\x[89a-fA-F][0-9a-fA-F])+)|(\\.)", _escape, quoted, flags=re.DOTALL)
    else:
        return False
    if value == node.value:
        return False
    node.value = value
    return None


def _escape(found: re.Match[str]) -> str:
    if found[2]:
        return f"\\{found[2]}" if found[2][1] in "uUN" else found[2]
    text = bytes.fromhex(found[1].replace("\\x", "")).decode("utf-8", "surrogateescape")
    return "".join(f"\\U{ord(character):08x}" for character in text)


# Words that Python 2 had no other use for than as names.
KEYWORDS = ("async", "await", "nonlocal")


def keyword_as_name(node: Tree, fix: Fix) -> bool | None:
    """``async`` is ``async_``."""
    if node.value not in KEYWORDS:
        return False
    node.value += "_"
    return None


def tuple_parameters(node: Tree, fix: Fix) -> bool | None:
    """``def f((a, b)):`` is ``def f(a_b):`` with ``(a, b) = a_b`` below."""
    found = _untuple(node.children[2], fix)
    for name, pattern in reversed(found):
        fix.add_statement(node.children[-1], f"{str(pattern).strip()} = {name}")
    return None if found else False


def lambda_tuple_parameters(node: Tree, fix: Fix) -> bool | None:
    """``lambda (a, b): a`` is ``lambda a_b: (lambda a, b: a)(*a_b)``."""
    found = _untuple(node, fix)
    body = node.children[-1]
    body.replace(leaf(_unpacked(found, str(body).strip(), fix), " "))
    return None if found else False


def _unpacked(found: list[tuple[str, Tree]], body: str, fix: Fix) -> str:
    for name, pattern in reversed(found):
        inner = _untuple(pattern, fix)
        parameters = str(pattern).strip()[1:-1]
        body = f"(lambda {parameters}: {_unpacked(inner, body, fix)})(*{name})"
    return body


def _untuple(parent: Tree, fix: Fix) -> list[tuple[str, Tree]]:
    """Put a name in the place of each tuple among parameters; return the names and the tuples."""
    found = []
    for part in list(parent.children):
        if fix.is_a(part, "tfpdef", "vfpdef") and "," not in str(part):  # (a) is a
            part.replace(leaf(str(part).strip(" ()"), part.prefix))
        elif fix.is_a(part, "tfpdef", "vfpdef"):
            name = "_".join(re.findall(r"\w+", str(part)))
            part.replace(leaf(name, part.prefix))
            found.append((name, part))
        elif fix.is_a(part, "typedargslist", "varargslist", "tfplist", "vfplist"):
            found += _untuple(part, fix)
    return found


def method(node: Tree, fix: Fix) -> bool | None:
    """``d.keys()`` is ``_py2.keys(d)``, and so on for `METHODS`."""
    changed = None
    index = 1
    while index + 1 < len(node.children):
        dot, call = node.children[index : index + 2]
        if not (
            fix.is_a(dot, "trailer")
            and fix.is_a(call, "trailer")
            and call.children[0].value == "("
            and dot.children[0].value == "."
            and _is_meant(dot.children[1].value, node, index, call, fix)
        ):
            index += 1
            continue
        before = node.children[:index]
        prefix = node.prefix
        arguments = call.children[1:-1]
        owner = before[0] if index == 1 else fix.node("power", *before)
        if index == 1:
            owner.remove()
        if arguments and fix.is_a(arguments[0], "arglist"):
            arguments = [part for part in arguments[0].children if part.type != token.COMMA]
        name = f"_py2.{dot.children[1].value}"
        dot.remove()
        call.remove()
        node.insert_child(0, fix.call(name, owner, *arguments))
        node.prefix = prefix
        index, changed = 1, True
    return changed or False


# Name of a method -> how many arguments it takes for us to mean it; None: any number.
METHODS: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("keys", "values", "items", "next"), (0,)),
    **dict.fromkeys(("iterkeys", "itervalues", "iteritems"), (0,)),
    **dict.fromkeys(("viewkeys", "viewvalues", "viewitems"), (0,)),
    "has_key": (1,),
    "encode": (0, 1, 2),
    "decode": (0, 1, 2),
    "translate": (1, 2),
    **dict.fromkeys(("read", "readline", "readlines"), None),
    "format": None,
    "sort": None,
}


def _is_meant(name: str, node: Tree, index: int, call: Tree, fix: Fix) -> bool:
    if name not in METHODS or (index == 1 and str(node.children[0]).strip() in fix.modules):
        return False
    if index == 1 and name == "format" and node.children[0].type == token.STRING:
        return bool(re.search(r"\{\w*\}", node.children[0].value))
    inside = call.children[1:-1]
    if inside and fix.is_a(inside[0], "arglist"):
        inside = inside[0].children[::2]
    counts = METHODS[name]
    return counts is None or len(inside) in counts


def message(node: Tree, fix: Fix) -> bool | None:
    """``error.message`` is ``_py2.message(error)``, where it is read."""
    for index, part in enumerate(node.children[1:], 1):
        if not (fix.is_a(part, "trailer") and str(part).strip() == ".message"):
            continue
        called = index + 1 < len(node.children) and str(node.children[index + 1]).strip()[:1] == "("
        if called or (index + 1 == len(node.children) and is_target(node, fix)):
            continue
        before = node.children[:index]
        prefix = node.prefix
        owner = before[0] if index == 1 else fix.node("power", *before)
        owner.remove()
        part.remove()
        node.insert_child(0, fix.call("_py2.message", owner))
        node.prefix = prefix
        return None
    return False


def is_target(node: Tree, fix: Fix) -> bool:
    """Tell whether something is assigned to a node, or it is deleted."""
    child, parent = node, node.parent
    while fix.is_a(parent, "testlist_star_expr", "exprlist", "atom", "testlist_gexp", "listmaker"):
        child, parent = parent, parent.parent
    if fix.is_a(parent, "expr_stmt"):
        after = child.next_sibling
        return after is not None and (after.type == token.EQUAL or str(after).strip()[-1:] == "=")
    if fix.is_a(parent, "for_stmt", "comp_for"):
        return child is parent.children[1]
    return fix.is_a(parent, "del_stmt", "global_stmt")


# Attributes that have another name, in all versions of Python 3.
ATTRIBUTES = {
    "func_name": "__name__",
    "func_code": "__code__",
    "func_defaults": "__defaults__",
    "func_globals": "__globals__",
    "func_closure": "__closure__",
    "func_doc": "__doc__",
    "func_dict": "__dict__",
    "im_func": "__func__",
    "im_self": "__self__",
}


def attribute(node: Tree, fix: Fix) -> bool | None:
    """``f.func_name`` is ``f.__name__``, and so on for `ATTRIBUTES`."""
    if node.children[0].value != "." or node.children[1].value not in ATTRIBUTES:
        return False
    node.children[1].value = ATTRIBUTES[node.children[1].value]
    return None


def str_call(node: Tree, fix: Fix) -> bool | None:
    """``str(x)`` is ``_py2.str(x)``, which shows twelve digits of a float."""
    if getattr(node.children[0], "value", "") != "str" or len(node.children) < 2:
        return False
    name, call = node.children[:2]
    inside = call.children[1:-1]
    if str(call).strip()[:1] != "(" or not inside or fix.is_a(inside[0], "arglist"):
        return False
    if inside[0].type == token.STRING:
        return False
    name.value = "_py2.str"
    return None


def percent(node: Tree, fix: Fix) -> bool | None:
    """``'%s' % x`` is ``_py2.percent('%s', x)``, which shows twelve digits of a float."""
    text, operator, value = node.children[:3]
    if operator.type != token.PERCENT or len(node.children) != 3:
        return False
    if text.type == token.NUMBER or re.fullmatch(r"\s*\d+[lL]?", str(value)):
        return False
    written = str(text)
    if (text.type == token.STRING or re.match(r"\s*['\"]", written)) and not re.search(
        r"%(\(\w*\))?[-\d.]*s", written
    ):
        return False
    replace_by(node, lambda: fix.call("_py2.percent", text, value))
    return None


def late_global(node: Tree, fix: Fix) -> bool | None:
    """A ``global x`` after ``x`` was used moves to the first line of its function."""
    scope = fix.scope(node)
    names = {part.value for part in node.children[1:] if part.type == token.NAME}
    earlier = itertools.takewhile(lambda part: part is not node.children[0], scope.leaves())
    if not any(part.type == token.NAME and part.value in names for part in earlier):
        return False
    if not fix.is_a(scope, "file_input"):
        fix.add_statement(scope.children[-1], str(node).strip())
    node.replace(leaf("pass", node.prefix))
    return None


def generator(node: Tree, fix: Fix) -> bool | None:
    """A generator may end by ``StopIteration``, its own or that of a ``next`` in it."""
    if not any(part.value == "yield" for part in node.leaves()):
        return False  # the cheap question first
    own = [part for part in node.leaves() if fix.scope(part) is node]
    if not any(part.value == "yield" for part in own):
        return False
    raised = [part for part in own if part.value == "raise" and _is_stop(part.parent)]
    for part in raised:
        part.parent.replace(leaf("return", part.parent.prefix))
    asks = any(part.value == "next" and part.type == token.NAME for part in own)
    if asks:
        fix.decorate(node, "@_py2.generator")
    return None if raised or asks else False


def _is_stop(statement: Tree) -> bool:
    return "".join(str(statement).split()) in ("raiseStopIteration", "raiseStopIteration()")


ORDERS = {"<": "less", ">": "greater", "<=": "less_equal", ">=": "greater_equal"}


def order_of_none(node: Tree, fix: Fix) -> bool | None:
    """``a < b`` is ``_py2.less(a, b)`` where a name may be None, which is less than all else."""
    a, operator, b = node.children[:3]
    operands = {re.split(r"\W+", str(side).strip())[-1] for side in (a, b)}
    if len(node.children) != 3 or str(operator).strip() not in ORDERS or not operands & fix.none:
        return False
    replace_by(node, lambda: fix.call(f"_py2.{ORDERS[operator.value]}", a, b))
    return None


def leaking_variable(node: Tree, fix: Fix) -> bool | None:
    """The variable of a list comprehension stays after it, if it is read there."""
    loop = next((part for part in node.children if fix.is_a(part, "comp_for")), None)
    scope = fix.scope(node)
    if loop is None or not fix.is_a(scope, "funcdef", "file_input"):
        return False
    names = [part for part in loop.children[1].leaves() if part.type == token.NAME]
    leaking = [part for part in names if _is_read_after(part.value, node, scope, fix)]
    if not leaking:
        return False
    moves = []
    for part in leaking:
        moves.append(f"({part.value} := {part.value}_)")
        part.value += "_"
    condition = leaf(f" if ({', '.join(moves)},)")
    loop.insert_child(4, condition)
    return None


def _is_read_after(name: str, node: Tree, scope: Tree, fix: Fix) -> bool:
    """Tell whether the next mention of a name in a scope, after a node, reads it."""
    inside = {id(part) for part in node.leaves()}
    passed = False
    for part in scope.leaves():
        if id(part) in inside:
            passed = True
        elif passed and part.type == token.NAME and part.value == name:
            if _is_other_scope(part, scope, fix) or (
                part.prev_sibling is not None and part.prev_sibling.type == token.DOT
            ):
                continue
            if fix.is_a(part.parent, "argument") and part.next_sibling is not None:
                continue
            holder = part.parent if fix.is_a(part.parent, "power") else part
            return holder is not part or not is_target(part, fix)
    return False


def _is_other_scope(part: Tree, scope: Tree, fix: Fix) -> bool:
    while part is not scope:
        if fix.is_a(part, "funcdef", "classdef", "lambdef"):
            return True
        binds = fix.is_a(part, "listmaker", "testlist_gexp", "argument", "dictsetmaker")
        if binds and any(fix.is_a(child, "comp_for") for child in part.children):
            return True
        part = part.parent
    return False


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
CHANGED = "it means something else in Python 3"

FIXERS = (
    Fixer(("NAME",), keyword_as_name, "async, await, nonlocal get a _", SYNTAX),
    Fixer(("STRING",), string, "\\u in text, ur''", CHANGED),
    Fixer(("NUMBER",), number, "0755 to 0o755, 10L to 10", SYNTAX),
    Fixer(("NOTEQUAL",), not_equal, "<> to !=", SYNTAX),
    Fixer(("global_stmt",), late_global, "global to the start of the function", SYNTAX),
    Fixer(("funcdef",), generator, "StopIteration ends a generator", CHANGED),
    Fixer(("listmaker",), leaking_variable, "the variable of [... for x in ...] stays", CHANGED),
    Fixer(("testlist_safe",), list_of_tuple, "[x for x in 1, 2] to (1, 2)", SYNTAX),
    Fixer(("trailer",), attribute, "f.func_name to f.__name__ and kin", "it has a new name"),
    Fixer(("power",), method, "d.keys() to _py2.keys(d) and kin", CHANGED),
    Fixer(("power",), message, "error.message to _py2.message(error)", "exceptions lost it"),
    Fixer(("power",), str_call, "str(x) to _py2.str(x)", "12 digits of a float"),
    Fixer(("atom",), backticks, "`x` to repr(x)", SYNTAX),
    Fixer(("comparison",), order_of_none, "a < b to _py2.less(a, b)", "None is less than all else"),
    Fixer(("term",), percent, "'%s' % x to _py2.percent('%s', x)", "12 digits of a float"),
    Fixer(("term",), division, "a / b to _py2.divide(a, b)", "integers divide to integers"),
    Fixer(("expr_stmt",), division_in_place, "a /= b to _py2.divide_in_place(a, b)", CHANGED),
    Fixer(("lambdef",), lambda_tuple_parameters, "lambda (a, b): to lambda a_b:", SYNTAX),
    Fixer(("funcdef",), tuple_parameters, "def f((a, b)) to def f(a_b)", SYNTAX),
    Fixer(("print_stmt",), print_statement, "print x to print(x)", SYNTAX),
    Fixer(("NAME",), print_alone, "print to print()", SYNTAX),
    Fixer(
        ("exec_stmt",),
        exec_in_function,
        "exec inside a function",
        "it makes no local variables; write exec code in a dictionary",
        "risk",
    ),
    Fixer(
        ("import_from",),
        star_in_function,
        "from x import * inside a function",
        "Python 3 allows it outside of functions only",
        "fatal",
    ),
    Fixer(("exec_stmt",), exec_statement, "exec x in y to exec(x, y)", SYNTAX),
    Fixer(("except_clause",), except_clause, "except X, e to except X as e", SYNTAX),
    Fixer(("raise_stmt",), raise_statement, "raise X, value to raise X(value)", SYNTAX),
)
