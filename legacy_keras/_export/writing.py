"""Going through a model: each layer is written by its entry in the table of writers.

`Export` holds what is known of the whole; a `Site` is one use of a layer, with the names of
its input and mask. A writer is a function of a Site that returns the expression of the
layer's output; it makes attributes by `Site.attribute` and may write lines before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from .._symbolic.mode import computing
from .._symbolic.pull import forward_by_pull, forward_mask_by_pull
from ..backend._random import RandomStream
from ..layers._base import Layer
from .layout import WIDTH
from .names import identifier, variable_names
from .source import Attribute, Class, Line, Method, Module, helper_table


class ExportError(ValueError):
    """A layer that cannot be written as plain PyTorch; the message names it and says why."""


@dataclass(frozen=True)
class Weight:
    """A weight as torch keeps it.

    Attributes:
        parts: the variables; several stand one below the other.
        axes: which axes of a part become the axes of the weight; None for all, in order.
            What is left out has size 1.
        flips: axes of the result that are turned round.
    """

    parts: Sequence[Tensor]
    axes: Sequence[int] | None = None
    flips: Sequence[int] = ()

    def tensor(self) -> Tensor:
        """Return a copy of the values in torch's layout."""
        return torch.cat([self._moved(part.detach()) for part in self.parts]).clone()

    def _moved(self, part: Tensor) -> Tensor:
        part = part.as_subclass(Tensor)
        if self.axes is not None:
            left_out = [axis for axis in range(part.ndim) if axis not in self.axes]
            part = part.permute(*self.axes, *left_out).reshape([part.shape[a] for a in self.axes])
        return part.flip(list(self.flips)) if self.flips else part


@dataclass
class Row:
    """A line of the report: a layer and what it became."""

    layer: str
    written: str
    remark: str = ""


@dataclass
class Export:
    """What is known of a model while it is written.

    Attributes:
        placed: by the ids of variables, the names of the weights that they became, with
            the axes.
        noisy: by the names of attributes, the streams of their draws.
    """

    model: Any
    module: Module
    owner: Class
    rows: list[Row] = field(default_factory=list)
    placed: dict[int, tuple[str, Weight]] = field(default_factory=dict)
    noisy: dict[str, list[RandomStream]] = field(default_factory=dict)
    attributes: dict[tuple[int, int, str], str] = field(default_factory=dict)
    penalized: dict[int, str] = field(default_factory=dict)
    helpers: dict[Any, str] = field(default_factory=dict)
    module_of_training: Module = field(default_factory=lambda: Module(""))

    def __post_init__(self) -> None:
        self.updating = {id(layer) for layer in self.model.updating_layers()}
        self.stateful = {id(layer) for layer in self.model.stateful_layers()}


@dataclass
class Site:
    """One use of a layer.

    Attributes:
        x: the name of the input; a list of names for several.
        mask: the name of the mask of the input, or None.
        target: the name that the output will have.
        own_mask: the name of the mask of the output, or None.
        testing: whether the layer computes as in tests, also in training.
    """

    export: Export
    owner: Class
    method: Method
    layer: Any
    x: Any
    mask: str | None
    target: str
    own_mask: str | None = None
    testing: bool = False

    # What writers use

    def refuse(self, why: str) -> ExportError:
        """Return the error that this layer cannot be exported."""
        return refusal(self.layer, why)

    def attribute(
        self, value: str, state: Mapping[str, Weight | Tensor], *, part: str = "", comment: str = ""
    ) -> str:
        """Make an attribute for this layer, at its first use; return ``self.name``.

        Args:
            value: the expression that makes it.
            state: its weights by their names in it.
            part: tells several attributes of one layer apart.
        """
        name = self.made(part)
        if name is None:
            name = self.keep(part, self.attribute_name(part))
            self.owner.attributes.append(Attribute(name, value, comment))
            self._place(name, state)
        return f"self.{name}"

    def made(self, part: str = "") -> str | None:
        """Return the name of what was made for this layer in this class already."""
        return self.export.attributes.get((id(self.owner), id(self.layer), part))

    def keep(self, part: str, name: str) -> str:
        """Note the name of what is made for this layer."""
        self.export.attributes[id(self.owner), id(self.layer), part] = name
        return name

    def attribute_name(self, part: str = "") -> str:
        """Return a new name for an attribute of this layer."""
        given = str(self.layer.name)
        base = identifier(given) + (f"_{part}" if part else "")
        usual = given == type(self.layer).__name__.lower()
        return self.owner.names.numbered(base) if usual else self.owner.names.claim(base)

    def _place(self, name: str, state: Mapping[str, Weight | Tensor]) -> None:
        for key, weight in state.items():
            full = f"{name}.{key}" if key else name
            if isinstance(weight, Weight):
                self.owner.state[full] = weight.tensor()
                for variable in weight.parts:
                    self.export.placed[id(variable)] = (self.owner.path + full, weight)
            else:
                self.owner.state[full] = weight

    def let(self, value: str, name: str = "") -> str:
        """Assign a value to a new name, or that of the output; return the name."""
        target = self.method.variable(name) if name else self.target
        return self.method.let(target, value)

    def around_input(self, template: str) -> str:
        """Put the input into a template: by name, or the line that made it if that is short."""
        lines = self.method.lines
        if lines and lines[-1].target == self.x == self.target and not lines[-1].comment:
            value = template.format(lines[-1].value)
            if len(value) + len(self.target) + 11 <= WIDTH and template != "{}":
                lines.pop()
                return value
        return template.format(self.x)

    def helper(self, name: str) -> str:
        """Return the name of one of the helpers, which must exist."""
        assert name in helper_table(), name
        return name

    def noise(self, attribute: str, order: Sequence[int] | None = None) -> None:
        """Note that an attribute draws noise, from this layer's streams if it has some.

        Args:
            order: which stream is for which draw of the attribute.
        """
        streams = self.layer.__dict__.get("streams")
        if streams:
            picked = streams if order is None else [streams[i] for i in order]
            name = self.owner.path + attribute.removeprefix("self.")
            self.export.noisy[name] = picked

    def report(self, written: str, remark: str = "") -> None:
        """Note what became of the layer."""
        name = type(self.layer).__name__
        given = str(self.layer.name)
        plain = re.sub(r"[^\w .-]", "_", given)  # a file may have anything for a name
        label = name if given == name.lower() else f"{name} `{plain}`"
        row = Row(label, written, remark)
        if row not in self.export.rows or not written.startswith("`self."):
            self.export.rows.append(row)

    # Going on to other layers

    def use(self, layer: Any, x: Any, mask: str | None, target: str) -> tuple[str, str | None]:
        """Write a layer; return the names of its output and of its mask."""
        site = replace(self, layer=layer, x=x, mask=mask, target=target, own_mask=None)
        site.own_mask = mask_of(site)
        # A weight that an expression stands for is written with the value of that.
        with computing() if layer._formulas else nullcontext():
            output = writer_for(layer)(site)
        if isinstance(output, str):  # no list of a shared layer's results, no dict of a join
            output = self.method.let(target, output)
        if watched(layer):
            kept = self.export.penalized.setdefault(
                id(layer), self.method.variable(f"{identifier(layer.name)}_output")
            )
            self.method.let(kept, output, droppable=True)
        return output, site.own_mask

    def new_method(self, name: str, parameters: list[str], doc: str) -> Site:
        """Return a site in a new method of the same class."""
        method = Method(
            self.owner.names.claim(identifier(name)),
            [f"{parameter}: Tensor" for parameter in parameters],
            doc,
            names=variable_names(helper_table(), parameters),
        )
        self.owner.methods.append(method)
        return replace(self, method=method)


