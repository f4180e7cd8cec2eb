"""Configurations: dictionaries to layers and models.

A file is not trusted. A class comes from the table below or from ``custom_objects`` that the
caller passes, and must be a layer; a function comes from the tables of its own kind. Text is
turned into dictionaries by ``text.py``.

Mirrors: keras 0.3.3, utils/layer_utils.py, container_from_config, and models.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .. import constraints, layers, optimizers, regularizers
from .._budget import limited_weights
from .._errors import UnsafeModelError
from .._names import lookup
from ..layers import containers, wrappers
from ..layers._base import Layer
from ..layers._lambda import Lambda
from ..layers._merge import LambdaMerge
from . import code
from .text import limited

LAYERS: dict[str, type[Layer]] = {
    name: value
    for module in (layers, wrappers)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Layer) and not name.startswith("_")
}

# What 0.3.3 computes otherwise than the releases before it, which no file says.
CHANGED = {
    "Dropout": "Up to 0.2, Dropout multiplied by 1 - p when predicting, not by 1 / (1 - p) when "
    "training: multiply the weights W of the layer after it by 1 - p.",
    "GRU": "In 0.3.0, GRU used inner_activation in place of activation: build it so.",
    "MaxPooling2D": "In 0.3.0, MaxPooling2D averaged: build the model with AveragePooling2D.",
}

# What building a layer of nonsense may raise, besides ValueError.
NONSENSE = (
    TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, RuntimeError,
    MemoryError,
)  # fmt: skip


def layer_from_config(
    config: Mapping[str, Any],
    custom_objects: Mapping[str, Any] = {},
    allow_code: bool = False,
    classes: Mapping[str, type[Layer]] = {},
) -> Any:
    """Make a layer or container from its configuration.

    Args:
        config: what ``get_config`` returned; it is not changed.
        custom_objects: further classes, and functions by name. They win over ours.
        allow_code: whether to run the functions of Lambda layers that are stored as code.
        classes: classes to make of "Sequential" and "Graph" at the top, if not containers.

    Raises:
        UnsafeModelError: for code that may not be run, or more weights than are plausible.
        ValueError: for a name that is in no table, and whatever else cannot be used.
    """
    with _explained("The configuration cannot be used"), limited_weights():
        limited(config)
        _warn_of_older(config)
        return _Reader(custom_objects, allow_code).layer(config, classes)


def model_from_config(
    config: Any,
    classes: Mapping[str, type[Any]],
    custom_objects: Mapping[str, Any],
    allow_code: bool,
) -> Any:
    """Make a model of one of two classes, and compile it if it was; see `layer_from_config`."""
    name = config.get("name") if isinstance(config, Mapping) else None
    if not isinstance(name, str) or name not in classes:
        raise ValueError(_unrecognized(config, name))
    model = layer_from_config(config, custom_objects, allow_code, classes)
    model.name = name
    if "optimizer" in config:
        with _explained("The model cannot be compiled as its configuration says"):
            _compile(model, config, custom_objects)
    return model


def _warn_of_older(config: Mapping[str, Any]) -> None:
    """Say which layers of a configuration computed something else when it was written.

    It is of 0.3.0 or before if its layers lack what all have since.
    """
    found: set[str] = set()
    parts: list[Any] = [config]
    while parts:
        part = parts.pop()
        if isinstance(part, Mapping):
            if "cache_enabled" not in part and isinstance(part.get("name"), str):
                found.update({part["name"]} & CHANGED.keys())
            parts.extend(part.values())
        elif isinstance(part, (list, tuple)):
            parts.extend(part)
    if found:
        warnings.warn(
            "This configuration was written by Keras 0.3.0 or before. Compare a prediction: "
            + " ".join(CHANGED[name] for name in sorted(found)),
            stacklevel=4,
        )


def _unrecognized(config: Any, name: Any) -> str:
    if isinstance(config, Mapping) and "class_name" in config:
        version = config.get("keras_version")
        if "registered_name" in config or "module" in config:
            version = version or 3
        return (
            f"Unrecognized model: this is the configuration of a {config['class_name']!r} of "
            f"Keras {version or '1 or 2'}, and this package reads those of Keras 0.1 to 0.3.3. "
            "Build the model by calls; load_weights reads weights of Keras 1 where they fit."
        )
    return (
        f"Unrecognized model: {name!r}; expected the configuration of a Sequential or a Graph "
        "as Keras 0.3 wrote it."
    )


def _compile(model: Any, config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> None:
    arguments = dict(config["optimizer"])
    name = arguments.pop("name")
    custom = custom_objects.get(name)
    optimizer = custom(**arguments) if isinstance(custom, type) else optimizers.get(name, arguments)
    loss = config.get("loss")
    if isinstance(model, containers.Graph):
        model.compile(
            optimizer,
            {key: _loss(value, custom_objects) for key, value in dict(loss or {}).items()},
            sample_weight_modes=config.get("sample_weight_modes", {}),
            loss_weights=config.get("loss_weights", {}),
        )
    else:
        model.compile(
            optimizer,
            _loss(loss, custom_objects),
            class_mode=config.get("class_mode"),
            sample_weight_mode=config.get("sample_weight_mode"),
        )


def _loss(name: Any, custom_objects: Mapping[str, Any]) -> Any:
    if not isinstance(name, str):
        raise ValueError(f"got loss={name!r}; expected the name of a loss.")
    return custom_objects.get(name, name)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn whatever a senseless configuration raises into a ValueError that says so."""
    try:
        yield
    except RecursionError as error:
        raise UnsafeModelError(f"{what}: it is nested too deep.") from error
    except ValueError:
        raise
    except NONSENSE as error:
        raise ValueError(f"{what}: {type(error).__name__}: {error}") from error


