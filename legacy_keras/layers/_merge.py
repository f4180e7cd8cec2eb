"""Layers over several layers: Merge and LambdaMerge, and what they share.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import backend as K
from .._older import older_keywords
from .._settings import settings
from .._symbolic.expression import Expression
from ._base import Layer, Shape, unique
from ._lambda import Lambda, symbol

MODES = ("sum", "mul", "concat", "ave", "join", "cos", "dot")


class JoiningLayer(Layer):
    """Base class of layers that take the outputs of several layers or containers.

    In a Sequential such a layer comes first and owns its branches: its input is a list,
    one tensor for each input layer of the branches. In a Graph the branches are nodes.
    """

    branches: list[Layer]

    def own(self, layers: Sequence[Layer]) -> None:
        """Register layers as children, so that they appear in the module tree."""
        for index, layer in enumerate(layers):
            self._modules[str(index)] = layer

    def collect_params(self, layers: Sequence[Layer]) -> None:
        """Take over weights, regularizers and constraints of layers, each weight once."""
        weights: list[Any] = []
        limits: list[Any] = []
        self.regularizers = []
        self.updates = []
        for layer in layers:
            more, penalties, more_limits, updates = layer.get_params()
            weights += more
            limits += more_limits
            self.regularizers += penalties
            # What a forward pass will put in the place of these is not seen here: the
            # running statistics of a branch stand still, as in 0.3.3.
            self.updates += [(v, value) for v, value in updates if value is not v]
        first = {id(w): limit for w, limit in reversed(list(zip(weights, limits, strict=True)))}
        self.trainable_weights = unique(weights)
        self.constraints = [first[id(w)] for w in self.trainable_weights]

    def get_params(self) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        return self.trainable_weights, self.regularizers, self.constraints, self.updates

    def updating_layers(self) -> list[Layer]:
        if settings.update_merged:
            return [u for branch in self.branches for u in branch.updating_layers()]
        return super().updating_layers()

    @property
    def input_layers(self) -> list[Layer]:
        return unique(layer for branch in self.branches for layer in branch.input_layers)

    def get_input(self, train: bool = False) -> Any:
        inputs: list[Any] = []
        for branch in self.branches:
            value = branch.get_input(train)
            inputs += value if isinstance(value, list) else [value]
        return unique(inputs)

    def input_symbols(self) -> Any:
        return self.get_input()  # a get_output of the user's pulls the branches themselves

    @property  # type: ignore[misc]
    def input(self) -> Any:
        """The expressions of the inputs of all branches, each once."""
        return self.get_input()

    def get_output_mask(self, train: bool = False) -> Any:
        return None

    def forward_mask(self, x: Any, mask: Tensor | None = None) -> None:
        return None

    def branch_outputs(self, x: Any) -> list[Any]:
        """Feed each branch its share of the inputs and return their outputs."""
        layers = self.input_layers
        feeds = dict(zip(map(id, layers), x if isinstance(x, (list, tuple)) else [x], strict=True))
        outputs = []
        for branch in self.branches:
            inputs = [feeds[id(layer)] for layer in branch.input_layers]
            outputs.append(branch(inputs[0] if len(inputs) == 1 else inputs))
        return outputs

    def prepare_branches(self) -> None:
        """Prepare the branches in the order in which 0.3.3 would pull them."""
        for branch in self.branches:
            branch.prepare()

    def get_weights(self) -> list[np.ndarray]:
        return [w for branch in self.branches for w in branch.get_weights()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        set_weights_in_turn(self.branches, weights)


def set_weights_in_turn(layers: Sequence[Layer], weights: Sequence[Any]) -> None:
    """Hand a list of arrays to layers, to each as many as it has.

    Raises:
        ValueError: if there are too few or too many, or a shape does not match.
    """
    total = sum(len(layer.get_weights()) for layer in layers)
    if len(weights) > total:
        raise ValueError(f"{len(weights)} weight arrays were provided; these layers take {total}.")
    for layer in layers:
        count = len(layer.get_weights())
        layer.set_weights(weights[:count])
        weights = weights[count:]


def merge_tensors(mode: str, tensors: list[Tensor], concat_axis: int, dot_axes: Any) -> Tensor:
    """Merge tensors into one; dot and cos leave their axes as `K.batch_dot` does."""
    if mode == "concat":
        return torch.cat(tensors, concat_axis)
    if mode == "dot":
        return K.batch_dot(tensors[0], tensors[1], dot_axes)
    if mode == "cos":
        x, y = tensors
        lengths = K.batch_dot(x, x, dot_axes) * K.batch_dot(y, y, dot_axes)
        return K.batch_dot(x, y, dot_axes) / K.sqrt(lengths)
    result = tensors[0]
    for tensor in tensors[1:]:
        result = result * tensor if mode == "mul" else result + tensor
    return result / len(tensors) if mode == "ave" else result


def join(layers: Sequence[Layer], tensors: Sequence[Tensor]) -> OrderedDict[str, Tensor]:
    """Put tensors in a dictionary under their layers' names."""
    return OrderedDict((layer.name, t) for layer, t in zip(layers, tensors, strict=True))


