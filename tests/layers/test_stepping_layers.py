"""Recurrent layers that a user writes by ``step``, as 0.3.3 wrote its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_models import assert_same

from legacy_keras import activations, initializations
from legacy_keras import backend as K
from legacy_keras.layers.core import Masking
from legacy_keras.layers.recurrent import Recurrent, SimpleRNN
from legacy_keras.models import Sequential


class Stepping(Recurrent):
    """What SimpleRNN computes, by step, preprocess_input and get_constants."""

    def __init__(self, output_dim: int, **kwargs: Any) -> None:
        self.output_dim = output_dim
        self.init = initializations.get("glorot_uniform")
        self.inner_init = initializations.get("orthogonal")
        self.activation = activations.get("tanh")
        super().__init__(**kwargs)

    def build(self) -> None:
        self.input_dim = self.input_shape[2]
        if self.stateful:
            self.reset_states()
        else:
            self.states = [None]
        self.W = self.init((self.input_dim, self.output_dim))
        self.U = self.inner_init((self.output_dim, self.output_dim))
        self.b = K.zeros((self.output_dim,))
        self.trainable_weights = [self.W, self.U, self.b]

    def preprocess_input(self, x: Any, train: bool = False) -> Any:
        return K.dot(x, self.W) + self.b

    def get_constants(self, x: Any, train: bool = False) -> list[Any]:
        return [K.ones_like(self.b)]

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        h, ones = states
        output = self.activation(x + K.dot(h * ones, self.U))
        return output, [output]


def model_of(cls: type, **kwargs: Any) -> Sequential:
    """Return a compiled model whose recurrent layer reads a masked sequence."""
    np.random.seed(3)
    model = Sequential([Masking(batch_input_shape=(4, 5, 3)), cls(2, **kwargs)])
    model.compile("sgd", "mse")
    return model


OPTIONS = {
    "plain": {},
    "backwards": {"go_backwards": True},
    "stateful": {"stateful": True},
    "with sequences": {"return_sequences": True},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_layer_by_step_trains_and_predicts_as_the_built_in_one(options: Any) -> None:
    X = np.random.RandomState(0).normal(size=(8, 5, 3)).astype("float32")
    X[::2, 3:] = 0
    written = model_of(Stepping, **options)
    built_in = model_of(SimpleRNN, **options)
    assert_same(written.get_weights(), built_in.get_weights())
    y = np.zeros(np.shape(built_in.predict(X, batch_size=4)))
    built_in.reset_states()

    history = [
        m.fit(X, y, 4, 2, verbose=0, shuffle=False).history["loss"] for m in (written, built_in)
    ]

    np.testing.assert_allclose(history[0], history[1], rtol=1e-5)
    for a, b in zip(written.get_weights(), built_in.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        written.predict(X, batch_size=4), built_in.predict(X, batch_size=4), rtol=1e-5
    )
