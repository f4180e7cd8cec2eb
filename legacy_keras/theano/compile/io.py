"""theano.compile.io: inputs and outputs with more said about them."""

from __future__ import annotations

from .._function import In as In
from .._function import Out as Out
from .._names import missing

__getattr__ = missing(__name__)
