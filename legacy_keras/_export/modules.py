"""`to_torch`: a model as a torch.nn.Module of torch's own layers."""

from __future__ import annotations

import itertools
import linecache
import sys
from types import ModuleType
from typing import Any

import torch
from torch import nn

from .models import Exported, written

_numbers = itertools.count(1)


def to_torch(model: Any, name: str = "Model") -> nn.Module:
    """Return a model as a module of torch's own layers, which needs nothing of this package.

    What it runs is the source that `export` writes to model.py; ``inspect.getsource`` shows
    it. Weights are copies in torch's layout. The module is in the mode of the model and on
    its device; layers that draw noise go on where those of the model are.

    Args:
        model: a Sequential or Graph; compiled or not.
        name: of the class.

    Raises:
        ExportError: for a layer that cannot be written, naming it and saying why.
    """
    exported = written(model, name)
    module = run_source(exported)
    first = next(iter(model.parameters()), None)
    module.train(model.training)
    if first is not None:
        module.to(first.device)
    hand_over_draws(exported, module)
    return module


def run_source(exported: Exported) -> nn.Module:
    """Run the source of a model and return an instance with its weights."""
    number = next(_numbers)
    module_name = f"exported_model_{number}"
    filename = f"<{module_name}.py>"
    namespace = ModuleType(module_name)
    namespace.__file__ = filename
    lines = exported.source.splitlines(True)
    linecache.cache[filename] = (len(exported.source), None, lines, filename)
    sys.modules[module_name] = namespace
    exec(compile(exported.source, filename, "exec", dont_inherit=True), vars(namespace))
    with torch.device("meta"):
        module: nn.Module = vars(namespace)[exported.name]()
    state = {name: tensor.clone() for name, tensor in exported.state.items()}
    module.load_state_dict(state, assign=True)
    return module


def hand_over_draws(exported: Exported, module: nn.Module) -> None:
    """Let layers that draw noise go on from where the model's own layers are."""
    for name, streams in exported.export.noisy.items():
        layer: Any = module.get_submodule(name)
        layer.seed(*(stream.seed for stream in streams))
        for stream, generator in zip(streams, layer.generators, strict=True):
            for known in stream._generators.values():
                if known.device.type == generator.device.type:
                    generator.set_state(known.get_state())
