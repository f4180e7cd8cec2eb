"""Containers: a stack of layers and a graph of layers, as module trees.

They are layers themselves and nest. `legacy_keras.models` adds compiling and training.

Mirrors: keras 0.3.3, layers/containers.py.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import numpy as np
from torch import Tensor

from ._base import Layer, Shape
from ._merge import Merge, set_weights_in_turn
from ._siamese import Siamese, SiameseHead


def has_states(layer: Any) -> bool:
    """Whether a layer carries states from one batch to the next."""
    return bool(layer.__dict__.get("stateful"))


class Container(Layer):
    """What Sequential and Graph share: their members' weights, penalties and states."""

    cache_enabled = True
    computes = False

    def members(self) -> list[Layer]:
        """Return the layers in order."""
        raise NotImplementedError

    def _trainable_members(self) -> list[Layer]:
        return [layer for layer in self.members() if layer.trainable]

    @property
    def trainable_weights(self) -> list[Any]:  # type: ignore[override]
        """The weights that training changes."""
        return [w for layer in self._trainable_members() for w in layer.get_params()[0]]

    @property
    def non_trainable_weights(self) -> list[Any]:  # type: ignore[override]
        """The members' weights that training does not change by gradients."""
        return [w for layer in self.members() for w in layer.non_trainable_weights]

    @property
    def regularizers(self) -> list[Any]:  # type: ignore[override]
        """The penalties on trainable members."""
        return [r for layer in self._trainable_members() for r in layer.get_params()[1]]

    @property
    def constraints(self) -> list[Any]:  # type: ignore[override]
        """A constraint for each of the trainable weights."""
        return [c for layer in self._trainable_members() for c in layer.get_params()[2]]

    @property
    def updates(self) -> list[tuple[Any, Any]]:  # type: ignore[override]
        """Pairs of a variable and its next value, of trainable members."""
        return [u for layer in self._trainable_members() for u in layer.get_params()[3]]

    @property
    def state_updates(self) -> list[tuple[Any, Any]]:
        """Those of stateful members, applied after a prediction as well."""
        return [u for layer in self.stateful_layers() for u in layer.get_params()[3]]

    def get_params(self) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        return self.trainable_weights, self.regularizers, self.constraints, self.updates

    def updating_layers(self) -> list[Layer]:
        return [u for layer in self._trainable_members() for u in layer.updating_layers()]

    def stateful_layers(self) -> list[Layer]:
        """Return the members with states; 0.3.3 does not look into nested containers."""
        return [layer for layer in self.members() if has_states(layer)]

    def reset_states(self) -> None:
        """Set the states of all stateful members to 0."""
        for layer in self.stateful_layers():
            layer.reset_states()

    def prepare(self) -> None:
        for layer in self.members():
            layer.prepare()

    def get_weights(self) -> list[np.ndarray]:
        return [w for layer in self.members() for w in layer.get_weights()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        set_weights_in_turn(self.members(), weights)

    def count_params(self) -> int:
        return sum(layer.count_params() for layer in self.members())

    def register_members(self) -> None:
        """Make the members the children of this module, by index or node name.

        ``add_module`` refuses names of its own methods, such as "keys".
        """
        self._modules.clear()
        self._modules.update(self.named_members())

    def named_members(self) -> Iterator[tuple[str, Layer]]:
        """Iterate over the members with their names in the module tree."""
        raise NotImplementedError

    def run(self, x: Any, mask: Tensor | None = None) -> tuple[Any, Any]:
        """Return the output with its mask, which ``forward`` drops as 0.3.3 does."""
        raise NotImplementedError


def check_layer(layer: Any, method: str) -> None:
    """Refuse what is not a layer instance.

    Raises:
        TypeError: naming what was given.
    """
    if not isinstance(layer, Layer):
        hint = "a layer class; make an instance of it" if isinstance(layer, type) else repr(layer)
        raise TypeError(f"{method} expects a layer such as Dense(10); got {hint}.")


class Sequential(Container):
    """A stack of layers.

    Args:
        layers: list of layers to add.

    Mirrors: keras 0.3.3, layers/containers.py, Sequential.
    """

    def __init__(self, layers: Sequence[Layer] = []) -> None:
        self.layers: list[Layer] = []
        for layer in layers:
            self.add(layer)

    def members(self) -> list[Layer]:
        return self.layers

    def named_members(self) -> Iterator[tuple[str, Layer]]:
        return ((str(index), layer) for index, layer in enumerate(self.layers))

    def add(self, layer: Layer) -> None:
        """Put a layer on top.

        Raises:
            TypeError: if it is not a layer.
            ValueError: if it does not fit; the stack stays as it was.
        """
        check_layer(layer, "Sequential.add()")
        if self.layers:
            layer.set_previous(self.layers[-1])
        self.layers.append(layer)
        self._modules[str(len(self.layers) - 1)] = layer

    def _ends(self) -> tuple[Layer, Layer]:
        if not self.layers:
            raise ValueError("This Sequential has no layers; call add() first.")
        return self.layers[0], self.layers[-1]

    def set_previous(self, layer: Layer, reset_weights: bool = True) -> None:
        self._ends()[0].set_previous(layer, reset_weights)

    def clear_previous(self, reset_weights: bool = True) -> None:
        self._ends()[0].clear_previous(reset_weights)

    @property
    def previous(self) -> Layer:
        """The layer in front of the first one."""
        layer: Layer = self._ends()[0].previous
        return layer

    @property
    def input_layers(self) -> list[Layer]:
        return self._ends()[0].input_layers

    @property
    def own_input_layers(self) -> list[Layer]:
        return self._ends()[0].own_input_layers

    @property
    def input_shape(self) -> Shape:
        return self._ends()[0].input_shape

    @property
    def output_shape(self) -> Shape:
        return self._ends()[1].output_shape

    def get_input(self, train: bool = False) -> Any:
        return self._ends()[0].get_input(train)

    @property
    def input(self) -> Any:
        """The expression of the input: a list for several."""
        return self.get_input()

    @input.setter
    def input(self, value: Any) -> None:
        self._ends()[0].input = value

    def set_input(self) -> None:
        """Give the first layer its placeholder, which it has already."""

    def get_output(self, train: bool = False) -> Any:
        return self._ends()[1].get_output(train)

    def feeding(self, X: Any, mask: Any) -> AbstractContextManager[Any]:
        return self._ends()[0].feeding(X, mask)

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        return self.run(x, mask)[0]

    def run(self, x: Any, mask: Tensor | None = None) -> tuple[Any, Any]:
        for layer in self.layers:
            y = layer(x, mask)
            mask = layer.forward_mask(x, mask)
            x = y
        return x, mask

    def get_config(self) -> dict[str, Any]:
        return {
            "name": type(self).__name__,
            "layers": [layer.get_config() for layer in self.layers],
        }


class Graph(Container):
    """A graph of layers with named inputs, nodes and outputs.

    As a layer of another container it has one input and one output.

    Mirrors: keras 0.3.3, layers/containers.py, Graph.
    """

    def __init__(self) -> None:
        self.namespace: set[str] = set()
        self.nodes: OrderedDict[str, Layer] = OrderedDict()
        self.inputs: dict[str, Layer] = {}
        self.input_order: list[str] = []
        self.outputs: dict[str, Layer] = {}
        self.output_order: list[str] = []
        self.input_config: list[dict[str, Any]] = []
        self.output_config: list[dict[str, Any]] = []
        self.node_config: list[dict[str, Any]] = []

    def members(self) -> list[Layer]:
        return list(self.nodes.values())

    def named_members(self) -> Iterator[tuple[str, Layer]]:
        taken = {name for name in self.nodes if "." not in name}
        for name, layer in self.nodes.items():
            module = name if name in taken else _module_name(name, taken)
            taken.add(module)
            yield module, layer

    @property
    def nb_input(self) -> int:
        return len(self.inputs)

    @property
    def nb_output(self) -> int:
        return len(self.outputs)

    # Building

    def _claim(self, *names: str) -> None:
        for name in names:
            if name in self.namespace:
                raise ValueError(f"Duplicate node identifier: {name}; names are used once.")
        self.namespace.update(names)

    def _find(self, name: str, kind: str = "Unknown node/input identifier") -> Layer:
        for table in (self.nodes, self.inputs):
            if name in table:
                return table[name]
        known = ", ".join([*self.input_order, *self.nodes]) or "none so far"
        raise ValueError(f"{kind}: {name}. The inputs and nodes are: {known}.")

    def _source(
        self, input: str | None, inputs: Sequence[str], mode: str, concat_axis: int, axes: Any
    ) -> Layer | None:
        """Return the layer to read: a node, an input, or a Merge of some."""
        if inputs:
            layers = [self._find(name, "Unknown identifier") for name in inputs]
            return Merge(layers, mode=mode, concat_axis=concat_axis, dot_axes=axes)
        return self._find(input) if input else None

    def add_input(
        self,
        name: str,
        input_shape: Sequence[int] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        dtype: str = "float",
    ) -> None:
        """Add an input.

        Args:
            name: unique in the graph.
            input_shape: shape of one sample.
            batch_input_shape: shape of a batch, in place of ``input_shape``.
            dtype: "float", or "int" for 2D input of an Embedding.

        Raises:
            ValueError: for a name in use, a missing shape, or "int" with other shapes.
        """
        layer = Layer(name=name)
        if input_shape:
            layer.set_input_shape((None, *input_shape))
        elif batch_input_shape:
            layer.set_input_shape(batch_input_shape)
        ndim = len(layer.input_shape)
        if dtype != "float":
            if ndim != 2:
                raise ValueError(
                    'Type "int" can only be used with ndim==2 (Embedding); input '
                    f"{name!r} has the shape {layer.input_shape}."
                )
            layer._input_dtype = "int32"
        self._claim(name)
        self.input_order.append(name)
        self.inputs[name] = layer
        shape = (
            {"batch_input_shape": batch_input_shape}
            if batch_input_shape
            else {"input_shape": input_shape}
        )
        self.input_config.append({"name": name, "dtype": dtype, **shape})

    def add_node(
        self,
        layer: Layer,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = [],
        merge_mode: str = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        create_output: bool = False,
    ) -> None:
        """Add a layer that reads an input or node, or several merged into one.

        Args:
            layer: the layer, or a container.
            name: unique in the graph; it becomes the layer's name, and its prefix in
                ``state_dict()``, where a dot is written as an underscore.
            input: name of the one to read.
            inputs: names of several; ``merge_mode``, ``concat_axis`` and ``dot_axes``
                are those of Merge.
            create_output: whether the node is an output of the graph, too.

        Raises:
            ValueError: for unknown or used names, or layers that do not fit; the graph
                stays as it was.
        """
        check_layer(layer, "Graph.add_node()")
        if name in self.namespace:
            self._claim(name)
        layer.name = name
        source = self._source(input, inputs, merge_mode, concat_axis, dot_axes)
        if source is not None:
            layer.set_previous(source)
        self._claim(name)
        self._keep_node(name, layer)
        self.node_config.append(
            {
                "name": name,
                "input": input,
                "inputs": inputs,
                "merge_mode": merge_mode,
                "concat_axis": concat_axis,
                "dot_axes": dot_axes,
                "create_output": create_output,
            }
        )
        if create_output:
            self.add_output(name, input=name)

    def _keep_node(self, name: str, layer: Layer) -> None:
        self._forget_plan()
        self.nodes[name] = layer
        if name in self._modules:  # the place of a node with a dot, which gives way
            self.register_members()
        else:
            self._modules[_module_name(name, self._modules)] = layer

    def add_shared_node(
        self,
        layer: Layer,
        name: str,
        inputs: Sequence[str] = [],
        merge_mode: str | None = None,
        concat_axis: int = -1,
        dot_axes: Any = -1,
        outputs: Sequence[str] = [],
        create_output: bool = False,
    ) -> None:
        """Add a layer that is applied to several inputs or nodes.

        Args:
            layer: the layer to share.
            name: unique in the graph.
            inputs: names of those to read.
            merge_mode: how to merge the results, as in Merge; None keeps them apart as
                nodes with the names ``outputs``.
            create_output: whether the result, or each result, is an output of the graph.

        Raises:
            ValueError: for unknown or used names, or an unknown mode.
        """
        check_layer(layer, "Graph.add_shared_node()")
        for used in (name, *outputs):
            if used in self.namespace:
                self._claim(used)
        if create_output and merge_mode == "join":
            raise ValueError("Output can not be of type OrderedDict; use another merge_mode.")
        layers: list[Layer] = []
        for source in (self._find(n, "Unknown identifier") for n in inputs):
            if isinstance(source, Siamese) and source.merge_mode is None:
                layers += [_head(source, index) for index in range(len(source.inputs))]
            else:
                layers.append(source)
        shared = Siamese(
            layer, layers, merge_mode, concat_axis=concat_axis, dot_axes=dot_axes, is_graph=True
        )
        self._claim(name, *outputs)
        self._keep_node(name, shared)
        self.node_config.append(
            {
                "name": name,
                "inputs": inputs,
                "merge_mode": merge_mode,
                "concat_axis": concat_axis,
                "dot_axes": dot_axes,
                "create_output": create_output if merge_mode else False,
            }
        )
        if merge_mode and create_output:
            self.add_output(name, input=name)
        if not merge_mode:
            for index, output in enumerate(outputs):
                head = _head(shared, index)
                head.name = output
                self._keep_node(output, head)
                self.node_config.append(
                    {"name": output, "inputs": [name], "create_output": create_output}
                )
                if create_output:
                    self.add_output(output, input=output)

    def add_output(
        self,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = [],
        merge_mode: str = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
    ) -> None:
        """Make a node, or several merged into one, an output of the graph.

        The arguments are those of `add_node`; ``inputs`` takes nodes only.

        Raises:
            ValueError: for unknown or used names.
        """
        if name in self.output_order:
            raise ValueError(f"Duplicate output identifier: {name}; names are used once.")
        for source_name in inputs:
            if source_name not in self.nodes:
                known = ", ".join(self.nodes) or "none so far"
                raise ValueError(f"Unknown identifier: {source_name}. The nodes are: {known}.")
        source = self._source(input, inputs, merge_mode, concat_axis, dot_axes)
        if source is not None:
            self.outputs[name] = source
        self._forget_plan()
        self.output_order.append(name)
        self.output_config.append(
            {
                "name": name,
                "input": input,
                "inputs": inputs,
                "merge_mode": merge_mode,
                "concat_axis": concat_axis,
                "dot_axes": dot_axes,
            }
        )

    # As a layer of another container

    def set_previous(  # type: ignore[override]
        self, layer: Any, connection_map: dict[str, str] = {}, reset_weights: bool = True
    ) -> None:
        """Connect the input to a layer, or inputs to the outputs of another graph.

        Raises:
            ValueError: if the numbers do not match or a name is unknown.
        """
        if self.nb_input != layer.nb_output:
            raise ValueError(
                "Cannot connect layers: input count does not match output count: "
                f"{layer.nb_output} outputs before a graph with {self.nb_input} inputs."
            )
        if self.nb_input == 1:
            self._only_input().set_previous(layer, reset_weights)
            return
        if not connection_map:
            raise ValueError("Cannot attach multi-input layer: no connection_map provided.")
        for name, output in connection_map.items():
            if name not in self.inputs or output not in layer.outputs:
                raise ValueError(f"Invalid connection map: {name!r} to {output!r}.")
            self.inputs[name].set_previous(layer.outputs[output], reset_weights)

    def clear_previous(self, reset_weights: bool = True) -> None:
        for layer in self.inputs.values():
            layer.clear_previous(reset_weights)

    def _only_input(self) -> Layer:
        return self.inputs[self.input_order[0]]

    @property
    def previous(self) -> Layer:
        """The layer in front of the only input."""
        layer: Layer = self._only_input().previous
        return layer

    @property
    def input_layers(self) -> list[Layer]:
        return [layer for name in self.input_order for layer in self.inputs[name].input_layers]

    @property
    def own_input_layers(self) -> list[Layer]:
        inputs = [self.inputs[name] for name in self.input_order]
        return [layer for each in inputs for layer in each.own_input_layers]

    @property
    def input_shape(self) -> Shape:
        if self.nb_input == 1:
            return self._only_input().input_shape
        return {name: layer.input_shape for name, layer in self.inputs.items()}

    @property
    def output_shape(self) -> Shape:
        if self.nb_output == 1:
            return self.outputs[self.output_order[0]].output_shape
        return {name: layer.output_shape for name, layer in self.outputs.items()}

    @property
    def _is_plain(self) -> bool:
        return self.nb_input == self.nb_output == 1

    def get_input(self, train: bool = False) -> Any:
        if self._is_plain:
            return self._only_input().get_input(train)
        return {name: layer.get_input(train) for name, layer in self.inputs.items()}

    @property  # type: ignore[misc]
    def input(self) -> Any:
        """The expression of the input: a dict by name, unless there is one input and output."""
        return self.get_input()

    def get_output(self, train: bool = False) -> Any:
        if self._is_plain:
            return self.outputs[self.output_order[0]].get_output(train)
        return {name: layer.get_output(train) for name, layer in self.outputs.items()}

    def feeding(self, X: Any, mask: Any) -> AbstractContextManager[Any]:
        """Return a context in which the inputs are those of a dict, or the only one is ``X``."""
        values = X if isinstance(X, dict) else {self.input_order[0]: X}
        stack = ExitStack()
        for name, value in values.items():
            stack.enter_context(self.inputs[name].feeding(value, None))
        return stack

    # Computation

    def sources(self, layer: Any, inputs: Collection[int]) -> list[Any]:
        """Return the layers that a node, an output or a merge reads.

        Args:
            inputs: the ids of the inputs of this graph.
        """
        if isinstance(layer, Siamese):
            return layer.inputs
        if isinstance(layer, Merge):
            return layer.layers
        if id(layer) in inputs:
            return []  # what an input of a nested graph reads lies outside
        previous = getattr(layer, "previous", None)
        if previous is None:
            raise ValueError(f"Node {layer.name!r} has no input; add it with input= or inputs=.")
        return [previous]

    def needed(self) -> list[tuple[Layer, list[Layer]]]:
        """Return what the outputs need, each with what it reads, as 0.3.3 would pull it."""
        inputs = {id(layer) for layer in self.inputs.values()}
        order: dict[int, tuple[Layer, list[Layer]]] = {}
        stack: list[tuple[Layer, list[Layer] | None]] = [
            (self.outputs[name], None) for name in reversed(self.output_order)
        ]
        while stack:
            layer, sources = stack.pop()
            if id(layer) in order:
                continue
            if sources is not None:  # they are in the order by now
                order[id(layer)] = layer, sources
            else:
                sources = self.sources(layer, inputs)
                stack.append((layer, sources))
                stack += [(source, None) for source in reversed(sources)]
        return list(order.values())

    @property
    def _plan(self) -> list[tuple[Layer, list[int]]]:
        """What `run` goes through: each layer with the ids of those that it reads."""
        plan = self.__dict__.get("_known_plan")
        if plan is None:
            inputs = {id(layer) for layer in self.inputs.values()}
            plan = self.__dict__["_known_plan"] = [
                (layer, list(map(id, sources)))
                for layer, sources in self.needed()
                if id(layer) not in inputs
            ]
        return plan

    def _forget_plan(self) -> None:
        self.__dict__.pop("_known_plan", None)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state.pop("_known_plan", None)  # the ids of a copy are others
        return state

    def prepare(self) -> None:
        for layer, _ in self.needed():
            if not isinstance(layer, Merge):  # of nodes, which come in their own turn
                layer.prepare()

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        return self.run(x, mask)[0]

    def run(self, x: Any, mask: Any = None) -> tuple[Any, Any]:
        """Compute the outputs and their masks.

        Args:
            x: a tensor for the only input, a list in ``input_order``, or a dict by name.

        Returns:
            The output and its mask; dicts by name if there are several outputs.
        """
        if isinstance(x, dict):
            x = [x[name] for name in self.input_order]
        elif not isinstance(x, (list, tuple)):
            x = [x]
        results: dict[int, tuple[Any, Any]] = {
            id(self.inputs[name]): (value, mask)
            for name, value in zip(self.input_order, x, strict=True)
        }
        for layer, sources in self._plan:
            results[id(layer)] = _compute(layer, [results[source] for source in sources])
        named = {name: results[id(self.outputs[name])] for name in self.output_order}
        if len(named) == 1:
            return named[self.output_order[0]]
        return (
            {name: output for name, (output, _) in named.items()},
            {name: output_mask for name, (_, output_mask) in named.items()},
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "name": type(self).__name__,
            "input_config": copy.deepcopy(self.input_config),
            "node_config": copy.deepcopy(self.node_config),
            "output_config": copy.deepcopy(self.output_config),
            "input_order": list(self.input_order),
            "output_order": list(self.output_order),
            "nodes": {c["name"]: self.nodes[c["name"]].get_config() for c in self.node_config},
        }


def _module_name(node: str, taken: Collection[str]) -> str:
    """Return the name of a node's module: PyTorch takes a dot for the end of one."""
    name = node.replace(".", "_")
    while name != node and name in taken:
        name += "_"
    return name


def _compute(layer: Any, sources: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Return the output and mask of a node or merge, given those of what it reads."""
    if isinstance(layer, (Siamese, Merge)):
        tensors = [value for value, _ in sources]
        join = layer.share if isinstance(layer, Siamese) else layer.merge
        return join(tensors), None
    ((x, mask),) = sources
    if isinstance(layer, SiameseHead):
        return x[layer.head], None
    return layer(x, mask), layer.forward_mask(x, mask)


def _head(shared: Siamese, index: int) -> SiameseHead:
    head = SiameseHead(index)
    head.previous = shared
    return head
