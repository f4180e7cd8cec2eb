"""theano.scan_module.scan_utils: helpers of loops that scripts import."""

from __future__ import annotations

from .._function import clone as clone
from .._names import missing
from .._scan import until as until

__getattr__ = missing(__name__)
