"""Imports and names: of Keras and Theano to those of legacy_keras, of the era to those of today.

What a name of the era is today stands in the runner's table, ``_runner/era_modules.py``. Where
nothing of today does the same, the script imports the adapter that the runner would give it, from
``legacy_keras.era``.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import warnings
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from .._runner.era_modules import NAMES, Row, explain
from .._runner.loading import Change
from .._runner.versions import BESIDES, ORIGINS
from .source import Source, dotted_name

OURS = "legacy_keras"
ERA = f"{OURS}.era"
PYTHON2 = f"{OURS}.python2"
COMMENT = "what only Python 2 means so"
# Modules of then, under the names that they have here.
MOVED = {"keras": OURS, "theano": f"{OURS}.theano"}
WHY_MOVED = "PyTorch computes, without an alias"
WHY_RELATIVE = "Python 3 looks beside a module only where a dot says so"
NO_SCRIPT = "imported with a dot, which a script may not: run it as python -m package.module"
# What Python 3 does anyway.
OLD_FUTURES = frozenset(
    """
    absolute_import division generators nested_scopes print_function unicode_literals
    with_statement
    """.split()
)
# A call that needs one more argument to do what it did, if none of the name is there.
ARGUMENTS = {
    "numpy.load": ("allow_pickle", "allow_pickle=True"),
    "pickle.load": ("encoding", 'encoding="latin1"'),
    "pickle.loads": ("encoding", 'encoding="latin1"'),
    "cPickle.load": ("encoding", 'encoding="latin1"'),
    "cPickle.loads": ("encoding", 'encoding="latin1"'),
}
# Which argument is a file, of bytes ("b") or of text; Python 2 opened any file alike.
FILES = {
    **{f"{m}.load": (0, "b") for m in ("pickle", "cPickle", "numpy")},
    **{f"{m}.dump": (1, "b") for m in ("pickle", "cPickle")},
    **{f"numpy.{name}": (0, "b") for name in ("save", "savez", "savez_compressed")},
    **{f"csv.{name}": (0, "") for name in ("reader", "writer", "DictReader", "DictWriter")},
}
# There under their old names, but with other numbers: these are taken from the adapters.
OTHER_NUMBERS = ("pandas.get_dummies", "scipy.stats.mode", "sklearn.metrics.log_loss")
# What six offers under the names of Python 3.
BUILTINS_OF_SIX = {
    **{f"six.moves.{name}": f"builtins.{name}" for name in "filter input map range zip".split()},
    "six.moves.xrange": "builtins.range",
    "six.moves.reduce": "functools.reduce",
}
# Whose adapter is more than a script needs: the names of today do for it.
TODAY = {
    "StringIO.StringIO": "io.StringIO",
    "cStringIO.StringIO": "io.StringIO",
    "time.clock": "time.perf_counter",
    "yaml.load": "yaml.safe_load",
    "yaml.load_all": "yaml.safe_load_all",
}


class Names:
    """The imports of a module, and what they and the names that they bind become.

    Args:
        added: import statements to add, each with a comment or "".
        python2: whether the module was Python 2.
        seeds_random: whether Python 2's ``random`` was seeded, so that its numbers count.
        siblings: modules beside this one in a package, which Python 2 found without a dot.
    """

    def __init__(
        self,
        source: Source,
        added: Mapping[str, str] = {},
        python2: bool = False,
        seeds_random: bool = False,
        siblings: Collection[str] = (),
    ) -> None:
        self.source = source
        self.changes: list[Change] = []
        self.remarks: list[Change] = []
        self.bound: dict[str, str] = {}  # what each name that an import binds stands for
        self.python2 = python2
        self.seeds_random = seeds_random
        self.moved: dict[str, str] = {}  # modules that Python 2 had otherwise, and why it matters
        self.siblings = siblings
        self.added = dict(added)  # import statements to add, and a comment for each
        self.opened: set[ast.Call] = set()  # files whose mode is settled
        self.renamed: dict[str, str] = {}  # names bound by imports that another name replaces

    def rewrite(self) -> None:
        """Edit the source."""
        imports = [*self.source.nodes(ast.Import, ast.ImportFrom)]
        for node in imports:
            self._note_bound(node)
        calls = [node for node in self.source.nodes(ast.Call) if isinstance(node, ast.Call)]
        for node in calls:
            self._trace_file(node)
        if self.python2:
            self._ask_python2(calls)
        for node in imports:
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                self._import_from(node)
        needless = self._leave_out()
        for node in self.source.nodes(ast.Attribute, ast.Name):
            if not isinstance(self.source.parents[node], ast.Attribute) and node not in needless:
                self._use(node)
        for node in calls:
            self._add_argument(node)
        self._add_imports()

    def meaning(self, node: ast.AST) -> str | None:
        """Return what a name of the source stands for: ``numpy.int`` for ``np.int``."""
        name = dotted_name(node)
        root, dot, rest = (name or "").partition(".")
        return f"{self.bound[root]}{dot}{rest}" if root in self.bound else None

    # What the script imports

    def _note_bound(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bound[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                self.bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _import(self, node: ast.Import) -> None:
        statements = []
        for alias in node.names:
            root, _, rest = alias.name.partition(".")
            if root in MOVED:
                statements += self._moved(root, rest, alias.asname)
                self._note(node, alias.name, f"{MOVED[root]}.{rest}".rstrip("."), WHY_MOVED)
                continue
            if root in self.siblings:
                module = alias.name if alias.asname else root
                inner = f".{module.rpartition('.')[0]}"
                name = module.rpartition(".")[2]
                as_name = f" as {alias.asname}" if alias.asname not in (None, name) else ""
                statements.append(f"from {inner} import {name}{as_name}")
                self._note_relative(node, alias.name)
                continue
            if alias.name in self.moved:
                module, why = f"{PYTHON2}.{alias.name}", self.moved[alias.name]
                statement = _import_as(module, alias.asname or alias.name)
                statements.append(f"{statement}  # {why}" if len(node.names) == 1 else statement)
                self._note(node, alias.name, module, why)
                continue
            row = self._row(alias.name)
            if row is None:
                statements.append(f"import {ast.unparse(alias)}")
                continue
            given = self._given(row, node)
            if given is None:
                statements.append(f"import {ast.unparse(alias)}")
            elif alias.asname or given.rpartition(".")[2] == alias.name:
                statements.append(_import_as(given, alias.asname or alias.name))
            else:
                statements.append(_import_as(given, given))
                self.renamed[alias.name] = given
        self._put(node, statements)

    def _note_relative(self, node: ast.stmt, name: str) -> None:
        self._note(node, name, f".{name}", WHY_RELATIVE)
        if "__main__" in self.source.text:
            self.remarks.append(Change(self.source.path, node.lineno, name, NO_SCRIPT))

    def _moved(self, root: str, rest: str, asname: str | None) -> list[str]:
        module = f"{MOVED[root]}.{rest}".rstrip(".")
        if asname or not rest:
            return [_import_as(module, asname or root)]
        return [_import_as(MOVED[root], root), f"import {module}"]

    def _import_from(self, node: ast.ImportFrom) -> None:
        assert node.module is not None
        root, dot, rest = node.module.partition(".")
        if node.module == "__future__":
            kept = [alias.name for alias in node.names if alias.name not in OLD_FUTURES]
            if len(kept) < len(node.names):
                self._put(node, [f"from __future__ import {', '.join(kept)}"] if kept else [])
            return
        if root in MOVED:
            start = self.source.span(node)[0]
            at = self.source.text.index(root, start + len("from"))
            self.source.edit(at, at + len(root), MOVED[root])
            self._note(node, node.module, f"{MOVED[root]}{dot}{rest}", WHY_MOVED)
            if node.names[0].name == "*":
                self._add_besides(rest)
            return
        if root in self.siblings:
            at = self.source.text.index(root, self.source.span(node)[0] + len("from"))
            self.source.edit(at, at, ".")
            self._note_relative(node, node.module)
            return
        if node.module in self.moved:
            module, why = f"{PYTHON2}.{node.module}", self.moved[node.module]
            names = ", ".join(map(ast.unparse, node.names))
            self._put(node, [f"from {module} import {names}"])
            self._note(node, node.module, module, why)
            return
        places: dict[str, list[str]] = defaultdict(list)
        modules = []
        changed = False
        for alias in node.names:
            row = self._row(f"{node.module}.{alias.name}")
            given = self._given(row, node) if row is not None else None
            if given is None:
                places[node.module].append(ast.unparse(alias))
                continue
            changed = True
            module, _, name = given.rpartition(".")
            bound = alias.asname or alias.name
            if module == "builtins":
                if bound != name:
                    self.renamed[bound] = name
            elif not module:
                modules.append(_import_as(name, bound))
            else:
                places[module].append(name if name == bound else f"{name} as {bound}")
        if changed:
            names_from = [f"from {m} import {', '.join(names)}" for m, names in places.items()]
            self._put(node, modules + names_from)

    def _add_besides(self, path: str) -> None:
        """Import by name what ``*`` from a module of Keras gave besides its own names."""
        names = [node for node in self.source.nodes(ast.Name) if isinstance(node, ast.Name)]
        written = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
        read = {node.id for node in names} - written
        for name in BESIDES.get(path, "").split():
            if name in read and name not in self.bound:
                origin = ORIGINS.get(name, name)
                root, dot, rest = origin.partition(".")
                self.bound[name] = origin
                parent, _, last = f"{MOVED.get(root, root)}{dot}{rest}".rpartition(".")
                given = last if last == name else f"{last} as {name}"
                self.added[f"from {parent} import {given}" if parent else f"import {given}"] = ""

    # The table

    def _row(self, name: str) -> Row | None:
        """Return what the table says of a name, or of the module that it lies in."""
        if name in NAMES:
            return NAMES[name]
        if name in BUILTINS_OF_SIX:
            return Row(name, BUILTINS_OF_SIX[name], "Python 3 has it", "")
        module, _, last = name.rpartition(".")
        while module:
            if f"{module}.*" in NAMES or module in NAMES:
                row = NAMES.get(module) or NAMES[f"{module}.*"]
                if row.vanished:
                    return row
                if _is_installed(module) and _exists(name):
                    return None
                if row.given.startswith("."):
                    offered = _offered(row.given)
                    if offered is None:
                        return None
                    if last.partition(".")[0] not in offered:
                        row = NAMES.get(f"{module}.*", row)
                given = row.given.removesuffix(".*")
                return row._replace(name=name, given=f"{given}.{last}")
            module, _, before = module.rpartition(".")
            last = f"{before}.{last}"
        return None

    def _given(self, row: Row, node: ast.AST) -> str | None:
        """Return what takes the place of a row's name; None if the script is to keep it."""
        if row.name in ARGUMENTS or row.name in FILES:
            return None
        given = TODAY.get(row.name, row.given)
        if row.vanished or (row.changed and row.name not in TODAY and self._stays(row, node)):
            if row.vanished or self._matters(node, row):
                line = vars(node)["lineno"]
                self.remarks.append(Change(self.source.path, line, row.name, explain(row)))
            return None
        given = f"{ERA}{given}" if given.startswith(".") else given
        if given == row.name:
            return None
        self._note(node, row.name, given.removeprefix("builtins."), row.since)
        return given

    def _stays(self, row: Row, node: ast.AST) -> bool:
        """Tell whether a name that means something else now is used as one does now."""
        if row.name in OTHER_NUMBERS:
            return False
        call = self.source.parents[node]
        if not isinstance(call, ast.Call) or call.func is not node:
            return True
        if row.name == "re.split":
            return not (call.args and _may_be_empty(call.args[0]))
        if row.name != "h5py.File":
            return True
        return len(call.args) > 1 or any(keyword.arg == "mode" for keyword in call.keywords)

    def _matters(self, node: ast.AST, row: Row) -> bool:
        """Tell whether what has changed about a name may show where it is used."""
        call = self.source.parents[node]
        if row.name in ("h5py.File", "re.split") or not isinstance(call, ast.Call):
            return False
        if "float sizes" not in row.since:
            return bool(call.keywords) or "ragged" not in row.since
        return any(
            isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in ast.walk(call)
        )

    # What the script does with them

    def _use(self, node: ast.AST) -> None:
        """Replace a name that an import bound, with as many attributes as the table knows."""
        name = dotted_name(node)
        if name is None:
            return
        if name in self.renamed:
            self.source.replace(node, self.renamed[name])
            return
        parts = name.split(".")
        if parts[0] not in self.bound or parts[0] in MOVED.values():
            return
        root = self.bound[parts[0]]
        if root.partition(".")[0] in MOVED:
            return
        for count in range(len(parts), 1, -1):
            meaning = ".".join([root, *parts[1:count]])
            if meaning in NAMES or (count == len(parts) and self._row(meaning)):
                row = self._row(meaning)
                assert row is not None
                self._replace_use(node, row, parts, count)
                return
        for old, new in self.renamed.items():
            if name.startswith(f"{old}."):
                self._replace_head(node, old, new)
                return

    def _replace_use(self, node: ast.AST, row: Row, parts: list[str], count: int) -> None:
        old = ".".join(parts[:count])
        own = self.renamed.get(parts[0], parts[0])
        given = self._given(row, node)
        if given is None:
            if own != parts[0]:
                self._replace_head(node, parts[0], own)
            return
        root = self.bound[parts[0]]
        module, _, name = given.rpartition(".")
        if module == "builtins":
            new = name
        elif module in (root, own):
            new = f"{own}.{name}"
        elif given.startswith(f"{ERA}."):
            adapter = module.rpartition(".")[2]
            self.added[f"from {ERA} import {adapter}"] = row.since
            new = f"{adapter}.{name}"
        else:
            module = _module_of(given)
            self.added[f"import {module}"] = ""
            new = given
        self._replace_head(node, old, new)

    def _replace_head(self, node: ast.AST, old: str, new: str) -> None:
        """Put ``new`` in the place of the first names of an attribute."""
        head: ast.AST = node
        while isinstance(head, ast.Attribute) and dotted_name(head) != old:
            head = head.value
        self.source.replace(head, new)

    def _add_argument(self, node: ast.Call) -> None:
        name = self.meaning(node.func)
        if name in ARGUMENTS:
            keyword, text = ARGUMENTS[name]
            given = {k.arg for k in node.keywords}
            if not given & {keyword, None} and len(node.args) == 1:
                end = self.source.span(node.args[-1])[1]
                self.source.edit(end, end, f", {text}")
                self._note(node, f"{name}(...)", f"with {text}", "files of Python 2")

    # Files, and other things of Python 2

    def _trace_file(self, node: ast.Call) -> None:
        """Let a file that is pickled be opened for bytes, and one of a table for text."""
        position, kind = FILES.get(self.meaning(node.func) or "", (0, None))
        if kind is None or len(node.args) <= position:
            return
        file = node.args[position]
        opened: list[ast.AST | None] = [file]
        if isinstance(file, ast.Name):
            opened = [
                part.value if isinstance(part, ast.Assign) else part.context_expr
                for part in self.source.nodes(ast.Assign, ast.withitem)
                if (isinstance(part, ast.Assign) and _binds(part.targets[0], file.id))
                or (isinstance(part, ast.withitem) and _binds(part.optional_vars, file.id))
            ]
        for call in opened:
            if isinstance(call, ast.Call):
                self._set_mode(call, kind)

    def _set_mode(self, node: ast.Call, kind: str) -> None:
        name = dotted_name(node.func)
        if node in self.opened or not node.args or node.keywords:
            return
        self.opened.add(node)
        if name not in ("open", "file"):
            return  # gzip and its kin open for bytes
        mode = node.args[1] if len(node.args) > 1 else None
        if mode is not None and not isinstance(mode, ast.Constant):
            return
        letters = "r" if mode is None else str(mode.value)
        wanted = letters.replace("b", "").replace("U", "") + kind
        if letters == wanted and (kind or not self.python2):
            return
        end = self.source.span(node.args[-1])[1]
        if mode is None:
            text = f', "{wanted}"' if kind else ', newline=""'
            self.source.edit(end, end, text)
        else:
            quote = self.source.segment(mode)[-1]
            text = f"{quote}{wanted}{quote}"
            self.source.replace(mode, text if kind else f'{text}, newline=""')
        of = "bytes" if kind else "text"
        self._note(node, self.source.segment(node), f"opened for {of}", "what is in the file")

    def _ask_python2(self, calls: Sequence[ast.Call]) -> None:
        """Find out what of Python 2's modules and files the script cannot do without."""
        if self.seeds_random:
            self.moved["random"] = "Python 2's numbers for a seed"
        for node in calls:
            name = self.meaning(node.func) or dotted_name(node.func) or ""
            parent = self.source.parents[node]
            if name in ("math.floor", "math.ceil"):
                if not (isinstance(parent, ast.Call) and dotted_name(parent.func) == "int"):
                    self.moved["math"] = "floor and ceil give floats"
            elif name == "gzip.open" and node not in self.opened:
                self.moved["gzip"] = "text and bytes are one"
            elif name == "open" and node not in self.opened and len(node.args) > 1:
                self._open(node)

    def _open(self, node: ast.Call) -> None:
        mode = node.args[1]
        letters = str(mode.value) if isinstance(mode, ast.Constant) else ""
        if "b" in letters:
            self.source.replace(node.func, "python2.open")
            self.added[f"from {OURS} import python2"] = COMMENT
        elif "U" in letters:
            self.source.replace(mode, repr(letters.replace("U", "") or "r"))

    def _leave_out(self) -> set[ast.AST]:
        """Put nothing in the place of what Python 3 needs no more; return the nodes in it."""
        gone: set[ast.AST] = set()
        for node in self.source.nodes(ast.Expr, ast.Assign):
            if isinstance(node, (ast.Expr, ast.Assign)) and self._is_needless(node):
                gone |= {*ast.walk(node)}
                self.source.replace(node, "pass")
                self._note(node, self.source.segment(node), "left out", "Python 3 is UTF-8")
        return gone

    def _is_needless(self, node: ast.Expr | ast.Assign) -> bool:
        """Tell whether a statement only makes UTF-8 what it is in Python 3."""
        call = node.value
        if not isinstance(call, ast.Call):
            return False
        if isinstance(node, ast.Assign):  # sys.stdout = codecs.getwriter("utf8")(sys.stdout)
            writer = call.func.func if isinstance(call.func, ast.Call) else call.func
            streams = ("sys.stdout", "sys.stderr")
            is_stream = self.meaning(node.targets[0]) in streams
            return is_stream and self.meaning(writer) == "codecs.getwriter"
        name = self.meaning(call.func) or dotted_name(call.func)
        if name in ("reload", "imp.reload", "importlib.reload"):
            return bool(call.args) and self.meaning(call.args[0]) == "sys"
        return name == "sys.setdefaultencoding"

    # Writing

    def _note(self, node: ast.AST, old: str, new: str, why: str) -> None:
        line = vars(node)["lineno"]
        self.changes.append(Change(self.source.path, line, f"{old} is {new}", why))

    def _put(self, node: ast.stmt, statements: list[str]) -> None:
        """Put statements in the place of an import."""
        indentation = self.source.indentation(node)
        old = isinstance(node, ast.Import) and [f"import {ast.unparse(a)}" for a in node.names]
        if statements == old:
            return
        if not statements:
            statements = ["pass"]
            parent = self.source.parents[node]
            if isinstance(parent, ast.Module) and self.source.is_alone(node):
                start, end = self.source.span(node)
                self.source.edit(start, self.source.text.find("\n", end) + 1 or end, "")
                return
        unique = list(dict.fromkeys(statements))
        joint = f"\n{indentation}" if self.source.is_alone(node) else "; "
        self.source.replace(node, joint.join(unique))

    def _add_imports(self) -> None:
        if not self.added:
            return
        lines = []
        in_order = sorted(self.added.items(), key=lambda item: (OURS in item[0], item[0]))
        for statement, comment in in_order:
            lines.append(f"{statement}  # {comment}\n" if comment else f"{statement}\n")
        at = self.source.position(first_import_line(self.source.tree), 0)
        self.source.edit(at, at, "".join(lines))


