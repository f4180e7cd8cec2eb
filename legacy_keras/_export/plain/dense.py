"""Layers of matrix products that torch lacks."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def largest(x: Tensor) -> Tensor:
    """The maximum over the last axis; of equal ones each has the whole gradient.

    So it was in Theano. torch.amax shares it among them, torch.max picks one.
    """
    maximum = x.detach().amax(-1, keepdim=True)
    slope = torch.where(x == maximum, x, 0).sum(-1)
    return maximum.squeeze(-1) + (slope - slope.detach())


class MaxoutDense(nn.Module):
    """The largest of several linear maps."""

    def __init__(self, in_features: int, out_features: int, nb_feature: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(nb_feature, out_features, in_features))
        self.bias = nn.Parameter(torch.empty(nb_feature, out_features))

    def forward(self, x: Tensor) -> Tensor:
        return largest(torch.einsum("bi,koi->bok", x, self.weight) + self.bias.t())


class Highway(nn.Module):
    """gate * activation(transform(x)) + (1 - gate) * x."""

    def __init__(self, features: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.transform = nn.Linear(features, features)
        self.gate = nn.Linear(features, features)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        gate = torch.sigmoid(self.gate(x))
        return gate * self.activation(self.transform(x)) + (1 - gate) * x


class WordContextProduct(nn.Module):
    """The product of the vectors of a word and of a word in its context."""

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.word = nn.Embedding(num_embeddings, embedding_dim)
        self.context = nn.Embedding(num_embeddings, embedding_dim)

    def forward(self, x: Tensor) -> Tensor:
        product = self.word(x[:, 0]) * self.context(x[:, 1])
        return product.sum(1, keepdim=True)


def identity(x: Tensor) -> Tensor:
    """x itself."""
    return x


def softmax(x: Tensor) -> Tensor:
    """Softmax over the last axis."""
    return F.softmax(x, -1)
