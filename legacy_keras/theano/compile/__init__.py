"""theano.compile: modes, which are accepted without effect, and the classes of variables."""

from __future__ import annotations

from ...backend._variable import Variable as SharedVariable
from .._function import Function, In, MissingInputError, Out, Param, UnusedInputError
from .._function import function as function
from .._function import shared as shared
from .._names import missing as _missing
from . import function_module, io, mode, nanguardmode, sharedvalue
from .mode import Mode, get_default_mode, get_mode

__getattr__ = _missing(__name__)
