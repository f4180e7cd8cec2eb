"""Loads the script and the modules of its own, which may be Python 2.

A module is the script's own if Python finds it in the script's folder, in a folder above it that
``PYTHONPATH`` names, or in a folder that the script itself added to ``sys.path``; what is
installed, the standard library included, is not.
Own modules get builtins of their own (`builtins_for`), so that nothing else in the process sees
what is offered to them. `Program` knows what is being run and collects what was changed; source
is changed by ``translate.py``, the builtins of Python 2 lie in ``python2/``.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from . import attributes, signs

if TYPE_CHECKING:
    from .translate import Translation

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The first line, or the second, of source that was translated and saved: it is Python 3, with
# the builtins of Python 2.
MARKER = "# Python 2, translated by legacy-keras: python -m legacy_keras runs it."

# What Keras is made of here. A file of the script's by such a name is not taken for it.
NEEDED = frozenset(["h5py", "numpy", "torch", "tqdm", "yaml"])


current: Program | None = None  # what this process runs


class Change(NamedTuple):
    """What was changed in, or is to be known of, one line of an own module."""

    path: str
    line: int
    what: str
    why: str
    severity: str = "handled"  # or "risk": it may give other numbers; "fatal": it will not work


class Program:
    """The program that is run: which modules are its own, their language, what was changed.

    Args:
        python2: take own modules for Python 2 even where Python 3 can read them.
        write: a folder to save translated modules in.
    """

    def __init__(self, python2: bool = False, write: str | None = None) -> None:
        self.python2 = python2
        self.write = write
        self.written: set[str] = set()
        self.changes: list[Change] = []
        self.libraries: set[str] = set()  # what own modules import, as far as they are loaded
        self.root = os.path.abspath(sys.path[0])
        self.installed = frozenset(map(os.path.abspath, sys.path[1:])) - {self.root, *self._above()}

    def _above(self) -> Iterator[str]:
        """Yield the folders of ``PYTHONPATH`` that the script lies in."""
        for entry in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
            if self.root.startswith(os.path.join(os.path.abspath(entry), "")):
                yield os.path.abspath(entry)

    def install(self) -> None:
        """Load own modules from now on; one program a process."""
        global current
        current = self
        place = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else -1
        sys.meta_path.insert(place, OwnFinder(self))

    def own_entries(self) -> list[str]:
        """Return those entries of ``sys.path`` that hold own modules."""
        return [entry for entry in sys.path if os.path.abspath(entry) not in self.installed]

    def owns(self, path: str) -> bool:
        """Tell whether a file is the program's own: the longest entry that holds it decides."""
        path = os.path.abspath(path)
        if path.startswith(PACKAGE + os.sep):
            return False
        entries = {os.path.abspath(entry) for entry in sys.path}
        holding = [entry for entry in entries if path.startswith(os.path.join(entry, ""))]
        return bool(holding) and max(holding, key=len) not in self.installed

    def compile_main(self, source: bytes | str, path: str) -> tuple[CodeType, bool]:
        """Compile the program's main module, and decide the language of all of them by it."""
        self.python2 = self.python2 or self.is_python2(source, path)
        return self.compile(source, path)

    def compile(self, source: bytes | str, path: str) -> tuple[CodeType, bool]:
        """Compile the source of an own module; tell whether it needs Python 2's builtins.

        Raises:
            SyntaxError: if it is neither Python 3 nor Python 2.
            ImportError: if it is Python 2 and fissix, which reads it, is not installed.
        """
        if is_marked(source):
            return self._compile_python3(source, path), True
        code, error = None, None
        with warnings.catch_warnings():
            if self.python2:
                warnings.simplefilter("ignore")  # they are about Python 3
            try:
                code = self._compile_python3(source, path)
            except SyntaxError as reason:
                error = reason
        if code is not None and not self.python2:
            return code, False
        from . import translate

        try:
            return self._translated(translate.translate(source, path), path), True
        except translate.NotPython2:
            if error is not None:
                raise error from None
            assert code is not None
            return code, False  # Python 3 and nothing else, beside Python 2
        except ImportError:
            if error is not None and not translate.looks_like_python_2(error):
                raise error from None
            raise

    def _compile_python3(self, source: bytes | str, path: str) -> CodeType:
        code = compile(source, path, "exec", dont_inherit=True)
        tree = ast.parse(source, path)
        return compile(tree, path, "exec", dont_inherit=True) if self.rewrite(tree) else code

    def rewrite(self, tree: ast.Module) -> bool:
        """Let an own module ask for attributes of the era; tell whether it asks for any."""
        self.libraries |= attributes.libraries(tree)
        return attributes.rewrite(tree, self.libraries)

    def _translated(self, translation: Translation, path: str) -> CodeType:
        from . import translate

        self.changes[:] = dict.fromkeys([*self.changes, *translation.changes])
        if self.write is not None and path not in self.written:
            self._save(translation.text, path)
        tree = translate.parse_translated(translation, path)
        self.rewrite(tree)
        return translate.compile_tree(tree, path)

    def _save(self, text: str, path: str) -> None:
        """Write a translation, and those of the own modules that it imports."""
        self.written.add(path)
        relative = os.path.relpath(path, self.root)
        if relative.startswith(os.pardir) or not os.path.isabs(path):
            relative = os.path.basename(path).strip("<>")
        target = Path(str(self.write), relative)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = text.split("\n")
        lines.insert(int(text.startswith("#!")), MARKER)
        lines[:3] = [re.sub(r"coding[:=]\s*[-\w.]+", "coding: utf-8", line) for line in lines[:3]]
        target.write_text("\n".join(lines), encoding="utf-8")
        for imported in self._imported(ast.parse(text), path):
            if imported not in self.written:
                with contextlib.suppress(SyntaxError):  # maybe the run does not reach it
                    self.compile(Path(imported).read_bytes(), imported)

    def read(self, path: str) -> Iterator[tuple[str, ast.Module | Exception]]:
        """Yield the main module and the own ones that it imports, each with its tree, or why not.

        Nothing is run. What would be translated is noted in `changes`.
        """
        seen = {path}
        waiting = [path]
        while waiting:
            path = waiting.pop(0)
            try:
                tree = self._parse(Path(path).read_bytes(), path)
            except (SyntaxError, ImportError, ValueError) as error:
                yield path, error
                continue
            yield path, tree
            found = [file for file in self._imported(tree, path) if file not in seen]
            waiting += dict.fromkeys(found)
            seen.update(found)

    def _parse(self, source: bytes, path: str) -> ast.Module:
        from . import translate

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(source, path)
            except SyntaxError as error:
                if not (self.python2 or translate.looks_like_python_2(error)):
                    raise
                tree = None
            if tree is not None and (not self.python2 or is_marked(source)):
                return tree
            try:
                translation = translate.translate(source, path)
            except translate.NotPython2:
                if tree is None:
                    raise
                return tree  # Python 3 and nothing else, beside Python 2
            self.changes.extend(translation.changes)
            tree = translate.parse_translated(translation, path)
            assert isinstance(tree, ast.Module)
            return tree

    def finds(self, name: str, path: str) -> bool:
        """Tell whether there is an own module of this name, seen from another one."""
        tree = ast.Module([ast.Import([ast.alias(name)])], [])
        return any(True for _ in self._imported(tree, path))

    def is_python2(self, source: bytes | str, path: str) -> bool:
        """Tell whether a module, or an own module that it imports, is for Python 2 alone.

        Only imports that stand in the source are followed.
        """
        seen = {path}
        waiting = [(source, path)]
        while waiting:
            source, path = waiting.pop()
            if is_marked(source):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    tree = ast.parse(source)
                    compile(tree, path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                return True
            if signs.of_python_2(tree, functools.partial(self.finds, path=path)):
                return True
            for imported in self._imported(tree, path):
                if imported not in seen:
                    seen.add(imported)
                    waiting.append((Path(imported).read_bytes(), imported))
        return False

    def _imported(self, tree: ast.AST, path: str) -> Iterator[str]:
        """Yield the files of own modules that a module's source imports."""
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                names = [base, *(f"{base}.{alias.name}".strip(".") for alias in node.names)]
            folders = [os.path.dirname(path), self.root]
            for name in names:
                parts = name.split(".")
                for depth in range(1, len(parts) + 1):
                    for folder in folders:
                        stem = os.path.join(folder, *parts[:depth])
                        for file in (os.path.join(stem, "__init__.py"), f"{stem}.py"):
                            if os.path.isfile(file) and self.owns(file):
                                yield file


class OwnFinder(MetaPathFinder):
    """Answers for own modules, where Python's own path finder would have found them."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        # First the cheap question: thousands of modules that are not own pass here.
        if fullname in NEEDED:
            own = self.program.own_entries()
            return PathFinder.find_spec(fullname, [e for e in sys.path if e not in own])
        if path is None:
            if PathFinder.find_spec(fullname, self.program.own_entries()) is None:
                return None
        else:
            package = getattr(sys.modules.get(fullname.rpartition(".")[0]), "__spec__", None)
            has_file = getattr(package, "origin", None) is not None  # none without __init__.py
            if has_file and not isinstance(getattr(package, "loader", None), OwnLoader):
                return None
        spec = PathFinder.find_spec(fullname, path, target)
        if (
            spec is None
            or type(spec.loader) is not SourceFileLoader
            or not self.program.owns(spec.loader.path)
        ):
            return None
        spec.loader = OwnLoader(fullname, spec.loader.path, self.program)
        return spec


class OwnLoader(SourceFileLoader):
    """Loads an own module, translated if it is Python 2, with builtins of its own."""

    def __init__(self, fullname: str, path: str, program: Program) -> None:
        super().__init__(fullname, path)
        self.program = program

    def load(self) -> tuple[CodeType, bool]:
        """Return the module's code, and whether it needs Python 2's builtins."""
        return self.program.compile(self.get_data(self.path), self.path)

    def get_code(self, fullname: str) -> CodeType:
        return self.load()[0]

    def exec_module(self, module: ModuleType) -> None:
        code, python2 = self.load()
        vars(module)["__builtins__"] = builtins_for(python2)
        exec(code, vars(module))


def builtins_for(python2: bool) -> dict[str, Any]:
    """Return the builtins of one own module: Python's, and Python 2's on top if it is that."""
    from . import redirect

    namespace = {**vars(builtins), **redirect.BUILTINS}
    if python2:
        from .python2.builtins import BUILTINS

        namespace.update(BUILTINS)
    return namespace


def builtins_module(python2: bool) -> ModuleType:
    """Return those builtins as a module: ``__main__`` has them so."""
    module = ModuleType("builtins")
    vars(module).update(builtins_for(python2))
    return module


def is_marked(source: bytes | str) -> bool:
    """Tell whether source was translated before, and saved."""
    head = source[:500]
    return MARKER in (head if isinstance(head, str) else head.decode("latin-1")).splitlines()[:2]


def decode(source: bytes | str) -> str:
    """Return source as text with ``\\n`` at the ends of lines, as Python reads it."""
    if isinstance(source, str):
        return source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return decode_source(source)
    except (SyntaxError, UnicodeDecodeError):  # Python 2 let comments be in any encoding
        return decode(source.decode("latin-1"))
