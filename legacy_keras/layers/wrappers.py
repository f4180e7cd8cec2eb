"""A layer applied to each time step.

Mirrors: keras 0.3.3, layers/wrappers.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._errors import ArgumentError
from .._settings import settings
from ._base import Layer, MaskedLayer, Shape


class TimeDistributed(MaskedLayer):
    """Apply a layer to each time step.

    Shape:
        input: (nb_samples, timesteps, ...)
        output: (nb_samples, timesteps, ...), the layer's output for each step

    With a fixed batch size the steps are taken one after another, and where the mask is
    0 the step before is repeated. Otherwise all steps go through the layer as one batch;
    as in 0.3.3 the layer is then in test mode, also while the model trains.

    Args:
        layer: the layer; its input shape follows from this one's.

    Raises:
        ValueError: for input of fewer than three axes.

    Mirrors: keras 0.3.3, layers/wrappers.py, TimeDistributed.
    """

    layer: Layer

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        self.layer = layer
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = self.input_shape
        if len(shape) < 3:
            raise ArgumentError(
                "TimeDistributed expects (nb_samples, timesteps, ...), at least 3 axes; got "
                f"the shape {shape}."
            )
        self.layer.set_input_shape((shape[0], *shape[2:]))
        self.layer.build()
        weights, self.regularizers, self.constraints, updates = self.layer.get_params()
        self.trainable_weights = weights
        self.non_trainable_weights = self.layer.non_trainable_weights
        self.updates = [(v, value) for v, value in updates if value is not v]

    def updating_layers(self) -> list[Layer]:
        if settings.update_merged:
            return self.layer.updating_layers()
        return super().updating_layers()

    @property
    def output_shape(self) -> Shape:
        nb_samples, *sizes = self.layer.output_shape
        return nb_samples, self.input_shape[1], *sizes

    def prepare(self) -> None:
        if self.input_shape[0]:
            self.layer.prepare()

    def train(self, mode: bool = True) -> TimeDistributed:
        super().train(mode)
        self.layer.train(mode and bool(self.input_shape[0]))
        return self

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if not self.input_shape[0]:
            steps = self.layer(x.flatten(0, 1))
            return steps.unflatten(0, x.shape[:2])
        outputs: list[Tensor] = []
        for t in range(x.shape[1]):
            y = self.layer(x[:, t])
            if mask is not None:
                before = outputs[-1] if outputs else torch.zeros_like(y)
                y = torch.where(mask[:, t].view(-1, *[1] * (y.ndim - 1)), y, before)
            outputs.append(y)
        return torch.stack(outputs, 1)

    def get_weights(self) -> list[np.ndarray]:
        return self.layer.get_weights()

    def set_weights(self, weights: Sequence[Any]) -> None:
        self.layer.set_weights(weights)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layer": self.layer.get_config()}
