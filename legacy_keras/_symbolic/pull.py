"""The pull protocol: get_output asks get_input, which asks the layer before.

Our layers push: they write ``forward``. A layer of 2015 pulls: it writes ``get_output``.
`Pulling` derives each from the other, for every class as it is defined: pulled, a
``forward`` is recorded as one call; pushed, a ``get_output`` runs what was recorded of it.
Masks likewise, by ``forward_mask`` and ``get_output_mask``.

Mirrors: keras 0.3.3, layers/core.py, Layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from torch import Tensor, nn

from .expression import Expression, Placeholder, is_symbolic
from .mode import computing, mode, writing
from .program import Program

_changes = itertools.count(1)


class _Links:
    """Counts changes of links between layers; what was pulled before one is out of date."""

    version = 0


def links_changed() -> None:
    """Forget all expressions that get_input remembers."""
    _Links.version = next(_changes)


@contextmanager
def training_mode(layer: nn.Module, train: bool) -> Iterator[None]:
    """Put a layer into training or test mode for a while."""
    before = layer.training
    layer.train(train)
    try:
        yield
    finally:
        layer.train(before)


class Call:
    """One call of a layer's forward or forward_mask, as a pull records it."""

    def __init__(self, layer: Any, method: Callable[..., Any], train: Any) -> None:
        self.layer = layer
        self.method = method
        self.train = bool(train)
        self.__name__ = f"{layer.name}.{method.__name__}"

    def __call__(self, x: Any, mask: Tensor | None) -> Any:
        with training_mode(self.layer, self.train):
            return self.method(self.layer, _in_dtype_of_weights(self.layer, x), mask)


def _in_dtype_of_weights(layer: Any, x: Any) -> Any:
    """Cast the input of a layer that multiplies it; Theano took any dtype for that.

    ``layer.input = theano.shared(np.ones((3, 2)))`` is float64.
    """
    weight = next(layer.parameters(), None)
    if weight is None or not isinstance(x, Tensor) or layer.input_dtype == "int32":
        return x
    return x.to(weight.dtype)


@contextmanager
def fed(layer: Any, x: Any, mask: Any) -> Iterator[None]:
    """Let a layer's get_input and get_input_mask return something for a while.

    So do get_output and get_output_mask of the layer before, for a user's layer may hold others
    that are connected to that one, too.
    """
    given = {"": lambda train=False: x, "_mask": lambda train=False: mask}
    replaced = [(layer, f"get_input{kind}", value) for kind, value in given.items()]
    if "get_input" in layer.__dict__:  # one that the user has replaced stays
        del replaced[0]
    if (previous := layer.__dict__.get("previous")) is not None:
        replaced += [(previous, f"get_output{kind}", value) for kind, value in given.items()]
    before = [(owner, name, owner.__dict__.get(name)) for owner, name, _ in replaced]
    for owner, name, value in replaced:
        owner.__dict__[name] = value
    links_changed()
    try:
        yield
    finally:
        for owner, name, value in before:
            del owner.__dict__[name]
            if value is not None:
                owner.__dict__[name] = value
        links_changed()


class Recording:
    """What was recorded of a user's layer, for training or for tests."""

    def __init__(self, layer: Any, train: bool) -> None:
        x = layer.input_symbols()
        mask = Placeholder((None, None), "bool", f"the mask of {layer.name}")
        with writing(), fed(layer, x, mask if layer.masks_input else None):
            output = layer.get_output(train=train)
            output_mask = None
            if type(layer).forward_mask is forward_mask_by_pull:
                output_mask = layer.get_output_mask(train=train)
            updates = [(v, value) for v, value in layer.updates if value is not v]
        self.variables = [variable for variable, _ in updates]
        results = [output, output_mask, [value for _, value in updates]]
        self.program = Program([*_listed(x), mask], results)

    def __call__(self, x: Any, mask: Tensor | None) -> tuple[Any, Any, list[Any]]:
        output, output_mask, values = self.program(*_listed(x), mask)
        return output, output_mask, list(zip(self.variables, values))


def _listed(x: Any) -> Sequence[Any]:
    return x if isinstance(x, (list, tuple)) else [x]


def forward_by_pull(self: Any, x: Any, mask: Tensor | None = None) -> Any:
    """Compute the output as get_output was recorded."""
    output, _, self.pending_updates = self.recording()(x, mask)
    return output


def forward_mask_by_pull(self: Any, x: Any, mask: Tensor | None = None) -> Any:
    """Compute the mask as get_output_mask was recorded."""
    return self.recording()(x, mask)[1]


def _masks_output_by_pull(self: Any) -> bool:
    return self.get_output_mask(train=False) is not None


