"""Façade: what Python 3 has no word for, for scripts that ``legacy-keras migrate`` wrote.

Such a script says ``from legacy_keras import python2`` and ``python2.divide(a, b)`` where only a
run can tell whether the numbers are integers. The modules beside this file are those of Python 3
with some functions of Python 2: ``from legacy_keras.python2 import random`` draws the numbers that
Python 2 drew for a seed.

The runner gives scripts of Python 2 the same, by itself: ``_runner/python2/``.
"""

from .._runner.python2 import (
    decode,
    divide,
    divide_in_place,
    encode,
    exception,
    format,
    generator,
    greater,
    greater_equal,
    has_key,
    items,
    iteritems,
    iterkeys,
    itervalues,
    keys,
    less,
    less_equal,
    message,
    next,
    percent,
    read,
    readline,
    readlines,
    sort,
    str,
    translate,
    values,
    viewitems,
    viewkeys,
    viewvalues,
)
from .._runner.python2.builtins import (
    apply,
    coerce,
    file,
    filter,
    map,
    oct,
    round,
    unicode,
    zip,
)
from .._runner.python2.files import open
from .._runner.python2.order import cmp, max, min, sorted
from .._runner.python2.printing import print, repr
from .._runner.python2.sets import set
