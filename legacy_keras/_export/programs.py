"""Writers of what users wrote themselves: recorded calls, one line of source for each.

A layer's get_output, a Lambda or an activation was called once on placeholders. What was
recorded are calls of K, Theano and torch; the tables in `calls.py` have the plain PyTorch of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import backend as K
from .._symbolic.expression import Expression, Placeholder, constant
from .._symbolic.indexing import get_item
from .._symbolic.mode import writing
from .._symbolic.program import Program, in_order
from .._symbolic.pull import Call, Recording
from .._symbolic.scan import TimeLoop
from .._symbolic.trace import Traced
from ..backend import _random
from ..backend._variable import Variable
from ..layers import core
from ..layers._base import Layer
from .calls import (
    FUNCTION_TEXTS,
    THEANO_TEXTS,
    Text,
    called,
    einsum,
    method_of,
    resolved_name,
    tensor_method,
)
from .names import identifier, literal, variable_names
from .source import Attribute, Class, Method, helper_table
from .writing import MASKS, RECORDED, RECORDED_MASK, WRITERS, Site, Weight, writes


class Recorder:
    """Writes recorded calls as lines of a method.

    Args:
        site: where the calls belong: its method gets the lines, its owner the weights.
        names: the names of what is given, by the ids of the placeholders.
        training: whether it was recorded for training.
        droppable: whether lines go that nobody needs.
    """

    def __init__(
        self, site: Site, names: dict[int, str], training: bool, *, droppable: bool = False
    ) -> None:
        self.droppable = droppable
        self.site = site
        self.names = dict(names)
        self.training = training
        self.counter = 0

    def write(self, outputs: Any) -> str:
        """Write what some outputs need; return their expression."""
        given = [e for e in in_order(outputs) if id(e) in self.names]
        place = ""
        for e in in_order(outputs, given):
            if isinstance(e, Placeholder):
                raise self.refuse(f"it needs {e.describe()}, which is none of its inputs.", e)
            comment = ""
            if e.made_at != place:
                place = e.made_at
                file, _, line = place.rpartition(":")
                comment = f"{Path(file).name}, line {line}"
            value = self.call(e)
            self.names[id(e)] = self.site.method.let(
                self.next_name(), value, comment, self.droppable
            )
        return self.argument(outputs)

    def next_name(self) -> str:
        self.counter += 1
        return self.site.method.variable(f"v{self.counter}")

    def refuse(self, why: str, e: Expression) -> Exception:
        return self.site.refuse(f"{why} It was recorded at {e.made_at}.")

    def call(self, e: Expression) -> str:
        """Return the source of one recorded call."""
        function = e.function
        if isinstance(function, Call):
            return self.layer_call(e)
        if isinstance(function, TimeLoop):
            return self.loop(e)
        if function is _random.drop:
            return self.drop(e)
        if function is get_item:
            return self.item(e)
        args = [self.argument(arg) for arg in e.args]
        kwargs = {key: self.argument(value) for key, value in e.kwargs.items()}
        if function is K.dot.__wrapped__:  # type: ignore[attr-defined]
            return self.dot(e, args)
        if function is K.batch_dot.__wrapped__:  # type: ignore[attr-defined]
            return self.batch_dot(e, args)
        text = FUNCTION_TEXTS.get(function) or self.text_by_name(e)
        try:
            return text(*args, **kwargs)
        except (TypeError, ValueError):
            raise self.refuse(
                f"the arguments of {e.function.__name__}({', '.join(args)}) are none that can be "
                "written as plain PyTorch.",
                e,
            ) from None

    def text_by_name(self, e: Expression) -> Text:
        function = e.function
        name = getattr(function, "__name__", str(function))
        if getattr(function, "__qualname__", "").startswith("_of_tensor."):
            return method_of(name)
        module = getattr(function, "__module__", "") or ""
        if module.startswith(K.__name__) and name in THEANO_TEXTS:
            return THEANO_TEXTS[name]
        found = resolved_name(function)
        if found is not None:
            kind, _, short = found.rpartition(".")
            if kind == "torch.Tensor":
                return tensor_method(short)
            return called(found)
        raise self.refuse(f"{name}() has no counterpart here in plain PyTorch.", e)

    # Calls with a form of their own

    def item(self, e: Expression) -> str:
        x, index = e.args
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(p, slice) and isinstance(p.step, int) and p.step < 0 for p in parts):
            return self.flipped(e, x, parts)
        return f"{self.argument(x)}[{', '.join(self.index(p) for p in parts)}]"

    def flipped(self, e: Expression, x: Any, parts: Sequence[Any]) -> str:
        whole = slice(None, None, -1)
        if any(p not in (whole, slice(None)) for p in parts):
            raise self.refuse("a slice with a step below zero takes part of an axis.", e)
        axes = ", ".join(str(axis) for axis, p in enumerate(parts) if p == whole)
        return f"{self.argument(x)}.flip({axes})"

    def index(self, part: Any) -> str:
        if part is ...:
            return "..."
        if isinstance(part, slice):
            start, stop, step = (
                "" if bound is None else self.argument(bound)
                for bound in (part.start, part.stop, part.step)
            )
            return f"{start}:{stop}" + (f":{step}" if step else "")
        if isinstance(part, Expression) and "int" in part.dtype:
            return f"{self.argument(part)}.long()"
        return self.argument(part)

    def dot(self, e: Expression, args: list[str]) -> str:
        x, y = e.args
        if x.ndim > 1 and y.ndim > 2:
            return f"torch.tensordot({args[0]}, {args[1]}, dims=([{x.ndim - 1}], [{y.ndim - 2}]))"
        return f"{args[0]} @ {args[1]}"

    def batch_dot(self, e: Expression, args: list[str]) -> str:
        x, y = e.args[:2]
        axes = e.args[2] if len(e.args) > 2 else e.kwargs.get("axes")
        if axes is None:
            axes = [(x.ndim - 1,), (y.ndim - 2,)]
        return f'torch.einsum("{einsum([x.ndim, y.ndim], axes)}", {args[0]}, {args[1]})'

    def drop(self, e: Expression) -> str:
        x, level, stream = e.args
        if not self.training:
            raise self.refuse("it draws dropout also in tests.", e)
        name = self.site.owner.names.numbered("dropout")
        self.site.owner.attributes.append(Attribute(name, f"Dropout({level!r})"))
        self.site.export.noisy[self.site.owner.path + name] = [stream]
        return f"self.{name}({self.argument(x)})"

    def layer_call(self, e: Expression) -> str:
        """Write a call of a layer of ours from within a layer of the user's."""
        call: Any = e.function
        x, mask = (None if arg is None else self.argument(arg) for arg in e.args)
        owner = next((b for b in type(call.layer).__mro__ if call.method in vars(b).values()), None)
        masking = call.method.__name__ == "forward_mask"
        table: Any = MASKS if masking else WRITERS
        writer = next((table[b] for b in (owner or Layer).__mro__ if b in table), None)
        if writer is None or owner is None:
            raise self.refuse(f"{call.__name__} is not called as a layer.", e)
        inside = replace(
            self.site, layer=call.layer, x=x, mask=mask, target=self.next_name(), own_mask=None
        )
        return str(writer(inside))

    def loop(self, e: Expression) -> str:
        """Write K.rnn, or a scan of the same kind, with its step as a method."""
        loop: Any = e.function
        sequences, first, n_steps, mask, extra = e.args
        plain = all(taps == (0,) for taps in loop.sequence_taps)
        plain = plain and all(taps in ((), (-1,)) for taps in loop.output_taps)
        outputs, stop = loop.step.outputs
        if not plain or n_steps is not None or loop.truncate != -1 or stop is not None:
            raise self.refuse(
                "it scans with taps, a number of steps, a condition or a truncated gradient.", e
            )
        inputs = loop.step.inputs
        parameters = [f"a{i}" for i in range(1, len(inputs) + 1)]
        inside = self.site.new_method("step", parameters, "Take one step of the loop over time.")
        inside.method.result_type = "list[Tensor]"
        names = dict(zip(map(id, inputs), parameters, strict=True))
        inside.method.result = Recorder(inside, names, self.training).write(list(outputs))
        step = once(self.site.owner.methods)
        options = [f"axis={loop.axis}"] + ["go_backwards=True"] * loop.go_backwards
        given = [self.argument(value) for value in (sequences, first, mask, extra)]
        return f"loop(self.{step}, {', '.join([*given, *options])})"

    # Arguments

    def argument(self, value: Any) -> str:
        """Return the source of an argument."""
        if isinstance(value, Expression):
            return self.names[id(value)]
        if type(value) is list:
            return f"[{', '.join(map(self.argument, value))}]"
        if type(value) is tuple or isinstance(value, torch.Size):
            inner = ", ".join(map(self.argument, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{literal(k)}: {self.argument(v)}" for k, v in value.items()) + "}"
            )
        value = constant(value)
        if isinstance(value, Tensor):
            return self.tensor(value)
        if isinstance(value, torch.dtype):
            return str(value)
        if value is None or isinstance(value, (bool, int, float, str, np.generic)):
            return literal(value)
        raise self.site.refuse(f"a recorded call has the argument {value!r}, of no plain kind.")

    def tensor(self, value: Tensor) -> str:
        """Return a weight, another variable or a constant, which the class owns."""
        site, owner = self.site, self.site.owner
        key = (id(owner), id(value), "tensor")
        name = site.export.attributes.get(key)
        if name is not None:
            return f"self.{name}"
        weight = any(value is w for w in site.layer.trainable_weights)
        wanted = self.tensor_name(value)
        kept = value.detach().as_subclass(Tensor).clone()
        if wanted == "constant":
            for known, tensor in owner.state.items():
                if known.startswith("constant") and torch.equal(tensor, kept):
                    return f"self.{known}"
        name = site.export.attributes[key] = owner.names.claim(wanted)
        dtype = "" if value.is_floating_point() else f", dtype={value.dtype}"
        made = f"torch.zeros({tuple(value.shape)}{dtype})"
        owner.attributes.append(
            Attribute(name, f"nn.{'Parameter' if weight else 'Buffer'}({made})")
        )
        owner.state[name] = kept
        if weight:
            site.export.placed[id(value)] = (owner.path + name, Weight([value]))
        return f"self.{name}"

    def tensor_name(self, value: Any) -> str:
        """Return the name that the layer or the user gave; "constant" for anything else."""
        own = {id(w): name for name, w in self.site.layer.__dict__["_parameters"].items()}
        named = own.get(id(value)) or (isinstance(value, Variable) and value.name)
        return identifier(named, "weight") if named else "constant"


