"""Activations and cross-entropies of K, over torch tensors.

Gradients at the corners are Theano's: half a step at relu's zero, all of it at the bounds
of a clip. Biases start at zero and images have black corners, so the corners do occur.

Mirrors: keras 0.3.3, backend/theano_backend.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from .._symbolic.mode import mode
from .common import CLIP

aten: Any = torch.ops.aten

HALF = torch.tensor(0.5)


def own_backward() -> bool:
    """Whether layers may compute by functions that have a backward pass written by hand.

    They may not in a graph of ``torch.compile``, which sees through plain operations only, nor
    where autocast chooses the dtype of each.
    """
    autocast = torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")
    return not (autocast or torch.compiler.is_compiling())


class _Relu(torch.autograd.Function):
    """max(x, 0), the gradient at 0 being 1/2: Theano computes it as (x + |x|) / 2."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.clamp_min(x, 0)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope = torch.sign(x)
        return torch.add(HALF, slope, alpha=0.5, out=slope).mul_(grads[0])


# Up to the one size and from the other it is cheaper to look for zeros than to leave torch's
# own function: for small tensors calls cost most, for large ones new memory.
SMALL, LARGE = 1 << 15, 1 << 20


def _plain_relu(x: Tensor, to_spare: bool = False) -> Tensor:
    if not (x.requires_grad and torch.is_grad_enabled()) or _has_no_zero(x):
        # Without a zero, the gradients are the same.
        return x.relu_() if to_spare and x.numel() >= LARGE else torch.relu(x)
    result: Tensor = _Relu.apply(x)
    return result


def _has_no_zero(x: Tensor) -> bool:
    """Whether ``x`` is known to have no zero; it is looked at where that pays."""
    pays = x.is_cpu and not SMALL < x.numel() < LARGE
    if not pays or mode.recorded or torch.compiler.is_compiling():
        return False
    return x.count_nonzero().item() == x.numel()


def relu_(x: Tensor) -> Tensor:
    """Return max(x, 0) for a tensor that nobody else holds, in its memory where that pays."""
    return _plain_relu(x, to_spare=True)


def relu(x: Tensor, alpha: Any = 0.0, max_value: Any = None) -> Tensor:
    """Return ``x`` where it is positive and ``alpha * x`` elsewhere, at most ``max_value``."""
    if isinstance(alpha, Tensor) or alpha != 0.0:
        x = (0.5 * (1 + alpha)) * x + (0.5 * (1 - alpha)) * torch.abs(x)
    else:
        x = _plain_relu(x)
    if max_value is None:
        return x
    from ._math import minimum

    return minimum(x, max_value)


def softmax(x: Tensor) -> Tensor:
    """Softmax over the last axis.

    While gradients are recorded the result keeps ``x`` as its ``logits``, for
    `mean_categorical_crossentropy`.
    """
    y = torch.softmax(x, -1)
    if y.requires_grad and not torch.compiler.is_compiling():
        y.logits = x  # type: ignore[attr-defined]
    return y


def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x))."""
    return F.softplus(x)


def sigmoid(x: Tensor) -> Tensor:
    return torch.sigmoid(x)


def hard_sigmoid(x: Tensor) -> Tensor:
    """0.2 x + 0.5, limited to [0, 1]."""
    return torch.clamp(torch.add(HALF, x, alpha=0.2), 0.0, 1.0)


def tanh(x: Tensor) -> Tensor:
    return torch.tanh(x)


def l2_normalize(x: Tensor, axis: int) -> Tensor:
    """Divide by the Euclidean norm along ``axis``."""
    return x / torch.sqrt(torch.sum(torch.square(x), axis, keepdim=True))


class _SoftmaxCrossentropy(torch.autograd.Function):
    """The mean cross-entropy of clipped softmax outputs, as a function of their logits.

    Its gradient is ``(probability - target) / nb_samples`` where nothing is clipped, without
    going back through mean, logarithm, clip, scaling and softmax one by one.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, probabilities: Tensor, target: Tensor) -> Tensor:
        probabilities = probabilities / probabilities.sum(-1, keepdim=True)
        clipped = probabilities.clamp(CLIP, 1.0 - CLIP)
        ctx.save_for_backward(probabilities, clipped, target)
        ctx.nb_rows = target[..., 0].numel()
        return torch.dot(target.flatten(), clipped.log().flatten()).div_(-ctx.nb_rows)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        probabilities, clipped, target = ctx.saved_tensors
        kept = target * (probabilities == clipped)  # what the clip changes has no gradient
        grad = (probabilities * kept.sum(-1, keepdim=True)).sub_(kept)
        return grad.mul_(grads[0] / ctx.nb_rows), None, None


