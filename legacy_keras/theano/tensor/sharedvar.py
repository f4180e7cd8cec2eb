"""theano.tensor.sharedvar: the classes of variables, for isinstance."""

from __future__ import annotations

from ...backend._variable import Variable as TensorSharedVariable
from .._names import missing

SharedVariable = ScalarSharedVariable = TensorSharedVariable

__getattr__ = missing(__name__)
