"""The layouts of weight files, from Keras 0.1 to 1.2.

Keras 0.1 to 0.3.3 wrote, for a Sequential, a group ``layer_k`` with data sets ``param_p`` for
each layer, and for a Graph one group ``graph`` with all. Keras 1 wrote a group for each layer
under its name, in the file itself or in its group ``model_weights``. Written here is the
layout of 0.3.3. How weights are put into a model is the business of ``weights.py``.

Mirrors: keras 0.3.3, models.py, save_weights and load_weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _hdf5
from .writing import replacing

if TYPE_CHECKING:
    import h5py

Weights = Sequence[np.ndarray]

STACK, GRAPH, KERAS_1 = "a Sequential", "a Graph", "a model of Keras 1"


@dataclass
class StoredWeight:
    """A weight in an open file: its name and shape, and its values when asked for."""

    name: str
    data: h5py.Dataset

    @property
    def shape(self) -> tuple[int, ...]:
        """As in the file."""
        shape: tuple[int, ...] = self.data.shape
        return shape

    def read(self, dtype: str) -> np.ndarray:
        """Return the values."""
        return _hdf5.read_weight(self.data, dtype)


@dataclass
class StoredLayer:
    """The weights of a layer, in the order of ``get_weights``."""

    name: str
    weights: list[StoredWeight]


@dataclass
class StoredModel:
    """The contents of a weight file.

    Attributes:
        kind: ``STACK``, ``GRAPH`` or ``KERAS_1``.
        layers: with the weights; a Graph of 0.x has them all in one.
        version: of Keras, where it is written down.
    """

    kind: str
    layers: list[StoredLayer]
    version: str = ""


@contextmanager
def opened(path: Any) -> Iterator[StoredModel]:
    """Open a weight file of any layout. No values are read yet.

    Raises:
        OSError: if it cannot be opened.
        ValueError: if it has another layout, or is damaged.
        UnsafeModelError: if it refers to other files, or declares sizes that it does not have.
    """
    with _hdf5.reading(path) as file:
        yield _layout(file, path)


def _layout(file: h5py.File, path: Any) -> StoredModel:
    if "nb_layers" in file.attrs:
        names = [f"layer_{k}" for k in range(_hdf5.read_count(file, "nb_layers"))]
        return StoredModel(STACK, [_numbered(file, name) for name in names])
    if "graph" in file:
        return StoredModel(GRAPH, [_numbered(file, "graph")])
    if "model_weights" in file or "layer_names" in file.attrs:
        version = _version(file)
        if version[:2] not in ("", "1."):
            raise ValueError(
                f"{path} was written by Keras {version}, whose layers have other weights than "
                "those of Keras 0.3. Load it there, and hand over the arrays with set_weights."
            )
        inner = file if "layer_names" in file.attrs else _hdf5.find(file, "model_weights")
        names = _hdf5.read_names(inner, "layer_names")
        return StoredModel(KERAS_1, [_named(inner, name) for name in names], version)
    raise ValueError(
        f"{path} does not hold weights as Keras 0.1 to 1.2 wrote them; it has "
        f"{', '.join(list(file)[:8]) or 'no groups'} and the attributes "
        f"{', '.join(list(file.attrs)[:8]) or 'none'}."
    )


def _version(file: h5py.File) -> str:
    names = _hdf5.read_names(file, "keras_version") if "keras_version" in file.attrs else []
    return names[0] if names else ""


def _group(file: h5py.Group, name: str) -> h5py.Group:
    group = _hdf5.find(file, name)
    if not hasattr(group, "keys"):
        raise ValueError(f"{file.file.filename}, {group.name!r} is no group.")
    return group


def _weights(group: h5py.Group, names: Sequence[str]) -> list[StoredWeight]:
    return [StoredWeight(n, _hdf5.check_weight(_hdf5.find(group, n))) for n in names]


def _numbered(file: h5py.Group, name: str) -> StoredLayer:
    group = _group(file, name)
    names = [f"param_{p}" for p in range(_hdf5.read_count(group, "nb_params"))]
    return StoredLayer(name, _weights(group, names))


def _named(file: h5py.Group, name: str) -> StoredLayer:
    group = _group(file, name)
    return StoredLayer(name, _weights(group, _hdf5.read_names(group, "weight_names")))


# Writing


@contextmanager
def _written(path: Path) -> Iterator[h5py.File]:
    import h5py

    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        yield file


def _write(group: h5py.Group, weights: Weights) -> None:
    group.attrs["nb_params"] = len(weights)
    for index, weight in enumerate(weights):
        group.create_dataset(f"param_{index}", data=weight)


def save_stack(path: Path, layers: Sequence[Weights]) -> None:
    """Write the weights of the layers of a Sequential."""
    with _written(path) as file:
        file.attrs["nb_layers"] = len(layers)
        for index, weights in enumerate(layers):
            _write(file.create_group(f"layer_{index}"), weights)


def save_graph(path: Path, weights: Weights) -> None:
    """Write the weights of a Graph."""
    with _written(path) as file:
        _write(file.create_group("graph"), weights)