def mean_categorical_crossentropy(output: Tensor, target: Tensor) -> Tensor:
    """Return the mean of `categorical_crossentropy`, in one go if it follows a softmax."""
    logits = getattr(output, "logits", None)
    if logits is None or target.shape != output.shape or target.requires_grad:
        return categorical_crossentropy(output, target).mean()
    result: Tensor = _SoftmaxCrossentropy.apply(logits, output.detach(), target)
    return result


def categorical_crossentropy(output: Tensor, target: Tensor, from_logits: bool = False) -> Tensor:
    """Cross-entropy of class probabilities, over the last axis.

    Args:
        output: probabilities, scaled to sum to 1; logits if ``from_logits``.
        target: the same shape, or one axis fewer with class numbers.
    """
    if from_logits:
        output = torch.clamp(softmax(output), CLIP, 1.0 - CLIP)
    else:
        output = torch.clamp(output / output.sum(-1, keepdim=True), CLIP, 1.0 - CLIP)
    if target.ndim == output.ndim - 1:
        return -torch.log(output).gather(-1, target.long().unsqueeze(-1)).squeeze(-1)
    return -torch.sum(target * torch.log(output), -1)


def binary_crossentropy(output: Tensor, target: Tensor, from_logits: bool = False) -> Tensor:
    """Cross-entropy of each probability in ``output`` with ``target``, element by element."""
    if from_logits:
        output = sigmoid(output)
    output = torch.clamp(output, CLIP, 1.0 - CLIP)
    return -(target * torch.log(output) + (1.0 - target) * torch.log(1.0 - output))


# The numbers next to what a probability is clipped to: torch's kernel leaves its bounds out.
BEYOND_CLIP = {
    dtype: (
        float(np.nextafter(of_numpy(CLIP), of_numpy(-np.inf))),
        float(np.nextafter(of_numpy(1.0 - CLIP), of_numpy(np.inf))),
    )
    for dtype, of_numpy in ((torch.float32, np.float32), (torch.float64, np.float64))
}


class _BinaryCrossentropy(torch.autograd.Function):
    """The mean binary cross-entropy of clipped outputs, in a third of the passes over them."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, target: Tensor) -> Tensor:
        clipped = output.clamp(CLIP, 1.0 - CLIP)
        ctx.save_for_backward(output, clipped, target)
        return (1.0 - clipped).log_().lerp_(clipped.log(), target).mean().neg_()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        output, clipped, target = ctx.saved_tensors
        grad = aten.binary_cross_entropy_backward(grads[0], clipped, target, None, 1)
        # What the clip changes has no gradient.
        low, high = BEYOND_CLIP[output.dtype]
        return aten.hardtanh_backward(grad, output, low, high, grad_input=grad), None


def mean_binary_crossentropy(output: Tensor, target: Tensor) -> Tensor:
    """Return the mean of `binary_crossentropy`, in one go where only outputs have gradients."""
    alike = target.shape == output.shape and target.dtype == output.dtype
    if not alike or target.requires_grad or output.dtype not in BEYOND_CLIP:
        return binary_crossentropy(output, target).mean()
    result: Tensor = _BinaryCrossentropy.apply(output, target)
    return result
