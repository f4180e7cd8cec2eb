"""theano.tensor.shared_randomstreams: random numbers, drawn anew at each evaluation.

They come from torch's generators, seeded as the stream says, and do not equal Theano's.

Mirrors: Theano 0.8.2, tensor/shared_randomstreams.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..._symbolic.expression import Expression
from ...backend import _theano_math as ops
from ...backend._random import RandomStream
from ...backend.common import torch_dtype
from .._names import missing


def _shape(size: Any, *params: Any) -> list[int]:
    """Return the shape to draw: that of the parameters if none is said."""
    if size is None:
        return list(torch.broadcast_shapes(*(ops.as_tensor(p).shape for p in params)))
    return ops.sizes(size)


def _uniform(stream: RandomStream, size: Any, low: Any, high: Any, dtype: Any) -> Tensor:
    draw = _rand(stream, _shape(size, low, high), dtype)
    return draw * (high - low) + low


def _rand(stream: RandomStream, shape: list[int], dtype: Any) -> Tensor:
    draw = torch.empty(shape, dtype=torch_dtype(dtype))
    return draw.uniform_(generator=stream.generator(draw.device))


def _normal(stream: RandomStream, size: Any, avg: Any, std: Any, dtype: Any) -> Tensor:
    draw = torch.empty(_shape(size, avg, std), dtype=torch_dtype(dtype))
    return draw.normal_(generator=stream.generator(draw.device)) * std + avg


def _binomial(stream: RandomStream, size: Any, n: Any, p: Any, dtype: Any) -> Tensor:
    shape = _shape(size, p)
    hits = _rand(stream, [ops._int(n), *shape], None) < p
    return hits.sum(0).to(torch_dtype(dtype))


def _multinomial(stream: RandomStream, size: Any, n: Any, pvals: Any, dtype: Any) -> Tensor:
    p = ops.as_tensor(pvals)
    lead = list(p.shape[:-1]) if size is None else ops.sizes(size)
    if p.is_meta:
        return torch.empty([*lead, p.shape[-1]], dtype=torch_dtype(dtype), device="meta")
    p = p.detach().float().broadcast_to([*lead, p.shape[-1]])
    rows = p.reshape(-1, p.shape[-1])
    drawn = torch.multinomial(
        rows, ops._int(n), replacement=True, generator=stream.generator(p.device)
    )
    counts = torch.zeros(rows.shape).scatter_add_(1, drawn, torch.ones(drawn.shape))
    return counts.reshape(p.shape).to(torch_dtype(dtype))


def _integers(stream: RandomStream, size: Any, low: Any, high: Any, dtype: Any) -> Tensor:
    shape = _shape(size)
    bounds = ops._int(low), ops._int(high) + 1
    draw = torch.empty(shape, dtype=torch.int64)
    return draw.random_(*bounds, generator=stream.generator(draw.device)).to(torch_dtype(dtype))


def _permutation(stream: RandomStream, size: Any, n: Any, dtype: Any) -> Tensor:
    shape = [] if size is None else ops.sizes(size)
    order = _rand(stream, [*shape, ops._int(n)], "float64").argsort(-1)
    return order.to(torch_dtype(dtype))


def _shuffled(stream: RandomStream, rows: Tensor) -> Tensor:
    if rows.is_meta:
        return rows
    return rows[_rand(stream, [rows.shape[0]], "float64").argsort()]


def _poisson(stream: RandomStream, size: Any, lam: Any, dtype: Any) -> Tensor:
    rates = torch.zeros(_shape(size, lam)) + lam
    if rates.is_meta:
        return rates
    return torch.poisson(rates, generator=stream.generator(rates.device)).to(torch_dtype(dtype))


class RandomStreams:
    """A maker of random expressions, each with a stream of its own.

    Args:
        seed: int; None for one from the operating system.
    """

    def __init__(self, seed: int | None = None, no_warn: bool = False) -> None:
        self.seed(seed)

    def seed(self, seed: int | None = None) -> None:
        """Start anew: what is made from now on draws what it would draw from a new maker."""
        self._seeds = np.random.RandomState(seed)

    def updates(self) -> list[Any]:
        """Return nothing: streams go on by themselves."""
        return []

    state_updates: list[Any] = []

    def _record(self, draw: Callable[..., Tensor], *args: Any) -> Expression:
        stream = RandomStream(int(self._seeds.randint(2**30)))
        return Expression(draw, (stream, *args))

    def uniform(
        self, size: Any = None, low: Any = 0.0, high: Any = 1.0, ndim: Any = None, dtype: Any = None
    ) -> Expression:
        """Draw uniformly from [low, high)."""
        return self._record(_uniform, size, low, high, dtype)

    def normal(
        self, size: Any = None, avg: Any = 0.0, std: Any = 1.0, ndim: Any = None, dtype: Any = None
    ) -> Expression:
        """Draw from a normal distribution."""
        return self._record(_normal, size, avg, std, dtype)

    def binomial(
        self, size: Any = None, n: Any = 1, p: Any = 0.5, ndim: Any = None, dtype: Any = "int64"
    ) -> Expression:
        """Count how many of ``n`` events of probability ``p`` happen."""
        return self._record(_binomial, size, n, p, dtype)

    def multinomial(
        self,
        size: Any = None,
        n: Any = 1,
        pvals: Any = (0.5, 0.5),
        ndim: Any = None,
        dtype: Any = "int64",
    ) -> Expression:
        """Count how often each of several events happens in ``n`` draws."""
        return self._record(_multinomial, size, n, pvals, dtype)

    def random_integers(
        self, size: Any = None, low: Any = 0, high: Any = 1, ndim: Any = None, dtype: Any = "int64"
    ) -> Expression:
        """Draw integers from ``low`` to ``high``, both included."""
        return self._record(_integers, size, low, high, dtype)

    def permutation(
        self, size: Any = None, n: Any = 1, ndim: Any = None, dtype: Any = "int64"
    ) -> Expression:
        """Draw permutations of 0 to n - 1."""
        return self._record(_permutation, size, n, dtype)

    def poisson(
        self, size: Any = None, lam: Any = 1.0, ndim: Any = None, dtype: Any = "int64"
    ) -> Expression:
        """Draw from a Poisson distribution."""
        return self._record(_poisson, size, lam, dtype)

    def shuffle_row_elements(self, input: Any) -> Expression:
        """Return a vector in random order."""
        return self._record(_shuffled, input)


__getattr__ = missing(__name__)
