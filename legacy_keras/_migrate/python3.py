"""From what the runner's translator writes to Python 3 as one writes it today.

The translator keeps Python 2's meaning at any price: ``_py2.keys(d)``, and a ``range`` that is a
list. Here each such name gets the words of Python 3 that mean the same where they are used. Only
what cannot be known without running stays a call of `legacy_keras.python2`, imported by name.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable

from .._runner.loading import Change
from .._runner.python2.builtins import BUILTINS
from .._runner.translate import translate
from .names import COMMENT, OURS
from .source import Source, dotted_name

HELPER = "_py2."  # what the translator calls them

# Names of Python 2 that have another one now.
RENAMED = {
    "StandardError": "Exception",
    "basestring": "str",
    "buffer": "memoryview",
    "file": "open",
    "long": "int",
    "raw_input": "input",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
# Those that have moved: what to import, and the name then.
MOVED = {
    "intern": ("import sys", "sys.intern"),
    "reduce": ("from functools import reduce", "reduce"),
    "reload": ("import importlib", "importlib.reload"),
}
# Lists in Python 2, iterators in Python 3.
LISTS = ("filter", "map", "range", "zip")
# Their order counts, where they are gone through.
SETS = ("set",)
# What a set is asked or told whatever its order.
ORDERLESS = frozenset(
    """
    add all any clear difference_update discard frozenset intersection_update isdisjoint issubset
    issuperset len max min remove set sorted sum update
    """.split()
)
# Builtins of the same meaning but for what Python 3 refuses, and for digits of a float.
SAME = frozenset(
    """
    __build_class__ __import__ compile eval exec max min open print repr sorted _py2
    """.split()
)
# Functions to which an iterator will do for a list.
CONSUMERS = frozenset(
    """
    all any dict enumerate filter frozenset iter len list map max min reversed set sorted sum tuple
    zip next
    """.split()
)
SHOWING = ("format", "percent", "str")  # make text of numbers
CONSUMERS_OF_VIEWS = CONSUMERS - {"next", "reversed"}
CHANGING = ("pop", "popitem", "clear", "update", "setdefault")  # methods of a dict
SPECIAL_METHODS = {
    "next": "__next__",
    "__nonzero__": "__bool__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
}
FLOATS = frozenset("ceil floor float exp log sqrt mean std random rand uniform time clock".split())
INTEGERS = frozenset("len int ord".split())


def methods_of(source: Source) -> set[str]:
    """Return the names of the methods of all classes of a module."""
    return {
        part.name
        for node in source.nodes(ast.ClassDef)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.FunctionDef)
    } - {"next"}


def move_operands(source: Source) -> bool:
    """Edit what changes places, ``d.has_key(k)`` and ``apply``; tell whether there was any.

    Only the innermost: to be called again with what comes out.
    """
    kinds = {"apply": 2}
    if "has_key" not in methods_of(source):
        kinds[f"{HELPER}has_key"] = 2

    def is_one(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or node.keywords:
            return False
        return len(node.args) == kinds.get(dotted_name(node.func) or "", -1)

    found = False
    for node in source.nodes(ast.Call):
        inner = [part for part in ast.walk(node) if part is not node]
        if isinstance(node, ast.Call) and is_one(node) and not any(map(is_one, inner)):
            found = True
            first, second = (source.segment(part) for part in node.args)
            if dotted_name(node.func) == "apply":
                source.replace(node, f"{first}(*{second})")
            elif isinstance(source.parents[node], ast.UnaryOp):  # there is only "not"
                replace_expression(source, source.parents[node], f"{second} not in {first}")
            else:
                replace_expression(source, node, f"{second} in {first}")
    return found


def replace_expression(source: Source, node: ast.AST, text: str) -> None:
    """Put an expression in the place of another, in parentheses where they may be needed."""
    parent = source.parents[node]
    safe = (ast.Assign, ast.Return, ast.keyword, ast.Expr, ast.If, ast.While, ast.Assert)
    is_argument = isinstance(parent, ast.Call) and parent.func is not node
    if not is_argument and not isinstance(parent, (*safe, ast.BoolOp)):
        text = f"({text})"
    source.replace(node, text)


class Modern:
    """A module that was translated, on its way to today's Python.

    Args:
        same_output: whether numbers and arrays are shown as Python 2 did.
    """

    def __init__(self, source: Source, same_output: bool = False) -> None:
        self.source = source
        self.same_output = same_output
        self.added: dict[str, str] = {}
        self.remarks: list[Change] = []
        self.stored = {
            node.id
            for node in source.nodes(ast.Name)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        } | {
            alias.asname or alias.name.partition(".")[0]
            for node in source.nodes(ast.Import, ast.ImportFrom)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        for node in source.nodes(ast.FunctionDef, ast.ClassDef):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.stored.add(node.name)
        self.errors = {
            node.name
            for node in source.nodes(ast.ExceptHandler)
            if isinstance(node, ast.ExceptHandler)
        }
        self.methods = methods_of(source)

    def rewrite(self) -> None:
        """Edit the source, inner nodes first."""
        for node in reversed([*self.source.nodes(ast.Call)]):
            if isinstance(node, ast.Call):
                self._call(node)
        for node in self.source.nodes(ast.Name):
            if isinstance(node, ast.Name):
                self._name(node)
        for node in self.source.nodes(ast.Attribute):
            parent = self.source.parents[node]
            called = isinstance(parent, ast.Call) and parent.func is node
            name = dotted_name(node) or ""
            if name.startswith(HELPER) and not called:  # a decorator
                self._helper_name(node, name.removeprefix(HELPER))
        for node in self.source.nodes(ast.ClassDef):
            if isinstance(node, ast.ClassDef):
                self._class(node)

    # Calls

    def _call(self, node: ast.Call) -> None:
        name = dotted_name(node.func) or ""
        if name.startswith(HELPER):
            helper = name.removeprefix(HELPER)
            rule = None if self.same_output and helper in SHOWING else RULES.get(helper)
            if helper in self.methods and node.args:
                rule = _method(helper)  # of a class of the script's own
            if rule is None or rule(self, node) is False:
                self._keep_helper(node, helper)
            return
        if name in self.stored or name not in BUILTINS:
            return
        if name == "print":
            self._print(node)
        elif name in LISTS:
            self._list(node, name)
        elif name in SETS:
            if self._is_ordered(node):
                self._helper_name(node.func, name)
        elif name == "sorted":
            self._comparison(node)
        elif name == "input":
            self._around(node, "eval(", ")")
        elif name in ("exec", "eval", "compile", "execfile"):
            self._source_text(node, name)
        elif name == "unicode" and len(node.args) != 1:
            self._helper_name(node.func, "unicode")

    def _keep_helper(self, node: ast.Call, name: str) -> None:
        self.source.replace(node.func, f"python2.{name}")
        self._import_helpers()

    def _import_helpers(self) -> None:
        self.added[f"from {OURS} import python2"] = COMMENT

    def _helper_name(self, node: ast.AST, name: str) -> None:
        self.source.replace(node, f"python2.{name}")
        self._import_helpers()

    def _source_text(self, node: ast.Call, name: str) -> None:
        """Translate code in text; remark on code that is not there to be read."""
        if name == "execfile":
            self.source.replace(node.func, "exec(open")
            end = self.source.span(node.args[0])[1]
            self.source.edit(end, end, ").read()")
        first = node.args[0] if node.args else None
        if name == "exec" and isinstance(first, ast.Tuple) and len(node.args) == 1:
            start, end = self.source.span(first)
            self.source.edit(start, start + 1, "")
            self.source.edit(end - 1, end, "")
            first = first.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            if self._translate_text(first, "eval" if name == "eval" else "exec"):
                return
        elif isinstance(first, ast.Call) and dotted_name(first.func) == "compile":
            return
        what = "code in text is to be Python 3"
        self.remarks.append(Change(self.source.path, node.lineno, name, what))

    def _translate_text(self, node: ast.Constant, mode: str) -> bool:
        """Put Python 3 in the place of code in text; tell whether it needs no helper."""
        text = str(node.value).strip() if mode == "eval" else str(node.value)
        try:
            source = Source(translate(text, self.source.path).text, self.source.path)
        except SyntaxError:
            return False
        while move_operands(source):
            source = Source(source.edited(), self.source.path)
        inner = Modern(source)
        inner.rewrite()
        if inner.added:
            return False
        new = source.edited()
        new = new.rstrip("\n") if not text.endswith("\n") else new
        if new != text:
            self.source.replace(node, repr(new))
        return True

    def _around(self, node: ast.AST, before: str, after: str) -> None:
        end = self.source.span(node)[1]
        self.source.open(node, before)
        self.source.edit(end, end, after)

    def _print(self, node: ast.Call) -> None:
        if self.same_output:
            self._helper_name(node.func, "print")
            return
        for keyword in node.keywords:
            if keyword.arg == "softspace":
                self.source.replace(keyword, 'end=" "')

    def _list(self, node: ast.Call, name: str) -> None:
        if name == "map" and (len(node.args) != 2 or ast.unparse(node.args[0]) == "None"):
            self._helper_name(node.func, "map")  # it goes on to the end of the longest
        elif name == "filter" and not self.is_consumed(node) and not _is_list(node.args[-1]):
            self._helper_name(node.func, "filter")  # of text it gives text
        elif not self.is_consumed(node):
            self._around(node, "list(", ")")

    def _is_ordered(self, node: ast.Call) -> bool:
        """Tell whether a set may be gone through, so that its order shows."""
        parent = self.source.parents[node]
        if not isinstance(parent, ast.Assign) or len(parent.targets) > 1:
            return not self._is_orderless(node)
        name = dotted_name(parent.targets[0])
        uses = [
            part
            for part in self.source.nodes(ast.Name, ast.Attribute)
            if dotted_name(part) == name and part is not parent.targets[0]
        ]
        return name is None or not all(map(self._is_orderless, uses))

    def _is_orderless(self, node: ast.AST) -> bool:
        """Tell whether a set is used where its order does not matter."""
        parent = self.source.parents[node]
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.Attribute):
            return parent.attr in ORDERLESS
        return isinstance(parent, ast.Call) and dotted_name(parent.func) in ORDERLESS

    def _comparison(self, node: ast.Call) -> None:
        for argument in node.args[1:2]:
            self._as_key(argument, argument)
        for keyword in node.keywords:
            if keyword.arg == "cmp":
                self._as_key(keyword, keyword.value)

    def _as_key(self, place: ast.AST, function: ast.expr) -> None:
        start, end = self.source.span(place)
        self.source.edit(start, self.source.span(function)[0], "key=functools.cmp_to_key(")
        self.source.edit(end, end, ")")
        self.added["import functools"] = ""

    # Names that are not called

    def _name(self, node: ast.Name) -> None:
        name = node.id
        if name in self.stored or name not in BUILTINS or not isinstance(node.ctx, ast.Load):
            return
        parent = self.source.parents[node]
        called = isinstance(parent, ast.Call) and parent.func is node
        if name == "unicode" and isinstance(parent, ast.Call) and called and len(parent.args) != 1:
            return  # done above
        if name == "file" and not called:
            self.source.replace(node, "io.IOBase")
            self.added["import io"] = ""
        elif name in RENAMED:
            self.source.replace(node, RENAMED[name])
        elif name == "reload" and isinstance(parent, ast.Call) and _is_sys(parent):
            return  # left out, with what it makes possible
        elif name in MOVED:
            statement, new = MOVED[name]
            self.added[statement] = ""
            if new != name:
                self.source.replace(node, new)
        elif name in (*SAME, *LISTS, *SETS) or (called and name in ("input", "execfile")):
            return
        elif not hasattr(builtins, name) or called:
            self._helper_name(node, name)

    # Classes

    def _class(self, node: ast.ClassDef) -> None:
        self._metaclass(node)
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name in SPECIAL_METHODS:
                start = self.source.span(part)[0]
                at = self.source.text.index(part.name, start + len("def "))
                self.source.edit(at, at + len(part.name), SPECIAL_METHODS[part.name])
            elif isinstance(part, ast.FunctionDef) and part.name in (
                "__cmp__",
                "__getslice__",
                "__unicode__",
                "__coerce__",
            ):
                what = f"Python 3 does not call {part.name}"
                self.remarks.append(Change(self.source.path, part.lineno, part.name, what))

    def _metaclass(self, node: ast.ClassDef) -> None:
        for part in node.body:
            if isinstance(part, ast.Assign) and dotted_name(part.targets[0]) == "__metaclass__":
                meta = f"metaclass={self.source.segment(part.value)}"
                if node.bases:
                    end = self.source.span(node.bases[-1])[1]
                    self.source.edit(end, end, f", {meta}")
                else:
                    start = self.source.span(node)[0]
                    at = self.source.text.index(node.name, start) + len(node.name)
                    empty = self.source.text[at] == "("
                    self.source.edit(at + empty, at + empty, meta if empty else f"({meta})")
                self.source.replace(part, "pass")

    # Where a value goes

    def is_consumed(self, node: ast.AST, consumers: frozenset[str] = CONSUMERS) -> bool:
        """Tell whether a value is only gone through once, where it stands."""
        parent = self.source.parents[node]
        if isinstance(parent, (ast.For, ast.comprehension)):
            return parent.iter is node
        if isinstance(parent, ast.Starred):
            return True
        if isinstance(parent, ast.Compare):
            return isinstance(parent.ops[-1], (ast.In, ast.NotIn)) and parent.left is not node
        if isinstance(parent, ast.Assign) and parent.value is node:
            return all(isinstance(target, (ast.Tuple, ast.List)) for target in parent.targets)
        if isinstance(parent, ast.Call) and node in parent.args:
            function = dotted_name(parent.func) or ""
            if isinstance(parent.func, ast.Attribute) and parent.func.attr in ("join", "extend"):
                return True
            if function == "len":
                return isinstance(node, ast.Call) and dotted_name(node.func) == "range"
            return function in consumers and function not in self.stored
        return False


def _is_sys(call: ast.Call) -> bool:
    return len(call.args) == 1 and dotted_name(call.args[0]) == "sys"


def _is_list(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = (dotted_name(node.func) or "").rpartition(".")[2]
        return name in {*LISTS, "sorted", "list", "split", "listdir", "keys", "values", "items"}
    return isinstance(node, (ast.List, ast.ListComp))


# What a helper's call is today. A rule gives False where the helper is to stay. Calls may stand
# inside of each other, so a rule edits around its arguments and leaves them alone.


def _method(name: str) -> Callable[[Modern, ast.Call], None]:
    """``_py2.f(x, y)`` is ``x.name(y)``."""

    def rule(modern: Modern, node: ast.Call) -> None:
        owner = node.args[0]
        source = modern.source
        _drop_function(modern, node)
        atom = isinstance(owner, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))
        if not atom and not is_parenthesized(source, owner, node):
            modern._around(owner, "(", ")")
        comma = after(source, owner, ",", node)
        if comma is None:
            close = source.span(node)[1] - 1
            source.edit(close, close, f".{name}(")
        else:
            blank = source.text[comma + 1] == " "
            source.edit(comma, comma + 1 + blank, f".{name}(")

    return rule


def after(source: Source, node: ast.AST, mark: str, call: ast.Call) -> int | None:
    """Return where a mark stands behind an argument of a call, before the next argument."""
    begin = source.span(node)[1]
    later = [source.span(part)[0] for part in [*call.args, *call.keywords]]
    end = min([at for at in later if at >= begin], default=source.span(call)[1] - 1)
    at = source.text.find(mark, begin, end)
    return None if at < 0 else at


def is_parenthesized(source: Source, node: ast.AST, call: ast.Call) -> bool:
    """Tell whether an argument of a call stands in parentheses of its own."""
    return after(source, node, ")", call) is not None


def _drop_function(modern: Modern, node: ast.Call) -> None:
    """Take away ``_py2.f(``."""
    end = modern.source.span(node.func)[1]
    modern.source.edit(modern.source.span(node)[0], end + 1, "")


def _operator_for_call(modern: Modern, node: ast.Call, operator: str, bare: bool) -> None:
    """Make ``a operator b`` of ``f(a, b)``, in parentheses unless it can do without."""
    source = modern.source
    start, end = source.span(node)
    bare = bare or source.is_enclosed(node)
    source.edit(start, source.span(node.func)[1] + 1, "" if bare else "(")
    comma = after(source, node.args[0], ",", node)
    assert comma is not None
    source.edit(comma, comma + 1, f" {operator}")
    if bare:
        source.edit(end - 1, end, "")


def _listed(name: str) -> Callable[[Modern, ast.Call], None]:
    method = _method(name)

    def rule(modern: Modern, node: ast.Call) -> None:
        safe = modern.is_consumed(node, CONSUMERS_OF_VIEWS) and not _changes(modern, node)
        if not safe and len(node.args) == 1:
            modern._around(node, "list(", ")")
        method(modern, node)

    return rule


def _changes(modern: Modern, node: ast.Call) -> bool:
    """Tell whether the loop over a mapping puts something in or takes something out."""
    loop = modern.source.parents[node]
    if not isinstance(loop, ast.For):
        return False
    owner = ast.dump(node.args[0])
    for part in ast.walk(loop):
        if isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            if ast.dump(part.value) == owner:
                return True
        elif isinstance(part, ast.Attribute) and part.attr in CHANGING:
            return True
    return False


def _iterator(name: str) -> Callable[[Modern, ast.Call], None]:
    method = _method(name)

    def rule(modern: Modern, node: ast.Call) -> None:
        if not modern.is_consumed(node, CONSUMERS_OF_VIEWS):
            modern._around(node, "iter(", ")")
        method(modern, node)

    return rule


def _renamed(name: str) -> Callable[[Modern, ast.Call], None]:
    def rule(modern: Modern, node: ast.Call) -> None:
        modern.source.replace(node.func, name)

    return rule


BARE = (ast.Assign, ast.Return, ast.keyword, ast.Call, ast.Tuple, ast.List, ast.AugAssign)


def _message(modern: Modern, node: ast.Call) -> bool | None:
    """``error.message`` is the error's text, and the attribute of anything else."""
    owner = node.args[0]
    if isinstance(owner, ast.Name) and owner.id in modern.errors:
        modern.source.replace(node.func, "str")
        return None
    if not isinstance(owner, (ast.Name, ast.Attribute)):
        return False
    _drop_function(modern, node)
    end = modern.source.span(node)[1]
    modern.source.edit(end - 1, end, ".message")
    return None


def _divide(modern: Modern, node: ast.Call) -> bool | None:
    operator = _operator(*node.args)
    if operator is None:
        return False
    left, right = node.args
    for operand, loose in ((left, (ast.Add, ast.Sub)), (right, (ast.operator,))):
        if isinstance(operand, ast.BinOp):
            binds_less = isinstance(operand.op, loose) and not isinstance(operand.op, ast.Pow)
        else:
            binds_less = isinstance(operand, (ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda))
        if binds_less and not is_parenthesized(modern.source, operand, node):
            modern._around(operand, "(", ")")
    parent = modern.source.parents[node]
    if isinstance(parent, ast.BinOp):
        first = parent.left is node and isinstance(parent.op, (ast.Mult, ast.Div))
        bare = first or isinstance(parent.op, (ast.Add, ast.Sub))
    elif isinstance(parent, ast.Call) and dotted_name(parent.func) == f"{HELPER}divide":
        bare = parent.args[1] is not node
    else:
        bare = isinstance(parent, BARE) and getattr(parent, "func", None) is not node
    _operator_for_call(modern, node, operator, bare)
    return None


def _operator(*operands: ast.expr) -> str | None:
    """Return how to divide what is known to be floats, or integers; None if neither is."""
    kinds = [_kind(operand) for operand in operands]
    if "float" in kinds:
        return "/"
    return "//" if kinds == ["int", "int"] else None


def _kind(node: ast.expr) -> str:
    """Return "int" or "float" if a value is known to be one, else ""."""
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.UnaryOp):
        return _kind(node.operand)
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else dotted_name(function)
        if name == "astype" and node.args:
            return "float" if "float" in ast.unparse(node.args[0]) else ""
        if name == "divide":
            operator = _operator(*node.args)
            return {"/": "float", "//": "int"}.get(operator or "", "")
        return "float" if name in FLOATS else "int" if name in INTEGERS else ""
    if isinstance(node, ast.Subscript):
        shaped = isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        return "int" if shaped and not isinstance(node.slice, ast.Slice) else ""
    if isinstance(node, ast.BinOp):
        kinds = {_kind(node.left), _kind(node.right)}
        if "float" in kinds and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Pow)):
            return "float"
        return "int" if kinds == {"int"} and not isinstance(node.op, ast.Pow) else ""
    return ""


