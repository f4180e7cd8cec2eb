"""The update rules of Keras 0.3.3 that torch.optim has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor


class Optimizer(torch.optim.Optimizer):
    """Base class: goes through the weights that have a gradient."""

    def step(self, closure: Any = None) -> Any:
        loss = None if closure is None else closure()
        with torch.no_grad():
            for group in self.param_groups:
                group["steps"] = group.get("steps", 0) + 1
                for p in group["params"]:
                    if p.grad is not None:
                        self.update(p, p.grad, self.state[p], group)
        return loss

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        """Change a weight p by its gradient g, in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """v = momentum v - lr g, p = p + v. torch.optim.SGD keeps lr out of v.

    With Nesterov p = p + momentum v - lr g. lr is divided by 1 + decay * steps.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "decay": decay,
            "nesterov": nesterov,
        }
        super().__init__(params, defaults)

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        momentum = group["momentum"]
        lr = group["lr"] / (1 + group["decay"] * (group["steps"] - 1))
        v = state.setdefault("v", torch.zeros_like(p))
        v.mul_(momentum).sub_(g, alpha=lr)
        if group["nesterov"]:
            p.add_(v, alpha=momentum).sub_(g, alpha=lr)
        else:
            p.add_(v)


class RMSprop(Optimizer):
    """a = rho a + (1 - rho) g^2, p = p - lr g / sqrt(a + epsilon).

    In torch.optim.RMSprop epsilon stands outside the root.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float, rho: float, epsilon: float
    ) -> None:
        super().__init__(params, {"lr": lr, "rho": rho, "epsilon": epsilon})

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        a = state.setdefault("a", torch.zeros_like(p))
        a.mul_(group["rho"]).addcmul_(g, g, value=1 - group["rho"])
        p.addcdiv_(g, torch.sqrt(a + group["epsilon"]), value=-group["lr"])


class Adagrad(Optimizer):
    """a = a + g^2, p = p - lr g / sqrt(a + epsilon).

    In torch.optim.Adagrad epsilon stands outside the root.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, epsilon: float) -> None:
        super().__init__(params, {"lr": lr, "epsilon": epsilon})

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        a = state.setdefault("a", torch.zeros_like(p))
        a.addcmul_(g, g)
        p.addcdiv_(g, torch.sqrt(a + group["epsilon"]), value=-group["lr"])


class Adam(Optimizer):
    """m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = p - lr_t m / (sqrt(v) + eps).

    lr_t = lr sqrt(1 - b2^t) / (1 - b1^t) at step t. torch.optim.Adam adds epsilon to
    the corrected root sqrt(v / (1 - b2^t)).
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        beta_1: float,
        beta_2: float,
        epsilon: float,
    ) -> None:
        defaults = {"lr": lr, "beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
        super().__init__(params, defaults)

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        b1, b2, t = group["beta_1"], group["beta_2"], group["steps"]
        m = state.setdefault("m", torch.zeros_like(p))
        v = state.setdefault("v", torch.zeros_like(p))
        m.mul_(b1).add_(g, alpha=1 - b1)
        v.mul_(b2).addcmul_(g, g, value=1 - b2)
        lr_t = group["lr"] * (1 - b2**t) ** 0.5 / (1 - b1**t)
        p.addcdiv_(m, v.sqrt() + group["epsilon"], value=-lr_t)


class Adamax(Optimizer):
    """m = b1 m + (1 - b1) g, u = max(b2 u, |g|), p = p - lr_t m / (u + epsilon).

    lr_t = lr / (1 - b1^t) at step t. torch.optim.Adamax has epsilon in the maximum.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        beta_1: float,
        beta_2: float,
        epsilon: float,
    ) -> None:
        defaults = {"lr": lr, "beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
        super().__init__(params, defaults)

    def update(
        self, p: Tensor, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]
    ) -> None:
        b1, b2 = group["beta_1"], group["beta_2"]
        m = state.setdefault("m", torch.zeros_like(p))
        u = state.setdefault("u", torch.zeros_like(p))
        m.mul_(b1).add_(g, alpha=1 - b1)
        torch.maximum(u.mul_(b2), g.abs(), out=u)
        lr_t = group["lr"] / (1 - b1 ** group["steps"])
        p.addcdiv_(m, u + group["epsilon"], value=-lr_t)


def clip_norm(params: Iterable[Tensor], largest_norm: float) -> None:
    """Scale the gradients down if their common norm reaches a limit."""
    grads = list(gradients(params))
    norm = torch.sqrt(sum((g.square().sum() for g in grads), torch.zeros(())))
    for g in grads if norm >= largest_norm else []:
        g.mul_(largest_norm / norm)


def clip_values(params: Iterable[Tensor], largest_value: float) -> None:
    """Limit each number of the gradients."""
    for g in gradients(params):
        g.clamp_(-largest_value, largest_value)


def gradients(params: Iterable[Tensor]) -> Iterator[Tensor]:
    """Return the gradients of those weights that have one."""
    return (p.grad for p in params if p.grad is not None)
