"""Façade: ``csv`` as Python 2 had it: tables in files of bytes."""

from csv import *

from .._runner.python2.csv import *  # type: ignore[assignment]
