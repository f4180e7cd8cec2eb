"""theano.compile.sharedvalue: variables."""

from __future__ import annotations

from ...backend._variable import Variable
from .._function import shared as shared
from .._names import missing

SharedVariable = Variable

__getattr__ = missing(__name__)
