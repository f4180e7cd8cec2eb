"""theano.scan_module: loops; see ``_scan.py``."""

from __future__ import annotations

from .._names import missing as _missing
from .._scan import OrderedUpdates, foldl, foldr, map, reduce, scan, until
from . import scan_utils

__getattr__ = _missing(__name__)
