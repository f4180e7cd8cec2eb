"""Activations that torch lacks, or whose gradients at the corners differ."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def relu(x: Tensor) -> Tensor:
    """max(x, 0). The gradient at 0 is 1/2 as in Theano; torch.relu has 0 there."""
    return (x + x.abs()) / 2


def leaky_relu(x: Tensor, slope: float) -> Tensor:
    """x above 0, slope * x below. The gradient at 0 is the mean of both."""
    return 0.5 * (1 + slope) * x + 0.5 * (1 - slope) * x.abs()


def elu(x: Tensor, alpha: float) -> Tensor:
    """x above 0, alpha (exp(x) - 1) below."""
    return relu(x) + alpha * (torch.exp((x - x.abs()) / 2) - 1)


def hard_sigmoid(x: Tensor) -> Tensor:
    """0.2 x + 0.5, limited to [0, 1]. torch's hardsigmoid has a slope of 1/6."""
    return torch.clamp(0.2 * x + 0.5, 0, 1)


class PReLU(nn.Module):
    """x above 0, weight * x below, with a weight for each place in a sample."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        return relu(x) + self.weight * (x - x.abs()) / 2


class ParametricSoftplus(nn.Module):
    """alpha log(1 + exp(beta x)), with both for each place in a sample."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.full(shape, 0.2))
        self.beta = nn.Parameter(torch.full(shape, 5.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.alpha * F.softplus(self.beta * x)


class SReLU(nn.Module):
    """x between two thresholds, a line of another slope beyond each.

    The right threshold is left + |right|, so it never comes before the left one.
    """

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.left = nn.Parameter(torch.zeros(shape))
        self.left_slope = nn.Parameter(torch.zeros(shape))
        self.right = nn.Parameter(torch.zeros(shape))
        self.right_slope = nn.Parameter(torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        past_left, width = x - self.left, self.right.abs()
        mean, half = (1 + self.left_slope) / 2, (1 - self.left_slope) / 2
        inside = torch.minimum(mean * past_left + half * past_left.abs(), width)
        return self.left + inside + relu(past_left - width) * self.right_slope
