"""Façade: ``gzip`` as Python 2 had it: files that give text for bytes."""

from gzip import *

from .._runner.python2.gzip import *  # type: ignore[no-redef]
