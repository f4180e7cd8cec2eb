"""Functions of Lambda layers as stored code.

Keras 0.3.0 to 0.3.2 wrote the bare marshalled code of a function, 0.3.3 only its name. Code
runs as the user, so it is read only when the call that reads it says so, and only what this
version of Python wrote: on other code the interpreter itself may crash.
"""

from __future__ import annotations

import base64
import marshal
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .. import backend as K
from .._errors import UnsafeModelError

KIND = "function"  # what stored code has as its "name"


@dataclass(frozen=True)
class FunctionName:
    """The name of a function, which YAML of 0.3.3 has in place of the function."""

    name: str


def dump(function: Any) -> dict[str, str]:
    """Return the code of a function in a form that goes to JSON and YAML.

    Raises:
        ValueError: if it is more than code: a closure, an object, or with default arguments.
    """
    if not isinstance(function, types.FunctionType):
        raise ValueError(f"Only a function written with def or lambda has code; got {function!r}.")
    if function.__closure__ or function.__defaults__ or function.__kwdefaults__:
        raise ValueError(
            f"{function.__qualname__} has default arguments, or uses variables of the function "
            "around it, which stored code leaves behind. Pass values by Lambda(arguments=...)."
        )
    packed = base64.b64encode(marshal.dumps(function.__code__)).decode()
    return {"name": KIND, "python": _version(), "code": packed}


def load(stored: Any) -> Callable[..., Any]:
    """Return the function whose code was stored; it sees ``K``, ``np`` and ``torch``.

    Raises:
        ValueError: if another version of Python stored it, or an old Keras, which did not
            write down which.
    """
    if not isinstance(stored, Mapping) or stored.get("python") != _version():
        written = stored.get("python") if isinstance(stored, Mapping) else "an old Keras"
        raise ValueError(
            f"The code of a function was stored by {written}, and {_version()} can run only its "
            "own. Pass the function itself in custom_objects, under the name of its layer."
        )
    code = marshal.loads(base64.b64decode(stored["code"], validate=True))
    if not isinstance(code, types.CodeType) or code.co_freevars:
        raise ValueError("What is stored as the code of a function is something else.")
    return types.FunctionType(code, {"K": K, "np": np, "torch": torch})


def resolve(
    value: Any, custom_objects: Mapping[str, Any], layer: str, allow_code: bool
) -> Callable[..., Any]:
    """Return the function that a configuration has for a Lambda.

    Args:
        value: the function, its name, or its code.
        custom_objects: may have it under its own name or that of the layer.
        layer: the name of the layer.
        allow_code: whether stored code may be run.

    Raises:
        UnsafeModelError: if it is code that may not be run, or the name of an unknown function.
    """
    if callable(value):
        return value
    name = value.name if isinstance(value, FunctionName) else value
    for key in (name, layer):
        if isinstance(key, str) and callable(custom_objects.get(key)):
            function: Callable[..., Any] = custom_objects[key]
            return function
    is_code = value is not None and not isinstance(value, FunctionName)
    if is_code and allow_code:
        return load(value)
    what = "code" if is_code else f"the function {name!r}" if name else "an unnamed function"
    more = " If the file is your own, allow_code=True runs what this Python stored."
    raise UnsafeModelError(
        f"The layer {layer!r} asks for {what}, and nothing in a file is run. Pass the function: "
        f"custom_objects={{{layer!r}: function}}.{more if is_code else ''}"
    )


def _version() -> str:
    return str(sys.implementation.cache_tag)
