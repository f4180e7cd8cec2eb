"""theano.sandbox.rng_mrg: random numbers, as in ``tensor.shared_randomstreams``."""

from __future__ import annotations

from typing import Any

from ..._symbolic.expression import Expression
from .._names import missing
from ..tensor.shared_randomstreams import RandomStreams


class MRG_RandomStreams(RandomStreams):
    """A maker of random expressions.

    Args:
        seed: int, or six of them.
        use_cuda: without effect.
    """

    def __init__(self, seed: Any = 12345, use_cuda: bool | None = None) -> None:
        super().__init__(seed)

    def uniform(
        self,
        size: Any = None,
        low: Any = 0.0,
        high: Any = 1.0,
        ndim: Any = None,
        dtype: Any = None,
        nstreams: Any = None,
    ) -> Expression:
        """Draw uniformly from [low, high)."""
        return super().uniform(size, low, high, ndim, dtype)

    def binomial(
        self,
        size: Any = None,
        n: Any = 1,
        p: Any = 0.5,
        ndim: Any = None,
        dtype: Any = "int64",
        nstreams: Any = None,
    ) -> Expression:
        """Count how many of ``n`` events of probability ``p`` happen."""
        return super().binomial(size, n, p, ndim, dtype)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = None,
        ndim: Any = None,
        dtype: Any = "int64",
        nstreams: Any = None,
    ) -> Expression:
        """Count how often each of several events happens in ``n`` draws, for each row."""
        return super().multinomial(size, n, pvals, ndim, dtype)

    def normal(
        self,
        size: Any = None,
        avg: Any = 0.0,
        std: Any = 1.0,
        ndim: Any = None,
        dtype: Any = None,
        nstreams: Any = None,
    ) -> Expression:
        """Draw from a normal distribution."""
        return super().normal(size, avg, std, ndim, dtype)


__getattr__ = missing(__name__)
