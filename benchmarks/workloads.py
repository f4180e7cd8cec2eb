"""What is measured: ten workloads, their sizes and their data. Both sides get the same arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
CHARACTERS, WORDS = 60, 20000


@dataclass(frozen=True)
class Workload:
    """One workload.

    Attributes:
        what: it is, in a few words.
        unit: what a time is of: an epoch, a call, or a process from start to end.
        nb_sample: at scale 1, in an epoch or in all calls of a measurement.
        repeats: how often it is measured in one process.
        data: makes the arrays of so many samples.
    """

    what: str
    unit: str
    nb_sample: int
    batch_size: int
    repeats: int
    data: Callable[[np.random.RandomState, int], Arrays]

    def make(self, scale: float) -> Arrays:
        """Return the arrays, of two batches at least."""
        nb_batch = max(2, round(self.nb_sample * scale / self.batch_size))
        nb_sample = self.batch_size if self.unit == "process" else nb_batch * self.batch_size
        return self.data(np.random.RandomState(0), nb_sample)


def _one_hot(numbers: np.ndarray, nb_class: int) -> np.ndarray:
    return np.eye(nb_class, dtype="float32")[numbers]


def _regression(rng: np.random.RandomState, nb_sample: int) -> Arrays:
    X = rng.normal(size=(nb_sample, 20)).astype("float32")
    return {"X": X, "y": np.tanh(X[:, :5].mean(axis=1, keepdims=True))}


def _two_towers(rng: np.random.RandomState, nb_sample: int) -> Arrays:
    left, right = rng.normal(size=(2, nb_sample, 32)).astype("float32")
    return {
        "left": left,
        "right": right,
        "number": np.tanh(left[:, :1] - right[:, :1]),
        "class": _one_hot(rng.randint(10, size=nb_sample), 10),
    }


def _images(*shape: int) -> Callable[[np.random.RandomState, int], Arrays]:
    def make(rng: np.random.RandomState, nb_sample: int) -> Arrays:
        return {
            "X": rng.uniform(size=(nb_sample, *shape)).astype("float32"),
            "y": _one_hot(rng.randint(10, size=nb_sample), 10),
        }

    return make


def _reviews(rng: np.random.RandomState, nb_sample: int) -> Arrays:
    frequent_first = WORDS ** rng.uniform(size=(nb_sample, 80))
    return {
        "X": frequent_first.astype("int32").clip(1, WORDS - 1),
        "y": rng.randint(2, size=(nb_sample, 1)).astype("float32"),
    }


def _text(rng: np.random.RandomState, nb_sample: int) -> Arrays:
    characters = rng.randint(CHARACTERS, size=(nb_sample, 41))
    return {
        "X": _one_hot(characters[:, :-1], CHARACTERS),
        "y": _one_hot(characters[:, -1], CHARACTERS),
    }


DIGITS, DIGIT_IMAGES, PHOTOS = _images(784), _images(1, 28, 28), _images(3, 64, 64)
WORKLOADS = {
    "mlp_small": Workload("fit, 20-64-64-1, batch 32, SGD", "epoch", 10_000, 32, 10, _regression),
    "train_on_batch": Workload(
        "the same, batch by batch from Python", "call", 64_000, 32, 3, _regression
    ),
    "graph_two_towers": Workload(
        "fit, Graph of 2 inputs, 5 layers, 2 outputs, batch 128, Adam",
        "epoch",
        20_000,
        128,
        10,
        _two_towers,
    ),
    "mlp_mnist": Workload(
        "fit, 784-512-512-10 with dropout, batch 128, RMSprop", "epoch", 20_000, 128, 3, DIGITS
    ),
    "predict": Workload("predict, the same network", "epoch", 60_000, 128, 3, DIGITS),
    "cnn_mnist": Workload(
        "fit, 2 convolutions of 32, 2 dense layers, 28x28, batch 128, Adadelta",
        "epoch",
        2_560,
        128,
        3,
        DIGIT_IMAGES,
    ),
    "conv_vgg_block": Workload(
        "train_on_batch, 2 convolutions of 64, 64x64, batch 64, SGD", "call", 256, 64, 2, PHOTOS
    ),
    "lstm_imdb": Workload(
        "fit, Embedding, LSTM(128), 80 steps, batch 32, Adam", "epoch", 1_024, 32, 3, _reviews
    ),
    "gru_char": Workload(
        "fit, 2 layers of GRU(256), 40 steps, batch 128, RMSprop", "epoch", 1_024, 128, 3, _text
    ),
    "startup": Workload(
        "from the start of Python to the first trained batch", "process", 32, 32, 1, _regression
    ),
}
