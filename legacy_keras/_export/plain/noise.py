"""Layers that draw noise in training, each from a generator of its own."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Noise(nn.Module):
    """Base class of layers that draw noise in training.

    Without `seed` they draw from torch's global generator.
    """

    generators: tuple[torch.Generator | None, ...] = (None,)

    def seed(self, *seeds: int, device: str | torch.device = "cpu") -> None:
        """Draw from generators of this layer's own from now on."""
        self.generators = tuple(torch.Generator(device).manual_seed(s) for s in seeds)

    def kept(self, x: Tensor, probability: float, draw: int = 0) -> Tensor:
        """Return 1 with a probability and else 0, for each number in x."""
        generator = self.generators[draw % len(self.generators)]
        uniform = torch.rand(
            x.shape, generator=generator, device=x.device, dtype=x.dtype
        )
        return (uniform < probability).to(x.dtype)


class Dropout(Noise, nn.Dropout):
    """nn.Dropout that can be seeded by itself."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * (self.kept(x, 1 - self.p) / (1 - self.p))


def normal_like(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return a normal draw for each number in x."""
    return torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)


class GaussianNoise(Noise):
    """x + noise of standard deviation sigma, in training."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x + self.sigma * normal_like(x, self.generators[0])


class GaussianDropout(Noise):
    """x times noise of mean 1 and variance p / (1 - p), in training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        noise = normal_like(x, self.generators[0])
        return x * (1 + (self.p / (1 - self.p)) ** 0.5 * noise)


class DroppingEmbedding(Noise, nn.Embedding):
    """nn.Embedding that drops rows in training, and scales all of them in tests."""

    dropout: float

    def __init__(self, num_embeddings: int, embedding_dim: int, dropout: float) -> None:
        super().__init__(num_embeddings, embedding_dim)
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return F.embedding(x, self.weight * (1 - self.dropout))
        rows = self.kept(self.weight[:, :1], 1 - self.dropout)
        return F.embedding(x, self.weight * rows)