def _may_be_empty(pattern: ast.expr) -> bool:
    """Tell whether a regular expression may match nothing; yes if it is not known."""
    if not (isinstance(pattern, ast.Constant) and isinstance(pattern.value, str)):
        return True
    try:
        return re.compile(pattern.value).match("") is not None
    except re.error:
        return False


def _binds(target: ast.AST | None, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def first_import_line(tree: ast.Module) -> int:
    """Return the line before which an import may be added: after docstring and __future__."""
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future:
            return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return 1


def _import_as(module: str, name: str) -> str:
    """Write the import that binds a module to a name."""
    parent, _, last = module.rpartition(".")
    if name == module:
        return f"import {module}"
    if name == last:
        return f"from {parent} import {last}"
    return f"import {module} as {name}"


def _is_installed(module: str) -> bool:
    """Tell whether there is a module of this name."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


@functools.cache
def _exists(name: str) -> bool:
    """Tell whether the libraries of today have a name; yes if they are not installed."""
    module, _, last = name.rpartition(".")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = hasattr(importlib.import_module(module), last)
    except ImportError:
        return not _is_installed(name.partition(".")[0])
    return found or _is_installed(name)


@functools.cache
def _offered(adapter: str) -> frozenset[str] | None:
    """Return what an adapter defines, without importing it: it needs what it adapts.

    None if it is no module.
    """
    try:
        spec = importlib.util.find_spec(f"{ERA}{adapter}")
    except ModuleNotFoundError:
        return None
    if spec is None or spec.origin is None:
        return None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
    return frozenset(found)


def _module_of(name: str) -> str:
    """Return the module in which a dotted name of today lies."""
    module = name.rpartition(".")[0]
    while "." in module:
        if _is_installed(module):
            return module
        module = module.rpartition(".")[0]
    return module
