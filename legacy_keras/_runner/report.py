"""``legacy-keras check script.py`` and ``--explain``: what a script needs, told before it runs.

`examine` reads the script and the modules of its own that it imports, without running any, and
lists each translation (``translate.py``), each redirect (``era_modules.py``), what may give other
numbers, and what will not work: with file and line. It also tells which Keras they were written
for (`Written`).
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from . import attributes, loading, redirect
from .era_modules import ATTRIBUTES, NAMES, OTHER_NUMBERS, PARENTS, Row, what_is_given
from .loading import Change
from .versions import ERA_PATHS, KEYWORDS, explain_absent, since

SEVERITIES = ("handled", "risk", "fatal")  # the exit status of check is the worst one's place


class Written(NamedTuple):
    """Which Keras a program was written for, and what tells so."""

    keras: str
    evidence: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.keras}: {self.evidence}, line {self.line} of {self.path}"


class Report(NamedTuple):
    """What `examine` found."""

    written: Written | None
    changes: list[Change]

    @property
    def worst(self) -> int:
        """The place of the worst severity."""
        return max((SEVERITIES.index(change.severity) for change in self.changes), default=0)


def check(arguments: list[str]) -> int:
    """Print a report; return 0 if all is handled, 1 if there are risks, 2 if it will not run."""
    parser = argparse.ArgumentParser(
        prog="legacy-keras check",
        description="Says what a script needs, without running it: which Keras it is for, what is "
        "translated from Python 2, which names are redirected, what may give other numbers.",
        epilog="exit status: 0 it runs, 1 it runs but see the risks, 2 it will not run",
        allow_abbrev=False,
    )
    parser.add_argument("script")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--py2", action="store_true", help="take it for Python 2 in any case")
    options = parser.parse_args(arguments)
    sys.path[0] = os.path.dirname(os.path.realpath(options.script))
    program = loading.Program(options.py2)
    loading.current = program
    try:
        report = examine(program, options.script)
    except OSError as error:
        print(f"legacy_keras: can't open file {options.script!r}: {error}", file=sys.stderr)
        return 2
    print(as_json(report) if options.json else as_text(report))
    return report.worst


def as_text(report: Report) -> str:
    """Write a report for people."""
    lines = [f"Written for {report.written}" if report.written else "No sign of a Keras version"]
    for severity in reversed(SEVERITIES):
        mark = "" if severity == "handled" else f"{severity}: "
        lines += [
            f"{_short(change.path)}:{change.line}: {mark}{change.what} ({change.why})"
            for change in report.changes
            if change.severity == severity
        ]
    counts = [sum(change.severity == each for change in report.changes) for each in SEVERITIES]
    lines.append("{} handled, {} risks, {} that will not work".format(*counts))
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Write a report for programs."""
    written = report.written._asdict() if report.written else None
    changes = [change._asdict() for change in report.changes]
    return json.dumps({"written_for": written, "changes": changes}, indent=2)


