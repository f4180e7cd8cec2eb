"""Small models and data that tests of models and training share."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from legacy_keras import optimizers
from legacy_keras.callbacks import Callback
from legacy_keras.layers.core import Dense
from legacy_keras.models import Graph, Sequential


def classifier(optimizer: Any = "sgd", loss: Any = "categorical_crossentropy") -> Sequential:
    """Return a compiled model from 4 numbers to the probabilities of 3 classes."""
    model = Sequential()
    model.add(Dense(5, input_dim=4, activation="tanh"))
    model.add(Dense(3, activation="softmax"))
    model.compile(optimizer, loss)
    return model


def classes(nb_sample: int = 16, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and one-hot targets for it."""
    rng = np.random.RandomState(seed)
    return rng.normal(size=(nb_sample, 4)), np.eye(3)[rng.randint(0, 3, nb_sample)]


def line(optimizer: Any = "sgd", loss: Any = "mse", **options: Any) -> Sequential:
    """Return a compiled model of one weight and one bias."""
    model = Sequential([Dense(1, input_dim=1, init="one")])
    model.compile(optimizer, loss, **options)
    return model


def two_outputs(**options: Any) -> Graph:
    """Return a compiled Graph with inputs a, b and outputs class (3) and number (1)."""
    graph = Graph()
    graph.add_input(name="a", input_shape=(4,))
    graph.add_input(name="b", input_shape=(2,))
    graph.add_node(Dense(5, activation="tanh"), name="hidden", inputs=["a", "b"])
    graph.add_node(Dense(3, activation="softmax"), name="top", input="hidden")
    graph.add_node(Dense(1), name="side", input="hidden")
    graph.add_output(name="class", input="top")
    graph.add_output(name="number", input="side")
    graph.compile("sgd", {"class": "categorical_crossentropy", "number": "mse"}, **options)
    return graph


def graph_data(nb_sample: int = 12, seed: int = 0) -> dict[str, np.ndarray]:
    """Return inputs and targets for it."""
    rng = np.random.RandomState(seed)
    return {
        "a": rng.normal(size=(nb_sample, 4)),
        "b": rng.normal(size=(nb_sample, 2)),
        "class": np.eye(3)[rng.randint(0, 3, nb_sample)],
        "number": rng.normal(size=(nb_sample, 1)),
    }


def everything(model: Any) -> list[np.ndarray]:
    """Return copies of all that training changes: weights, states, the optimizer's state."""
    arrays = list(model.get_weights())
    for layer in model.stateful_layers():
        arrays += [state.detach().cpu().numpy().copy() for state in layer.states]
    if isinstance(model.optimizer, optimizers.Optimizer):
        arrays += [np.array(value) for value in model.optimizer.get_state()]
    else:
        for state in model.optimizer.state.values():
            arrays += [v.clone().numpy() for v in state.values() if isinstance(v, torch.Tensor)]
    return copy.deepcopy(arrays)


def assert_same(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> None:
    """Check that arrays are equal to the last bit."""
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


class Recorder(Callback):
    """Keeps the logs of each batch and epoch, and the weights after each batch."""

    def __init__(self, look: Callable[[Any], Any] = lambda model: None) -> None:
        super().__init__()
        self.look = look
        self.batches: list[dict[str, Any]] = []
        self.epochs: list[dict[str, Any]] = []
        self.seen: list[Any] = []

    def on_batch_end(self, batch: int, logs: Any = {}) -> None:
        self.batches.append(dict(logs))
        self.seen.append(self.look(self.model))

    def on_epoch_end(self, epoch: int, logs: Any = {}) -> None:
        self.epochs.append(dict(logs))
