"""Pooling with Theano's gradients and its padding."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .dense import largest


class MaxPool1d(nn.MaxPool1d):
    """nn.MaxPool1d; in training each of several largest numbers has the gradient."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        return largest(windows(x, self.kernel_size, self.stride))


class MaxPool2d(nn.MaxPool2d):
    """nn.MaxPool2d; in training each of several largest numbers has the gradient."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        return largest(windows(x, self.kernel_size, self.stride))


class MaxPool3d(nn.MaxPool3d):
    """nn.MaxPool3d; in training each of several largest numbers has the gradient."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        return largest(windows(x, self.kernel_size, self.stride))


def windows(
    x: Tensor, size: int | Sequence[int], stride: int | Sequence[int]
) -> Tensor:
    """Return what is in each window, along a new last axis."""
    nb_axes = x.ndim - 2
    sizes = [size] * nb_axes if isinstance(size, int) else list(size)
    strides = [stride] * nb_axes if isinstance(stride, int) else list(stride)
    for axis, (n, step) in enumerate(zip(sizes, strides, strict=True), 2):
        x = x.unfold(axis, n, step)
    return x.flatten(-nb_axes)


class PaddedAvgPool2d(nn.AvgPool2d):
    """nn.AvgPool2d with any padding, which does not count in the averages.

    The padding is (left, right, top, bottom).
    """

    padding: tuple[int, int, int, int]  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        inside = F.pad(torch.ones_like(x[:1, :1]), self.padding)
        sums = F.avg_pool2d(F.pad(x, self.padding), self.kernel_size, self.stride)
        return sums / F.avg_pool2d(inside, self.kernel_size, self.stride)