def _divide_in_place(modern: Modern, node: ast.Call) -> bool | None:
    parent = modern.source.parents[node]
    target, value = node.args
    if _kind(value) != "float" or not isinstance(parent, ast.Assign) or len(parent.targets) > 1:
        return False
    source = modern.source
    if source.segment(parent.targets[0]) != source.segment(target):
        return False
    comma = after(source, target, ",", node)
    assert comma is not None
    source.edit(source.span(parent.targets[0])[1], comma + 1, " /=")
    end = source.span(node)[1]
    source.edit(end - 1, end, "")
    return None


def _percent(modern: Modern, node: ast.Call) -> None:
    parent = modern.source.parents[node]
    bare = isinstance(parent, BARE) and getattr(parent, "func", None) is not node
    _operator_for_call(modern, node, "%", bare)


def _exception(modern: Modern, node: ast.Call) -> bool | None:
    kind, value, *traceback = node.args
    texts = (ast.JoinedStr, ast.BinOp)
    if not isinstance(value, texts) and not (
        isinstance(value, ast.Constant) and isinstance(value.value, str)
    ):
        return False
    source = modern.source
    _drop_function(modern, node)
    comma = after(source, kind, ",", node)
    assert comma is not None
    source.edit(comma, comma + 2, "(")
    if traceback:
        comma = after(source, value, ",", node)
        assert comma is not None
        source.edit(comma, comma + 2, ").with_traceback(")
    return None