# Functions: activations and Lambda


def write_function(site: Site, function: Traced, ndim: int) -> str:
    """Write a user's function of one tensor at the top of the file; return its name."""
    key = (function.function, ndim)
    if key not in site.export.helpers:
        x = Placeholder((None,) * ndim)
        with writing():
            result = function.function(x)
        wanted = identifier(getattr(function.function, "__name__", "").strip("<>"), "function")
        name = site.export.module.top_names.claim("function" if wanted == "lambda" else wanted)
        method = Method(
            name, ["x: Tensor"], "Recorded: a line for each call.",
            names=variable_names(helper_table(), ["x"]),
        )  # fmt: skip
        inside = replace(site, method=method)
        before = len(inside.owner.attributes)
        method.result = Recorder(inside, {id(x): "x"}, True).write(result)
        if len(inside.owner.attributes) != before:
            raise site.refuse(f"its function {wanted} uses a variable or draws noise.")
        site.export.module.functions.append(method)
        site.export.helpers[key] = name
    return str(site.export.helpers[key])


@writes(core.Lambda)
def lambda_layer(site: Site) -> str:
    return write_lambda(site, site.x)


def write_lambda(site: Site, x: Any) -> str:
    """Write a Lambda of a tensor, a list of them or a dict, as a class of its own."""
    layer = site.layer
    programs = {
        train: layer.traced().record((layer.symbols(),), layer.options(train))
        for train in (True, False)
    }
    names = list(x.values()) if isinstance(x, dict) else x if isinstance(x, list) else [x]
    return write_class(site, names, programs, {})


