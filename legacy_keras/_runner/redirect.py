"""Gives the script and its own modules what they import as it was in 2015/16.

Own modules have an ``__import__`` of their own (`import_module_of_the_era`). For a module with
names in the table (``era_modules.py``) it returns an `EraModule` in its place, which has those
names and falls through to the real module for all others. Attributes of objects, such as
``frame.ix``, are asked of `attribute`, which ``attributes.py`` writes into own modules. The real
modules and classes stay as they are: an installed library sees nothing of it.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, NoReturn

from . import attributes, loading
from .era_modules import (
    ATTRIBUTES,
    NAMES,
    NOT_IN_STAR,
    PARENTS,
    ROOTS,
    Row,
    explain,
)

ADAPTERS = "legacy_keras.era"  # public: what legacy-keras migrate writes imports them, too

report: Callable[[str], None] | None = None  # told each redirect once, where it happens first

# What a package that is not installed is installed by; others by their own name.
INSTALL = {
    "scipy": '"legacy-keras[image]"',
    "PIL": '"legacy-keras[image]"',
    "sklearn": '"legacy-keras[sklearn]"',
    "pydot": '"legacy-keras[plot]"',
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "matplotlib": "matplotlib",
    "pandas": "pandas",
    "seaborn": "seaborn",
    "bs4": "beautifulsoup4",
    "gensim": "gensim",
    "nltk": "nltk",
    "requests": "requests",
    "networkx": "networkx",
}

# Adapters that set something up when the library is first imported.
PREPARE = {"numpy": "numpy_old", "pandas": "pandas_old"}

_found: dict[str, ModuleType] = {}  # by the name that the script gives it
_given: dict[str, Any] = {}  # by the name of the row
_told: set[str] = set()


def import_module_of_the_era(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Do what ``__import__`` does, by way of the table.

    Raises:
        ImportError: if the module, or a name asked of it, is not there; with what to do.
    """
    root = name.partition(".")[0]
    if level or root not in ROOTS or _is_own(root):
        return _import_or_explain(name, globals, locals, fromlist, level)
    module = find(name)
    if not fromlist:
        return find(root)
    if "*" in fromlist and isinstance(module, EraModule):
        return module.public()
    behind = real(module)
    submodules = []
    for wanted in fromlist:
        row = NAMES.get(f"{name}.{wanted}")
        if row is not None and row.vanished:
            raise ImportError(explain(row), name=name)
        if row is None and f"{name}.{wanted}" not in PARENTS:
            submodules.append(wanted)
    if submodules and hasattr(behind, "__path__"):
        builtins.__import__(behind.__name__, globals, locals, submodules, 0)  # some are modules
    return module


def find(name: str) -> ModuleType:
    """Return what the script gets for a module of this name."""
    if name not in _found:
        parent = name.rpartition(".")[0]
        if parent:
            find(parent)
        row = NAMES.get(name)
        module = None if row is not None and row.since.endswith("deprecated") else _real(name)
        if module is None and row is not None:
            _tell(row)
            module = _resolve(row, name)
        elif module is None:
            if not parent or name not in PARENTS:
                return _missing(name)
            module = ModuleType(name)  # a package that has what the table has, and nothing else
        assert isinstance(module, ModuleType), name
        if name in PREPARE:
            importlib.import_module(f"{ADAPTERS}.{PREPARE[name]}").prepare()
        _found[name] = EraModule(name, module) if name in PARENTS else module
    return _found[name]


class EraModule(ModuleType):
    """A module as it was: the names in the table, and all that the real one has."""

    def __init__(self, name: str, real: ModuleType) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(_name=name, _real=real, __spec__=real.__spec__)

    def __getattr__(self, attribute: str) -> Any:
        name = f"{self._name}.{attribute}"
        row = NAMES.get(name)
        if row is not None:
            return self._of_the_table(row)
        try:
            value = getattr(self._real, attribute)
        except AttributeError:
            value = self._elsewhere(attribute)
        if isinstance(value, ModuleType) and type(value) is not EraModule:
            # pyplot.style is matplotlib.style
            name = name if name in PARENTS else value.__name__
            return find(name) if name in PARENTS and name.partition(".")[0] in ROOTS else value
        return value

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(self._real, attribute, value)

    def __delattr__(self, attribute: str) -> None:
        delattr(self._real, attribute)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._real), *self._names()})

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, (self._real.__name__,)

    def __repr__(self) -> str:
        return repr(self._real)

    def _of_the_table(self, row: Row) -> Any:
        if row.vanished:
            raise AttributeError(explain(row), name=row.name, obj=self)
        if row.name in PARENTS:
            return find(row.name)
        value = _resolve(row)
        if isinstance(value, ModuleType):
            return find(row.name)
        _tell(row)
        return value

    def _elsewhere(self, attribute: str) -> Any:
        """Find what the real module lacks: a module below it, or a name that another one has."""
        name = f"{self._name}.{attribute}"
        if name in PARENTS:
            return find(name)
        row = NAMES.get(f"{self._name}.*")
        if row is None or attribute.startswith("__"):
            return getattr(self._real, attribute)  # raises what Python raises
        value = getattr(find(row.given.removesuffix(".*")), attribute)
        _tell(row._replace(name=name, today=row.given.replace("*", attribute)))
        return value

    def _names(self) -> list[str]:
        """Return the names that the table has directly below this module."""
        start = f"{self._name}."
        return [
            row.name.removeprefix(start)
            for row in NAMES.values()
            if row.name.startswith(start) and "." not in row.name.removeprefix(start)
        ]

    def public(self) -> ModuleType:
        """Return a module with what ``from module import *`` gave."""
        public = getattr(self._real, "__all__", None)
        if public is None:
            public = [name for name in vars(self._real) if not name.startswith("_")]
        rows = {name: NAMES.get(f"{self._name}.{name}") for name in [*public, *self._names()]}
        names = {
            name: getattr(self._real, name) if row is None else _resolve(row)
            for name, row in rows.items()
            if name not in NOT_IN_STAR.get(self._name, ())
            and not (row is not None and (row.vanished or hasattr(builtins, name)))
            and name != "*"
        }
        everything = ModuleType(self.__name__)
        vars(everything).update(names, __all__=sorted(names))
        return everything