def get_output_by_push(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return the get_output that records one call of ``forward``."""

    def get_output(self: Any, train: bool = False) -> Any:
        x = self.get_input(train)
        mask = self.get_input_mask(train) if self.supports_masked_input() else None
        return Expression(Call(self, forward, train), (x, mask), shape=_known_shape(self))

    return get_output


def get_output_mask_by_push(forward_mask: Callable[..., Any]) -> Callable[..., Any]:
    """Return the get_output_mask that records one call of ``forward_mask``."""

    def get_output_mask(self: Any, train: bool = False) -> Any:
        if not self.masks_output:
            return None
        x = self.get_input(train)
        mask = self.get_input_mask(train) if self.supports_masked_input() else None
        return Expression(Call(self, forward_mask, train), (x, mask), shape=(None, None))

    return get_output_mask


def first_to_define(cls: type, *names: str) -> Mapping[str, Any]:
    """Return the attributes of the first class in the MRO that has one of those names."""
    return next((vars(base) for base in cls.__mro__ if vars(base).keys() & set(names)), {})


class Pulling(nn.Module):
    """Base class that gives every layer the pull protocol."""

    # From Layer
    name: Any
    input_shape: Any
    output_shape: Any
    input_dtype: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # The one of a pair that the most derived class defines decides about the other. That
        # class may be a mixin, which is no layer.
        own = first_to_define(cls, "forward", "get_output")
        if "forward" not in own:
            cls.forward = forward_by_pull
        elif "get_output" not in own:
            cls.get_output = get_output_by_push(own["forward"])
        own = first_to_define(cls, "forward_mask", "get_output_mask")
        if "get_output_mask" in own and "forward_mask" not in own:
            cls.forward_mask = forward_mask_by_pull
            cls.masks_output = property(_masks_output_by_pull)
        elif "forward_mask" in own and "get_output_mask" not in own:
            cls.get_output_mask = get_output_mask_by_push(own["forward_mask"])

    get_output: Callable[..., Any]
    get_output_mask: Callable[..., Any]
    forward_mask: Callable[..., Any]
    masks_output: Any
    pending_updates: list[tuple[Any, Any]]

    @property
    def input(self) -> Any:
        """The placeholder of an input layer, or what was set in its place."""
        if "previous" in self.__dict__:
            return self.get_input()
        if "_input" not in self.__dict__:
            self.__dict__["_input"] = Placeholder(self.input_shape, self.input_dtype, self.name)
        return self.__dict__["_input"]

    @input.setter
    def input(self, value: Any) -> None:
        self.__dict__["_input"] = value
        links_changed()

    def get_input(self, train: bool = False) -> Any:
        """Return the expression of the input: the output of the layer before.

        It is remembered for either value of ``train``, so that all readers of a dropout
        see the same draw.
        """
        previous = self.__dict__.get("previous")
        if previous is None:
            return self.input
        version, memo = self.__dict__.get("_pulled", (None, {}))
        if version != _Links.version:
            memo = {}
            self.__dict__["_pulled"] = (_Links.version, memo)
        if bool(train) not in memo:
            memo[bool(train)] = previous.get_output(train=train)
        return memo[bool(train)]

    def get_input_mask(self, train: bool = False) -> Any:
        """Return the expression of the mask of the input, or None."""
        previous = self.__dict__.get("previous")
        return None if previous is None else previous.get_output_mask(train)

    @property
    def masks_input(self) -> bool:
        """Whether the input comes with a mask."""
        previous = self.__dict__.get("previous")
        return bool(previous is not None and previous.masks_output)

    def input_symbols(self) -> Any:
        """Return what stands for the input while get_output is recorded."""
        return Placeholder(_tuple(self.input_shape) or (None, None), self.input_dtype, self.name)

    def recording(self) -> Recording:
        """Return what was recorded of get_output for the present mode."""
        memo = self.__dict__.setdefault("_recordings", {})
        if self.training not in memo:
            memo[self.training] = Recording(self, self.training)
        return memo[self.training]

    def record(self) -> None:
        """Record a get_output anew in both modes, as ``compile`` did in 0.3.3."""
        if type(self).forward is forward_by_pull:
            self.__dict__["_recordings"] = {
                train: Recording(self, train) for train in (True, False)
            }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output for tensors; record the call for expressions.

        Args:
            args: input and mask.
            kwargs: ``train`` for expressions, as in 0.3.3.
        """
        if mode.eager:
            return self._compute(*args, **kwargs)
        if is_symbolic((args, kwargs)):
            return self._call_on_expression(*args, **kwargs)
        with computing():
            return self._compute(*args, **kwargs)

    def _compute(self, *args: Any, **kwargs: Any) -> Any:
        if "forward" in self._modules:  # Module would call this layer inside, not the method
            return type(self).forward(self, *args, **kwargs)
        return super().__call__(*args, **kwargs)

    def _call_on_expression(self, X: Any, mask: Any = None, train: bool = False) -> Any:
        with self.feeding(X, mask):
            return self.get_output(train=train)

    def feeding(self, X: Any, mask: Any) -> AbstractContextManager[Any]:
        """Return a context in which the input of this layer is ``X``."""
        return fed(self, X, mask)


def _known_shape(layer: Any) -> tuple[int | None, ...] | None:
    """Return the declared output shape; None of a layer whose input was set by hand."""
    try:
        return _tuple(layer.output_shape)
    except ValueError:
        return None


def _tuple(shape: Any) -> tuple[int | None, ...] | None:
    return tuple(shape) if isinstance(shape, (tuple, list)) and shape else None
