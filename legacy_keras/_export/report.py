"""report.md: what became of each layer, and how far the results agree."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..backend._random import RandomStream
from .models import Exported
from .samples import random_inputs


@dataclass
class Check:
    """How far two computations of the same output are apart.

    Attributes:
        difference: the largest absolute difference.
        scale: the largest absolute number in the output.
    """

    mode: str
    output: str
    difference: float
    scale: float


def compared(model: Any, module: nn.Module, exported: Exported) -> list[Check]:
    """Run the model and what was exported on random input, in tests and in training.

    Neither is changed by it: not the weights, nor what is drawn at random next.
    """
    inputs = random_inputs(model)
    x = inputs[0] if len(inputs) == 1 else inputs
    streams = [s for layer in model.modules() for s in layer.__dict__.get("streams", [])]
    before = [stream.__getstate__() for stream in streams]
    training = model.training
    seeded = "_step" in model.__dict__  # else noise would be seeded now
    module.to(inputs[0].device)
    checks = []
    try:
        for mode in ("tests", "training") if seeded else ("tests",):
            model.train(mode == "training")
            module.train(mode == "training")
            with torch.no_grad():
                ours, theirs = outputs_of(model(x)), outputs_of(module(*inputs))
            for name, output in ours.items():
                difference = float((output - theirs[name]).abs().max())
                checks.append(Check(mode, name, difference, float(output.abs().max())))
    finally:
        model.train(training)
        for stream, state in zip(streams, before, strict=True):
            RandomStream.__setstate__(stream, copy.deepcopy(state))
        module.load_state_dict(exported.state)
        module.eval()
    return checks


def outputs_of(result: Any) -> dict[str, Tensor]:
    """Return outputs by name; the only one has none."""
    return dict(result) if isinstance(result, dict) else {"": result}


FILES = {
    "model.py": "the model, a `torch.nn.Module`; needs PyTorch alone",
    "weights.safetensors": "its weights, in PyTorch's layout",
    "train.py": "a training loop with the optimizer and the loss of the compiled model",
    "random_state.npz": "where `train.py` starts to draw the order of the data",
    "model.onnx": "for predictions by an ONNX runtime",
    "model.pt2": "for predictions by `torch.export.load`",
    "report.md": "this page",
}


def origins_of(exported: Exported) -> dict[str, str]:
    """Return by the names of weights what they were in Keras, and what was done to it."""
    layers = {
        id(variable): (layer, f"{path}.{name}".lstrip("."))
        for path, layer in exported.export.model.named_modules()
        for name, variable in layer.__dict__["_parameters"].items()
    }
    origins = {}
    for full, weight in exported.export.placed.values():
        found = [layers[id(part)] for part in weight.parts if id(part) in layers]
        names = ", ".join(f"`{name}`" for _, name in found)
        kinds = {type(layer).__name__ for layer, _ in found}
        text = f"{names} of {'/'.join(sorted(kinds))}" if found else ""
        if weight.axes is not None and list(weight.axes) != sorted(weight.axes):
            axes = tuple(weight.axes)
            text += ", transposed" if axes == (1, 0) else f", axes {axes}"
        if weight.flips:
            text += ", turned round"
        origins[full] = text
    return origins


def written(exported: Exported, checks: list[Check], notes: list[str], names: list[str]) -> str:
    """Return the text of report.md, for a folder with files of these names."""
    lines = ["# Export report", "", "| file | |", "| --- | --- |"]
    lines += [f"| `{name}` | {text} |" for name, text in FILES.items() if name in names]
    lines += ["", "## Layers", ""]
    lines += ["| Keras | here | |", "| --- | --- | --- |"]
    lines += [f"| {row.layer} | {row.written} | {row.remark} |" for row in exported.export.rows]
    lines += ["", "## Weights", "", "| here | shape | from |", "| --- | --- | --- |"]
    origins = origins_of(exported)
    lines += [
        f"| `{name}` | {tuple(t.shape)} | {origins.get(name, '')} |"
        for name, t in exported.state.items()
    ]
    lines += ["", "## Agreement", ""]
    lines += ["On random input, the largest difference between the outputs of the model in Keras"]
    lines += ["0.3 (legacy-keras) and here, and the largest number in them:", ""]
    lines += ["| mode | output | difference | largest |", "| --- | --- | --- | --- |"]
    (output, *_) = getattr(exported.export.model, "output_order", ["of the model"])
    lines += [
        f"| {c.mode} | {c.output or output} | {c.difference:.2g} | {c.scale:.3g} |" for c in checks
    ]
    if notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"
