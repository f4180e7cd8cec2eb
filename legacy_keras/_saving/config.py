"""Configurations: models to dictionaries, JSON and YAML, and back.

A file is not trusted: classes come from the table below or from ``custom_objects`` that
the caller passes, and YAML is read by the safe loader.

Mirrors: keras 0.3.3, utils/layer_utils.py, container_from_config, and models.py.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import constraints, layers, regularizers
from .._names import lookup
from ..layers import containers, wrappers
from ..layers.core import Layer

LAYERS: dict[str, type[Layer]] = {
    name: value
    for module in (layers, wrappers)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Layer) and not name.startswith("_")
}


def layer_from_config(
    config: Mapping[str, Any],
    custom_objects: Mapping[str, Any] = {},
    classes: Mapping[str, type[Layer]] = {},
) -> Any:
    """Make a layer or container from its configuration.

    Args:
        config: what ``get_config`` returned; it is not changed.
        custom_objects: further classes, and functions by name.
        classes: classes to make of "Sequential" and "Graph" at the top, if not containers.

    Raises:
        ValueError: for a name that is in no table.
    """
    config = dict(config)
    name = config.pop("name", None)

    def inner(part: Mapping[str, Any]) -> Any:
        return layer_from_config(part, custom_objects)

    if name == "Sequential":
        stack = classes.get(name, containers.Sequential)()
        for part in config["layers"]:
            stack.add(inner(part))
        return stack
    if name == "Graph":
        return _graph(config, inner, classes.get(name, containers.Graph)())
    if name == "Merge":
        return layers.Merge(
            [inner(part) for part in config["layers"]],
            config["mode"],
            config["concat_axis"],
            config["dot_axes"],
        )
    if name == "Siamese":
        raise ValueError(
            "A Siamese layer cannot be made from its configuration, in 0.3.3 neither: it does "
            "not say which inputs it shares. Build the model by calls and load its weights."
        )
    if name == "AutoEncoder":
        return layers.AutoEncoder(
            inner(config["encoder_config"]),
            inner(config["decoder_config"]),
            config["output_reconstruction"],
        )
    # The argument "name" is written as "custom_name", for "name" is the class.
    if "custom_name" in config:
        config["name"] = config.pop("custom_name")
    if name == "TimeDistributed":
        return wrappers.TimeDistributed(inner(config.pop("layer")), **config)
    table = {**LAYERS, **custom_objects}
    options = {key: _option(value, custom_objects) for key, value in config.items()}
    return lookup(str(name), table, "layer")(**options)


def _option(value: Any, custom_objects: Mapping[str, Any]) -> Any:
    """Turn what stands for a regularizer, constraint or custom function into it."""
    if isinstance(value, str):
        return custom_objects.get(value, value)
    if isinstance(value, Mapping) and "name" in value:
        arguments = {k: v for k, v in value.items() if k != "name"}
        for module, table in (
            (constraints, constraints.CONSTRAINTS),
            (regularizers, regularizers.REGULARIZERS),
        ):
            if value["name"] in table:
                return module.get(value["name"], arguments)
        if value["name"] in custom_objects:
            return custom_objects[value["name"]](**arguments)
    return value


def _graph(config: dict[str, Any], inner: Any, graph: Any) -> Any:
    for part in config["input_config"]:
        graph.add_input(**part)
    for part in config["node_config"]:
        layer = config["nodes"][part["name"]]
        if layer["name"] in ("Siamese", "SiameseHead"):
            inner(layer)  # says why it cannot
        # The outputs, those of create_output among them, are listed by themselves.
        graph.add_node(inner(layer), **{**part, "create_output": False})
    for part in config["output_config"]:
        graph.add_output(**part)
    return graph


def plain_number(value: Any) -> Any:
    """Turn what JSON does not know into what it knows.

    Raises:
        TypeError: for functions and other objects, as in 0.3.3.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, range):
        return list(value)
    if isinstance(value, type):
        return value.__name__
    raise TypeError(
        f"Not JSON Serializable: {value!r}. A model with a Lambda is built by calls; "
        "save_weights and load_weights work on it."
    )


def to_json(config: Mapping[str, Any], **kwargs: Any) -> str:
    """Return a configuration as JSON."""
    return json.dumps(config, default=plain_number, **kwargs)


def to_yaml(config: Mapping[str, Any], **kwargs: Any) -> str:
    """Return a configuration as YAML; tuples carry PyYAML's tag, as in 0.3.3."""
    import yaml

    text: str = yaml.dump(copy.deepcopy(config), **kwargs)
    return text


def _tuple(loader: Any, node: Any) -> tuple[Any, ...]:
    return tuple(loader.construct_sequence(node, deep=True))


def _text(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


YAML_TAGS = {"tuple": _tuple, "unicode": _text, "str": _text}


def from_json(text: str) -> Any:
    """Read a configuration from JSON.

    Raises:
        ValueError: if it is not JSON.
    """
    return json.loads(text)


def from_yaml(text: str) -> Any:
    """Read a configuration from YAML.

    Raises:
        ValueError: if it is not YAML, or asks for Python objects.
    """
    import yaml  # imported here: most programs never read it

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """PyYAML's safe loader, and the harmless tags that 0.3.3 on Python 2 wrote."""

    for tag, construct in YAML_TAGS.items():
        Loader.add_constructor(f"tag:yaml.org,2002:python/{tag}", construct)
    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"The text is not the YAML of a model: {error}") from error