def _short(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def examine(program: loading.Program, script: str) -> Report:
    """Read a script, and the own modules that it imports, without running them."""
    path = os.path.abspath(script)
    source = Path(path).read_bytes()
    program.python2 = program.python2 or program.is_python2(source, path)
    before = len(program.changes)
    trees = []
    for file, read in program.read(path):
        if isinstance(read, ast.Module):
            trees.append((file, read))
            program.libraries |= attributes.libraries(read)
        else:
            line = getattr(read, "lineno", None) or 1
            program.changes.append(Change(file, line, "cannot be read", str(read), "fatal"))
    written = []
    for file, tree in trees:
        scan = _Scan(file, program)
        scan.read(tree)
        program.changes += _once(scan.changes)
        written += scan.written
    changes = sorted(program.changes[before:], key=lambda each: (each.path != path, each))
    del program.changes[before:]
    return Report(_verdict(written), changes)


def _once(changes: list[Change]) -> list[Change]:
    """Keep each once a line, and what a function does as it did once a file."""
    kept: dict[object, Change] = {}
    for change in sorted(changes):
        key = (change.path, change.what) if "as it was" in change.what else change
        kept.setdefault(key, change)
    return list(kept.values())


ORDER = ("Keras 2.x", "Keras 1.x", "Keras 0.x", "Keras 0.x or 1.x")


def _verdict(written: list[Written]) -> Written | None:
    """Choose the evidence that says most: a name of a later Keras, else one of 0.x only."""
    return min(written, key=lambda each: ORDER.index(each.keras), default=None)


class _Scan(ast.NodeVisitor):
    """Finds what one module takes from the table, and from Keras."""

    def __init__(self, path: str, program: loading.Program) -> None:
        self.path = path
        self.program = program
        self.names: dict[str, str] = {}  # what a name of the module stands for
        self.changes: list[Change] = []
        self.written: list[Written] = []

    def read(self, tree: ast.Module) -> None:
        """Read a module: its imports first, for a function may use what stands below it."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.take_import(node)
            elif isinstance(node, ast.ImportFrom):
                self.take_import_from(node)
        self.visit(tree)

    def tell(self, node: ast.AST, row: Row) -> None:
        """Note a row of the table at a line."""
        severity = "fatal" if row.vanished else "handled"
        line = getattr(node, "lineno", 1)
        self.changes.append(Change(self.path, line, what_is_given(row), row.since, severity))
        if row.name in OTHER_NUMBERS:
            risk = f"{row.name} may give other numbers"
            self.changes.append(Change(self.path, line, risk, OTHER_NUMBERS[row.name], "risk"))

    def look_up(self, node: ast.AST, name: str) -> None:
        """Note a dotted name if it, or what it begins with, is of another time."""
        root, _, inner = name.partition(".")
        if root == "keras":
            self.look_up_keras(node, inner)
            return
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            row = NAMES.get(".".join(parts[:length]))
            if row is not None:
                if not (length == 1 and _is_there(row.name)):
                    self.tell(node, row)
                return
        parent, _, last = name.rpartition(".")
        row = NAMES.get(f"{parent}.*")
        if row is not None and last and not _has(parent, last):
            self.tell(node, row._replace(name=name, today=row.given.replace("*", last)))

    def look_up_keras(self, node: ast.AST, inner: str) -> None:
        """Note a name that another Keras has."""
        line = getattr(node, "lineno", 1)
        parts = inner.split(".")
        starts = [".".join(parts[: length + 1]) for length in range(len(parts))]
        message = next(filter(None, map(explain_absent, starts)), None)
        if message and _here(inner) is None:
            self.changes.append(Change(self.path, line, f"keras.{inner}", message, "fatal"))
            if version := since(inner):
                self.evidence(f"Keras {version[0]}.x", version[1], line)
        elif inner.rpartition(".")[2] in ONLY_IN_0:
            self.evidence("Keras 0.x", inner.rpartition(".")[2], line)

    def evidence(self, keras: str, what: str, line: int) -> None:
        """Note what tells the version."""
        self.written.append(Written(keras, what, _short(self.path), line))

    def take_import(self, node: ast.Import) -> None:
        for alias in node.names:
            if self.missing(node, alias.name):
                continue
            self.look_up(node, alias.name)
            root = alias.name.partition(".")[0]
            self.names[alias.asname or root] = alias.name if alias.asname else root

    def take_import_from(self, node: ast.ImportFrom) -> None:
        if node.level or not node.module or self.missing(node, node.module):
            return
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if alias.name == "*":
                self.look_up(node, node.module)
                self.names.update(_star(node.module))
            else:
                self.look_up(node, name)
                self.names[alias.asname or alias.name] = name

    def missing(self, node: ast.AST, name: str) -> bool:
        """Note a module that is not there; own modules, and those in the table, are."""
        root = name.partition(".")[0]
        if root in NAMES or root in ("keras", "theano", loading.__name__.partition(".")[0]):
            return False
        if root in self.names or _is_there(root) or self.program.finds(root, self.path):
            return self.program.finds(root, self.path) and root in PARENTS
        install = redirect.INSTALL.get(root, root)
        why = f"not installed; if it is on PyPI: pip install {install}"
        line = getattr(node, "lineno", 1)
        self.changes.append(Change(self.path, line, f"import {root}", why, "fatal"))
        return True

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and self.names.get(node.id, "").startswith("*"):
            self.look_up(node, self.names[node.id][1:])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self.dotted(node)
        if name is not None:
            self.look_up(node, name)
            return
        for row in ATTRIBUTES.get(node.attr, ()):
            library = row.name.partition(".")[0]
            if library in self.program.libraries and not _is_common(row):
                self.tell(node, row._replace(name=f"{row.name} (if it is one)"))
                break
        self.generic_visit(node)

    def dotted(self, node: ast.expr) -> str | None:
        """Return what a chain of names stands for, if it begins with an imported one."""
        if isinstance(node, ast.Name):
            name = self.names.get(node.id)
            return name.lstrip("*") if name else None
        if isinstance(node, ast.Attribute) and (start := self.dotted(node.value)) is not None:
            return f"{start}.{node.attr}"
        return None

    def visit_Call(self, node: ast.Call) -> None:
        if "keras" in self.program.libraries:
            function = node.func
            name = self.dotted(function) or ""
            of_keras = name.startswith("keras.")
            method = function.attr if isinstance(function, ast.Attribute) else ""
            for keyword in node.keywords:
                where = KEYWORDS.get(keyword.arg or "")
                if where and (of_keras or method in where.methods):
                    is_later = where.keras in ("Keras 1.x", "Keras 2.x")
                    if is_later and of_keras and _takes(name.removeprefix("keras."), keyword.arg):
                        continue  # pad_sequences(padding=), ZeroPadding2D(padding=)
                    self.evidence(where.keras, f"{keyword.arg}=", keyword.value.lineno)
                    if is_later:
                        what = f"{method or ast.unparse(function)}({keyword.arg}=)"
                        why = f"{where.keras}; in 0.3.3 {where.instead}"
                        line = keyword.value.lineno
                        self.changes.append(Change(self.path, line, what, why, "fatal"))
        self.generic_visit(node)


# Names of Keras that Keras 1 no longer had, or had as a leftover.
ONLY_IN_0 = frozenset(
    """
    Graph TimeDistributedDense TimeDistributedMerge AutoEncoder MaskedLayer JZS1 JZS2 JZS3
    SimpleDeepRNN LRN2D WordContextProduct LambdaMerge Siamese SiameseHead containers theano_utils
    dot_utils add_shared_layer
    """.split()
)


def _star(module: str) -> Iterator[tuple[str, str]]:
    """Yield the names of the table that ``from module import *`` gives, marked as such."""
    start = f"{module}."
    for name in NAMES:
        last = name.removeprefix(start)
        if name.startswith(start) and "." not in last and last != "*":
            yield last, f"*{name}"


def _is_common(row: Row) -> bool:
    """Tell whether an attribute says nothing: lists are appended to, and sorted, too."""
    name = row.name.rpartition(".")[2]
    return row.changed or any(hasattr(kind, name) for kind in (list, dict, str, set))


def _is_there(root: str) -> bool:
    """Tell whether a module is installed."""
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return root in sys.modules


def _here(inner: str) -> Any:
    """Return what ``keras.<inner>`` is in this package, None if it is not there."""
    module, _, name = inner.rpartition(".")
    if module not in ERA_PATHS:
        return None
    return getattr(importlib.import_module(f"{__name__.partition('.')[0]}.{module}"), name, None)


def _takes(inner: str, keyword: str | None) -> bool:
    """Tell whether ``keras.<inner>`` has a parameter of a name in 0.3.3, too."""
    function = _here(inner)
    return callable(function) and keyword in inspect.signature(function).parameters


def _has(module: str, name: str) -> bool:
    """Tell whether a module that is imported already, or is cheap to import, has a name."""
    try:
        real = importlib.import_module(module)
    except ImportError:
        return False
    return hasattr(real, name) or importlib.util.find_spec(f"{module}.{name}") is not None


def tell_version(program: loading.Program, path: str) -> str | None:
    """Say which Keras a script that failed was written for, if it is a later one."""
    try:
        written = examine(program, path).written
    except (OSError, SyntaxError, ValueError):
        return None
    if written is None or written.keras not in ("Keras 1.x", "Keras 2.x"):
        return None
    return f"this program was written for {written}; legacy-keras runs Keras 0.1 to 0.3.3"
