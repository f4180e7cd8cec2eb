"""What tells that source which Python 3 can read is Python 2."""

from __future__ import annotations

import ast

import pytest

from legacy_keras._runner.signs import of_python_2

PYTHON_2 = {
    "a module": "import cPickle",
    "a module by another name": "import cPickle as pickle",
    "a name of a module": "from itertools import izip",
    "an attribute": "import sys\nprint(sys.maxint)",
    "a submodule": "from urllib2 import urlopen",
    "a builtin": "for i in xrange(3): pass",
    "reload": "import sys\nreload(sys)\nsys.setdefaultencoding('utf8')",
    "a method": "for k, v in d.iteritems(): pass",
    "a string function": "import string\nstring.join(['a'])",
    "inside a function": "def f():\n    return unicode('a')",
}
BOTH = {
    "nothing": "print(1)",
    "a module that is tried": "try:\n    import cPickle\nexcept ImportError:\n    import pickle",
    "a module by version": "import sys\nif sys.version_info[0] < 3:\n    import cPickle",
    "a builtin by version": "x = xrange(3) if six.PY2 else range(3)",
    "a builtin of its own": "xrange = range\nxrange(3)",
    "a builtin from elsewhere": "from six.moves import xrange\nxrange(3)",
    "whatever a module gives": "from compat import *\nxrange(3)",
    "an argument": "def f(reduce, file): return reduce(file)",
    "six": "import six\nsix.iteritems(d)",
    "a method of pandas": "import pandas\ndf.iteritems()",
    "a module that moved later": "import imp, time\ntime.clock()",
    "another library": "import numpy as np\nnp.int(3)",
    "a module of its own package": "from . import cPickle",
}


@pytest.mark.parametrize("source", PYTHON_2.values(), ids=PYTHON_2.keys())
def test_what_only_python_2_has_is_a_sign(source: str) -> None:
    assert of_python_2(ast.parse(source))


@pytest.mark.parametrize("source", BOTH.values(), ids=BOTH.keys())
def test_what_is_for_both_is_no_sign(source: str) -> None:
    assert not of_python_2(ast.parse(source))
