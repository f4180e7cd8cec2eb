"""What is copied and read of the data: one batch at a time, and nothing twice."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from small_models import assert_same, classes, classifier
from torch.utils._python_dispatch import TorchDispatchMode

from legacy_keras.layers.core import Dense
from legacy_keras.models import Graph, Sequential
from legacy_keras.utils.io_utils import HDF5Matrix

NB_SAMPLE, NB_FEATURE, BATCH_SIZE = 8000, 64, 100
PLAIN = np.arange(NB_SAMPLE * NB_FEATURE).reshape(NB_SAMPLE, NB_FEATURE) % 200
LARGE: dict[str, np.ndarray] = {
    "float32": PLAIN.astype("float32"),
    "float64": PLAIN.astype("float64"),
    "uint8": PLAIN.astype("uint8"),
    "uint16": PLAIN.astype("uint16"),
    "big-endian": PLAIN.astype(">f8"),
    "backwards": PLAIN.astype("float64")[::-1],
    "every other column": np.repeat(PLAIN.astype("float32"), 2, axis=1)[:, ::2],
}


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that an operation makes, views left out."""

    nbytes = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # or torch imports its compiler, which is large

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and not _shares_memory(result, args):
            self.nbytes = max(self.nbytes, result.nbytes)
        return result


def _shares_memory(result: torch.Tensor, args: Any) -> bool:
    start = result.untyped_storage().data_ptr()
    return any(
        isinstance(a, torch.Tensor) and a.untyped_storage().data_ptr() == start for a in args
    )


def reducer() -> Sequential:
    """Return a model with less output than input."""
    model = Sequential([Dense(1, input_dim=NB_FEATURE, init="zero")])
    model.compile("sgd", "mse")
    return model


def reducing_graph() -> Graph:
    graph = Graph()
    graph.add_input(name="in", input_shape=(NB_FEATURE,))
    graph.add_node(Dense(1, init="zero"), name="dense", input="in")
    graph.add_output(name="out", input="dense")
    graph.compile("sgd", {"out": "mse"})
    return graph


Y = np.zeros((NB_SAMPLE, 1))
OPTIONS = {"batch_size": BATCH_SIZE, "verbose": 0}
USES: dict[str, Callable[[Any], Any]] = {
    "fit": lambda X: reducer().fit(X, Y, nb_epoch=1, **OPTIONS),
    "fit in order": lambda X: reducer().fit(X, Y, nb_epoch=1, shuffle=False, **OPTIONS),
    "fit and validate": lambda X: reducer().fit(
        X, Y, nb_epoch=1, validation_split=0.5, validation_data=None, **OPTIONS
    ),
    "evaluate": lambda X: reducer().evaluate(X, Y, **OPTIONS),
    "predict": lambda X: reducer().predict(X, **OPTIONS),
    "Graph.fit": lambda X: reducing_graph().fit({"in": X, "out": Y}, nb_epoch=1, **OPTIONS),
    "Graph.predict": lambda X: reducing_graph().predict({"in": X}, **OPTIONS),
}


@pytest.mark.parametrize("dtype", LARGE)
@pytest.mark.parametrize("use", USES)
def test_arrays_are_never_copied_as_a_whole(use: str, dtype: str) -> None:
    X = LARGE[dtype]
    with Largest():
        USES[use](X)  # imports, and records what will be replayed

    largest = Largest()
    tracemalloc.start()  # sees what NumPy allocates
    try:
        with largest:
            USES[use](X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert largest.nbytes <= BATCH_SIZE * NB_FEATURE * 8
    assert peak < X.nbytes / 4 + 4 * Y.nbytes


def test_predict_makes_room_for_its_output_once() -> None:
    model = Sequential([Dense(NB_FEATURE, input_dim=1)])
    model.compile("sgd", "mse")
    X = np.zeros((NB_SAMPLE, 1), "float32")
    model.predict(X[:1])

    tracemalloc.start()
    try:
        output = model.predict(X, batch_size=BATCH_SIZE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert output.dtype == "float64"
    assert peak < 1.1 * output.nbytes


class Counted:
    """Data in a file, which count how often each sample is read."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.shape = data.shape
        self.reads = np.zeros(len(data), int)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, rows: Any) -> Any:
        self.reads[rows] += 1
        return self.data[rows]


@pytest.fixture(params=["h5py", "HDF5Matrix"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counted]:
    """20 samples of 4 numbers in an HDF5 file."""
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["X"] = classes(20)[0]
    if request.param == "HDF5Matrix":
        matrix = HDF5Matrix(path, "X", 0, 20)
        yield Counted(matrix)
        matrix.close()
    else:
        with h5py.File(path) as file:
            yield Counted(file["X"])


STORED_USES: dict[str, tuple[Callable[[Any], Any], int]] = {
    "fit in order": (lambda X: classifier().fit(X, classes(20)[1], shuffle=False, **THREE), 3),
    "fit": (lambda X: classifier().fit(X, classes(20)[1], shuffle="batch", **THREE), 3),
    "fit and validate": (
        lambda X: classifier().fit(
            X, classes(20)[1], shuffle="batch", validation_split=0.25, **THREE
        ),
        3,
    ),
    "an autoencoder": (lambda X: autoencoder().fit(X, X, shuffle="batch", **THREE), 3),
    "an autoencoder, validated": (
        lambda X: autoencoder().fit(X, X, shuffle="batch", validation_split=0.25, **THREE),
        3,
    ),
    "evaluate": (lambda X: classifier().evaluate(X, classes(20)[1], batch_size=6, verbose=0), 1),
    "predict": (lambda X: classifier().predict(X, batch_size=6), 1),
    "predict_on_batch": (lambda X: classifier().predict_on_batch(X), 1),
    "train_on_batch": (lambda X: classifier().train_on_batch(X, classes(20)[1]), 1),
}
THREE: dict[str, Any] = {"batch_size": 6, "nb_epoch": 3, "verbose": 0}


def autoencoder() -> Sequential:
    model = Sequential([Dense(4, input_dim=4)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("use", STORED_USES)
def test_data_in_a_file_are_read_once_an_epoch(use: str, stored: Counted) -> None:
    run, nb_epoch = STORED_USES[use]

    run(stored)

    assert set(stored.reads) == {nb_epoch}


@pytest.mark.parametrize("shuffle", [False, "batch", True])
def test_a_split_of_data_in_a_file_is_that_of_an_array(shuffle: Any, stored: Counted) -> None:
    X, y = classes(20)
    np.random.seed(3)
    reading, holding = classifier(), classifier()
    holding.set_weights(reading.get_weights())
    histories = []

    for model, data in ((reading, stored), (holding, X)):
        np.random.seed(4)
        history = model.fit(data, y, shuffle=shuffle, validation_split=0.3, **THREE)
        histories.append(history.history)

    assert histories[0] == histories[1]
    assert_same(reading.get_weights(), holding.get_weights())


def test_callbacks_see_the_parts_of_data_in_a_file(stored: Counted) -> None:
    X, y = classes(20)
    model = classifier()

    model.fit(stored, y, shuffle="batch", validation_split=0.25, **THREE)

    part = model.validation_data[0]
    assert (len(part), part.shape) == (5, (5, 4))
    np.testing.assert_array_equal(part, X[15:])
    np.testing.assert_array_equal(part[1:3], X[16:18])
    np.testing.assert_array_equal(part[[0, 2]], X[[15, 17]])
    np.testing.assert_array_equal(part[-1], X[-1])
