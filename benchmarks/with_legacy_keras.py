"""The workloads as a script of early 2016 had them."""

from __future__ import annotations

from typing import Any

from workloads import CHARACTERS, WORDS, Arrays, Workload

from legacy_keras.layers.convolutional import Convolution2D, MaxPooling2D
from legacy_keras.layers.core import Activation, Dense, Dropout, Flatten
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.recurrent import GRU, LSTM
from legacy_keras.models import Graph, Sequential


def build(name: str) -> Any:
    """Return the compiled model of a workload."""
    if name in ("mlp_small", "train_on_batch", "startup"):
        model = Sequential()
        model.add(Dense(64, input_dim=20, activation="relu"))
        model.add(Dense(64, activation="relu"))
        model.add(Dense(1))
        model.compile(loss="mse", optimizer="sgd")
    elif name in ("mlp_mnist", "predict"):
        model = Sequential()
        model.add(Dense(512, input_shape=(784,)))
        model.add(Activation("relu"))
        model.add(Dropout(0.2))
        model.add(Dense(512))
        model.add(Activation("relu"))
        model.add(Dropout(0.2))
        model.add(Dense(10))
        model.add(Activation("softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="rmsprop")
    elif name == "cnn_mnist":
        model = Sequential()
        model.add(Convolution2D(32, 3, 3, input_shape=(1, 28, 28)))
        model.add(Activation("relu"))
        model.add(Convolution2D(32, 3, 3))
        model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2)))
        model.add(Dropout(0.25))
        model.add(Flatten())
        model.add(Dense(128))
        model.add(Activation("relu"))
        model.add(Dropout(0.5))
        model.add(Dense(10))
        model.add(Activation("softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adadelta")
    elif name == "conv_vgg_block":
        same = {"border_mode": "same", "activation": "relu"}
        model = Sequential()
        model.add(Convolution2D(64, 3, 3, input_shape=(3, 64, 64), **same))
        model.add(Convolution2D(64, 3, 3, **same))
        model.add(MaxPooling2D(pool_size=(2, 2)))
        model.add(Flatten())
        model.add(Dense(10, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="sgd")
    elif name == "lstm_imdb":
        model = Sequential()
        model.add(Embedding(WORDS, 128, input_length=80))
        model.add(LSTM(128))
        model.add(Dense(1))
        model.add(Activation("sigmoid"))
        model.compile(loss="binary_crossentropy", optimizer="adam")
    elif name == "gru_char":
        model = Sequential()
        model.add(GRU(256, return_sequences=True, input_shape=(40, CHARACTERS)))
        model.add(GRU(256, return_sequences=False))
        model.add(Dense(CHARACTERS))
        model.add(Activation("softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="rmsprop")
    else:
        model = Graph()
        model.add_input(name="left", input_shape=(32,))
        model.add_input(name="right", input_shape=(32,))
        model.add_node(Dense(64, activation="relu"), name="left tower", input="left")
        model.add_node(Dense(64, activation="relu"), name="right tower", input="right")
        model.add_node(
            Dense(64, activation="relu"), name="both", inputs=["left tower", "right tower"]
        )
        model.add_node(Dense(1), name="side", input="both")
        model.add_node(Dense(10, activation="softmax"), name="top", input="both")
        model.add_output(name="number", input="side")
        model.add_output(name="class", input="top")
        model.compile("adam", {"number": "mse", "class": "categorical_crossentropy"})
    return model


class Runner:
    """Runs a workload.

    Args:
        name: of the workload.
        data: its arrays.
    """

    def __init__(self, name: str, workload: Workload, data: Arrays, device: str) -> None:
        self.name, self.data, self.batch_size = name, data, workload.batch_size
        self.model = build(name)  # run.py has told the device by the environment

    def first_batch(self) -> float:
        """Train, or predict, one batch; return a number that depends on it."""
        return self._batch(0)

    def _batch(self, start: int) -> float:
        batch = {k: array[start : start + self.batch_size] for k, array in self.data.items()}
        if self.name == "predict":
            return float(self.model.predict(batch["X"])[0, 0])
        if "X" in batch:
            return float(self.model.train_on_batch(batch["X"], batch["y"])[0])
        return float(self.model.train_on_batch(batch)[0])

    def epoch(self) -> float:
        """Go over the data once; return the loss."""
        data, options = self.data, {"batch_size": self.batch_size}
        if self.name == "predict":
            return float(self.model.predict(data["X"], **options)[:, 0].mean())
        if self.name in ("train_on_batch", "conv_vgg_block"):
            for start in range(0, len(data["X"]), self.batch_size):
                loss = self._batch(start)
            return loss
        arrays = (data["X"], data["y"]) if "X" in data else (data,)
        history = self.model.fit(*arrays, nb_epoch=1, verbose=0, **options)
        return float(history.history["loss"][0])
