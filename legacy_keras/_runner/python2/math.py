"""``math`` for Python 2 programs: ``floor`` and ``ceil`` give floats."""

from __future__ import annotations

import math
from typing import Any

from .whole import Whole

__all__ = ["ceil", "floor"]


def floor(x: Any) -> float:
    return Whole(math.copysign(math.floor(x), x)) if math.isfinite(x) else float(x)


def ceil(x: Any) -> float:
    return Whole(math.copysign(math.ceil(x), x)) if math.isfinite(x) else float(x)
