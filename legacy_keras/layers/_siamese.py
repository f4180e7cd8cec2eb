"""One layer shared by several inputs.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from .. import backend as K
from .._settings import settings
from .._symbolic.expression import Expression
from ._base import Layer, Shape
from ._merge import MODES, JoiningLayer, concatenated_shape, join, merge_tensors


class Siamese(JoiningLayer):
    """Apply the same layer to several inputs, and merge the results or not.

    Args:
        layer: the layer to share. It sees no masks, as in 0.3.3.
        inputs: layers or containers of the same output shape.
        merge_mode: as in Merge; None keeps the results apart, for SiameseHead.
        is_graph: whether ``inputs`` are nodes of a Graph, which owns them.

    Raises:
        ValueError: for an unknown mode, or more than two inputs for cos and dot.

    Mirrors: keras 0.3.3, layers/core.py, Siamese.
    """

    layer: Layer

    def __init__(
        self,
        layer: Layer,
        inputs: Sequence[Layer],
        merge_mode: str | None = "concat",
        concat_axis: int = 1,
        dot_axes: Any = -1,
        is_graph: bool = False,
    ) -> None:
        if merge_mode is not None and merge_mode not in MODES:
            raise ValueError(
                f"Invalid merge mode: {merge_mode}; expected None or one of {', '.join(MODES)}."
            )
        if merge_mode in ("cos", "dot") and len(inputs) > 2:
            raise ValueError(f"{merge_mode} merge takes exactly 2 layers; got {len(inputs)}.")
        self.layer = layer
        self.is_graph = is_graph
        self.inputs = list(inputs)
        self.branches = self.inputs
        self.merge_mode = merge_mode
        self.concat_axis = concat_axis
        self.dot_axes = dot_axes
        layer.set_previous(inputs[0])
        if self._owns_inputs:
            self.own(self.inputs)
        self.collect_params([layer, *self.inputs] if self._owns_inputs else [layer])
        super().__init__()

    @property
    def _owns_inputs(self) -> bool:
        return bool(self.merge_mode) and not self.is_graph

    @property
    def input_shape(self) -> Shape:
        return [layer.output_shape for layer in self.inputs]

    def get_output_shape(self, head: int, train: bool = False) -> Shape:
        """Return the shape that the shared layer gives for one input."""
        self.layer.set_previous(self.inputs[head], reset_weights=False)
        return self.layer.output_shape

    @property
    def output_shape(self) -> Shape:
        if self.merge_mode is None:
            return self.layer.output_shape
        shapes = [self.get_output_shape(head) for head in range(len(self.inputs))]
        if self.merge_mode == "concat":
            return concatenated_shape(shapes, self.concat_axis)
        if self.merge_mode == "join":
            return None
        if self.merge_mode == "cos":
            return shapes[0][0], 1
        if self.merge_mode == "dot":
            first, second = (
                [size for axis, size in enumerate(shape) if axis not in axes]
                for shape, axes in zip(shapes, self.dot_axes, strict=True)
            )
            shape = first + second[1:]
            return (*shape, 1) if len(shape) == 1 else tuple(shape)
        return shapes[0]

    def prepare(self) -> None:
        if self._owns_inputs:
            for branch in self.inputs:
                branch.prepare()
                self.layer.prepare()
        else:
            self.layer.prepare()

    def updating_layers(self) -> list[Layer]:
        if not settings.update_merged:
            return Layer.updating_layers(self)
        owned = super().updating_layers() if self._owns_inputs else []
        return self.layer.updating_layers() + owned

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        if self.merge_mode is None:  # in a Sequential: the one input in front of it
            return self.layer(x)
        return self.share(self.branch_outputs(x))

    def share(self, tensors: Sequence[Tensor]) -> Any:
        """Apply the layer to each tensor; return the list, or the merged result."""
        return self.merge([self.layer(x) for x in tensors])

    def get_output_at(self, head: int, train: bool = False) -> Any:
        """Return the expression of the shared layer's output for one input."""
        return self.layer(self.inputs[head].get_output(train), train=train)

    def get_output(self, train: bool = False) -> Any:
        outputs = [self.get_output_at(head, train) for head in range(len(self.inputs))]
        if self.merge_mode in (None, "join"):
            return self.merge(outputs)
        return Expression(self.merge, (outputs,))

    def merge(self, outputs: list[Any]) -> Any:
        """Merge the outputs for each input, or return them as they are."""
        if self.merge_mode is None:
            return outputs
        if self.merge_mode == "join":
            return join(self.inputs, outputs)
        merged = merge_tensors(self.merge_mode, outputs, self.concat_axis, self.dot_axes)
        return K.expand_dims(merged, -1) if self.merge_mode in ("dot", "cos") else merged

    def get_weights(self) -> list[np.ndarray]:
        owned = super().get_weights() if self._owns_inputs else []
        return self.layer.get_weights() + owned

    def set_weights(self, weights: Sequence[Any]) -> None:
        count = len(self.layer.get_weights())
        self.layer.set_weights(weights[:count])
        if self._owns_inputs:
            super().set_weights(weights[count:])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layer": self.layer.get_config(),
            "inputs": [layer.get_config() for layer in self.inputs],
            "merge_mode": self.merge_mode,
            "concat_axis": self.concat_axis,
            "dot_axes": self.dot_axes,
            "is_graph": self.is_graph,
        }


class SiameseHead(Layer):
    """The result of a Siamese with ``merge_mode=None`` for one of its inputs.

    Args:
        head: int, which input.

    Mirrors: keras 0.3.3, layers/core.py, SiameseHead.
    """

    def __init__(self, head: int) -> None:
        self.head = head
        super().__init__()

    @property
    def input_shape(self) -> Shape:
        if "_previous_shape" not in self.__dict__:
            self._previous_shape = self.previous.get_output_shape(self.head)
        return self._previous_shape

    def get_input(self, train: bool = False) -> Any:
        return self.previous.get_output_at(self.head, train)

    @property
    def input_layers(self) -> list[Layer]:
        layers: list[Layer] = self.previous.inputs[self.head].input_layers
        return layers

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "head": self.head}


def add_shared_layer(layer: Layer, inputs: Sequence[Any]) -> None:
    """Put one layer on top of several Sequential models, which then share it.

    Args:
        layer: the layer to share.
        inputs: Sequential models with the same output shape.

    Mirrors: keras 0.3.3, layers/core.py, add_shared_layer.
    """
    shared = Siamese(layer, [model.layers[-1] for model in inputs], merge_mode=None)
    for head, model in enumerate(inputs):
        model.add(shared)
        model.add(SiameseHead(head))
