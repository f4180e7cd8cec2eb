"""Theano next to Keras: the FAQ's idioms, and layers and losses written in theano.tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import legacy_keras.theano as theano
import legacy_keras.theano.tensor as T
from legacy_keras.layers.core import Activation, Dense, Dropout, Lambda, Layer
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Sequential
from legacy_keras.optimizers import SGD

rng = np.random.RandomState(0)
X = rng.randn(20, 4).astype("float32")
Y = rng.randn(20, 2).astype("float32")


def make_model(*layers: Layer, loss: Any = "mse") -> Sequential:
    model = Sequential()
    for layer in layers:
        model.add(layer)
    model.compile(SGD(lr=0.1), loss)
    return model


def test_the_output_of_a_layer_inside_is_read_by_theano_function() -> None:
    model = make_model(Dense(3, input_dim=4), Activation("tanh"), Dropout(0.5), Dense(2))

    get = theano.function(
        [model.layers[0].input],
        model.layers[2].get_output(train=False),
        allow_input_downcast=True,
    )

    W, b = model.layers[0].get_weights()
    np.testing.assert_allclose(get(X), np.tanh(X @ W + b), rtol=1e-5, atol=1e-6)


def test_a_model_s_output_and_its_gradients_are_read_by_theano_function() -> None:
    model = make_model(Dense(3, input_dim=4, activation="tanh"), Dense(2))
    output = model.get_output(train=False)

    saliency = theano.function(
        [model.get_input()], T.grad(output[:, 0].sum(), model.layers[0].input)
    )
    by_weights = theano.function([model.get_input()], T.grad(output.sum(), model.trainable_weights))

    W1, b1, W2, _ = model.get_weights()
    slope = 1 - np.tanh(X @ W1 + b1) ** 2
    np.testing.assert_allclose(saliency(X), (slope * W2[:, 0]) @ W1.T, rtol=1e-4, atol=1e-5)
    assert [g.shape for g in by_weights(X)] == [(4, 3), (3,), (3, 2), (2,)]


class TheanoDense(Layer):
    """Dense, as one wrote it then."""

    def __init__(self, output_dim: int, **kwargs: Any) -> None:
        self.output_dim = output_dim
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = (self.input_shape[1], self.output_dim)
        self.W = theano.shared(np.full(shape, 0.1, theano.config.floatX), name="W")
        self.b = theano.shared(np.zeros(self.output_dim, theano.config.floatX), borrow=True)
        self.params = [self.W, self.b]

    @property
    def output_shape(self) -> Any:
        return (self.input_shape[0], self.output_dim)

    def get_output(self, train: bool = False) -> Any:
        return T.tanh(T.dot(self.get_input(train), self.W) + self.b.dimshuffle("x", 0))


class TheanoRNN(TheanoDense):
    """A recurrent layer by theano.scan."""

    def build(self) -> None:
        self.W = theano.shared(np.full((self.input_shape[2], self.output_dim), 0.1, "float32"))
        self.U = theano.shared(np.eye(self.output_dim, dtype="float32") * 0.5)
        self.params = [self.W, self.U]

    def _step(self, x: Any, h: Any, W: Any, U: Any) -> Any:
        return T.tanh(T.dot(x, W) + T.dot(h, U))

    def get_output(self, train: bool = False) -> Any:
        X = self.get_input(train).dimshuffle((1, 0, 2))
        outputs, _ = theano.scan(
            self._step,
            sequences=X,
            outputs_info=T.unbroadcast(T.alloc(0.0, X.shape[1], self.output_dim), 1),
            non_sequences=self.params,
            truncate_gradient=-1,
        )
        return outputs[-1]


def test_a_layer_in_pure_theano_trains_like_ours() -> None:
    theirs = make_model(TheanoDense(3, input_shape=(4,)), Dense(2, init="one"))
    ours = make_model(Dense(3, input_dim=4, activation="tanh"), Dense(2, init="one"))
    ours.set_weights(theirs.get_weights())

    losses = [
        m.fit(X, Y, nb_epoch=3, batch_size=7, shuffle=False, verbose=0).history["loss"]
        for m in (theirs, ours)
    ]

    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert losses[0][-1] < losses[0][0]


def test_a_recurrent_layer_by_scan_trains_through_fit() -> None:
    sequences = rng.randn(20, 5, 3).astype("float32")
    model = make_model(TheanoRNN(4, input_shape=(5, 3)), Dense(2))
    before = model.layers[0].U.get_value()

    losses = model.fit(sequences, Y, nb_epoch=5, verbose=0).history["loss"]

    W, U = model.layers[0].get_weights()
    h = np.zeros((20, 4))
    for t in range(5):
        h = np.tanh(sequences[:, t] @ W + h @ U)
    kernel, bias = model.layers[1].get_weights()
    np.testing.assert_allclose(model.predict(sequences), h @ kernel + bias, rtol=1e-4, atol=1e-5)
    assert losses[-1] < losses[0]
    assert (model.layers[0].U.get_value() != before).any()


def clipped_loss(y_true: Any, y_pred: Any) -> Any:
    return T.maximum(0.0, T.sqr(y_true - y_pred) - 0.01).mean(axis=-1)


USERS: dict[str, Callable[[], Sequential]] = {
    "a loss": lambda: make_model(Dense(2, input_dim=4), loss=clipped_loss),
    "an activation": lambda: make_model(
        Dense(2, input_dim=4, activation=lambda x: T.switch(x > 0, x, 0.1 * x))
    ),
    "a Lambda": lambda: make_model(
        Dense(4, input_dim=4),
        Lambda(lambda x: T.concatenate([x[:, ::-2], T.nnet.sigmoid(x[:, :1])], axis=1), (3,)),
        Dense(2),
    ),
    "a recurrent model with a Lambda": lambda: make_model(
        Lambda(lambda x: x.dimshuffle(0, 1, "x"), (4, 1), input_shape=(4,)), LSTM(3), Dense(2)
    ),
}


@pytest.mark.parametrize("make", USERS.values(), ids=USERS)
def test_what_users_write_in_theano_trains_through_fit(make: Callable[[], Sequential]) -> None:
    model = make()

    losses = model.fit(X, Y, nb_epoch=5, verbose=0).history["loss"]

    assert losses[-1] < losses[0]


def test_a_training_function_of_the_user_s_own_changes_a_model_s_weights() -> None:
    model = make_model(Dense(2, input_dim=4))
    target = T.matrix("target")
    loss = T.mean((model.get_output(train=True) - target) ** 2)
    weights = model.trainable_weights
    updates = [(p, p - 0.1 * g) for p, g in zip(weights, T.grad(loss, weights))]
    step = theano.function([model.get_input(train=True), target], loss, updates=updates)
    twin = make_model(Dense(2, input_dim=4))
    twin.set_weights(model.get_weights())

    losses = [float(step(X, Y)) for _ in range(3)]

    np.testing.assert_allclose(
        losses, [float(twin.train_on_batch(X, Y)[0]) for _ in range(3)], rtol=1e-5
    )
    np.testing.assert_allclose(model.get_weights()[0], twin.get_weights()[0], rtol=1e-5)
