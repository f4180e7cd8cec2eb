"""Finds the calls of Keras in a script, and what each is in PyTorch: ``counterparts.md``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from .counterparts import Counterpart, tables
from .names import MOVED, OURS
from .source import Source, dotted_name

# Where the names of a module of Keras stand in the tables, by the first part of its path.
HEADINGS = {
    "models": "Models",
    "layers": "Layers",
    "activations": "Activations",
    "initializations": "Initial weights",
    "objectives": "Losses",
    "optimizers": "Optimizers",
    "regularizers": "Regularizers",
    "constraints": "Constraints",
    "callbacks": "Callbacks",
    "backend": "Backend functions",
}
ARGUMENTS = {
    "Models": "Arguments of models and training",
    "Layers": "Arguments of layers",
    "Regularizers": "Arguments of layers",
    "Optimizers": "Arguments of optimizers, constraints and callbacks",
    "Constraints": "Arguments of optimizers, constraints and callbacks",
    "Callbacks": "Arguments of optimizers, constraints and callbacks",
}
# Arguments whose text is a name of another table.
NAMED = {
    "activation": "Activations",
    "inner_activation": "Activations",
    "init": "Initial weights",
    "inner_init": "Initial weights",
    "forget_bias_init": "Initial weights",
    "optimizer": "Optimizers",
    "loss": "Losses",
    "W_regularizer": "Regularizers",
    "U_regularizer": "Regularizers",
    "b_regularizer": "Regularizers",
    "activity_regularizer": "Regularizers",
    "W_constraint": "Constraints",
    "b_constraint": "Constraints",
}
# Methods that put a layer into a model.
ADDING = ("add", "add_node")
# Methods that others than models have, too: told only of what is known to be a model.
COMMON = frozenset("add fit evaluate predict predict_proba get_config summary get_weights".split())


class Call(NamedTuple):
    """One call, or one argument of the call above it.

    Attributes:
        line: where it stands in the original.
        text: the code, on one line.
        is_argument: whether it belongs to the call above.
    """

    line: int
    text: str
    counterpart: Counterpart
    is_argument: bool = False


def find_calls(source: Source) -> list[Call]:
    """Return the calls of Keras in a module, in the order of its lines."""
    finder = _Finder(source)
    nodes = [node for node in source.nodes(ast.Call) if isinstance(node, ast.Call)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return [call for node in nodes for call in finder.describe(node)]


class _Finder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.bound: dict[str, str] = {}
        self.stars: list[str] = []
        for node in source.nodes(ast.Import, ast.ImportFrom):
            self._note(node)
        self.models = self._names_of_models()

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bound[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name == "*":
                    self.stars.append(node.module)
                self.bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    @property
    def uses_keras(self) -> bool:
        roots = {name.partition(".")[0] for name in [*self.bound.values(), *self.stars]}
        return bool(roots & {*MOVED, OURS})

    def _names_of_models(self) -> set[str]:
        """Return the names that are given a model somewhere."""
        names = set()
        for node in self.source.nodes(ast.Assign):
            assert isinstance(node, ast.Assign)
            if isinstance(node.value, ast.Call):
                heading, _ = self._meaning(node.value.func)
                if heading == "Models":
                    names |= {dotted_name(target) or "" for target in node.targets}
        return names - {""}

    def _meaning(self, function: ast.expr) -> tuple[str | None, str]:
        """Return the table and the name in it of a function that is imported from Keras."""
        name = dotted_name(function)
        if name is None:
            return None, ""
        root, dot, rest = name.partition(".")
        paths = [f"{self.bound[root]}{dot}{rest}"] if root in self.bound else []
        if not paths and not dot:
            paths = [f"{module}.{name}" for module in self.stars]
        for path in paths:
            package, _, inner = path.partition(".")
            if package in ("keras", OURS):
                last = inner.rpartition(".")[2]
                headings = [HEADINGS.get(inner.partition(".")[0]), "Models"]
                for heading in headings:
                    if heading and last in tables()[heading]:
                        return heading, last
        return None, ""

    def describe(self, node: ast.Call) -> Iterator[Call]:
        """Yield a call of Keras and those of its arguments that mean something in PyTorch."""
        heading, name = self._meaning(node.func)
        if heading is None and isinstance(node.func, ast.Attribute) and self._is_method(node):
            heading, name = "Models", node.func.attr
        if heading is None or (name in ADDING and any(map(self._is_layer, node.args))):
            return
        text = " ".join(self.source.segment(node).split())
        counterpart = tables()[heading][name]
        if name == "Activation" and node.args:
            counterpart = self._named_by("activation", node.args[0]) or counterpart
        yield Call(node.lineno, text, counterpart)
        for keyword in node.keywords:
            yield from self._argument(heading, keyword)

    def _argument(self, heading: str, keyword: ast.keyword) -> Iterator[Call]:
        """Yield what an argument means; a dict has names for outputs."""
        name, value = keyword.arg or "", keyword.value
        rows = [(value, tables().get(ARGUMENTS.get(heading, ""), {}).get(name))]
        if name in NAMED:
            parts = value.values if isinstance(value, ast.Dict) else [value]
            rows = [(part, self._named_by(name, part)) for part in parts]
        for part, row in rows:
            if row is not None:
                text = " ".join(self.source.segment(part).split())
                yield Call(part.lineno, f"{name}={text}", row, True)

    def _named_by(self, argument: str, value: ast.expr) -> Counterpart | None:
        """Return what an argument that is a name means."""
        table = tables().get(NAMED.get(argument, ""), {})
        return table.get(str(value.value)) if isinstance(value, ast.Constant) else None

    def _is_layer(self, added: ast.expr) -> bool:
        """Tell whether what a model gets is made on the spot, and so has a line of its own."""
        return isinstance(added, ast.Call) and self._meaning(added.func)[0] == "Layers"

    def _is_method(self, node: ast.Call) -> bool:
        """Tell whether a call is one of a model's methods."""
        assert isinstance(node.func, ast.Attribute)
        method = node.func.attr
        if method not in tables()["Models"] or not self.uses_keras:
            return False
        owner = dotted_name(node.func.value)
        if owner in self.models:
            return True
        if owner is None or owner.partition(".")[0] in self.bound:
            return False
        known = tables()["Arguments of models and training"]
        if any(keyword.arg in known and keyword.arg != "verbose" for keyword in node.keywords):
            return True
        return method not in COMMON or "model" in owner.lower() or "graph" in owner.lower()