class _Reader:
    """Makes the layers of one configuration."""

    def __init__(self, custom_objects: Mapping[str, Any], allow_code: bool) -> None:
        self.custom_objects = custom_objects
        self.allow_code = allow_code

    def layer(self, config: Mapping[str, Any], classes: Mapping[str, type[Layer]] = {}) -> Any:
        """Make a layer or container."""
        if not isinstance(config, Mapping):
            raise ValueError(f"got {config!r}; expected the configuration of a layer.")
        config = dict(config)
        name = str(config.pop("name", None))
        special = None if name in self.custom_objects else SPECIAL.get(name)
        if name in ("Sequential", "Graph") and special:
            container = classes.get(name, getattr(containers, name))()
            return special(self, config, container)
        # The argument "name" is written as "custom_name", for "name" is the class.
        if "custom_name" in config:
            config["name"] = config.pop("custom_name")
        with _explained(f"The {name} {config.get('name')!r} cannot be made"):
            if special:
                return special(self, config)
            options = {key: self.option(key, value) for key, value in config.items()}
            return self.layer_class(name)(**options)

    def layer_class(self, name: str) -> type[Layer]:
        """Return the class of that name.

        Raises:
            ValueError: if there is none, or it is no layer.
        """
        found: Any = lookup(name, {**LAYERS, **self.custom_objects}, "layer")
        if not (isinstance(found, type) and issubclass(found, Layer)):
            raise ValueError(
                f"Invalid layer: {name} is {found!r} in custom_objects, and no class of layers."
            )
        return found

    def option(self, key: str, value: Any) -> Any:
        """Turn what stands for a regularizer, constraint or custom function into it."""
        if key.endswith(("activation", "init")) and isinstance(value, str):
            return self.custom_objects.get(value, value)
        if key.endswith(("activation", "init")) and isinstance(value, (Mapping, list, tuple)):
            raise ValueError(f"got {key}={value!r}; expected the name of a function.")
        if not isinstance(value, Mapping) or "name" not in value:
            return value
        arguments = {k: v for k, v in value.items() if k != "name"}
        custom = self.custom_objects.get(value["name"])
        if isinstance(custom, type):
            return custom(**arguments)
        for module, table in (
            (constraints, constraints.CONSTRAINTS),
            (regularizers, regularizers.REGULARIZERS),
        ):
            if value["name"] in table:
                return module.get(value["name"], arguments)
        return value

    def sequential(self, config: dict[str, Any], stack: Any) -> Any:
        for part in config["layers"]:
            stack.add(self.layer(part))
        return stack

    def graph(self, config: dict[str, Any], graph: Any) -> Any:
        for part in config["input_config"]:
            graph.add_input(**part)
        nodes = config["nodes"]
        for part in config["node_config"]:
            kind = nodes[part["name"]]["name"]
            # The outputs, those of create_output among them, are listed by themselves.
            if kind == "Siamese":
                self.shared_node(graph, config, {**part, "create_output": False})
            elif kind != "SiameseHead":  # made with their Siamese
                graph.add_node(self.layer(nodes[part["name"]]), **{**part, "create_output": False})
        for part in config["output_config"]:
            graph.add_output(**part)
        return graph

    def shared_node(self, graph: Any, config: dict[str, Any], part: dict[str, Any]) -> None:
        """Add a layer that several nodes share, which 0.3.3 could write and not read."""
        nodes = config["nodes"]
        heads = [
            (nodes[p["name"]]["head"], p["name"])
            for p in config["node_config"]
            if nodes[p["name"]]["name"] == "SiameseHead" and p["inputs"] == [part["name"]]
        ]
        shared = self.layer(nodes[part["name"]]["layer"])
        graph.add_shared_node(shared, outputs=[name for _, name in sorted(heads)], **part)

    def merge(self, config: dict[str, Any]) -> Any:
        return layers.Merge(
            [self.layer(part) for part in config["layers"]],
            config["mode"],
            config.get("concat_axis", -1),  # 0.1 and 0.2 had neither
            config.get("dot_axes", -1),
        )

    def siamese(self, config: dict[str, Any]) -> Any:
        if config["merge_mode"] is None:
            raise ValueError(
                "A layer that several Sequential models share cannot be made from their "
                "configurations, in 0.3.3 neither: they do not say that it is the same. Build the "
                "model by calls and load its weights."
            )
        return layers.Siamese(
            self.layer(config["layer"]),
            [self.layer(part) for part in config["inputs"]],
            **{key: config[key] for key in ("merge_mode", "concat_axis", "dot_axes")},
        )

    def autoencoder(self, config: dict[str, Any]) -> Any:
        return layers.AutoEncoder(
            self.layer(config["encoder_config"]),
            self.layer(config["decoder_config"]),
            config["output_reconstruction"],
        )

    def time_distributed(self, config: dict[str, Any]) -> Any:
        return wrappers.TimeDistributed(self.layer(config.pop("layer")), **config)

    def lambda_(self, config: dict[str, Any], kind: Callable[..., Lambda]) -> Any:
        name = str(config.get("name") or kind.__name__.lower())
        # 0.3.0 to 0.3.2 left the function of a Lambda out.
        config["function"] = self.function(config.get("function"), name)
        shape = config.get("output_shape")
        if shape is not None and not isinstance(shape, (list, tuple)):
            config["output_shape"] = self.function(shape, f"{name}.output_shape")
        return kind(**config)

    def lambda_merge(self, config: dict[str, Any]) -> Any:
        wanted = ("layers", "name", "function", "output_shape", "arguments")
        config = {key: config[key] for key in wanted if key in config}
        config["layers"] = [self.layer(part) for part in config["layers"]]
        return self.lambda_(config, lambdamerge)

    def function(self, value: Any, layer: str) -> Any:
        return code.resolve(value, self.custom_objects, layer, self.allow_code)


def lambdamerge(name: str | None = None, **options: Any) -> LambdaMerge:
    """Make a LambdaMerge, whose constructor takes no name."""
    merged = LambdaMerge(**options)
    if name is not None:
        merged.name = name
    return merged


# Layers that are made of more than their constructor's arguments.
SPECIAL: dict[str, Any] = {
    "Sequential": _Reader.sequential,
    "Graph": _Reader.graph,
    "Merge": _Reader.merge,
    "Siamese": _Reader.siamese,
    "AutoEncoder": _Reader.autoencoder,
    "TimeDistributed": _Reader.time_distributed,
    "Lambda": lambda reader, config: reader.lambda_(config, layers.Lambda),
    "MaskedLambda": lambda reader, config: reader.lambda_(config, layers.MaskedLambda),
    "LambdaMerge": _Reader.lambda_merge,
}