# Layers by get_output


def recorded_layer(site: Site) -> str:
    layer = site.layer
    recordings = _recordings(layer)
    programs = {train: recording.program for train, recording in recordings.items()}
    updates = {train: recording.variables for train, recording in recordings.items()}
    names = [site.x] + ([site.mask] if site.mask else [])
    return write_class(site, names, programs, updates)


RECORDED.append(recorded_layer)


def _recordings(layer: Any) -> dict[bool, Recording]:
    """Return what is recorded of a layer, with the streams that its noise is drawn from."""
    recordings: dict[bool, Recording] = layer.__dict__.setdefault("_recordings", {})
    for train in (True, False):
        if train not in recordings:
            recordings[train] = Recording(layer, train)
    return recordings


def write_class(
    site: Site,
    names: Sequence[str],
    programs: dict[bool, Program],
    updates: dict[bool, list[Any]],
) -> str:
    """Write what was recorded of a layer as a class; return the call of its instance.

    Args:
        names: what is passed for the inputs.
        programs: for training and for tests; those of a layer by get_output return the output,
            a mask and the values of updates.
        updates: for training and for tests the variables that are updated.
    """
    layer = site.layer
    made = site.made()
    if made is not None:
        return f"self.{made}({', '.join(names)})"
    attribute = site.keep("", site.attribute_name())
    kind = type(layer).__name__ if updates else _lambda_name(layer)
    owner = Class("", f"{kind}, as its calls were recorded.")
    owner.path = f"{site.owner.path}{attribute}."
    parameters = ["x"] if len(names) == 1 else [f"x{i}" for i in range(1, len(names) + 1)]
    if updates and site.mask:
        parameters = ["x", "mask"]
    methods = {}
    for train, program in programs.items():
        inside = replace(site, owner=owner, method=_forward(parameters))
        known = dict(zip(map(id, program.inputs), parameters))
        recorder = Recorder(inside, known, train)
        output, values = program.outputs, []
        if updates:
            output, _, values = program.outputs
        inside.method.result = recorder.write(output)
        if id(layer) in (site.export.updating if train else site.export.stateful):
            for variable, value in zip(updates.get(train, []), values):
                value = recorder.write(value)
                inside.method.let("", f"{recorder.tensor(variable)}.data.copy_({value})")
        methods[train] = inside.method
    _choose(owner, methods[True], methods[False])
    owner.name = _class_name(site, owner, kind)
    value = f"{owner.name}()"
    site.owner.attributes.append(Attribute(attribute, value))
    for name, tensor in owner.state.items():
        site.owner.state[f"{attribute}.{name}"] = tensor
    site.report(f"`self.{attribute}` = `{value}`", "as its calls were recorded")
    return f"self.{attribute}({', '.join(names)})"