def concatenated_shape(shapes: Sequence[Shape], axis: int) -> Shape:
    """Return the shape of a concatenation; a size that is not fixed stays so."""
    sizes = [shape[axis] for shape in shapes]
    shape = list(shapes[0])
    shape[axis] = None if None in sizes else sum(sizes)
    return tuple(shape)


class Merge(JoiningLayer):
    """Merge the outputs of layers or containers into one tensor.

    Args:
        layers: two or more layers; in a Sequential, containers with an input each.
        mode: "sum", "mul", "ave": element by element; "concat": along ``concat_axis``;
            "dot": sum of products over ``dot_axes``; "cos": that, of vectors of length 1;
            "join": a dictionary by layer names, for a Lambda after it.
        dot_axes: pair of lists of axes, the samples axis being 0. An int n means, for
            "dot", all axes from n on (n < 0) or n axes on either side.

    Raises:
        ValueError: if shapes, mode and axes do not go together.

    Mirrors: keras 0.3.3, layers/core.py, Merge.
    """

    @older_keywords(models="layers")  # 0.1
    def __init__(
        self,
        layers: Sequence[Layer],
        mode: str = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
    ) -> None:
        if len(layers) < 2:
            raise ValueError(
                "Please specify two or more input layers (or containers) to merge; got "
                f"{len(layers)}."
            )
        if mode not in MODES:
            raise ValueError(f"Invalid merge mode: {mode}; expected one of {', '.join(MODES)}.")
        self.mode = mode
        self.concat_axis = concat_axis
        self.dot_axes = dot_axes
        self.layers = self.branches = list(layers)
        check = {"concat": self._check_concat, "dot": self._check_dot, "join": self._check_join}
        check.get(mode, self._check_same)()
        self.own(self.layers)
        self.collect_params(self.layers)
        super().__init__()

    def _shapes(self) -> list[Shape]:
        return [layer.output_shape for layer in self.layers]

    def _check_same(self) -> None:
        shapes = self._shapes()
        if len(set(shapes)) > 1:
            raise ValueError(
                f"Only layers of same output shape can be merged using {self.mode} mode. "
                f"Layer shapes: {shapes}"
            )
        if self.mode == "cos":
            self._check_two()
            self._check_axes()

    def _check_two(self) -> None:
        if len(self.layers) > 2:
            raise ValueError(f"{self.mode} merge takes exactly 2 layers; got {len(self.layers)}.")

    def _check_join(self) -> None:
        for layer in self.layers:
            if layer.__dict__.get("_name") is None:
                raise ValueError(
                    'merge_mode="join" only works with named inputs; give the '
                    f"{type(layer).__name__} a name, or merge nodes of a Graph."
                )

    def _check_concat(self) -> None:
        shapes = self._shapes()
        others = []
        for shape in map(list, shapes):
            shape.pop(self.concat_axis)
            others.append(tuple(shape))
        if len(set(others)) > 1:
            raise ValueError(
                '"concat" mode can only merge layers with matching output shapes except for '
                f"the concat axis. Layer shapes: {shapes}"
            )

    def _check_axes(self) -> None:
        axes = self.dot_axes
        if type(axes) not in (list, tuple):
            raise ValueError(
                f"Invalid type for dot_axes - should be a list; got {axes!r} for mode "
                f"{self.mode!r}. [[1], [1]] sums over the features of 2D inputs."
            )
        if len(axes) != 2:
            raise ValueError(
                f"Invalid format for dot_axes - should contain two elements; got {axes!r}."
            )
        if any(type(pair) not in (list, tuple, range) for pair in axes):
            raise ValueError(
                'Invalid format for dot_axes - list elements should have type "list" or '
                f'"tuple"; got {axes!r}.'
            )

    def _check_dot(self) -> None:
        self._check_two()
        shape1, shape2 = self._shapes()
        n1, n2 = len(shape1), len(shape2)
        axes = self.dot_axes
        if type(axes) is int:
            if axes < 0:
                self.dot_axes = [list(range(axes % n1, n1)), list(range(axes % n2, n2))]
            else:
                self.dot_axes = [list(range(n1 - axes, n2)), list(range(1, axes + 1))]
        self._check_axes()
        for axis1, axis2 in zip(*self.dot_axes, strict=False):
            if shape1[axis1] != shape2[axis2]:
                raise ValueError(
                    f"Dimension incompatibility using dot mode: {shape1[axis1]} != "
                    f"{shape2[axis2]}. Layer shapes: {shape1}, {shape2}"
                )

    @property
    def input_shape(self) -> Shape:
        return [layer.input_shape for layer in self.layers]

    @property
    def output_shape(self) -> Shape:
        shapes = self._shapes()
        if self.mode == "concat":
            return concatenated_shape(shapes, self.concat_axis)
        if self.mode == "join":
            return None
        if self.mode == "cos":
            return shapes[0][0], 1
        if self.mode == "dot":
            kept = [
                size
                for shape, axes in zip(shapes, self.dot_axes, strict=True)
                for axis, size in enumerate(shape[1:], 1)
                if axis not in [a % len(shape) for a in axes]
            ]
            return (shapes[0][0], *kept) if kept else (shapes[0][0], 1)
        return shapes[0]

    def prepare(self) -> None:
        self.prepare_branches()

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        return self.merge(self.branch_outputs(x))

    def get_output(self, train: bool = False) -> Any:
        tensors = [layer.get_output(train) for layer in self.layers]
        if self.mode == "join":
            return join(self.layers, tensors)
        return Expression(self.merge, (tensors,), shape=self.output_shape)

    def merge(self, tensors: list[Any]) -> Any:
        """Merge the outputs of the layers, already computed."""
        if self.mode == "join":
            return join(self.layers, tensors)
        merged = merge_tensors(self.mode, tensors, self.concat_axis, self.dot_axes)
        if self.mode in ("dot", "cos"):
            return merged.reshape(-1, *self.output_shape[1:])
        return merged

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layers": [layer.get_config() for layer in self.layers],
            "mode": self.mode,
            "concat_axis": self.concat_axis,
            "dot_axes": self.dot_axes,
        }