def refusal(layer: Any, why: str) -> ExportError:
    """Return the error that a layer cannot be exported."""
    name = type(layer).__name__
    given = str(layer.name)
    label = name if given == name.lower() else f"{name} {given!r}"
    return ExportError(f"The layer {label} cannot be exported: {why}")


def watched(layer: Any) -> bool:
    """Whether an activity regularizer looks at a layer's output."""
    return bool(layer.__dict__.get("_watched"))


Writer = Callable[[Site], str]
PACKAGE = __name__.split(".")[0]

# Layer class -> writer; filled by the modules that `models.py` imports.
WRITERS: dict[type[Layer], Writer] = {}
# The writer of what a user wrote by get_output.
RECORDED: list[Writer] = []
RECORDED_MASK: list[Callable[[Site], str | None]] = []
# The same for masks: returns the expression of the output's mask, or None.
MASKS: dict[type[Layer], Callable[[Site], str | None]] = {}

# What a class must not define anew if the writer of its base is to be right.
COMPUTING = (
    *("forward", "get_output", "cell", "step", "input_product", "masked_step"),
    *("apply_function", "merge", "share", "run"),
)


def writes(*classes: type[Layer]) -> Callable[[Writer], Writer]:
    """Register the writer of some layer classes."""

    def register(writer: Writer) -> Writer:
        for layer_class in classes:
            WRITERS[layer_class] = writer
        return writer

    return register


def masks(*classes: type[Layer]) -> Callable[[Any], Any]:
    """Register how the mask of some layer classes' output is written."""

    def register(writer: Any) -> Any:
        for layer_class in classes:
            MASKS[layer_class] = writer
        return writer

    return register


def writer_for(layer: Any) -> Writer:
    """Return the writer of a layer.

    Raises:
        ExportError: for a class that computes by PyTorch code of its own.
    """
    if type(layer).forward is forward_by_pull:
        return RECORDED[0]
    for base in type(layer).__mro__:
        if base in WRITERS and (base is not Layer or type(layer).forward is Layer.forward):
            return WRITERS[base]
        own = [name for name in COMPUTING if name in vars(base)]
        if own and base.__module__.split(".")[0] != PACKAGE:
            raise refusal(
                layer,
                f"{base.__name__}.{own[0]} is PyTorch code of your own, which only its source "
                "has. Write the layer by get_output, whose calls are recorded, or use it in the "
                "exported model.py by hand.",
            )
    raise refusal(layer, f"{type(layer).__name__} is no layer that can be written.")


def mask_of(site: Site) -> str | None:
    """Write the mask of a layer's output; return its name, or None without one."""
    kind = type(site.layer)
    found = [MASKS[base] for base in kind.__mro__ if base in MASKS]
    if kind.forward_mask is forward_mask_by_pull:
        found = RECORDED_MASK
    value = found[0](site) if found else None
    if value is None or value == site.mask:
        return value
    name = "mask" if site.target == "x" else f"{site.target}_mask"
    site.method.names.taken.add(name)
    site.method.lines.append(Line(name, value, droppable=True))
    return name
