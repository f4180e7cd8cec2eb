"""Batch normalization as Keras 0.3.3 trained it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class _RunningStd(_BatchNorm):
    """Batch normalization that averages standard deviations; torch averages variances.

    For predictions alone, nn.BatchNorm with the same weights does the same: running_var
    + eps is kept equal to the square of what Keras 0.3.3 divides by.
    """

    running_mean: Tensor
    running_var: Tensor
    momentum: float

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        wide = [1, -1] + [1] * (x.ndim - 2)
        others = [axis for axis in range(x.ndim) if axis != 1]
        mean = x.mean(others)
        x = x - mean.view(wide)
        std = torch.sqrt(x.square().mean(others) + self.eps)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            running_std = torch.sqrt(self.running_var + self.eps) - self.eps
            running_std.lerp_(std, self.momentum)
            self.running_var.copy_((running_std + self.eps).square() - self.eps)
        scaled = x / (std + self.eps).view(wide)
        return self.weight.view(wide) * scaled + self.bias.view(wide)


class BatchNorm1d(_RunningStd, nn.BatchNorm1d):
    """nn.BatchNorm1d with the running statistics of Keras 0.3.3."""


class BatchNorm2d(_RunningStd, nn.BatchNorm2d):
    """nn.BatchNorm2d with the running statistics of Keras 0.3.3."""


class BatchNorm3d(_RunningStd, nn.BatchNorm3d):
    """nn.BatchNorm3d with the running statistics of Keras 0.3.3."""


class StdNorm(nn.Module):
    """Batch normalization by feature (axis 1) that divides by running_std + eps."""

    running_mean: Tensor
    running_std: Tensor

    def __init__(self, features: int, eps: float, momentum: float = 0.0) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_std", torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        wide = [1, -1] + [1] * (x.ndim - 2)
        others = [axis for axis in range(x.ndim) if axis != 1]
        mean, std = self.running_mean, self.running_std
        if self.training:
            mean = x.mean(others)
            variance = (x - mean.view(wide)).square().mean(others)
            std = torch.sqrt(variance + self.eps)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_std.lerp_(std, self.momentum)
        scaled = (x - mean.view(wide)) / (std + self.eps).view(wide)
        return self.weight.view(wide) * scaled + self.bias.view(wide)


class SampleNorm(nn.Module):
    """Normalize each sample over its last axis by std + eps, not by sqrt(var + eps)."""

    def __init__(self, features: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        std = torch.sqrt(x.var(-1, correction=0, keepdim=True))
        scaled = (x - x.mean(-1, keepdim=True)) / (std + self.eps)
        return self.weight * scaled + self.bias


class Frozen(nn.Module):
    """A layer that computes as in tests, also while the model trains."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer.eval()

    def train(self, mode: bool = True) -> Frozen:
        super().train(mode)
        self.layer.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layer(x)
        return result
