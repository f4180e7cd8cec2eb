"""Layers, Lambdas and activations of a user's come along by what was recorded of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras._export.models import written
from legacy_keras._export.writing import ExportError
from legacy_keras.layers import containers
from legacy_keras.layers.core import Activation, Dense, Lambda, Layer, MaskedLayer, Masking, Merge
from legacy_keras.layers.recurrent import GRU, LSTM, Recurrent
from legacy_keras.models import Sequential


class Scale(Layer):
    """Has a weight, and drops in training."""

    def build(self) -> None:
        self.s = K.variable(np.random.uniform(size=self.input_shape[1:]))
        self.trainable_weights = [self.s]

    def get_output(self, train: bool = False) -> Any:
        X = self.get_input(train)
        if train:
            X = K.dropout(X, 0.5)
        return X * self.s


class Attention(Layer):
    """Reduces, divides and multiplies by K."""

    input_ndim = 3

    def build(self) -> None:
        self.W = K.variable(np.random.uniform(size=(self.input_shape[2], 1)))
        self.trainable_weights = [self.W]

    @property
    def output_shape(self) -> Any:
        return self.input_shape[0], self.input_shape[2]

    def get_output(self, train: bool = False) -> Any:
        X = self.get_input(train)
        e = K.exp(K.tanh(K.dot(X, self.W)))
        return K.sum(X * (e / K.sum(e, axis=1, keepdims=True)), axis=1)


class TheanoWay(Layer):
    """Writes as for Theano: dimshuffle, comparisons, shapes, slices."""

    def get_output(self, train: bool = False) -> Any:
        x = self.get_input(train)
        y = x.dimshuffle(0, "x", 1).sum(axis=1)
        z = (y > 0) * y
        return z.reshape((x.shape[0], x.shape[1])) ** 2 + x[:, ::-1] - x.T.T


class TanhDense(Dense):
    """A layer of ours, with something after it."""

    def get_output(self, train: bool = False) -> Any:
        return K.tanh(super().get_output(train))


class Counter(Layer):
    """Counts training batches by an update."""

    def build(self) -> None:
        self.count = K.zeros((1,))
        self.non_trainable_weights = [self.count]
        self.updates = [(self.count, self.count + 1.0)]

    def get_output(self, train: bool = False) -> Any:
        return self.get_input(train) + self.count


class Summing(Recurrent):
    """Steps by K.rnn."""

    def __init__(self, **kwargs: Any) -> None:
        self.output_dim = 3
        super().__init__(**kwargs)

    def build(self) -> None:
        self.input_dim = 3
        self.states = [None]
        self.U = K.variable(np.random.uniform(size=(3, 3)))
        self.trainable_weights = [self.U]

    def step(self, x: Any, states: Any) -> Any:
        y = x + K.dot(states[0], self.U)
        return y, [y]


class TwiceGRU(GRU):
    """Another step for a layer of ours."""

    def step(self, x: Any, states: Any) -> Any:
        output, states = super().step(x, states)
        return output * 2.0, states


class NextMask(MaskedLayer):
    """Makes a mask of its own."""

    def get_output(self, train: bool = False) -> Any:
        return self.get_input(train) * 1.0

    def get_output_mask(self, train: bool = False) -> Any:
        return K.not_equal(K.sum(self.get_input(train), axis=-1), 0.0)


def swish(x: Any) -> Any:
    return x * K.sigmoid(x)


MODELS: dict[str, tuple[Callable[[], Sequential], tuple[int, ...]]] = {
    "weights and dropout": (lambda: Sequential([Scale(input_shape=(3,)), Scale()]), (3,)),
    "reductions": (lambda: Sequential([Attention(input_shape=(4, 3)), Dense(2)]), (4, 3)),
    "Theano": (lambda: Sequential([TheanoWay(input_shape=(3,))]), (3,)),
    "one of ours inside": (lambda: Sequential([TanhDense(4, input_dim=3), TanhDense(2)]), (3,)),
    "steps": (lambda: Sequential([Summing(input_shape=(4, 3))]), (4, 3)),
    "masked steps": (
        lambda: Sequential([Masking(input_shape=(4, 3)), Summing(return_sequences=True)]),
        (4, 3),
    ),
    "backward steps": (
        lambda: Sequential([Summing(input_shape=(4, 3), go_backwards=True)]),
        (4, 3),
    ),
    "derived from GRU": (lambda: Sequential([TwiceGRU(3, input_shape=(4, 3))]), (4, 3)),
    "mask": (lambda: Sequential([NextMask(input_shape=(4, 3)), LSTM(3)]), (4, 3)),
    "activation": (lambda: Sequential([Dense(3, input_dim=3, activation=swish)]), (3,)),
    "Lambda": (
        lambda: Sequential(
            [
                Lambda(
                    lambda x: K.concatenate([x, x**2], axis=1),
                    output_shape=lambda shape: (shape[0], 2 * shape[1]),
                    input_shape=(3,),
                ),
                Activation(lambda x: K.maximum(x, 0.1)),
            ]
        ),
        (3,),
    ),
    "Lambda in training": (
        lambda: Sequential(
            [Lambda(lambda x, train=False: x * (2.0 if train else 3.0), input_shape=(3,))]
        ),
        (3,),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_users_layer_computes_the_same(name: str) -> None:
    build, sample = MODELS[name]
    np.random.seed(0)
    model = build()
    model.compile("sgd", "mse")
    module = model.to_torch()
    x = torch.randn(5, *sample)
    if len(sample) == 2:
        x[0, 2:] = 0

    for train in (False, True):
        model.train(train)
        module.train(train)
        torch.testing.assert_close(module(x), model(x))


def test_updates_of_a_users_layer_are_applied_in_training_only() -> None:
    model = Sequential([Counter(input_shape=(3,))])
    model.compile("sgd", "mse")
    module: Any = model.to_torch()

    for train in (True, True, False):
        module.train(train)(torch.zeros(1, 3))

    assert module.counter_1.count.item() == 2.0


def test_the_users_line_stands_above_what_it_became() -> None:
    source = written(Sequential([Attention(input_shape=(4, 3))])).source

    assert "# test_users_layers.py, line " in source
    assert "= x @ self.W" in source


def test_two_layers_of_a_class_share_its_source() -> None:
    source = written(Sequential([Scale(input_shape=(3,)), Scale()])).source

    assert source.count("class Scale(nn.Module)") == 1
    assert "self.scale_2 = Scale()" in source


# Refusals


class ByTorch(Layer):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x * 2


class Inverting(Layer):
    def get_output(self, train: bool = False) -> Any:
        return K.argmax(self.get_input(train), axis=-1).argsort()


class AlwaysDropping(Layer):
    def get_output(self, train: bool = False) -> Any:
        return K.dropout(self.get_input(train), 0.5)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ByTorch(input_shape=(3,)), "ByTorch cannot be exported: ByTorch.forward is PyTor"),
        (lambda: Inverting(input_shape=(3,)), r"Inverting cannot be exported: argsort\(\) has no"),
        (lambda: AlwaysDropping(input_shape=(3,)), "draws dropout also in tests"),
        (
            lambda: LSTM(3, input_shape=(4, 3), truncate_gradient=2, name="memory"),
            "LSTM 'memory' cannot be exported: truncate_gradient=2",
        ),
        (
            lambda: Merge(
                [
                    containers.Sequential([LSTM(3, batch_input_shape=(2, 4, 3), stateful=True)]),
                    containers.Sequential([Dense(3, batch_input_shape=(2, 3))]),
                ]
            ),
            "stateful in a container",
        ),
    ],
    ids=["PyTorch", "no counterpart", "noise in tests", "truncated", "states in a container"],
)
def test_what_cannot_be_written_is_refused_by_name(
    build: Callable[[], Layer], message: str
) -> None:
    with pytest.raises(ExportError, match=message):
        Sequential([build()]).to_torch()
