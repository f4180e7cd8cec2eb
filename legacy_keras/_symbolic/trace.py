"""Tracing: a user's function is called once on placeholders, and its recording runs after."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .expression import Placeholder, expressions_in, is_symbolic, replace
from .mode import mode, writing
from .program import Program


class Traced:
    """A user's function of tensors, recorded the first time for each kind of arguments.

    Args:
        function: may use K and Theano on its arguments, as on symbols.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._programs: dict[Any, Program] = {}
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not mode.eager or not _tensors(args):
            return self.function(*args, **kwargs)
        tensors = _tensors(args)
        key = (tuple((t.ndim, t.dtype) for t in tensors), repr(kwargs))
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = self._trace(args, kwargs)
        return program(*tensors)

    def record(self, args: Any, kwargs: Any) -> Program:
        """Return what is recorded of the function for arguments like these placeholders."""
        symbols = list(expressions_in(args))
        key = (tuple((s.ndim, getattr(torch, s.dtype)) for s in symbols), repr(kwargs))
        if key not in self._programs:
            with writing():
                self._programs[key] = Program(symbols, self.function(*args, **kwargs))
        return self._programs[key]

    def _trace(self, args: Any, kwargs: Any) -> Program:
        inputs: list[Any] = []

        def symbol(value: Any) -> Any:
            if not isinstance(value, Tensor) or is_symbolic(value):
                return value
            sizes = (None, *value.shape[1:]) if value.ndim else ()
            inputs.append(Placeholder(sizes, str(value.dtype).removeprefix("torch.")))
            return inputs[-1]

        with writing():
            result = self.function(*replace(args, symbol), **kwargs)
        return Program(inputs, result)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_programs": {}}


def _tensors(value: Any) -> list[Tensor]:
    """Return the tensors that a traced function is given; variables stay themselves."""
    found: list[Tensor] = []

    def note(item: Any) -> Any:
        if isinstance(item, Tensor) and not is_symbolic(item):
            found.append(item)
        return item

    replace(value, note)
    return found


def traced(function: Any) -> Any:
    """Return ``function`` so that it is traced, if it is the user's and not ours."""
    package = __name__.split(".")[0]
    owner = getattr(function, "__module__", None) or type(function).__module__
    ours = owner.split(".")[0] == package or owner.split(".")[0] == "torch"
    return function if ours or isinstance(function, Traced) else Traced(function)
