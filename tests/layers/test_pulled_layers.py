"""What a layer gives when it is pulled is what it gives when it is pushed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from catalogue import CATALOGUE, Entry

from legacy_keras import backend as K
from legacy_keras.models import Graph


def pulled(model: Any, entry: Entry, train: bool) -> np.ndarray:
    """Evaluate ``get_output`` of a model on the entry's inputs."""
    inputs = model.get_input(train)
    if isinstance(inputs, dict):
        inputs = [inputs[name] for name in model.input_order]
    inputs = inputs if isinstance(inputs, list) else [inputs]
    output = model.get_output(train)
    if isinstance(output, dict):
        output = output["out"]
    array: np.ndarray = K.function(inputs, [output])(entry.inputs())[0]
    return array


def pushed(model: Any, entry: Entry, train: bool) -> np.ndarray:
    model.train(train)
    x = entry.tensors()
    if isinstance(model, Graph) and len(model.input_order) > 1:
        x = dict(zip(model.input_order, x, strict=True))
    with torch.no_grad():
        output = model(x)
    output = output["out"] if isinstance(output, dict) else output
    return output.numpy()  # type: ignore[no-any-return]


@pytest.mark.parametrize("train", [False, True], ids=["test", "train"])
@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_pulled_output_equals_pushed_output(entry: Entry, train: bool) -> None:
    model = entry.build()
    if entry.random and train:
        pytest.skip("each evaluation draws its own noise")

    np.testing.assert_allclose(
        pulled(model, entry, train), pushed(model, entry, train), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", sorted(n for n, e in CATALOGUE.items() if e.padded))
def test_a_pulled_mask_equals_the_pushed_one(name: str) -> None:
    entry = CATALOGUE[name]
    model = entry.build()
    if isinstance(model, Graph) or not model.layers[0].masks_output:
        pytest.skip("the first layer makes no mask")
    first = model.layers[0]
    x = entry.inputs()[0]

    mask = K.function([first.input], [first.get_output_mask(train=False)])([x])[0]

    expected = first.forward_mask(torch.from_numpy(x))
    assert np.array_equal(mask, expected.numpy())
