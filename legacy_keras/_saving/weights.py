"""Putting stored weights into a model: which goes where, and what does not fit.

Shapes are compared for the whole model before a value is read, so a file that does not fit
changes nothing, and none can ask for more memory than the model has. No HDF5 here.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import backend as K
from .._errors import ArgumentError
from ..layers._merge import JoiningLayer
from ..layers.containers import Container, Graph, Sequential
from ..layers.convolutional import Convolution1D
from ..layers.core import Flatten, Layer
from ..layers.normalization import BatchNormalization
from .hdf5 import GRAPH, KERAS_1, STACK, StoredLayer, StoredModel, StoredWeight, opened

Shape = tuple[int, ...]
ORDERINGS = ("th", "tf")
# From this release on, BatchNormalization has variances where it had standard deviations.
FIRST_WITH_VARIANCES = (1, 0, 6)


@dataclass
class Pair:
    """A layer, what a file has for it, and how to turn one into the other.

    Attributes:
        ordering: of the kernels in the model, "th" or "tf", if those in the file have the other.
        rows: for a Dense after a Flatten, the order in which to take its rows.
    """

    layer: Layer
    stored: StoredLayer
    ordering: str = ""
    rows: Any = None

    def __post_init__(self) -> None:
        self.before = self.layer.get_weights()

    @property
    def expected(self) -> list[Shape]:
        """The shapes of the layer's weights."""
        return [tuple(w.shape) for w in self.before]

    @property
    def found(self) -> list[Shape]:
        """The shapes of the weights in the file, kernels turned."""
        return [_turned(weight.shape, self.ordering) for weight in self.stored.weights]

    def fits(self) -> bool:
        """Whether all shapes are equal."""
        return self.found == self.expected

    def read(self) -> list[np.ndarray]:
        """Return the values, as the layer takes them."""
        return [self._read(weight, i) for i, weight in enumerate(self.stored.weights)]

    def _read(self, weight: StoredWeight, index: int) -> np.ndarray:
        values = weight.read(K.floatx())
        if self.ordering and values.ndim in (4, 5):
            values = values.transpose(_axes(values.ndim, self.ordering))
        return values[self.rows] if self.rows is not None and index == 0 else values


def load(
    model: Any, path: Any, *, dim_ordering: str | None, flip_kernels: bool, variances: bool | None
) -> None:
    """Read the weights of a Sequential or a Graph; see `Model.load_weights`."""
    if dim_ordering not in (None, *ORDERINGS):
        raise ValueError(f"load_weights got dim_ordering={dim_ordering!r}; expected 'th' or 'tf'.")
    path = os.fspath(path)
    with opened(path) as stored:
        pairs = list(_paired(model, stored, path))
        ordering = _ordering(model)
        if dim_ordering not in (None, ordering):
            _turn(model, pairs, ordering)
        _check(pairs, path, ordering)
        values = [pair.read() for pair in pairs]
    for pair, arrays in zip(pairs, values, strict=True):
        if flip_kernels:
            arrays[:] = [_flipped(array, ordering) for array in arrays]
        if stored.kind == KERAS_1 and isinstance(pair.layer, BatchNormalization):
            _to_deviations(pair.layer, arrays, stored.version, variances)
    _set(pairs, values)


def _set(pairs: Sequence[Pair], values: Sequence[list[np.ndarray]]) -> None:
    """Set all weights, or none."""
    try:
        for pair, arrays in zip(pairs, values, strict=True):
            pair.layer.set_weights(arrays)
    except BaseException:
        for pair in pairs:
            pair.layer.set_weights(pair.before)
        raise


# Which layer of a file belongs to which of the model


def _paired(model: Any, stored: StoredModel, path: str) -> Iterator[Pair]:
    own = GRAPH if isinstance(model, Graph) else STACK
    if stored.kind == KERAS_1:
        yield from _paired_by_order(model, stored, path)
    elif stored.kind != own:
        raise ValueError(
            f"{path} holds the weights of {stored.kind}; this model is {own}. Load it into a "
            "model that was built as the one that wrote it."
        )
    elif own == GRAPH:
        yield from _split(model, stored.layers[0], path)
    elif len(stored.layers) > len(model.layers):
        raise ArgumentError(
            f"{path} has the weights of {len(stored.layers)} layers; this model has "
            f"{len(model.layers)}."
        )
    else:
        for layer, part in zip(model.layers, stored.layers, strict=False):
            yield Pair(layer, part)


def _split(model: Any, stored: StoredLayer, path: str) -> Iterator[Pair]:
    """Hand the weights of a Graph to its nodes, to each as many as it has."""
    rest = stored.weights
    counts = [len(node.get_weights()) for node in model.members()]
    if sum(counts) != len(rest):
        raise ArgumentError(
            f"{path} has {len(rest)} weights; this Graph has {sum(counts)}: "
            f"{', '.join(f'{c} in {n!r}' for n, c in zip(model.nodes, counts, strict=True) if c)}."
        )
    for node, count in zip(model.members(), counts, strict=True):
        yield Pair(node, StoredLayer(stored.name, rest[:count]))
        rest = rest[count:]


def _paired_by_order(model: Any, stored: StoredModel, path: str) -> Iterator[Pair]:
    """Pair the layers of Keras 1: a Graph's by name if it has the names, else in order."""
    parts = [part for part in stored.layers if part.weights]
    nodes = getattr(model, "nodes", {})
    if nodes and {part.name for part in parts} <= set(nodes):
        for part in parts:
            yield Pair(nodes[part.name], part)
        return
    layers = [layer for layer in _leaves(model) if layer.get_weights()]
    if len(parts) != len(layers):
        raise ArgumentError(
            f"{path} has {len(parts)} layers with weights, {', '.join(p.name for p in parts)}; "
            f"this model has {len(layers)}, {', '.join(layer.name for layer in layers)}."
        )
    for layer, part in zip(layers, parts, strict=True):
        pair = Pair(layer, part)
        if isinstance(layer, Convolution1D) and not pair.fits():
            pair.ordering = "th"  # Keras 1.1 stores its kernels the other way round
        yield pair


