"""Writes the questions for attributes of the era into own modules: ``frame.ix`` and its kin.

What `rewrite` changes in a syntax tree, ``redirect.py`` answers at run time. Only names in the
table are touched, in a program that imports their library; all else stays as it was written.
"""

from __future__ import annotations

import ast

from .era_modules import ATTRIBUTES

ATTRIBUTE = "__era_attribute__"
ASSIGN = "__era_assign__"
IN_PLACE = "__era_in_place__"
INDEX = "__era_index__"
GET_ITEM = "__era_get_item__"


def libraries(tree: ast.AST) -> set[str]:
    """Return the top-level names that a module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    if "pylab" in names or "seaborn" in names:
        names.add("matplotlib")
    return names


def asked(name: str, imported: set[str]) -> bool:
    """Tell whether an attribute of this name may be one of the era."""
    return any(row.name.partition(".")[0] in imported for row in ATTRIBUTES.get(name, ()))


def rewrite(tree: ast.Module, imported: set[str]) -> bool:
    """Change a module's tree; tell whether there was anything to change."""
    rewriter = _Rewriter(tree, imported)
    rewriter.visit(tree)
    if rewriter.changed:
        ast.fix_missing_locations(tree)
    return rewriter.changed


class _Rewriter(ast.NodeTransformer):
    def __init__(self, tree: ast.Module, imported: set[str]) -> None:
        self.imported = imported
        self.fractions = _fractions(tree)
        self.changed = False

    def _call(self, place: ast.AST, function: str, *arguments: ast.expr) -> ast.Call:
        self.changed = True
        name = ast.Name(function, ast.Load())
        call = ast.Call(name, list(arguments), [])
        for node in (name, call):
            ast.copy_location(node, place)
        return call

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Ask for ``x.ix``."""
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and asked(node.attr, self.imported):
            name = ast.copy_location(ast.Constant(node.attr), node)
            return self._call(node, ATTRIBUTE, node.value, name)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Write ``frame[column][rows] = x`` so that it reaches the frame."""
        target = node.targets[0]
        if (
            "pandas" in self.imported
            and len(node.targets) == 1
            and isinstance(target, ast.Subscript)
            and (part := _part(target.value)) is not None
        ):
            owner = [self.visit(each) for each in part]
            index, value = self.visit(_as_value(target.slice)), self.visit(node.value)
            call = self._call(node, ASSIGN, *owner, index, value)
            return ast.copy_location(ast.Expr(call), node)
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """Write ``frame[column].fillna(0, inplace=True)`` so that it reaches the frame."""
        call = node.value
        if (
            "pandas" in self.imported
            and isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and any(keyword.arg == "inplace" for keyword in call.keywords)
            and (part := _part(call.func.value)) is not None
        ):
            owner = [self.visit(each) for each in part]
            name = ast.copy_location(ast.Constant(call.func.attr), call)
            arguments = [self.visit(each) for each in call.args]
            changed = self._call(node, IN_PLACE, *owner, name, *arguments)
            changed.keywords = [self.visit(each) for each in call.keywords]
            return ast.copy_location(ast.Expr(changed), node)
        self.generic_visit(node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Cut indices of arrays that are floats: ``x[:len(x) * 0.8]``."""
        self.generic_visit(node)
        if "numpy" not in self.imported or not any(
            _is_fraction(each) or (isinstance(each, ast.Name) and each.id in self.fractions)
            for each in ast.walk(node.slice)
        ):
            return node
        if isinstance(node.ctx, ast.Load):
            return self._call(node, GET_ITEM, node.value, _as_value(node.slice))
        if _is_plain(node.value):
            node.slice = self._call(node, INDEX, _loaded(node.value), _as_value(node.slice))
        return node


def _part(node: ast.expr) -> list[ast.expr] | None:
    """Take ``owner[key]`` apart, or ``owner.key``: the owner, the key, and which of the two."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Name, ast.Attribute)):
        if not isinstance(node.slice, (ast.Slice, ast.Tuple)):
            return [node.value, node.slice, ast.Constant(False)]
    elif (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id != "self"
        and node.attr not in INDEXERS
        and node.attr not in ATTRIBUTES
    ):
        return [node.value, ast.Constant(node.attr), ast.Constant(True)]
    return None


INDEXERS = frozenset({"loc", "iloc", "at", "iat", "values", "T"})


def _as_value(index: ast.expr) -> ast.expr:
    """Turn an index into an expression: ``a:b`` into ``slice(a, b)``."""
    if isinstance(index, ast.Slice):
        parts = [part or ast.Constant(None) for part in (index.lower, index.upper, index.step)]
        made: ast.expr = ast.Call(ast.Name("slice", ast.Load()), parts, [])
    elif isinstance(index, ast.Tuple):
        made = ast.Tuple([_as_value(each) for each in index.elts], ast.Load())
    else:
        return index
    return ast.fix_missing_locations(ast.copy_location(made, index))


def _is_plain(node: ast.expr) -> bool:
    """Tell whether evaluating an expression twice is evaluating it once."""
    if isinstance(node, ast.Attribute):
        return _is_plain(node.value)
    return isinstance(node, ast.Name)


def _loaded(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute):
        copy: ast.expr = ast.Attribute(_loaded(node.value), node.attr, ast.Load())
    else:
        assert isinstance(node, ast.Name)
        copy = ast.Name(node.id, ast.Load())
    return ast.copy_location(copy, node)


def _is_fraction(node: ast.AST) -> bool:
    """Tell whether an expression may make a float: a quotient, a product, what is rounded."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Div, ast.Mult))
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("divide", "floor", "ceil", "round", "rint", "around", "float")


def _fractions(tree: ast.Module) -> set[str]:
    """Return the names that are given the value of such an expression."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_fraction(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
