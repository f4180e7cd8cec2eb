"""A float that is a whole number: as an index, NumPy took it for an integer."""

from __future__ import annotations

from typing import Any


class Whole(float):
    """What ``round``, ``floor`` and ``ceil`` give, and what sums of it with integers are."""

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)  # a pickle is for other programs, too

    def __index__(self) -> int:
        return int(self)

    def __add__(self, other: Any) -> Any:
        return self._kept(float.__add__(self, other), other)

    def __radd__(self, other: Any) -> Any:
        return self._kept(float.__radd__(self, other), other)

    def __sub__(self, other: Any) -> Any:
        return self._kept(float.__sub__(self, other), other)

    def __rsub__(self, other: Any) -> Any:
        return self._kept(float.__rsub__(self, other), other)

    def __mul__(self, other: Any) -> Any:
        return self._kept(float.__mul__(self, other), other)

    def __rmul__(self, other: Any) -> Any:
        return self._kept(float.__rmul__(self, other), other)

    def __neg__(self) -> Whole:
        return Whole(-float(self))

    @staticmethod
    def _kept(result: Any, other: Any) -> Any:
        return Whole(result) if isinstance(other, (int, Whole)) else result
