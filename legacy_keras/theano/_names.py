"""What all modules of this package share: tables of names, and what a missing name says."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from .._names import suggest as suggest
from .._symbolic.expression import _caller, recorded

# Modules that offer what another one does.
_ORIGINS: dict[str, str] = {}

OURS = __name__.rpartition(".")[0]


def record(functions: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return functions of tensors so that they record, each under the name of its key."""
    made = {}
    for name, function in functions.items():
        made[name] = recorded(function)
        made[name].__name__ = name
    return made


def theano_name(module: str) -> str:
    """Return the name that a module of this package has for the user."""
    return "theano" + module.removeprefix(OURS)


def public_names(namespace: Mapping[str, Any]) -> list[str]:
    """Return the names that a module offers."""
    return [
        name
        for name, value in namespace.items()
        if not name.startswith("_")
        and name not in ("annotations", "Any")
        and not (getattr(value, "__module__", "") or "").startswith("typing")
    ]


def message_for(module: str, name: str, namespace: Mapping[str, Any]) -> str:
    """Say that a module has no such name here, and which comes near."""
    near = ""
    if module in _ORIGINS:
        namespace = vars(sys.modules[_ORIGINS[module]])
    places: dict[str, str] = {}  # where each name is, also in the modules below
    for inner, value in namespace.items():
        ours = isinstance(value, ModuleType) and value.__name__.startswith(f"{module}.")
        if ours and not inner.startswith("_"):
            places |= {found: f"{inner}.{found}" for found in public_names(vars(value))}
    places |= {found: found for found in public_names(namespace)}
    close = difflib.get_close_matches(name, places, n=3)
    if close:
        near = " Did you mean " + " or ".join(repr(places[found]) for found in close) + "?"
    return (
        f"{theano_name(module)} has no {name!r} in legacy-keras, which offers the part of Theano "
        f"0.8.2 that Keras 0.x scripts use.{near}"
    )


def missing(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module: it names what comes nearest, and the line."""

    def __getattr__(name: str) -> Any:
        if name in ("np", "numpy"):  # editors complete ``from theano.gradient import np``
            return np
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        message = message_for(module, name, vars(sys.modules[module]))
        raise AttributeError(f"{message} (at {_caller()})", name=name, obj=sys.modules[module])

    return __getattr__


def offers(module: str, origin: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module that offers what another one does."""
    _ORIGINS[module] = f"{OURS}.{origin}"

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(sys.modules[_ORIGINS[module]], name)

    return __getattr__
