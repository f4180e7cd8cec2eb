"""``keras`` is ``legacy_keras``, ``theano`` is ``legacy_keras.theano``: one module object each.

A finder, first in ``sys.meta_path``, answers for ``keras`` and ``keras.…`` and for nothing else,
so a Keras that is installed is never imported by mistake. It opens the paths that Keras 0.3 had
(``versions.py``); the package's private modules stay out of reach, and a name of another release
says of which. For ``theano`` it answers only where the real one is not installed. Spawned
processes are the affair of ``processes.py``.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pkgutil import resolve_name
from types import ModuleType
from typing import Any, NoReturn

from . import processes
from .versions import BESIDES, ERA_PATHS, ORIGINS, THEANO_PATHS, explain_absent

OURS = __name__.partition(".")[0]
ROOTS = {"keras": OURS, "theano": f"{OURS}.theano"}
Report = Callable[[str], None]


def install(report: Report | None = None) -> None:
    """Make ``import keras`` give legacy_keras; a second call does nothing.

    Args:
        report: called with one line for each module that is redirected.

    Raises:
        ImportError: if another Keras is imported already.
    """
    loaded = sys.modules.get("keras")
    if loaded is not None and loaded is not sys.modules[OURS]:
        raise ImportError(
            f"another keras is imported already, from {getattr(loaded, '__file__', '?')}; its "
            f"modules cannot be exchanged. Call {OURS}.install() before the first import of "
            "keras, or of a library that imports it; in a notebook, restart the kernel first."
        )
    if not any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AliasFinder(report))
        processes.install_in_spawned()


class AliasFinder(MetaPathFinder):
    """Answers for ``keras`` and what lies below it."""

    def __init__(self, report: Report | None = None) -> None:
        self.loader = AliasLoader(report)
        self.offers_theano = "theano" not in sys.modules and not _is_installed("theano")

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        root, _, inner = fullname.partition(".")
        if root == "theano" and self.offers_theano:
            if not inner or inner in THEANO_PATHS:
                return ModuleSpec(fullname, self.loader, is_package=True)
            raise ImportError(_no_theano(inner), name=fullname)
        if fullname.startswith(f"{ROOTS['theano']}."):  # from theano.tensor import name
            inner = inner.partition(".")[2]
            if inner not in THEANO_PATHS and not inner.rpartition(".")[2].startswith("_"):
                raise ImportError(_no_theano(inner), name=fullname)
        if root == "keras" and (not inner or inner in ERA_PATHS):
            # A package, so that ``from keras.models import load_model`` asks this finder for
            # what the module lacks, and the answer can name the version that it came in.
            return ModuleSpec(fullname, self.loader, is_package=True)
        if root in ("keras", OURS) and (message := explain_absent(inner)):
            raise ImportError(message, name=fullname)
        if root == "keras":  # the next finder would load a second copy of a private module
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


class AliasLoader(Loader):
    """Hands out modules of legacy_keras; executes nothing."""

    def __init__(self, report: Report | None = None) -> None:
        self.report = report

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        root, _, inner = spec.name.partition(".")
        module = import_module(f"{ROOTS[root]}.{inner}".rstrip("."))
        spec.loader_state = module.__spec__
        if self.report is not None:
            self.report(f"{spec.name} is {module.__name__}, {module.__file__}")
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just given the module the spec of its second name. With that
        # one, reload and pickle would take it for another module.
        assert module.__spec__ is not None
        path = module.__spec__.name.partition(".")[2]
        module.__spec__ = module.__spec__.loader_state
        _give_besides(module, path)
        _explain_missing(module, path)


def _give_besides(module: ModuleType, path: str) -> None:
    """Give NumPy as ``np`` and the like to who imports ``*``, or these, from a module of Keras."""
    names = [name for name in BESIDES.get(path, "").split() if name not in vars(module)]
    public = [name for name in vars(module) if not name.startswith("_")]
    look_up = vars(module).get("__getattr__", functools.partial(_fail, module))

    def __getattr__(name: str) -> Any:
        return resolve_name(ORIGINS.get(name, name)) if name in names else look_up(name)

    if names:
        vars(module)["__all__"] = [*getattr(module, "__all__", public), *names]
        vars(module)["__getattr__"] = __getattr__


def _is_installed(name: str) -> bool:
    """Tell whether there is such a package; a folder of that name alone is none."""
    spec = PathFinder.find_spec(name)
    return spec is not None and spec.origin is not None


def _no_theano(inner: str) -> str:
    """Say that ``theano.<inner>`` is not here, and which module or name comes near."""
    from ..theano._names import message_for, suggest

    path, _, name = inner.rpartition(".")
    parent = sys.modules.get(f"{ROOTS['theano']}.{path}".rstrip("."))
    if parent is not None:
        return message_for(parent.__name__, name, vars(parent))
    known = [f"theano.{path}" for path in sorted(THEANO_PATHS)]
    return f"legacy-keras has no theano.{inner}. {suggest(f'theano.{inner}', known)}"


def _fail(module: ModuleType, name: str) -> NoReturn:
    message = f"module {module.__name__!r} has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=module)


def _explain_missing(module: ModuleType, path: str) -> None:
    """Let ``K.image_dim_ordering`` and the like say which Keras has them."""

    look_up = vars(module).get("__getattr__", functools.partial(_fail, module))

    def __getattr__(name: str) -> Any:
        try:
            return look_up(name)
        except AttributeError:
            message = explain_absent(f"{path}.{name}")
            if message is None:
                raise
        raise AttributeError(message, name=name, obj=module)

    vars(module)["__getattr__"] = __getattr__
