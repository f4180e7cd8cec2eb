"""From a model to the source and the weights of plain PyTorch."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..layers import containers
from . import joining, recurrence, simple, spatial  # noqa: F401 - they fill the table
from .joining import nodes, stack
from .names import identifier, literal, quoted, variable_names
from .source import Class, Method, Module, helper_table
from .writing import Export, Site, Weight

DOC = """\
{title}, as plain PyTorch.

Exported by legacy-keras. The weights are in weights.safetensors:

    from safetensors.torch import load_file

    model = {name}()
    model.load_state_dict(load_file("weights.safetensors"))
    model.eval()
"""


@dataclass
class Exported:
    """A model as source and weights.

    Attributes:
        source: the text of model.py.
        state: the state dict that goes with it.
        export: what was noted on the way.
        inputs: the names of forward's parameters.
        extras: the names of what ``with_extras`` returns after the output; the masks of
            the outputs and the outputs that the training loss penalises.
    """

    source: str
    state: dict[str, Tensor]
    export: Export
    inputs: list[str]
    name: str
    masks: dict[str, str]
    penalized: dict[int, str]


def written(model: Any, name: str = "Model", title: str = "") -> Exported:
    """Write a model.

    Args:
        model: a Sequential or Graph that is connected; compiled or not.
        name: of the class.
        title: what the file is, in its first line.

    Raises:
        ExportError: for a layer that cannot be written, naming it.
        ValueError: for a name that no class can have, or a model without an input shape.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"the class got the name {name!r}; expected an identifier such as Model.")
    module = Module("")
    module.top_names.claim(name)
    owner = Class(name, "")
    export = Export(model, module, owner)
    inputs = input_names(model)
    rows = described_inputs(model, inputs)  # or an error, if the input shape is not known
    method = Method("forward", [], names=variable_names(helper_table(), inputs))
    x = inputs[0] if len(inputs) == 1 else inputs
    site = Site(export, owner, method, model, x, None, "x")
    outputs: dict[str, tuple[str, str | None]]
    if isinstance(model, containers.Graph):
        outputs = nodes(site)
    else:
        outputs = {"": stack(site)}
    finish_forward(export, method, inputs, outputs)
    module.classes.append(owner)
    freeze(export)
    owner.doc = describe(model, rows, outputs)
    module.doc = DOC.format(
        title=title or f"A {type(model).__name__} of Keras 0.3", name=name
    ).rstrip()
    masks = {key: mask for key, (_, mask) in outputs.items() if mask}
    state = {key: tensor.contiguous() for key, tensor in owner.state.items()}
    return Exported(module.rendered(), state, export, inputs, name, masks, export.penalized)


def input_names(model: Any) -> list[str]:
    """Return the names of forward's parameters: a Graph's inputs, else x or input_1, ..."""
    if isinstance(model, containers.Graph):
        names = variable_names(helper_table())
        return [names.claim(identifier(name, "input")) for name in model.input_order]
    count = len(model.own_input_layers)
    return ["x"] if count == 1 else [f"input_{i + 1}" for i in range(count)]


def finish_forward(
    export: Export,
    method: Method,
    inputs: list[str],
    outputs: dict[str, tuple[str, str | None]],
) -> None:
    """Give the model its forward, and a method that returns what the loss needs besides."""
    parameters = [f"{name}: Tensor" for name in inputs]
    method.parameters = parameters
    values = {name: value for name, (value, _) in outputs.items()}
    if len(values) == 1:
        result, result_type = next(iter(values.values())), "Tensor"
    else:
        pairs = ", ".join(f"{quoted(name)}: {value}" for name, value in values.items())
        result, result_type = f"{{{pairs}}}", "dict[str, Tensor]"
    masks = {name: mask for name, (_, mask) in outputs.items() if mask}
    if not masks and not export.penalized:
        method.result, method.result_type = result, result_type
        export.owner.methods.insert(0, method)
        return
    extras = {name: name for name in export.penalized.values()}
    extras |= {f"{name}_mask" if name else "mask": mask for name, mask in masks.items()}
    pairs = ", ".join(f"{quoted(name)}: {value}" for name, value in extras.items())
    forward = Method("forward", parameters, result_type=result_type)
    forward.result = f"self.with_extras({', '.join(inputs)})[0]"
    method.name = "with_extras"
    method.doc = "Return the output, and {} for the training loss."
    what = ["masks"] * bool(masks) + ["outputs that it penalises"] * bool(export.penalized)
    method.doc = method.doc.format(" and ".join(what))
    method.result = f"{result}, {{{pairs}}}"
    method.result_type = f"tuple[{result_type}, dict[str, Tensor]]"
    export.owner.methods[:0] = [forward, method]


def freeze(export: Export) -> None:
    """Freeze what Keras does not train, where a layer's weights are all of that kind."""
    trained = {id(w) for w in export.model.trainable_weights}
    by_attribute: dict[str, list[bool]] = {}
    for variable, (name, _) in export.placed.items():
        by_attribute.setdefault(name.partition(".")[0], []).append(variable in trained)
    for attribute in export.owner.attributes:
        flags = by_attribute.get(attribute.name)
        if flags and not any(flags):
            attribute.after.append(f"self.{attribute.name}.requires_grad_(False)")
    dtypes = {t.dtype for t in export.owner.state.values() if t.is_floating_point()}
    for dtype in dtypes - {torch.float32}:
        export.owner.last_statements.append(f"self.to({dtype})")


def shape_text(shape: Any) -> str:
    """Write a shape, with the samples as ``batch`` and other open sizes as ``any``."""
    opened = ["batch", *["any"] * len(shape)]
    sizes = [literal(size) if size else word for size, word in zip(shape, opened)]
    return f"({', '.join(sizes)})"


def described_inputs(model: Any, inputs: list[str]) -> list[tuple[str, str]]:
    """Return names and shapes of what goes in."""
    rows = []
    for name, layer in zip(inputs, model.own_input_layers, strict=True):
        kind = "integers " if layer.input_dtype == "int32" else ""
        shape = layer.input_shape
        if layer.input_dtype == "int32":
            steps = getattr(layer, "input_length", None)
            shape = (shape[0], steps if hasattr(layer, "input_length") else shape[1])
        rows.append((name, f"{kind}{shape_text(shape)}"))
    return rows


def describe(model: Any, rows: list[tuple[str, str]], outputs: dict[str, Any]) -> str:
    """Return the docstring of the class: what goes in and what comes out."""
    if isinstance(model, containers.Graph):
        for name in outputs:
            label = name if name.isidentifier() else quoted(name)
            shape = model.outputs[name].output_shape
            rows = [*rows, (f"output {label}", shape_text(shape))]
    else:
        rows = [*rows, ("output", shape_text(model.output_shape))]
    if len(rows) == 2:
        return f"From {rows[0][1]} to {rows[1][1]}."
    lines = ["Shapes, by name:", "", *(f"{name}: {text}" for name, text in rows)]
    return "\n".join(lines)


__all__ = ["Exported", "Weight", "written"]
