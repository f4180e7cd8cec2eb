"""An encoder and a decoder as one layer.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from torch import Tensor

from .._older import older_keywords
from ._base import Layer, Shape
from ._merge import JoiningLayer, set_weights_in_turn


class AutoEncoder(JoiningLayer):
    """decoder(encoder(x)), or encoder(x) alone.

    Args:
        encoder, decoder: layers or containers; the encoder has an input shape.
        output_reconstruction: whether the output is the decoder's; compile the model
            again after changing it. Without, the decoder is not trained.
        weights: list of arrays to start from, the encoder's first.

    Mirrors: keras 0.3.3, layers/core.py, AutoEncoder.
    """

    encoder: Layer
    decoder: Layer

    @older_keywords(tie_weights=None)  # 0.1
    def __init__(
        self,
        encoder: Layer,
        decoder: Layer,
        output_reconstruction: bool = True,
        weights: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._output_reconstruction = output_reconstruction
        self.encoder = encoder
        self.decoder = decoder
        if output_reconstruction:
            decoder.set_previous(encoder)
        if weights is not None:
            self.set_weights(weights)
        super().__init__(**kwargs)
        self.build()

    @property
    def output_reconstruction(self) -> bool:
        """Whether the output is the decoder's."""
        return self._output_reconstruction

    @output_reconstruction.setter
    def output_reconstruction(self, value: bool) -> None:
        self._output_reconstruction = value
        self.build()

    def _parts(self) -> list[Layer]:
        return [self.encoder, self.decoder] if self.output_reconstruction else [self.encoder]

    def build(self) -> None:
        self.branches = self._parts()
        self.collect_params(self.branches)

    def set_previous(self, layer: Layer, reset_weights: bool = True) -> None:
        self.encoder.set_previous(layer, reset_weights)
        if reset_weights:
            self.build()

    def get_input(self, train: bool = False) -> Any:
        return self.encoder.get_input(train)

    def feeding(self, X: Any, mask: Any) -> AbstractContextManager[Any]:
        return self.encoder.feeding(X, mask)

    def get_output(self, train: bool = False) -> Any:
        return self._parts()[-1].get_output(train)

    @property
    def input_layers(self) -> list[Layer]:
        return self.encoder.input_layers

    @property
    def input_shape(self) -> Shape:
        return self.encoder.input_shape

    @property
    def output_shape(self) -> Shape:
        return self._parts()[-1].output_shape

    def prepare(self) -> None:
        for part in self._parts():
            part.prepare()

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        hidden = self.encoder(x, mask)
        return self.decoder(hidden) if self.output_reconstruction else hidden

    def get_weights(self) -> list[np.ndarray]:
        return self.encoder.get_weights() + self.decoder.get_weights()

    def set_weights(self, weights: Sequence[Any]) -> None:
        set_weights_in_turn([self.encoder, self.decoder], weights)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": type(self).__name__,
            "encoder_config": self.encoder.get_config(),
            "decoder_config": self.decoder.get_config(),
            "output_reconstruction": self.output_reconstruction,
        }
