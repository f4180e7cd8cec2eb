"""Files for predictions elsewhere: ONNX, and a program of torch.export."""

from __future__ import annotations

import contextlib
import copy
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .models import Exported
from .samples import random_inputs
from .writing import refusal


def program(exported: Exported, module: nn.Module) -> tuple[Any, tuple[Any, ...]]:
    """Return the program of torch.export for any number of samples, and example inputs."""
    model = exported.export.model
    inputs = tuple(random_inputs(model))
    batch = torch.export.Dim("batch", min=2)
    fixed = any(layer.input_shape[0] for layer in model.own_input_layers)
    shapes = None if fixed else tuple({0: batch} for _ in inputs)
    module = copy.deepcopy(module).eval()
    return torch.export.export(module, inputs, dynamic_shapes=shapes), inputs


def write_pt2(exported: Exported, module: nn.Module, path: Path) -> str:
    """Write the program for torch.export.load; return a note for the report."""
    made, _ = program(exported, module)
    torch.export.save(made, path)
    return f"`{path.name}`: a program of torch.export, for predictions."


def write_onnx(exported: Exported, module: nn.Module, path: Path) -> str:
    """Write the model for ONNX runtimes; return a note for the report.

    Raises:
        ExportError: for states that last from batch to batch.
        ImportError: without onnx and onnxscript.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "Writing ONNX needs onnx and onnxscript, which are not installed. Install them with: "
            'pip install "legacy-keras[export]"'
        ) from error
    for layer in exported.export.model.stateful_layers():
        raise refusal(layer, "ONNX keeps no states from batch to batch. Write pt2 instead.")
    made, inputs = program(exported, module)
    names = list(output_names(exported))
    with warnings.catch_warnings(), without_logs("torch.onnx"):
        warnings.simplefilter("ignore")
        onnx_program = torch.onnx.export(
            made, input_names=exported.inputs, output_names=names, verbose=False
        )
    assert onnx_program is not None
    onnx_program.save(path)
    difference = checked(module, inputs, path)
    if difference is None:
        return f"`{path.name}`: ONNX; not checked, for onnxruntime is not installed."
    return f"`{path.name}`: ONNX; in onnxruntime it differs by {difference:.2g} at most."


@contextlib.contextmanager
def without_logs(name: str) -> Iterator[None]:
    """Keep a logger and those below it from telling what is no error."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def output_names(exported: Exported) -> list[str]:
    """Return the names of the model's outputs."""
    return list(getattr(exported.export.model, "output_order", ["output"]))


def checked(module: nn.Module, inputs: tuple[Any, ...], path: Path) -> float | None:
    """Return how far onnxruntime's outputs differ; None if it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {i.name: x.cpu().numpy() for i, x in zip(session.get_inputs(), inputs)}
    results = session.run(None, feeds)
    with torch.no_grad():
        ours = copy.deepcopy(module).eval()(*inputs)
    values = list(ours.values()) if isinstance(ours, dict) else [ours]
    pairs = zip(values, results, strict=True)
    return max(float((a.cpu() - torch.as_tensor(b)).abs().max()) for a, b in pairs)