def real(module: ModuleType) -> ModuleType:
    """Return the module behind what a script was given."""
    behind: ModuleType = vars(module).get("_real", module)
    return behind


def attribute(value: Any, name: str) -> Any:
    """Return ``value.name`` as it was; own modules ask so for names in the table."""
    for row in ATTRIBUTES[name]:
        library, kind, _ = row.name.split(".")
        if library in sys.modules and _is_a(value, library, kind):
            if not row.changed and hasattr(value, name):
                break
            _tell(row)
            return _resolve(row).__get__(value, type(value))
    return getattr(value, name)


def assign(owner: Any, key: Any, is_attribute: bool, index: Any, value: Any) -> None:
    """Do ``owner[key][index] = value``, in a data frame, too: since pandas 3.0 that is lost."""
    part = getattr(owner, key) if is_attribute else owner[key]
    part[index] = value
    if _is_a(owner, "pandas", "DataFrame"):
        owner[key] = part


def in_place(
    owner: Any, key: Any, is_attribute: bool, name: str, *args: Any, **kwargs: Any
) -> None:
    """Do ``owner[key].name(..., inplace=True)``, in a data frame, too."""
    part = getattr(owner, key) if is_attribute else owner[key]
    method = attribute(part, name) if name in ATTRIBUTES else getattr(part, name)
    method(*args, **kwargs)
    if _is_a(owner, "pandas", "DataFrame") and _is_a(part, "pandas", "Series"):
        owner[key] = part


def get_item(container: Any, key: Any) -> Any:
    """Do ``container[key]``; in an array the floats in the key are cut."""
    return container[index(container, key)]


def index(container: Any, key: Any) -> Any:
    """Cut the floats in an index of an array, as NumPy did before 1.12."""
    return _cut(key) if _is_a(container, "numpy", "ndarray") else key


def _cut(key: Any) -> Any:
    if isinstance(key, float) or (_is_a(key, "numpy", "floating") and not key.shape):
        return int(key)
    if isinstance(key, slice):
        return slice(_cut(key.start), _cut(key.stop), _cut(key.step))
    if isinstance(key, tuple):
        return tuple(_cut(each) for each in key)
    return key


def _is_a(value: Any, library: str, kind: str) -> bool:
    classes = value.__mro__ if isinstance(value, type) else type(value).__mro__
    return any(
        each.__name__ == kind and each.__module__.partition(".")[0] == library for each in classes
    )


def _is_own(root: str) -> bool:
    """Tell whether a module of the script's own has the name of one in the table."""
    program = loading.current
    if root in _found or program is None:
        return False
    spec = loading.OwnFinder(program).find_spec(root)
    return spec is not None and isinstance(spec.loader, loading.OwnLoader)


def _real(name: str) -> ModuleType | None:
    """Import a module; None if there is none of this name."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            return None
        raise
    # A folder of images called Image is a package to Python 3, but was none to Python 2.
    is_folder = getattr(module, "__file__", None) is None and hasattr(module, "__path__")
    return None if is_folder and name in NAMES else module


def _resolve(row: Row, name: str | None = None) -> Any:
    """Return what is given in place of a name."""
    if row.name not in _given:
        if row.vanished:
            raise ImportError(explain(row), name=name or row.name)
        given = row.given
        if given.startswith("."):
            given = f"{ADAPTERS}{given}"
        first, *rest = given.split(".")
        value: Any = _real(first) or find(first)
        at = first
        for part in rest:
            at += f".{part}"
            if not hasattr(value, part):
                value = importlib.import_module(at)
            else:
                value = getattr(value, part)
        _given[row.name] = value
    return _given[row.name]


def _import_or_explain(name: str, *arguments: Any) -> ModuleType:
    try:
        return builtins.__import__(name, *arguments)
    except ModuleNotFoundError as error:
        if error.name in INSTALL and name.partition(".")[0] == error.name:
            error.msg = f"{error.msg}. Install it with: pip install {INSTALL[error.name]}"
        raise


def _missing(name: str) -> NoReturn:
    _import_or_explain(name)
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _tell(row: Row) -> None:
    if report is not None and row.name not in _told:
        _told.add(row.name)
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(
            (loading.PACKAGE, "<frozen importlib")
        ):
            frame = frame.f_back
        report(f"{frame.f_code.co_filename}:{frame.f_lineno}: {explain(row)}")


# What own modules have beside the builtins of Python.
BUILTINS = {
    "__import__": import_module_of_the_era,
    attributes.ATTRIBUTE: attribute,
    attributes.ASSIGN: assign,
    attributes.IN_PLACE: in_place,
    attributes.INDEX: index,
    attributes.GET_ITEM: get_item,
}
