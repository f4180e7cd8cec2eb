"""Layers without weights of their own that work element by element.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from .. import activations
from .._older import older_keywords
from ..backend._random import drop
from ..regularizers import ActivityRegularizer
from ._base import Layer, MaskedLayer, NoisyLayer


class Activation(MaskedLayer):
    """activation(x).

    Shape:
        input: any; for softmax 2D or 3D
        output: the same

    Args:
        activation: name or function of a tensor.

    Mirrors: keras 0.3.3, layers/core.py, Activation.
    """

    config_fields: ClassVar = ("activation",)

    @older_keywords(target=None, beta=None)  # up to 0.3.0, and in its files
    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def prepare(self) -> None:
        shape = self.input_shape
        activations.check_ndim(self.activation, len(shape) if shape else 0)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.activation(x)


class Dropout(NoisyLayer, MaskedLayer):
    """Zero a fraction of the input in training and scale the rest by 1 / (1 - p).

    Shape:
        input: any
        output: the same

    Args:
        p: float in [0, 1), the fraction to drop.

    Raises:
        ValueError: for another ``p``, when the model is compiled as in 0.3.3.

    Mirrors: keras 0.3.3, layers/core.py, Dropout.
    """

    config_fields: ClassVar = ("p",)

    def __init__(self, p: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.p = p

    @property
    def nb_draws(self) -> int:
        return int(self.p > 0.0)

    def prepare(self) -> None:
        if self.p >= 1:
            raise ValueError(f"Dropout level must be in interval [0, 1[; got p={self.p!r}.")
        super().prepare()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.training and self.p > 0.0:
            return drop(x, self.p, self.stream())
        return x


class Masking(MaskedLayer):
    """Mask the time steps whose features all equal ``mask_value``, and set them to 0.

    Shape:
        input: (nb_samples, timesteps, features), floatx
        output: the same, with a mask (nb_samples, timesteps)

    Mirrors: keras 0.3.3, layers/core.py, Masking.
    """

    config_fields: ClassVar = ("mask_value",)

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    @property
    def masks_output(self) -> bool:
        return True

    def forward_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return (x != self.mask_value).any(-1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x * self.forward_mask(x).unsqueeze(-1)


class ActivityRegularization(Layer):
    """Pass the input on and add a penalty on it to the training loss.

    Args:
        l1, l2: float, factors of the absolute and the squared input.

    Mirrors: keras 0.3.3, layers/core.py, ActivityRegularization.
    """

    config_fields: ClassVar = ("l1", "l2")

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.l1 = l1
        self.l2 = l2
        penalty = ActivityRegularizer(l1=l1, l2=l2)
        penalty.set_layer(self)
        self.regularizers = [penalty]
