"""Gaussian noise, in training only.

Mirrors: keras 0.3.3, layers/noise.py.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from torch import Tensor

from ._base import MaskedLayer, NoisyLayer


class GaussianNoise(NoisyLayer, MaskedLayer):
    """x + noise of standard deviation ``sigma``.

    Mirrors: keras 0.3.3, layers/noise.py, GaussianNoise.
    """

    config_fields: ClassVar = ("sigma",)

    def __init__(self, sigma: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sigma = sigma

    @property
    def nb_draws(self) -> int:
        return int(self.sigma != 0)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if not self.training or self.sigma == 0:
            return x
        return x + self.stream().normal(x, std=self.sigma)


class GaussianDropout(NoisyLayer, MaskedLayer):
    """x times noise of mean 1 and standard deviation sqrt(p / (1 - p)).

    Args:
        p: float in [0, 1), as in Dropout.

    Mirrors: keras 0.3.3, layers/noise.py, GaussianDropout.
    """

    config_fields: ClassVar = ("p",)

    def __init__(self, p: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.p = p

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if not self.training:
            return x
        return x * self.stream().normal(x, mean=1.0, std=math.sqrt(self.p / (1.0 - self.p)))
