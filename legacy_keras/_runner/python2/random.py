"""``random`` for Python 2 programs: for the same seed, the numbers that Python 2 drew.

The generator is the same in Python 3; how a seed that is no integer becomes one, and how integers,
choices, shuffles and samples come from its numbers, is not.
"""

from __future__ import annotations

import math
import random as python3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..._python2 import hash_of


class Random(python3.Random):
    """Draws as Python 2 did."""

    def seed(self, a: Any = None, *unused: Any) -> None:
        if a is not None and not isinstance(a, int):
            a = hash_of(a)
        super().seed(a)

    def _below(self, n: int) -> int:
        return int(self.random() * n)

    def randrange(self, start: int, stop: int | None = None, step: int = 1, *unused: Any) -> int:
        if int(start) != start or (stop is not None and int(stop) != stop):
            raise ValueError("non-integer bounds for randrange()")
        values = range(int(start)) if stop is None else range(int(start), int(stop), step)
        if not values:
            raise ValueError("empty range for randrange()")
        if len(values) >= 2**53:
            return values[self._of_many_bits(len(values))]
        return values[self._below(len(values))]

    def _of_many_bits(self, n: int) -> int:
        bits = int(1.00001 + math.log(n - 1, 2.0))  # at least enough
        while (drawn := self.getrandbits(bits)) >= n:
            pass
        return drawn

    def randint(self, a: int, b: int) -> int:
        return self.randrange(a, b + 1)

    def choice(self, seq: Any) -> Any:
        return seq[self._below(len(seq))]

    def shuffle(self, x: Any, random: Callable[[], float] | None = None) -> None:
        draw = self.random if random is None else random
        for i in range(len(x) - 1, 0, -1):
            j = int(draw() * (i + 1))
            x[i], x[j] = x[j], x[i]

    def sample(self, population: Any, k: int, **unused: Any) -> list[Any]:
        n = len(population)
        if not 0 <= k <= n:
            raise ValueError("sample larger than population")
        room = 21 if k <= 5 else 21 + 4 ** math.ceil(math.log(k * 3, 4))
        if n > room and not isinstance(population, (Sequence, Mapping)):
            self.random()  # Python 2 tried, and began again
            return self.sample(tuple(population), k)
        if n <= room or isinstance(population, Mapping):
            pool, drawn = list(population), []
            for left in range(n, n - k, -1):
                j = self._below(left)
                drawn.append(pool[j])
                pool[j] = pool[left - 1]
            return drawn
        chosen: dict[int, None] = {}
        for _ in range(k):
            while (j := self._below(n)) in chosen:
                pass
            chosen[j] = None
        return [population[j] for j in chosen]

    def gammavariate(self, alpha: float, beta: float) -> float:
        if alpha != 1.0:
            return super().gammavariate(alpha, beta)
        while (drawn := self.random()) <= 1e-7:
            pass
        return -math.log(drawn) * beta

    def jumpahead(self, n: int) -> None:
        """Move to a state far away: as Python 2 did it in spirit, not in numbers."""
        super().seed(hash((self.getstate()[1], n)))


class _Shared(Random):
    """The generator behind the functions of the module: Python 3's own, which others draw from."""

    def __init__(self) -> None:
        self.gauss_next = None

    def seed(self, a: Any = None, *unused: Any) -> None:
        python3.seed(a if a is None or isinstance(a, int) else hash_of(a))
        self.gauss_next = None

    random = staticmethod(python3.random)
    getrandbits = staticmethod(python3.getrandbits)
    getstate = staticmethod(python3.getstate)
    setstate = staticmethod(python3.setstate)


_shared = _Shared()
_drawing = """
    seed getstate setstate getrandbits jumpahead random randrange randint choice shuffle sample
    uniform triangular betavariate gauss expovariate gammavariate lognormvariate normalvariate
    paretovariate vonmisesvariate weibullvariate
""".split()
globals().update({name: getattr(_shared, name) for name in _drawing})
__all__ = ["Random", *_drawing]
