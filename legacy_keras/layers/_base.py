"""What all layers share: parameters, shapes, links to the layer before, configuration.

A layer of ours is a `torch.nn.Module` with ``forward(x, mask=None)``. It is connected as
in 0.3.3: `set_input_shape` or `set_previous` make its shape known and call `build`, which
makes the weights. The surprises of `torch.nn.Module` are absorbed here, once.

Mirrors: keras 0.3.3, layers/core.py, Layer and MaskedLayer.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from .. import backend as K
from .. import constraints, initializations, regularizers
from .._errors import ArgumentError
from .._symbolic.expression import Expression
from .._symbolic.formula import Formula
from .._symbolic.pull import Pulling, forward_by_pull, links_changed
from ..backend._random import RandomStream
from ..backend._variable import Variable

Shape = Any  # a tuple of int or None; a list of them for Merge; a dict for Graph

# Attributes that refer to other modules without owning them.
UNOWNED = frozenset({"previous"})
# Attributes that a step sets itself.
PASSING = frozenset({"training", "pending_updates"})


class _InitSignature:
    """What help() and notebooks show of a class: the arguments of ``__init__``.

    Otherwise it would be those of ``Layer.__new__``, which are any.
    """

    def __get__(self, instance: Any, owner: type) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")  # calling a layer is another matter
        init = inspect.signature(owner.__init__)  # type: ignore[misc]
        return init.replace(parameters=list(init.parameters.values())[1:])


class Layer(Pulling):
    """Base class of all layers.

    Args:
        input_shape: tuple of int, the shape of one sample.
        batch_input_shape: tuple of int, the shape of a batch, samples included.
        trainable: whether ``fit`` changes the weights.
        name: any string; by default the class name in lower case.
        cache_enabled: accepted for old scripts; it changes nothing here.

    Raises:
        ValueError: for any other keyword, or a shape with the wrong number of axes.
    """

    # Constructor arguments that get_config writes, each under its own name.
    config_fields: ClassVar[tuple[str, ...]] = ()

    # How often an attribute of any layer was set: a recorded step may be out of date.
    nb_changes: ClassVar[int] = 0
    computes: ClassVar[bool] = True  # itself, and not only by the layers in it

    input_ndim: int | None = None
    trainable_weights: list[Any]
    non_trainable_weights: list[Any]
    regularizers: list[Any]
    constraints: list[Any]
    updates: list[tuple[Variable, Any]]
    cache_enabled: bool
    previous: Any
    _formulas: dict[str, Formula]

    __signature__ = _InitSignature()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # Old layers set attributes before super().__init__(), so the module has to be
        # ready before any __init__ runs.
        layer = super().__new__(cls)
        nn.Module.__init__(layer)
        layer.__dict__["updates"] = []
        layer.__dict__["pending_updates"] = []
        layer.__dict__["_formulas"] = {}  # what stands for weights that were replaced
        return layer

    def __init__(self, **kwargs: Any) -> None:
        allowed = {"input_shape", "batch_input_shape", "trainable", "name", "cache_enabled"}
        for keyword in kwargs:
            if keyword not in allowed:
                raise ArgumentError(
                    f"Keyword argument not understood: {keyword}. {type(self).__name__} takes "
                    f"its own arguments and {', '.join(sorted(allowed))}."
                )
        for name in ("trainable_weights", "non_trainable_weights"):
            if name not in self.__dict__:
                setattr(self, name, [])
        self.name = kwargs.get("name", type(self).__name__.lower())
        self.cache_enabled = kwargs.get("cache_enabled", True)
        if "batch_input_shape" in kwargs:
            self.set_input_shape(tuple(kwargs["batch_input_shape"]))
        elif "input_shape" in kwargs:
            self.set_input_shape((None, *_sample_shape(kwargs["input_shape"])))
        self.trainable = kwargs.get("trainable", True)

    # torch.nn.Module, made to fit

    def __setattr__(self, name: str, value: Any) -> None:
        if self.computes and name not in PASSING:
            Layer.nb_changes += 1
        owned = name not in UNOWNED and not isinstance(getattr(type(self), name, None), property)
        if owned and isinstance(value, (nn.Parameter, nn.Module)):
            self._own(name, value)
            return
        if isinstance(value, Expression) and (name in self._parameters or name in self._formulas):
            if name in self._parameters:
                self._parameters[f"{name}_variable"] = self._parameters.pop(name)
            self._formulas[name] = Formula(value)
            return
        # A plain value replaces whatever had the name, also where Module would object: a
        # node of a Graph may be called "loss". torch.export replaces all there is.
        if name != "__dict__":
            self._parameters.pop(name, None)
            self._formulas.pop(name, None)
        object.__setattr__(self, name, value)

    def _own(self, name: str, value: nn.Parameter | nn.Module) -> None:
        """Register a weight or a layer, also under a name that the class uses already."""
        for table in (self.__dict__, self._parameters, self._modules, self._formulas):
            table.pop(name, None)
        if isinstance(value, nn.Module):
            self._modules[name] = value
        else:
            self._parameters[name] = value
        if hasattr(type(self), name):  # "W = None" there would be found before the weight
            self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        weight = self.__dict__["_parameters"].get(name)
        if weight is not None:  # first, for this is where every forward passes
            return weight
        module = self.__dict__["_modules"].get(name)
        if module is not None:
            return module
        formula = self.__dict__["_formulas"].get(name)
        if formula is not None:
            return formula.read()
        # Module reports an AttributeError inside a property as the property missing.
        attribute = inspect.getattr_static(type(self), name, None)
        if isinstance(attribute, property) and attribute.fget is not None:
            return attribute.fget(self)
        return super().__getattr__(name)

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        # Parts of a finished graph can't be copied; expressions are made again.
        for name in ("watched_output", "_pulled", "_recordings", "_input"):
            state.pop(name, None)
        return {**state, "pending_updates": []}

    @property
    def name(self) -> str:
        """The name given, or the class name in lower case."""
        return self.__dict__.get("_name", type(self).__name__.lower())

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    @property
    def trainable(self) -> bool:
        """Whether ``fit`` changes the weights; takes effect when the model is compiled."""
        return self.__dict__.get("_trainable", True)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value

    # Names of 0.1 and 0.2

    @property
    def params(self) -> Any:
        """The trainable weights, as layers up to 0.3.1 called them.

        What is assigned stays a plain attribute unless it is a list of weights.
        """
        return self.__dict__.get("params", self.trainable_weights)

    @params.setter
    def params(self, value: Any) -> None:
        self.__dict__.pop("params", None)
        gathered = isinstance(getattr(type(self), "trainable_weights", None), property)
        weights = isinstance(value, list) and all(isinstance(item, Tensor) for item in value)
        if weights and not gathered:
            self.trainable_weights = value
        else:
            self.__dict__["params"] = value

    def set_name(self, name: str) -> None:
        """Set ``name``."""
        self.name = name

    def connect(self, layer: Layer) -> None:
        """Do what `set_previous` does."""
        self.set_previous(layer)

    # Links and shapes

    @property
    def nb_input(self) -> int:
        """Number of layers before this one that it takes."""
        return 1

    @property
    def nb_output(self) -> int:
        """Number of outputs."""
        return 1

    def set_previous(self, layer: Layer, reset_weights: Any = True) -> None:
        """Connect to the layer before, and make new weights unless told otherwise.

        Raises:
            ValueError: if the layers do not fit.
        """
        if isinstance(reset_weights, dict):  # the connection_map of 0.2, which only a Graph read
            reset_weights = True
        me = type(self).__name__
        if not self.nb_input == layer.nb_output == 1:
            raise ArgumentError(
                "Cannot connect layers: input count and output count should be 1; got "
                f"{layer.nb_output} outputs before {me} with {self.nb_input} inputs."
            )
        shape = layer.output_shape if self.input_ndim or not reset_weights else None
        if self.input_ndim and shape is not None and self.input_ndim != len(shape):
            raise ArgumentError(
                f"Incompatible shapes: layer expected input with ndim={self.input_ndim} but "
                f"previous layer has output_shape {shape}. A Flatten, Reshape or Permute "
                f"before {me} can change the number of axes."
            )
        # In this order, for masks_output asks the layer below, and that the next.
        if not self.supports_masked_input() and layer.masks_output:
            raise ArgumentError(
                "Cannot connect non-masking layer to layer with masked output: "
                f"{me} ignores masks, and {type(layer).__name__} makes one."
            )
        if not reset_weights and shape != self.input_shape:
            raise ArgumentError(
                "Cannot connect layers without resetting weights: expected input with shape "
                f"{self.input_shape} but previous layer has output_shape {shape}."
            )
        self.previous = layer
        self.__dict__.pop("_previous_shape", None)
        if shape is not None:
            self._previous_shape = shape
        links_changed()
        if reset_weights:
            self.build()

    def clear_previous(self, reset_weights: bool = True) -> None:
        """Disconnect from the layer before.

        Raises:
            ValueError: if the layer would be left without an input shape.
        """
        if "_input_shape" not in self.__dict__:
            raise ValueError(
                "Cannot clear previous for non-input layers: give the layer an input_shape first."
            )
        if "previous" in self.__dict__:
            del self.previous
            links_changed()
            if reset_weights:
                self.build()

    @property
    def input_shape(self) -> Shape:
        """Shape of the input, samples first; None where a size is not fixed.

        Raises:
            ValueError: if the layer is not connected.
        """
        if "previous" in self.__dict__:
            # Kept, for a layer that asks twice would double the work with each layer below.
            if "_previous_shape" not in self.__dict__:
                self._previous_shape = self.previous.output_shape
            return self._previous_shape
        if "_input_shape" in self.__dict__:
            return self._input_shape
        raise ValueError('Layer is not connected. Did you forget to set "input_shape"?')

    def set_input_shape(self, input_shape: Sequence[int | None]) -> None:
        """Make this an input layer for batches of ``input_shape``, samples included.

        Raises:
            ValueError: if it is not a tuple or has the wrong number of axes.
        """
        if type(input_shape) not in (tuple, list):
            raise ValueError(
                f"Invalid input shape - input_shape should be a tuple of int; got {input_shape!r}."
            )
        if self.input_ndim and self.input_ndim != len(input_shape):
            raise ValueError(
                f"Invalid input shape - Layer expects input ndim={self.input_ndim}, was "
                f"provided with input shape {tuple(input_shape)}."
            )
        self._input_shape = tuple(input_shape)
        self.build()

    @property
    def output_shape(self) -> Shape:
        """Shape of the output, samples first; by default that of the input."""
        return self.input_shape

    @property
    def input_layers(self) -> list[Layer]:
        """The input layers that a value for this one has to be fed to."""
        if "previous" in self.__dict__:
            layers: list[Layer] = self.previous.input_layers
            return layers
        return [self]

    @property
    def own_input_layers(self) -> list[Layer]:
        """The same for this one alone, as if nothing was in front of it.

        A discriminator that stands behind a generator in another model is trained by itself, too.
        """
        return [self] if "previous" in self.__dict__ else self.input_layers

    @property
    def input_dtype(self) -> str:
        """The dtype that an input layer takes."""
        return self.__dict__.get("_input_dtype") or K.floatx()

    # Masks

    def supports_masked_input(self) -> bool:
        """Whether the layer may follow one whose output has a mask."""
        return False

    @property
    def masks_output(self) -> bool:
        """Whether the output comes with a mask of time steps to skip."""
        return False

    def forward_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        """Return the mask of the output: (nb_samples, timesteps), 0 to skip; None without."""
        return None

    # Computation

    def forward(self, x: Any, mask: Tensor | None = None) -> Any:
        """Compute the output for the input ``x`` and its mask."""
        return x

    def prepare(self) -> None:
        """Get ready to train: draw the seeds of noise, check what 0.3.3 checks so late.

        Called by ``compile``, in the order in which 0.3.3 makes the layers' expressions.
        """
        self.record()

    def updating_layers(self) -> list[Layer]:
        """Return the layers whose ``pending_updates`` a training step applies.

        ``forward`` leaves pairs of a variable and its next value there, and nothing changes
        unless the whole step succeeds. ``updates`` has 0.3.3's pairs of expressions.
        """
        return [self] if self.updates else []

    def watch_output(self) -> None:
        """Keep each training output in ``watched_output``, for an activity regularizer."""
        if not self.__dict__.get("_watched"):
            self._watched = True
            self.register_forward_hook(keep_output)

    # Weights

    def build(self) -> None:
        """Make the weights; the input shape is known when this is called."""

    def set_options(self, **options: Any) -> None:
        """Resolve constructor arguments by their names and keep them.

        ``*_regularizer``, ``*_constraint`` and ``*init`` are looked up in their tables.
        """
        for name, value in options.items():
            if name.endswith("_regularizer"):
                value = regularizers.get(value)
            elif name.endswith("_constraint"):
                value = constraints.get(value)
            elif name.endswith("init"):
                value = initializations.get(value)
            setattr(self, name, value)
        limits = [name for name in options if name.endswith("_constraint")]
        if limits:
            self.constraints = [self.__dict__[name] for name in limits]

    def finish_build(self, **regularized: Any) -> None:
        """Attach the regularizers, then load the ``weights`` argument.

        Args:
            regularized: for each ``x_regularizer`` under ``x`` the weights it penalises.
        """
        self.regularizers = []
        for name, weights in regularized.items():
            regularizer = self.__dict__.get(f"{name}_regularizer")
            if regularizer:
                regularizer.set_param(weights)
                self.regularizers.append(regularizer)
        activity = self.__dict__.get("activity_regularizer")
        if activity:
            activity.set_layer(self)
            self.regularizers.append(activity)
        initial = self.__dict__.get("initial_weights")
        if initial is not None:
            self.set_weights(initial)
            del self.initial_weights

    def get_params(self) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
        """Return trainable weights, regularizers, a constraint for each weight, updates."""
        weights = self.trainable_weights
        limits = self.__dict__.get("constraints") or []
        if len(limits) != len(weights):
            # 0.3.3 drops constraints that do not match in number: those of Highway do not.
            limits = [self.__dict__.get("constraint")] * len(weights)
        limits = [limit or constraints.identity() for limit in limits]
        return weights, self.__dict__.get("regularizers", []), limits, list(self.updates)

    def _weights(self) -> list[Any]:
        return self.trainable_weights + self.non_trainable_weights

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all weights from arrays, in the order of `get_weights`.

        Raises:
            ValueError: if a number or a shape does not match; nothing is changed then.
        """
        params = self._weights()
        if len(params) != len(weights):
            raise ArgumentError(
                f"Provided weight array does not match layer weights ({len(params)} layer "
                f"params vs. {len(weights)} provided weights) of {self.name!r}."
            )
        for p, w in zip(params, weights, strict=True):
            if tuple(p.shape) != tuple(w.shape):
                raise ValueError(
                    f"Layer weight shape {tuple(p.shape)} not compatible with provided weight "
                    f"shape {tuple(w.shape)}, in layer {self.name!r}."
                )
        for p, w in zip(params, weights, strict=True):
            K.set_value(p, w)

    def get_weights(self) -> list[np.ndarray]:
        """Return all weights as arrays, the trainable ones first."""
        return [K.get_value(p) for p in self._weights()]

    def count_params(self) -> int:
        """Return the number of scalars in the trainable weights."""
        return int(sum(K.count_params(p) for p in self.trainable_weights))

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor arguments as a dictionary that goes to JSON."""
        config: dict[str, Any] = {"name": type(self).__name__}
        shape = self.__dict__.get("_input_shape")
        if shape is not None:
            if shape[0]:
                config["batch_input_shape"] = shape[:]
            else:
                config["input_shape"] = shape[1:]
        if "_trainable" in self.__dict__:
            config["trainable"] = self._trainable
        config["cache_enabled"] = self.cache_enabled
        config["custom_name"] = self.name
        for name in self.config_fields:
            config[name] = plain_option(getattr(self, name))
        return config


def _sample_shape(shape: Any) -> tuple[Any, ...]:
    try:
        return tuple(shape)
    except TypeError:
        raise TypeError(
            f"input_shape got {shape!r}; expected a tuple without the samples axis, such as "
            f"({shape!r},)."
        ) from None


def plain_option(value: Any) -> Any:
    """Return an option as it is written to a configuration."""
    if hasattr(value, "get_config"):  # a regularizer, constraint or layer
        return value.get_config()
    return value.__name__ if callable(value) else value


def keep_output(layer: nn.Module, args: Any, output: Any) -> None:
    if layer.training:
        object.__setattr__(layer, "watched_output", output)


def unique(items: Iterable[Any]) -> list[Any]:
    """Drop repeats of the same object; tensors compare element by element, so by identity."""
    return list({id(item): item for item in items}.values())


class MaskedLayer(Layer):
    """Base class of layers that take a mask and hand it on."""

    def supports_masked_input(self) -> bool:
        return True

    @property
    def masks_output(self) -> bool:
        previous = self.__dict__.get("previous")
        return previous is not None and previous.masks_output

    def forward_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return mask


class NoisyLayer(Layer):
    """Base class of layers that draw noise in training, each draw from a stream of its own."""

    @property
    def nb_draws(self) -> int:
        """Number of random expressions that 0.3.3 would make for training."""
        return 1

    def prepare(self) -> None:
        super().prepare()
        if type(self).forward is not forward_by_pull:  # a user's get_output draws its own
            self.seed()

    def seed(self) -> None:
        """Draw the seeds of the streams."""
        self.streams = [RandomStream() for _ in range(self.nb_draws)]

    def stream(self, index: int = 0) -> RandomStream:
        """Return the stream of one draw; a layer used without ``compile`` seeds itself."""
        if "streams" not in self.__dict__:
            self.seed()
        return self.streams[index]

    streams: list[RandomStream]


def zeros_from(x: Tensor, *sizes: int) -> Tensor:
    """Return zeros of another shape, on the device and in the dtype of ``x``."""
    return torch.zeros(sizes, device=x.device, dtype=x.dtype)
