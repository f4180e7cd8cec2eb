"""Activations with parameters, and those with weights.

Weights have the shape of a sample: one for each place, as in 0.3.3.

Mirrors: keras 0.3.3, layers/advanced_activations.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from .. import backend as K
from .._older import older_order
from ..backend._variable import Variable
from ._base import MaskedLayer


class LeakyReLU(MaskedLayer):
    """x where it is positive, alpha x elsewhere.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, LeakyReLU.
    """

    config_fields: ClassVar = ("alpha",)

    def __init__(self, alpha: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.relu(x, alpha=self.alpha)


class PReLU(MaskedLayer):
    """x where it is positive, alphas x elsewhere; the alphas are learned.

    Args:
        init: name or function, how the alphas start.
        weights: list of one array to start from.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, PReLU.
    """

    config_fields: ClassVar = ("init",)
    alphas: Variable

    @older_order(None, "init", "weights", at=0)
    def __init__(self, init: Any = "zero", weights: Any = None, **kwargs: Any) -> None:
        self.set_options(init=init, initial_weights=weights)
        super().__init__(**kwargs)

    def build(self) -> None:
        self.alphas = self.init(self.input_shape[1:], name=f"{self.name}_alphas")
        self.trainable_weights = [self.alphas]
        self.finish_build()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.relu(x) + self.alphas * (x - torch.abs(x)) * 0.5


class ELU(MaskedLayer):
    """x where it is positive, alpha (exp(x) - 1) elsewhere.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, ELU.
    """

    config_fields: ClassVar = ("alpha",)

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        negative = (x - torch.abs(x)) * 0.5
        return K.relu(x) + self.alpha * (torch.exp(negative) - 1.0)


class ParametricSoftplus(MaskedLayer):
    """alphas log(1 + exp(betas x)); both are learned.

    Args:
        alpha_init, beta_init: float, where they start.
        weights: list of two arrays to start from.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, ParametricSoftplus.
    """

    config_fields: ClassVar = ("alpha_init", "beta_init")
    alphas: Variable
    betas: Variable

    def __init__(
        self, alpha_init: float = 0.2, beta_init: float = 5.0, weights: Any = None, **kwargs: Any
    ) -> None:
        self.alpha_init = alpha_init
        self.beta_init = beta_init
        self.initial_weights = weights
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = self.input_shape[1:]
        self.alphas = K.variable(self.alpha_init * np.ones(shape), name=f"{self.name}_alphas")
        self.betas = K.variable(self.beta_init * np.ones(shape), name=f"{self.name}_betas")
        self.trainable_weights = [self.alphas, self.betas]
        self.finish_build()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.softplus(self.betas * x) * self.alphas


class ThresholdedLinear(MaskedLayer):
    """x where ``|x| >= theta``, 0 elsewhere.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, ThresholdedLinear.
    """

    config_fields: ClassVar = ("theta",)

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = theta

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return torch.where(torch.abs(x) < self.theta, 0.0, x)


class ThresholdedReLU(MaskedLayer):
    """x where x > theta, 0 elsewhere.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, ThresholdedReLU.
    """

    config_fields: ClassVar = ("theta",)

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = theta

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return torch.where(x > self.theta, x, 0.0)


ThresholdedReLu = ThresholdedReLU  # its name in 0.1.3


class SReLU(MaskedLayer):
    """x between two thresholds, a line of another slope beyond each; all are learned.

    The right threshold is ``t_left + |t_right|``, so it never comes before the left one.

    Args:
        t_left_init, a_left_init, t_right_init, a_right_init: names or functions, how the
            thresholds t and the slopes a start.

    Mirrors: keras 0.3.3, layers/advanced_activations.py, SReLU.
    """

    config_fields: ClassVar = ("t_left_init", "a_left_init", "t_right_init", "a_right_init")
    t_left: Variable
    a_left: Variable
    t_right: Variable
    a_right: Variable

    def __init__(
        self,
        t_left_init: Any = "zero",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "one",
        **kwargs: Any,
    ) -> None:
        self.set_options(
            t_left_init=t_left_init,
            a_left_init=a_left_init,
            t_right_init=t_right_init,
            a_right_init=a_right_init,
        )
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = self.input_shape[1:]
        self.t_left = self.t_left_init(shape, name=f"{self.name}_t_left")
        self.a_left = self.a_left_init(shape, name=f"{self.name}_a_left")
        self.t_right = self.t_right_init(shape, name=f"{self.name}_t_right")
        self.a_right = self.a_right_init(shape, name=f"{self.name}_a_right")
        self.trainable_weights = [self.t_left, self.a_left, self.t_right, self.a_right]

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        right = self.t_left + torch.abs(self.t_right)
        below = self.t_left + K.relu(x - self.t_left, self.a_left, right - self.t_left)
        return below + K.relu(x - right) * self.a_right

    def get_config(self) -> dict[str, Any]:
        # 0.3.3 forgets what Layer would add.
        config = super().get_config()
        return {"name": config["name"], **{field: config[field] for field in self.config_fields}}
