"""theano.compile.function_module: compiled functions and their errors."""

from __future__ import annotations

from .._function import Function as Function
from .._function import UnusedInputError as UnusedInputError
from .._names import missing

__getattr__ = missing(__name__)
