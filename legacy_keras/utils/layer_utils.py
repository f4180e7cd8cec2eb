"""Façade: making layers from configurations, and the summary of a model.

Mirrors: keras 0.3.3, utils/layer_utils.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from .. import backend as K
from .._names import lookup, printable
from .._older import older_keywords
from .._saving.config import LAYERS, layer_from_config
from ..layers import containers

COLUMNS = (30, 60, 80)  # where each column of the summary ends


@older_keywords(custom_layers="custom_objects")  # 0.2
def container_from_config(
    original_layer_dict: Mapping[str, Any],
    custom_objects: Mapping[str, Any] = {},
    *,
    allow_code: bool = False,
) -> Any:
    """Make a layer or container from its configuration; see `layer_from_config`.

    Mirrors: keras 0.3.3, utils/layer_utils.py, container_from_config.
    """
    return layer_from_config(original_layer_dict, custom_objects, allow_code)


def get_layer(identifier: Any, kwargs: Mapping[str, Any] | None = None) -> Any:
    """Return a new layer of that class name; anything but a string is returned as it is.

    Raises:
        ValueError: if there is no such layer.
    """
    found = lookup(identifier, LAYERS, "layer")
    return found(**(kwargs or {})) if isinstance(identifier, str) else found


def _row(*cells: Any) -> str:
    line = ""
    for cell, end in zip(cells, COLUMNS, strict=True):
        line = (line + printable(str(cell)))[:end].ljust(end)
    return line


def _layer_row(layer: Any, name: str) -> str:
    kind = f"{type(layer).__name__} ({name})"
    return _row(kind, layer.output_shape, layer.count_params())


def _summary_lines(model: Any) -> Iterator[str]:
    rule = "-" * COLUMNS[-1]
    nodes: list[tuple[str, Any]] = []
    before: list[tuple[str, Any]] = []
    after: list[tuple[str, Any]] = []
    if isinstance(model, containers.Sequential):
        yield rule
        yield f"Initial input shape: {model.input_shape}"
        # A container has no name of its own unless it was given one.
        nodes = [(layer.__dict__.get("_name", "Unnamed"), layer) for layer in model.layers]
    elif isinstance(model, containers.Graph):
        before = [(name, model.inputs[name]) for name in model.input_order]
        nodes = list(model.nodes.items())
        after = [(name, model.outputs[name]) for name in model.output_order]
    yield rule
    yield _row("Layer (name)", "Output Shape", "Param #")
    yield rule
    for name, layer in [*before, *nodes, *after]:
        yield _layer_row(layer, name)
    yield rule
    yield f"Total params: {sum(layer.count_params() for _, layer in nodes)}"
    yield rule


def model_summary(model: Any) -> None:
    """Print a table of the layers with their output shapes and numbers of weights.

    Mirrors: keras 0.3.3, utils/layer_utils.py, model_summary.
    """
    for line in _summary_lines(model):
        print(line)


def print_layer_shapes(model: Any, input_shapes: Any) -> None:
    """Print the shape of each layer's output for inputs of the shapes given.

    Args:
        model: a Sequential, a Merge or a Graph.
        input_shapes: with the number of samples: a tuple, a list of tuples if there are
            several inputs, a dictionary by input name for a Graph.

    Mirrors: keras 0.2.0, utils/layer_utils.py, print_layer_shapes (dropped in 0.3.0).
    """
    if isinstance(model, containers.Graph):
        layers = list(model.nodes.values())
        shapes = [input_shapes[name] for name in model.input_order]
    else:
        layers = model.layers
        if not isinstance(input_shapes[0], tuple):
            input_shapes = [input_shapes]
        shapes = list(input_shapes)
    print("input shapes : ", input_shapes)
    for layer, shape in zip(layers, _output_shapes(model, layers, shapes), strict=True):
        print(f"shape after {layer.get_config()['name']}: {shape}")


def _output_shapes(model: Any, layers: list[Any], input_shapes: list[Any]) -> list[Any]:
    """Run a model on zeros and return the shapes that its layers gave."""
    device = next((w.device for w in model.parameters()), None)
    dtype = getattr(torch, K.floatx())
    x = [torch.zeros(shape, dtype=dtype, device=device) for shape in input_shapes]
    seen: dict[int, Any] = {}
    hooks = [
        layer.register_forward_hook(
            lambda layer, _, output: seen.update({id(layer): tuple(output.shape)})
        )
        for layer in layers
    ]
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(x[0] if len(x) == 1 else x)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return [seen[id(layer)] for layer in layers]
