"""Python 2 at run time: what the source that fixers wrote calls ``_py2``.

Operators, statements and methods that mean otherwise in Python 3, each a function of one name
here. Text is a ``str``, as in Python 3; a byte that is no UTF-8 is one of Python's "surrogate
escapes" in it, so that reading, ``decode``, ``encode`` and writing lose nothing.

builtins.py   the table of Python 2's builtins, for modules that are Python 2 and for no other
division.py   ``/``             order.py    ``cmp``, ``sort`` and kin, of mixed types
methods.py    ``d.keys()``, ``s.decode('hex')``, ``error.message`` and kin
printing.py   ``print``, ``str``, ``%`` and ``format``: twelve digits of a float, the soft space
classes.py    ``__metaclass__``, ``__nonzero__``, ``__cmp__`` and kin in class bodies
files.py      ``open``          bytetext.py  bytes that are text, too
execution.py  ``exec``, ``eval``, ``execfile``, ``import``
sets.py       ``set``, in Python 2's order
modules.py    the table of modules of which Python 2 programs get another: random.py, pickle.py, ...
"""

from .bytetext import read, readline, readlines
from .division import divide, divide_in_place
from .execution import exception, generator
from .methods import (
    decode,
    encode,
    has_key,
    items,
    iteritems,
    iterkeys,
    itervalues,
    keys,
    message,
    next,
    translate,
    values,
    viewitems,
    viewkeys,
    viewvalues,
)
from .order import greater, greater_equal, less, less_equal, sort
from .printing import format, percent, str
