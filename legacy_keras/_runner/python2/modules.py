"""Modules that give Python 2 programs what they gave in Python 2; others see Python 3's."""

from __future__ import annotations

import functools
from importlib import import_module
from types import ModuleType

# Name of a module -> the module of Python 3, whose names stay but for those that the file of
# that name in this folder lists as ``__all__``.
INSTEAD = {
    "codecs": "codecs",
    "csv": "csv",
    "cPickle": "pickle",
    "gzip": "gzip",
    "math": "math",
    "pickle": "pickle",
    "random": "random",
}


@functools.cache
def instead_of(name: str) -> ModuleType:
    """Return the module for ``import name`` in a Python 2 program."""
    theirs = import_module(INSTEAD[name])
    ours = import_module(f"{__package__}.{INSTEAD[name]}")
    module = ModuleType(name, theirs.__doc__)
    vars(module).update(vars(theirs))
    vars(module).update({name: getattr(ours, name) for name in ours.__all__})
    return module
