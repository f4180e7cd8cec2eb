"""Façade: ``math`` as Python 2 had it: ``floor`` and ``ceil`` give floats."""

from math import *

from .._runner.python2.math import *  # type: ignore[no-redef]
