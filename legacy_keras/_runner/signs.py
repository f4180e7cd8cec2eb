"""Tells Python 2 source that Python 3 can read: it uses what only Python 2 had.

``import cPickle``, ``xrange`` and ``reload(sys)`` run on Python 2 alone, so ``7 / 2`` beside them
is 3. What stands in a ``try``, or is defined by the module itself, is no sign: such source is
for both. The modules and their names come from the table (``era_modules.py``).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from .era_modules import NAMES

GONE = frozenset(name for name, row in NAMES.items() if row.since == "Python 3.0")
BUILTINS = frozenset(
    """
    apply basestring cmp coerce execfile file long raw_input reduce reload unichr unicode xrange
    """.split()
)
METHODS = frozenset({"has_key", "iteritems", "iterkeys", "itervalues"})
# They have methods of these names, or had them on Python 3.
WITH_METHODS = frozenset({"pandas", "six", "future"})


def of_python_2(tree: ast.Module, is_own: Callable[[str], bool] = lambda name: False) -> bool:
    """Tell whether a module uses, for certain, what Python 3 never had.

    Args:
        is_own: tells whether the program has a module of its own by a name.
    """
    nodes = list(_for_certain(tree))
    bound = {name for node in ast.walk(tree) for name in _binds(node)}
    imported = _imported(nodes)
    roots = {name.partition(".")[0] for name in imported.values()}
    for node in nodes:
        if isinstance(node, ast.Import):
            found = any(alias.name in GONE and not is_own(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            found = not node.level and not names.isdisjoint(GONE) and not is_own(node.module or "")
        elif isinstance(node, ast.Attribute):
            known = imported.get(node.value.id) if isinstance(node.value, ast.Name) else None
            found = f"{known}.{node.attr}" in GONE or (
                node.attr in METHODS and known is None and roots.isdisjoint(WITH_METHODS)
            )
        else:
            found = isinstance(node, ast.Name) and node.id in BUILTINS - bound
        if found:
            return True
    return False


def _for_certain(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs whatever the Python: no ``try``, and no ``if`` that asks its version."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Try):
            continue
        if isinstance(child, (ast.If, ast.IfExp)):
            test = ast.unparse(child.test)
            if "version" in test or "PY2" in test or "PY3" in test:
                continue
        yield child
        yield from _for_certain(child)


def _binds(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node defines."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            if alias.name == "*" and isinstance(node, ast.ImportFrom):
                yield from BUILTINS  # whatever it gives
            else:
                yield alias.asname or alias.name.partition(".")[0]


def _imported(nodes: list[ast.AST]) -> dict[str, str]:
    """Return what the names of a module stand for, as far as they are modules."""
    names = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = alias.name
    return names
