"""Every random draw of the package: seeds from NumPy's global stream, noise from torch.

0.3.3 draws a seed (``np.random.randint(10e6)``) where it makes a random expression, so
scripts that call ``np.random.seed`` are repeatable. The seeds are drawn here in the same
order; the noise itself comes from a `torch.Generator` and does not equal Theano's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._symbolic.expression import Expression, operation
from .._symbolic.mode import mode
from .common import torch_dtype

SEED_RANGE = int(10e6)


def draw_seed() -> int:
    """Draw a seed from NumPy's global stream, as 0.3.3 does for each random expression."""
    return int(np.random.randint(SEED_RANGE))


class RandomStream:
    """A repeatable sequence of draws, on whichever device it is asked for.

    Args:
        seed: int; None draws one from NumPy's global stream.
    """

    draws_anew = True  # in each step of a loop whose step draws

    def __init__(self, seed: int | None = None) -> None:
        self.seed = draw_seed() if seed is None else int(seed)
        self._generators: dict[torch.device, torch.Generator] = {}

    def generator(self, device: torch.device) -> torch.Generator:
        """Return this stream's generator for ``device``."""
        generator = self._generators.get(device)
        if generator is None:
            generator = torch.Generator(device=device)
            generator.manual_seed(self.seed)
            self._generators[device] = generator
        return generator

    def keep(self, like: Tensor, probability: float) -> Tensor:
        """Draw 1 with ``probability`` and else 0, in the shape and dtype of ``like``."""
        draw = torch.rand(
            like.shape, generator=self.generator(like.device), device=like.device, dtype=like.dtype
        )
        return draw.lt_(probability)

    def normal(self, like: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
        """Draw from a normal distribution, in the shape and dtype of ``like``."""
        draw = torch.randn(
            like.shape, generator=self.generator(like.device), device=like.device, dtype=like.dtype
        )
        return draw.mul_(std).add_(mean)

    def __getstate__(self) -> dict[str, Any]:
        states = {str(d): g.get_state() for d, g in self._generators.items()}
        return {"seed": self.seed, "states": states}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.seed = state["seed"]
        self._generators = {}
        for name, value in state["states"].items():
            device = torch.device(name)
            if device.type == "cuda" and not torch.cuda.is_available():
                continue  # made on a GPU, read where there is none: the stream starts anew
            self.generator(device).set_state(value)


def drop(x: Tensor, level: float, stream: RandomStream) -> Tensor:
    """Zero a fraction ``level`` of ``x`` and scale the rest by 1 / (1 - level)."""
    retain = 1.0 - level
    return x * stream.keep(x, retain).div_(retain)


def _recorded(function: Any, *args: Any) -> Any:
    """Call a function that draws noise, or record the call where nothing is computed yet."""
    return function(*args) if mode.eager else Expression(function, args)


def dropout(x: Any, level: float, seed: int | None = None) -> Any:
    """Zero a fraction ``level`` of ``x`` and scale the rest up.

    Raises:
        ValueError: unless 0 <= level < 1.
    """
    if not 0.0 <= level < 1.0:
        raise ValueError(f"Dropout level must be in interval [0, 1[; got {level!r}.")
    return operation(drop)(x, level, RandomStream(seed))


def _empty(shape: Any, dtype: str | None) -> Tensor:
    return torch.empty(tuple(int(s) for s in shape), dtype=torch_dtype(dtype))


def _normal(stream: RandomStream, shape: Any, mean: float, std: Any, dtype: Any) -> Tensor:
    return stream.normal(_empty(shape, dtype), mean, std)


def _uniform(stream: RandomStream, shape: Any, low: float, high: float, dtype: Any) -> Tensor:
    like = _empty(shape, dtype)
    return like.uniform_(low, high, generator=stream.generator(like.device))


def _binomial(stream: RandomStream, shape: Any, p: float, dtype: Any) -> Tensor:
    return stream.keep(_empty(shape, dtype), p)


def random_normal(
    shape: Any,
    mean: float = 0.0,
    std: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> Any:
    """Draw from a normal distribution, anew at each evaluation."""
    return _recorded(_normal, RandomStream(seed), shape, mean, std, dtype)


def random_uniform(
    shape: Any,
    low: float = 0.0,
    high: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> Any:
    """Draw uniformly from [low, high), anew at each evaluation."""
    return _recorded(_uniform, RandomStream(seed), shape, low, high, dtype)


def random_binomial(
    shape: Any, p: float = 0.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Draw 1 with probability ``p`` and else 0, anew at each evaluation."""
    return _recorded(_binomial, RandomStream(seed), shape, p, dtype)