class LambdaMerge(JoiningLayer, Lambda):
    """Apply a function to the list of the outputs of layers or containers.

    Args:
        layers: two or more layers.
        function: takes a list of tensors.
        output_shape: tuple without the samples axis, or a function of the list of
            shapes; None for the shape of the first layer.
        arguments: dict of further keyword arguments of ``function``.

    Mirrors: keras 0.3.3, layers/core.py, LambdaMerge.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        function: Callable[..., Any],
        output_shape: Any = None,
        arguments: dict[str, Any] = {},
    ) -> None:
        if len(layers) < 2:
            raise ValueError(
                "Please specify two or more input layers (or containers) to merge; got "
                f"{len(layers)}."
            )
        self.layers = self.branches = list(layers)
        self.own(self.layers)
        self.collect_params(self.layers)
        Lambda.__init__(self, function, output_shape, arguments)

    @property
    def input_shape(self) -> Shape:
        return [layer.output_shape for layer in self.layers]

    @property
    def output_shape(self) -> Shape:
        return self.declared_shape(self.input_shape, self.input_shape[0])

    def prepare(self) -> None:
        self.prepare_branches()
        super().prepare()

    def symbols(self) -> Any:
        return [symbol(shape) for shape in self.input_shape]

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        return self.apply_function(self.branch_outputs(x), self.training)

    def get_output(self, train: bool = False) -> Any:
        return self.apply_function([layer.get_output(train) for layer in self.layers], train)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layers": [layer.get_config() for layer in self.layers],
        }