def _forward(parameters: Sequence[str]) -> Method:
    names = variable_names(helper_table(), parameters)
    return Method("forward", [f"{parameter}: Tensor" for parameter in parameters], names=names)


def _choose(owner: Class, training: Method, testing: Method) -> None:
    """Give a class one forward, or one for training and one for tests."""
    if training.rendered(0) == testing.rendered(0):
        owner.methods.insert(0, training)
        return
    training.name, testing.name = "in_training", "in_tests"
    arguments = ", ".join(parameter.partition(":")[0] for parameter in training.parameters)
    choice = Method("forward", training.parameters)
    choice.result = (
        f"self.in_training({arguments}) if self.training else self.in_tests({arguments})"
    )
    owner.methods[:0] = [choice, training, testing]


def once(methods: list[Method]) -> str:
    """Drop the last of some methods if there is one like it; return the name of the one kept."""
    *others, last = methods
    for other in others:
        if other.parameters == last.parameters and (
            other.rendered(0)[1:] == last.rendered(0)[1:] and other.name.startswith("step")
        ):
            methods.pop()
            return other.name
    return last.name


def _class_name(site: Site, owner: Class, kind: str) -> str:
    """Return the name of a class; one that is written already is not written again."""
    classes = site.export.module.classes
    for known in classes:
        if known.rendered()[1:] == owner.rendered()[1:]:
            return known.name
    owner.name = site.export.module.top_names.claim(identifier(kind))
    classes.append(owner)
    return owner.name


def _lambda_name(layer: Any) -> str:
    """Return the name of a Lambda's class, from that of its function: DropLast for drop_last."""
    name = identifier(getattr(layer.function, "__name__", "").strip("<>"), "lambda")
    return "".join(part.capitalize() for part in name.split("_"))


def recorded_mask(site: Site) -> str | None:
    """Write the mask that a user's get_output_mask makes."""
    program = _recordings(site.layer)[False].program
    _, mask, _ = program.outputs
    if mask is None:
        return None
    names = dict(zip(map(id, program.inputs), [site.x, site.mask or "None"]))
    return Recorder(site, names, False, droppable=True).write(mask)


RECORDED_MASK.append(recorded_mask)
