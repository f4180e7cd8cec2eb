"""Random input of the shapes and dtypes that a model takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..layers.embeddings import Embedding, WordContextProduct

NB_SAMPLES, NB_STEPS = 4, 8  # where a size is not fixed


def random_inputs(model: Any, seed: int = 0) -> list[Tensor]:
    """Return a tensor for each input: integers for an Embedding, else normal numbers."""
    rng = np.random.RandomState(seed)
    layers = [m for m in model.modules() if isinstance(m, (Embedding, WordContextProduct))]
    top = min((layer.input_dim for layer in layers), default=2)
    first = next(model.parameters(), torch.zeros(()))
    inputs = []
    for layer in model.own_input_layers:
        shape = list(layer.input_shape)
        if isinstance(layer, Embedding):
            shape[1] = layer.input_length
        sizes = [size or (NB_STEPS if i else NB_SAMPLES) for i, size in enumerate(shape)]
        if layer.input_dtype == "int32":
            integers = rng.randint(0, top, sizes)
            inputs.append(torch.as_tensor(integers, dtype=torch.int32, device=first.device))
        else:
            inputs.append(torch.as_tensor(rng.normal(size=sizes)).to(first))
    return inputs