def _leaves(layer: Any) -> list[Layer]:
    """Return the layers in containers and branches, each once, in the order of Keras 1."""
    if isinstance(layer, Container):
        inner = layer.members()
    elif isinstance(layer, JoiningLayer) and not hasattr(layer, "merge_mode"):
        inner = layer.branches
    else:
        return [layer]
    return list({id(leaf): leaf for part in inner for leaf in _leaves(part)}.values())


# Kernels


def _axes(ndim: int, ordering: str) -> list[int]:
    """Return the axes that turn a kernel to an ordering, from the other one.

    Shape:
        "th": (filters, channels, *size)
        "tf": (*size, channels, filters)
    """
    last = list(range(ndim))
    return [ndim - 1, ndim - 2, *last[:-2]] if ordering == "th" else [*last[2:], 1, 0]


def _turned(shape: Shape, ordering: str) -> Shape:
    if not ordering or len(shape) not in (4, 5):
        return shape
    return tuple(shape[axis] for axis in _axes(len(shape), ordering))


def _flipped(array: np.ndarray, ordering: str) -> np.ndarray:
    if array.ndim not in (4, 5):
        return array
    size = range(2, array.ndim) if ordering == "th" else range(array.ndim - 2)
    return np.ascontiguousarray(np.flip(array, tuple(size)))  # torch takes no negative strides


def _ordering(model: Any) -> str:
    """Return the dim_ordering of a model's kernels."""
    return next((m.dim_ordering for m in model.modules() if hasattr(m, "dim_ordering")), "th")


def _turn(model: Any, pairs: Sequence[Pair], ordering: str) -> None:
    """Expect kernels in the other ordering, and features after a Flatten in that order too."""
    for pair in pairs:
        pair.ordering = ordering
    rows = None
    by_layer = {id(pair.layer): pair for pair in pairs}
    for leaf in _leaves(model):
        if isinstance(leaf, Flatten) and len(leaf.input_shape) in (4, 5):
            rows = _rows(leaf.input_shape[1:], ordering)
        after = by_layer.get(id(leaf))
        if rows is None or after is None or not after.expected:
            continue
        if not isinstance(model, Sequential) or len(after.expected[0]) != 2:
            raise ValueError(
                f"The weights of {leaf.name!r} follow a Flatten, whose features have another "
                "order in the file; load_weights rearranges those of a Dense in a Sequential."
            )
        after.rows, rows = rows, None


def _rows(shape: Shape, ordering: str) -> np.ndarray:
    """Return where the other ordering has each feature of flattened images."""
    if ordering == "th":
        places = np.arange(np.prod(shape)).reshape(*shape[1:], shape[0])
        return np.moveaxis(places, -1, 0).ravel()
    places = np.arange(np.prod(shape)).reshape(shape[-1], *shape[:-1])
    return np.moveaxis(places, 0, -1).ravel()


# What does not fit


def _check(pairs: Sequence[Pair], path: str, ordering: str) -> None:
    wrong = [(index, pair) for index, pair in enumerate(pairs) if not pair.fits()]
    if not wrong:
        return
    other = ORDERINGS[ordering == "th"]
    turned = [
        [_turned(shape, pair.ordering or ordering) for shape in pair.found] == pair.expected
        for _, pair in wrong
    ]
    if all(turned):
        raise ArgumentError(
            f"{path} has its kernels in the order of dim_ordering={other!r}, and this model has "
            f"{ordering!r}:\n{_lines(wrong)}\nPass load_weights(..., dim_ordering={other!r}) to "
            "turn them, and what follows a Flatten. If they were trained on the other backend "
            "(TensorFlow instead of Theano, or the reverse), pass flip_kernels=True as well."
        )
    raise ArgumentError(
        f"{path} does not fit this model; nothing was loaded. Layer weight shapes not compatible "
        f"with provided weight shapes:\n{_lines(wrong)}\nBuild the model as the one that wrote "
        "the file: same layers, same sizes, same order."
    )


def _lines(wrong: Sequence[tuple[int, Pair]]) -> str:
    return "\n".join(
        f"  layer {index}, {pair.layer.name!r} ({type(pair.layer).__name__}): the file has "
        f"{_list(pair.found)} in {pair.stored.name!r}, the layer {_list(pair.expected)}"
        for index, pair in wrong
    )


def _list(shapes: Sequence[Shape]) -> str:
    return ", ".join(map(str, shapes)) or "no weights"


# Keras 1


def _to_deviations(
    layer: BatchNormalization, arrays: list[np.ndarray], version: str, variances: bool | None
) -> None:
    """Turn running variances, which Keras 1.0.6 introduced, into standard deviations."""
    if variances is None and version:
        variances = tuple(map(int, version.split(".")[:3])) >= FIRST_WITH_VARIANCES
    if variances is None:
        warnings.warn(
            f"The running_std of {layer.name!r} holds standard deviations if the file was written "
            "by Keras 1.0.0 to 1.0.5, which is assumed, and variances if by a later one: pass "
            "load_weights(..., variances=True) then, or False if it is right.",
            stacklevel=5,
        )
    if variances:
        arrays[-1] = np.sqrt(arrays[-1] + layer.epsilon) - layer.epsilon
