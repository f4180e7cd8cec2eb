"""The promises of the layout: imports point one way, and only façades look upward."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import legacy_keras

PACKAGE = Path(legacy_keras.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    .removesuffix("__init__")
    .strip("."): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From the top down; a module may import its own line and the lines below it. The longest
# name that fits decides: three of utils are about models, theano_utils about K's variables, the
# others about nothing here.
LEVELS = [
    ["_migrate", "python2"],
    ["_runner"],
    ["models", "wrappers", "utils.dot_utils", "utils.visualize_util"],
    ["_model"],
    ["utils.layer_utils"],
    ["_export", "_training", "_saving", "callbacks"],
    ["layers"],
    ["activations", "constraints", "initializations", "objectives", "optimizers", "regularizers"],
    ["utils.theano_utils"],
    ["theano"],
    ["backend"],
    ["_symbolic"],
    """
    _arrays _budget _errors _hdf5 _hdf5_heaps _names _python2 _older _settings _singular_vectors
    datasets era preprocessing utils
    """.split(),
]


def level(module: str) -> int:
    """Return how far down a module stands, 0 for the top."""
    fitting = [
        (len(name), depth)
        for depth, names in enumerate(LEVELS)
        for name in names
        if f"{module}.".startswith(f"{name}.")
    ]
    assert fitting, f"{module} stands on no level"
    return max(fitting)[1]


def run_statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a module, but for what only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from run_statements(node)


def imports(module: str) -> set[str]:
    """Return the modules of the package that a module imports, wherever it does."""
    path = MODULES[module]
    parts = [*path.relative_to(PACKAGE).parts[:-1]]
    found = set()
    for node in run_statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(
                alias.name.partition(".")[2]
                for alias in node.names
                if alias.name.startswith("legacy_keras.")
            )
        elif isinstance(node, ast.ImportFrom):
            origin = node.module.split(".") if node.module else []
            if node.level:
                origin = parts[: len(parts) + 1 - node.level] + origin
            elif origin[0] == "legacy_keras":
                origin = origin[1:]
            else:
                continue
            names = [".".join([*origin, alias.name]) for alias in node.names]
            found.update(name if name in MODULES else ".".join(origin) for name in names)
    return {name for name in found if name and name in MODULES}


def is_facade(module: str) -> bool:
    """Tell whether a module only gathers what others define."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    return all(
        isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for node in tree.body
    )


INNER = [module for module in MODULES if module not in ("", "__main__")]


@pytest.mark.parametrize("module", INNER)
def test_imports_point_downward(module: str) -> None:
    upward = {name for name in imports(module) if level(name) < level(module)}

    assert not upward or is_facade(module), f"{module} imports {', '.join(sorted(upward))}"


def test_only_main_install_and_what_leads_away_import_the_runner() -> None:
    importers = {
        module
        for module in MODULES
        if not module.startswith(("_runner", "_migrate", "python2"))
        and any(name.startswith("_runner") for name in imports(module))
    }

    assert importers == {"", "__main__"}


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        module
        for module, path in MODULES.items()
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert not silent