def _sort(modern: Modern, node: ast.Call) -> None:
    _method("sort")(modern, node)
    for argument in node.args[1:2]:
        modern._as_key(argument, argument)
    for keyword in node.keywords:
        if keyword.arg == "cmp":
            modern._as_key(keyword, keyword.value)


def _reading(name: str) -> Callable[[Modern, ast.Call], bool | None]:
    """``_py2.read(f)`` is ``f.read()``, unless it may give bytes that are taken for text."""
    method = _method(name)

    def rule(modern: Modern, node: ast.Call) -> bool | None:
        if re.search(r"""open\(.*,\s*['"]r\+?b""", modern.source.text):
            return False
        return method(modern, node)

    return rule


RULES: dict[str, Callable[[Modern, ast.Call], bool | None]] = {
    "divide": _divide,
    "divide_in_place": _divide_in_place,
    "exception": _exception,
    "format": _method("format"),
    "items": _listed("items"),
    "iteritems": _iterator("items"),
    "iterkeys": _iterator("keys"),
    "itervalues": _iterator("values"),
    "keys": _listed("keys"),
    "message": _message,
    "next": _renamed("next"),
    "percent": _percent,
    "read": _reading("read"),
    "readline": _reading("readline"),
    "readlines": _reading("readlines"),
    "sort": _sort,
    "str": _renamed("str"),
    "values": _listed("values"),
    "viewitems": _method("items"),
    "viewkeys": _method("keys"),
    "viewvalues": _method("values"),
}
