"""Source text: classes, methods, lines, and the helpers that they use.

What is written here knows nothing of layers. `Module` is a file; `Class` a class in it with
attributes, weights and methods; `Method` a list of lines. `rendered` lays them out as black
would.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from . import plain
from .layout import indented, laid_out
from .names import Names, attribute_names, variable_names


@functools.cache
def helper_table() -> dict[str, Any]:
    """Return all classes and functions of ``plain`` by their names."""
    found = {}
    for info in pkgutil.iter_modules(plain.__path__, f"{plain.__name__}."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == info.name and inspect.getsource(value):
                found[name] = value
    return found


@functools.cache
def helper_source(name: str) -> str:
    """Return the source of one helper."""
    return inspect.getsource(helper_table()[name]).rstrip()


@functools.cache
def helpers_named_in(source: str) -> tuple[str, ...]:
    """Return the helpers that some source names, in the order of ``plain``."""
    words = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return tuple(name for name in helper_table() if name in words)


def with_what_they_need(names: Sequence[str]) -> list[str]:
    """Return helpers and all that they name, each after what it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        for needed in helpers_named_in(helper_source(name)):
            if needed != name:
                visit(needed)
        order.append(name)

    for name in names:
        visit(name)
    return order


@dataclass
class Line:
    """One statement.

    Attributes:
        target: what is assigned; empty for a statement by itself.
        value: an expression.
        comment: goes above the line.
        droppable: whether the line goes if nobody reads the target.
    """

    target: str
    value: str
    comment: str = ""
    droppable: bool = False

    @property
    def text(self) -> str:
        return f"{self.target} = {self.value}" if self.target else self.value

    def reads(self) -> set[str]:
        """Return the names that the line reads."""
        return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", self.value))


@dataclass
class Method:
    """A method or function: parameters, lines, and what it returns."""

    name: str
    parameters: list[str]
    doc: str = ""
    lines: list[Line] = field(default_factory=list)
    result: str = ""
    result_type: str = "Tensor"
    names: Names = field(default_factory=variable_names)

    def let(self, target: str, value: str, comment: str = "", droppable: bool = False) -> str:
        """Assign a value to a name and return the name."""
        if target != value:
            self.lines.append(Line(target, value, comment, droppable))
        return target

    def variable(self, wanted: str) -> str:
        """Return a new local name."""
        return self.names.claim(wanted)

    def live_lines(self) -> list[Line]:
        """Return the lines without those that nobody needs."""
        wanted = set(re.findall(r"\w+", self.result))
        kept: list[Line] = []
        for line in reversed(self.lines):
            targets = set(re.findall(r"\w+", line.target))
            if line.droppable and not targets & wanted:
                continue
            wanted = (wanted - targets) | line.reads()
            kept.append(line)
        return kept[::-1]

    def rendered(self, indent: int, method: bool = True) -> list[str]:
        """Return the method's lines of source."""
        lines = self.live_lines()
        result, comment = self.result, ""
        if lines and lines[-1].target == result:
            last = lines.pop()
            result, comment = last.value, last.comment
        first = ["self"] if method else []
        signature = laid_out(
            f"def {self.name}({', '.join(first + self.parameters)}) -> {self.result_type}:", indent
        )
        body: list[str] = []
        if self.doc:
            body += docstring(self.doc, indent + 4)
        if result:
            lines.append(Line("", f"return {result}", comment))
        for line in lines:
            if line.comment:
                body += indented([f"# {text}" for text in line.comment.splitlines()], indent + 4)
            body += laid_out(line.text, indent + 4)
        return signature + body


def docstring(text: str, indent: int) -> list[str]:
    """Return a docstring's lines."""
    first, *others = text.splitlines()
    if not others:
        return indented([f'"""{first}"""'], indent)
    return indented([f'"""{first}', *others, '"""'], indent)


@dataclass
class Attribute:
    """An attribute that a constructor makes."""

    name: str
    value: str
    comment: str = ""
    after: list[str] = field(default_factory=list)  # statements that follow it


@dataclass
class Class:
    """A class derived from nn.Module, with the weights of its attributes."""

    name: str
    doc: str
    attributes: list[Attribute] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    state: dict[str, Tensor] = field(default_factory=dict)
    names: Names = field(default_factory=attribute_names)
    base: str = "nn.Module"
    path: str = ""  # from the model to the instance, such as "attention_1."
    last_statements: list[str] = field(default_factory=list)

    def rendered(self) -> list[str]:
        """Return the class's lines of source."""
        lines = [f"class {self.name}({self.base}):", *docstring(self.doc, 4), ""]
        if self.attributes or self.last_statements:
            lines += indented(["def __init__(self) -> None:"], 4)
            lines += indented(["super().__init__()"], 8)
            for attribute in self.attributes:
                if attribute.comment:
                    comment = [f"# {text}" for text in attribute.comment.splitlines()]
                    lines += indented(comment, 8)
                lines += laid_out(f"self.{attribute.name} = {attribute.value}", 8)
                for statement in attribute.after:
                    lines += laid_out(statement, 8)
            for statement in self.last_statements:
                lines += laid_out(statement, 8)
            lines.append("")
        for method in self.methods:
            lines += [*method.rendered(4), ""]
        return lines[:-1]


@dataclass
class Module:
    """A Python file."""

    doc: str
    functions: list[Method] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    last_lines: list[str] = field(default_factory=list)
    top_names: Names = field(default_factory=lambda: variable_names(helper_table()))

    def rendered(self) -> str:
        """Return the text of the file."""
        own: list[list[str]] = [f.rendered(0, method=False) for f in self.functions]
        own += [c.rendered() for c in self.classes]
        text = "\n\n\n".join("\n".join(lines) for lines in own)
        if self.last_lines:
            text += "\n" + "\n".join(self.last_lines)
        helpers = [helper_source(n) for n in with_what_they_need(helpers_named_in(text))]
        body = "\n\n\n".join([*helpers, text])
        head = [*docstring(self.doc, 0), "", "from __future__ import annotations", ""]
        return "\n".join([*head, *imports_for(body), "", "", ""]) + body + "\n"


# What source may use, and what it imports for that; black and isort have this order.
IMPORTS = [
    ("", r"\bargparse\.", "import argparse"),
    ("", r"\bCallable\b|\bIter\w+\b|\bSequence\b", "from collections.abc import {}"),
    ("", r"\bPath\b", "from pathlib import Path"),
    ("", r"\bAny\b", "from typing import Any"),
    ("torch", r"\bnp\.", "import numpy as np"),
    ("torch", r"\btorch\.", "import torch"),
    ("torch", r"\bF\.", "import torch.nn.functional as F"),
    ("torch", r"\bload_file\b|\bsave_file\b", "from safetensors.torch import {}"),
    ("torch", r"\bTensor\b|\bnn\b", "from torch import {}"),
    ("torch", r"\b_BatchNorm\b", "from torch.nn.modules.batchnorm import _BatchNorm"),
]


def imports_for(body: str) -> list[str]:
    """Return the import statements that some source needs, in groups."""
    code = "\n".join(without_comments(body))
    groups: dict[str, list[str]] = {}
    for group, pattern, statement in IMPORTS:
        found = sorted(set(re.findall(pattern, code)))
        if found:
            groups.setdefault(group, []).append(statement.format(", ".join(found)))
    lines: list[str] = []
    for statements in groups.values():
        lines += [*statements, ""]
    return lines[:-1]


def without_comments(source: str) -> Iterator[str]:
    """Yield the source again, without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                body[0] = ast.Pass()
    yield ast.unparse(tree)
