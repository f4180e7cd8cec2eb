"""Batch normalization as 0.3.3 computes it, and LRN2D, which 0.3.1 dropped.

Mirrors: keras 0.3.3, layers/normalization.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from .. import backend as K
from .._older import older_order
from ..backend._nn import own_backward
from ..backend._variable import Variable
from ._base import Layer


class _Normalize(torch.autograd.Function):
    """gamma (x - mean) / (std + epsilon) + beta, and the mean and std, which have no gradients.

    x has its features on axis 1. The backward pass is that of torch's batch normalization. There,
    one number stands for std and for std + epsilon: their geometric mean, with the rest of both
    in gamma, gives the gradients of this formula.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, epsilon: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        others, wide = [0, *range(2, x.ndim)], (-1, *[1] * (x.ndim - 2))
        mean = x.mean(others)
        centred = x - mean.view(wide)
        std = centred.square().mean(others).add_(epsilon).sqrt_()
        y = torch.addcmul(beta.view(wide), centred, (gamma / (std + epsilon)).view(wide))
        ctx.save_for_backward(x, gamma, mean, std)
        ctx.epsilon = epsilon
        ctx.mark_non_differentiable(mean, std)
        return y, mean, std

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        x, gamma, mean, std = ctx.saved_tensors
        divisor = std + ctx.epsilon
        rest = torch.sqrt(std / divisor)
        dx, dgamma, dbeta = torch.ops.aten.native_batch_norm_backward(
            grads[0],
            x,
            torch.mul(gamma, rest),  # an operator would be recorded outside of a step
            None,
            None,
            mean,
            torch.rsqrt(std * divisor),
            True,
            ctx.epsilon,
            [True, True, True],
        )
        return dx, dgamma * rest, dbeta, None


class BatchNormalization(Layer):
    """gamma (x - mean) / (std + epsilon) + beta.

    Mode 0 takes mean and std of each feature over the batch, and in tests their running
    averages. Mode 1 takes them of each sample over its features. The std of mode 0 is
    sqrt(mean((x - mean)^2) + epsilon): epsilon comes in twice, and the running statistic
    is the std, not the variance of later Kerases and of torch.

    Shape:
        input: any, with the size of ``axis`` fixed
        output: the same
        gamma, beta, running_mean, running_std: (input_shape[axis],)

    Args:
        epsilon: float > 0.
        mode: 0 or 1.
        axis: int, the features of mode 0: 1 for channels of images in "th" order.
        momentum: float in [0, 1], how much of the running statistics stays at a batch.
        weights: list of four arrays to start from: gamma, beta, running mean and std.

    Mirrors: keras 0.3.3, layers/normalization.py, BatchNormalization.
    """

    config_fields: ClassVar = ("epsilon", "mode", "axis", "momentum")
    gamma: Variable
    beta: Variable
    running_mean: Variable
    running_std: Variable

    @older_order(None, "epsilon", "mode", "momentum", "weights", at=0)
    def __init__(
        self,
        epsilon: float = 1e-6,
        mode: int = 0,
        axis: int = -1,
        momentum: float = 0.9,
        weights: Any = None,
        beta_init: Any = "zero",
        gamma_init: Any = "one",
        **kwargs: Any,
    ) -> None:
        if mode not in (0, 1):
            raise ValueError(
                f"BatchNormalization got mode={mode!r}; expected 0, by feature, or 1, by sample."
            )
        self.epsilon = epsilon
        self.mode = mode
        self.axis = axis
        self.momentum = momentum
        self.set_options(beta_init=beta_init, gamma_init=gamma_init, initial_weights=weights)
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = (self.input_shape[self.axis],)
        self.gamma = self.gamma_init(shape, name=f"{self.name}_gamma")
        self.beta = self.beta_init(shape, name=f"{self.name}_beta")
        self.trainable_weights = [self.gamma, self.beta]
        self.running_mean = K.zeros(shape, name=f"{self.name}_running_mean")
        self.running_std = K.ones(shape, name=f"{self.name}_running_std")
        self.non_trainable_weights = [self.running_mean, self.running_std]
        if self.mode == 0:
            self.updates = [(w, w) for w in self.non_trainable_weights]
        self.finish_build()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return self._by_feature(x) if self.mode == 0 else self._by_sample(x)

    def _by_feature(self, x: Tensor) -> Tensor:
        axis = self.axis % x.ndim
        if self.training and own_backward():
            rows = x.flatten(0, -2) if axis == x.ndim - 1 else x.movedim(axis, 1)
            y, mean, std = _Normalize.apply(rows, self.gamma, self.beta, self.epsilon)
            self._keep_statistics(mean, std)
            return y.view(x.shape) if axis == x.ndim - 1 else y.movedim(1, axis)
        others = [a for a in range(x.ndim) if a != axis]
        wide = [-1 if a == axis else 1 for a in range(x.ndim)]  # broadcast along the others
        if self.training:
            mean = torch.mean(x, others)
            centred = x - mean.view(wide)
            std = torch.sqrt(torch.mean(torch.square(centred), others) + self.epsilon)
            self._keep_statistics(mean.detach(), std.detach())
        else:
            centred = x - self.running_mean.view(wide)
            std = self.running_std
        scaled = centred / (std.view(wide) + self.epsilon)
        return self.gamma.view(wide) * scaled + self.beta.view(wide)

    def _keep_statistics(self, mean: Tensor, std: Tensor) -> None:
        old, new = self.momentum, 1 - self.momentum
        self.pending_updates = [
            (self.running_mean, old * self.running_mean.detach() + new * mean),
            (self.running_std, old * self.running_std.detach() + new * std),
        ]

    def _by_sample(self, x: Tensor) -> Tensor:
        scaled = (x - K.mean(x, -1, keepdims=True)) / (K.std(x, -1, keepdims=True) + self.epsilon)
        return self.gamma * scaled + self.beta


class LRN2D(Layer):
    """x / (k + alpha sum(x^2))^beta, the sum over ``n`` neighbouring channels.

    Shape:
        input: (nb_samples, channels, rows, cols), floatx
        output: the same

    Args:
        alpha, k, beta: float.
        n: odd int, the channel itself and (n - 1) / 2 on either side, as far as there are.

    Raises:
        ValueError: if n is even.

    Mirrors: keras 0.2.0, layers/normalization.py, LRN2D (dropped in 0.3.1, and broken in
    0.3.0).
    """

    input_ndim = 4
    config_fields: ClassVar = ("alpha", "k", "beta", "n")

    def __init__(
        self, alpha: float = 1e-4, k: float = 2, beta: float = 0.75, n: int = 5, **kwargs: Any
    ) -> None:
        if n % 2 == 0:
            raise ValueError(
                f"LRN2D only works with odd n, as many channels on either side; got n={n!r}."
            )
        super().__init__(**kwargs)
        self.alpha = alpha
        self.k = k
        self.beta = beta
        self.n = n

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        # torch takes alpha times the mean, not the sum.
        return F.local_response_norm(x, self.n, self.alpha * self.n, self.beta, self.k)
