"""The part of Theano that scripts for Keras 0.x use, as tables over K and ``_symbolic``.

``install()`` and the runner offer it as ``theano`` where the real one is not installed. The
folder has Theano's own paths: ``theano.tensor.nnet`` is ``theano/tensor/nnet``. Files with
an underscore hold what Theano keeps elsewhere: ``_function``, ``_scan``, ``_config``. Modes,
profiles and linkers are accepted and change nothing.

Mirrors: Theano 0.8.2.
"""

from __future__ import annotations

from .._symbolic.expression import Expression as _Expression
from ..backend._variable import Variable as _Variable
from . import compile, gof, gradient, ifelse, printing, sandbox, scan_module, tensor
from ._config import config
from ._function import In, MissingInputError, Out, Param, clone, function, shared
from ._names import missing as _missing
from ._scan import OrderedUpdates, foldl, foldr, map, reduce, scan
from .compile.mode import FAST_COMPILE, FAST_RUN, Mode
from .gradient import Lop, grad
from .printing import pp
from .tensor.sharedvar import SharedVariable

__version__ = "0.8.2"

Variable = (_Expression, _Variable)  # for isinstance

dot = tensor.dot

__getattr__ = _missing(__name__)
