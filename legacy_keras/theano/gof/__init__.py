"""theano.gof: the classes that scripts ask about. Operations cannot be defined here."""

from __future__ import annotations

from ..._symbolic.expression import Expression as _Expression
from ...backend._variable import Variable as _Variable
from .._function import MissingInputError
from .._names import missing as _missing
from ..tensor._types import TensorConstant as Constant

Variable = (_Expression, _Variable)  # for isinstance

__getattr__ = _missing(__name__)
