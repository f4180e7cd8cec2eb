"""Façade: ``random`` as Python 2 had it: the numbers that Python 2 drew for a seed."""

from random import *

from .._runner.python2.random import *
