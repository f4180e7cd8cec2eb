"""Drawing a model with pydot and Graphviz, both of which are asked for only then.

Mirrors: keras 0.3.3, utils/visualize_util.py.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from typing import Any

from ..layers.containers import Graph, Sequential
from ..layers.core import Merge, Siamese

FORMATS = ("png", "svg", "pdf")  # by the ending of a file; png for any other


def layer_typename(layer: Any) -> str:
    """Return the class of a layer with its path in 0.3.3: ``keras.layers.core.Dense``.

    Mirrors: keras 0.3.3, utils/visualize_util.py, layer_typename.
    """
    module = re.sub(r"^legacy_keras\b", "keras", type(layer).__module__)
    module = re.sub(r"^keras\.layers\._older_(\w+)$", r"keras.layers.\1", module)
    module = re.sub(r"^keras\.layers\._\w+$", "keras.layers.core", module)
    return f"{module}.{type(layer).__name__}"


def get_layer_to_name(model: Any) -> dict[Any, str]:
    """Return the names of a Graph's layers; an output's name wins over its node's.

    Mirrors: keras 0.3.3, utils/visualize_util.py, get_layer_to_name.
    """
    if not isinstance(model, Graph):
        return {}
    named = (*model.nodes.items(), *model.inputs.items(), *model.outputs.items())
    return {layer: name for name, layer in named}


class ModelToDot:
    """Makes a ``pydot.Dot`` of a model: ``ModelToDot()(model)``.

    Starts at the outputs and follows each layer to the layers before it, once: 0.3.3 went up
    from a shared layer as often as there are ways to it, and stopped at a Siamese.

    Mirrors: keras 0.3.3, utils/visualize_util.py, ModelToDot.
    """

    def __call__(
        self,
        model: Any,
        recursive: bool = True,
        show_shape: bool = False,
        connect_to: Any = None,
    ) -> Any:
        """Return the drawing.

        Args:
            model: a Sequential or Graph.
            recursive: draw the layers inside of containers, not the containers.
            show_shape: write input and output shapes into the boxes.
            connect_to: a ``pydot.Node`` that comes after the outputs.
        """
        self.pydot = _pydot()
        self.recursive = recursive
        self.show_shape = show_shape
        self.layer_to_pydotnode: dict[Any, Any] = {}
        self.g = self.pydot.Dot()
        self.g.set("rankdir", "TB")
        self.g.set("concentrate", True)
        self.g.set_node_defaults(shape="record")
        self._process_container(model, connect_to)
        return self.g

    def _process_container(self, model: Any, connect_to: Any) -> None:
        last = model.outputs.values() if hasattr(model, "outputs") else model.layers[-1:]
        for layer in last:
            self._process_layer(layer, get_layer_to_name(model), connect_to)

    def _process_layer(self, layer: Any, names: dict[Any, str], connect_to: Any) -> None:
        if self.recursive and isinstance(layer, (Graph, Sequential)):
            self._process_container(layer, connect_to)
            return
        is_new = layer not in self.layer_to_pydotnode
        node = self._node(layer, names.get(layer, ""))
        if connect_to is not None:
            self.g.add_edge(self.pydot.Edge(node, connect_to))
        if is_new:
            for before in _before(layer):
                self._process_layer(before, names, connect_to=node)

    def _node(self, layer: Any, name: str) -> Any:
        """Return the box of a layer: a new one, or the one it has from another path."""
        if layer not in self.layer_to_pydotnode:
            label = f"{_escaped(name)} ({_escaped(layer_typename(layer))})"
            if self.show_shape:
                shapes = f"{{{_escaped(_input_shape(layer))}}}|{{{_escaped(layer.output_shape)}}}"
                label += f"\n|{{input:|output:}}|{{{shapes}}}"
            node = self.pydot.Node(f"layer{len(self.layer_to_pydotnode)}", label=label)
            self.g.add_node(node)
            self.layer_to_pydotnode[layer] = node
        return self.layer_to_pydotnode[layer]


def _before(layer: Any) -> Sequence[Any]:
    """Return the layers whose outputs a layer takes."""
    if isinstance(layer, Merge):
        return layer.layers
    if isinstance(layer, Siamese):
        return layer.inputs
    previous = getattr(layer, "previous", None)
    return [] if previous is None else [previous]


def to_graph(model: Any, **kwargs: Any) -> Any:
    """Return a ``pydot.Dot`` of a model; the options are those of `ModelToDot`.

    Raises:
        ImportError: if pydot is not installed.

    Mirrors: keras 0.3.3, utils/visualize_util.py, to_graph.
    """
    return ModelToDot()(model, **kwargs)


def plot(model: Any, to_file: str = "model.png", **kwargs: Any) -> None:
    """Draw a model into a file; the options are those of `ModelToDot`.

    Args:
        to_file: ``.svg`` and ``.pdf`` give these formats, any other ending PNG.

    Raises:
        ImportError: if pydot is not installed.
        RuntimeError: if Graphviz is not installed.

    Mirrors: keras 0.3.3, utils/visualize_util.py, plot.
    """
    graph = to_graph(model, **kwargs)
    ending = os.path.splitext(to_file)[1].lower().lstrip(".")
    try:
        graph.write(to_file, format=ending if ending in FORMATS else "png")
    except FileNotFoundError as error:
        if shutil.which("dot"):
            raise
        raise RuntimeError(
            "plot needs Graphviz, whose program 'dot' was not found. Install it from "
            "https://graphviz.org or with your system's package manager."
        ) from error


def _input_shape(layer: Any) -> Any:
    if hasattr(layer, "input_shape"):
        return layer.input_shape
    return ", ".join(str(shape) for shape in getattr(layer, "input_shapes", ()))


def _escaped(text: Any) -> str:
    """Return text as it appears in a record label: names come from files."""
    printable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))
    return re.sub(r"([\\{}|<>])", r"\\\1", printable)


def _pydot() -> Any:
    try:
        import pydot
    except ImportError as error:
        raise ImportError(
            f"Drawing a model needs pydot, which could not be imported ({error}). "
            'Install it with: pip install "legacy-keras[plot]"'
        ) from error
    return pydot
