"""The functions that recordings call by name: losses, generators, looks into files.

Each takes what a recording passes as keyword arguments.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras.callbacks import Callback
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential

# Functions for Lambda and LambdaMerge


def square() -> Callable[[Any], Any]:
    return lambda x: K.square(x) + 1.0


def scale() -> Callable[..., Any]:
    return lambda x, factor=1.0: x * factor


def train_flag() -> Callable[..., Any]:
    return lambda x, train=False: x * (2.0 if train else 3.0)


def sum_last() -> Callable[[Any], Any]:
    return lambda x: K.sum(x, axis=-1)


def merge_diff() -> Callable[[Any], Any]:
    return lambda xs: K.square(xs[0] - xs[1])


def join_sum() -> Callable[[dict[str, Any]], Any]:
    """Sum a dictionary's values, all but the first twice."""

    def joined(values: dict[str, Any]) -> Any:
        first, *others = values.values()
        for value in others:
            first = first + value * 2.0
        return first

    return joined


def drop_last() -> Callable[[Any], Any]:
    return lambda shape: tuple(shape[:-1])


def first_shape() -> Callable[[Any], Any]:
    return lambda shapes: shapes[0]


def shape3() -> Callable[[Any], Any]:
    return lambda shape: (None, 3)


def custom_loss() -> Callable[[Tensor, Tensor], Tensor]:
    """Half the squared error plus the absolute one; a configuration has its name."""

    def custom_loss(y_true: Tensor, y_pred: Tensor) -> Tensor:
        error = y_pred - y_true
        return K.mean(K.square(error) * 0.5 + K.abs(error), axis=-1)

    return custom_loss


# Generators of batches


def batches(
    X: Any, y: Any, batch_size: int, sample_weight: Any = None, limit: int | None = None
) -> Iterator[Any]:
    """Yield (X, y) or (X, y, sample_weight) in order, over and over, or ``limit`` of them."""

    def cut(array: Any, start: int) -> Any:
        if isinstance(array, list):
            return [cut(part, start) for part in array]
        return array[start : start + batch_size]

    arrays = (X, y) if sample_weight is None else (X, y, sample_weight)
    starts = itertools.cycle(range(0, len(y), batch_size))
    for start in itertools.islice(starts, limit):
        yield tuple(cut(array, start) for array in arrays)


def graph_batches(data: Any, batch_size: int, sample_weight: Any = None) -> Iterator[Any]:
    """Yield the same for a Graph: a dict, or (dict, dict of weights)."""
    length = len(next(iter(data.values())))
    for start in itertools.cycle(range(0, length, batch_size)):
        rows = slice(start, start + batch_size)
        batch = {name: array[rows] for name, array in data.items()}
        if sample_weight is None:
            yield batch
        else:
            yield batch, {name: array[rows] for name, array in sample_weight.items()}


# Callbacks


def table(values: Sequence[float]) -> Callable[[int], float]:
    """A learning rate for each epoch."""
    return lambda epoch: values[epoch]


def log_callback() -> Callback:
    """A callback that notes each event with the keys of its logs."""
    return EventLog()


class EventLog(Callback):
    """Notes which hooks ran."""

    def __init__(self) -> None:
        self.events: list[list[Any]] = []
        self.losses: list[float] = []

    def on_train_begin(self, logs: Any = {}) -> None:
        self.events.append(["train_begin", sorted(logs)])

    def on_train_end(self, logs: Any = {}) -> None:
        self.events.append(["train_end", sorted(logs)])

    def on_epoch_begin(self, epoch: int, logs: Any = {}) -> None:
        self.events.append(["epoch_begin", epoch, sorted(logs)])

    def on_epoch_end(self, epoch: int, logs: Any = {}) -> None:
        self.events.append(["epoch_end", epoch, sorted(logs)])

    def on_batch_begin(self, batch: int, logs: Any = {}) -> None:
        self.events.append(["batch_begin", batch, sorted(logs), int(logs["size"])])

    def on_batch_end(self, batch: int, logs: Any = {}) -> None:
        self.events.append(["batch_end", batch, sorted(logs), int(logs["size"])])
        self.losses.append(float(logs["loss"]))


# Looks into files and configurations


def exists(paths: Sequence[str]) -> list[bool]:
    return [Path(path).exists() for path in paths]


def to_json_config(model: Any) -> Any:
    return json.loads(model.to_json())


def yaml_config(model: Any) -> Any:
    return yaml.load(model.to_yaml(), Loader=TupleLoader)


class TupleLoader(yaml.SafeLoader):
    """The safe loader, with tuples read as lists."""


TupleLoader.add_constructor(
    "tag:yaml.org,2002:python/tuple",
    lambda loader, node: loader.construct_sequence(node, deep=True),
)


def _hdf5_items(path: str) -> Iterator[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: found.append((name, item)))
        yield "/", file
        yield from found


def h5_summary(path: str) -> dict[str, Any]:
    """Return attributes, shapes and dtypes of everything in an HDF5 file."""
    summary = {}
    for name, item in _hdf5_items(path):
        entry = {"attrs": {k: np.asarray(v).tolist() for k, v in item.attrs.items()}}
        if isinstance(item, h5py.Dataset):
            entry |= {"shape": list(item.shape), "dtype": str(item.dtype)}
        summary[name] = entry
    return summary


def h5_arrays(path: str) -> dict[str, np.ndarray]:
    """Return all arrays in an HDF5 file."""
    return {n: item[()] for n, item in _hdf5_items(path) if isinstance(item, h5py.Dataset)}


# For recordings of errors


def lists_iter(values: Sequence[Any]) -> Iterator[Any]:
    """Yield some values without end, lists as tuples."""
    for value in itertools.cycle(values):
        yield tuple(value) if isinstance(value, list) else value


def build_regressor(nb_in: int) -> Callable[..., Any]:
    """Return what scikit-learn wrappers call to make a model."""

    def build(hidden: int = 4, optimizer: str = "sgd") -> Any:
        model = Sequential([Dense(hidden, input_dim=nb_in, activation="tanh"), Dense(1)])
        model.compile(loss="mse", optimizer=optimizer)
        return model

    return build


def flow(gen: Any, X: np.ndarray, y: np.ndarray, n: int, kwargs: dict[str, Any]) -> list[Any]:
    """Return some batches of an ImageDataGenerator."""
    return list(itertools.islice(gen.flow(X, y, **kwargs), n))
