"""The table of Python 2's builtins, for the modules that are Python 2 and for no other."""

from __future__ import annotations

import builtins
from typing import Any

from . import helpers, printing

BUILTINS: dict[str, Any] = {
    "_py2": helpers,
    "basestring": str,
    "long": int,
    "print": printing.print,
    "raw_input": input,
    "unichr": chr,
    "unicode": str,
    "xrange": builtins.range,
}
