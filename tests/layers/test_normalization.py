"""BatchNormalization's own backward pass, against that of autograd."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from legacy_keras.layers.normalization import BatchNormalization

# The shape of a batch, and the axis of its features.
SHAPES = {
    "features": ((6, 3), -1),
    "time steps": ((4, 5, 3), -1),
    "channels first": ((4, 3, 2, 5), 1),
    "channels last": ((4, 2, 5, 3), -1),
    "volumes": ((4, 3, 2, 2, 2), 1),
    "an axis between": ((4, 2, 3, 5), 2),
}


@pytest.mark.parametrize("epsilon", [1e-6, 0.3])
@pytest.mark.parametrize(("shape", "axis"), SHAPES.values(), ids=SHAPES)
def test_outputs_statistics_and_gradients_are_those_of_autograd(
    shape: tuple[int, ...], axis: int, epsilon: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    layer: Any = BatchNormalization(epsilon, axis=axis, input_shape=shape[1:]).double()
    with torch.no_grad():
        layer.gamma.copy_(torch.tensor([0.5, -1.0, 2.0]))
    layer.requires_grad_(True)
    x = torch.randn(shape, dtype=torch.float64) * 3 + 1
    x.requires_grad_()
    factors = torch.randn(shape, dtype=torch.float64)

    def everything() -> list[Tensor]:
        y = layer(x)
        grads = torch.autograd.grad((y.square() * factors).sum(), [x, layer.gamma, layer.beta])
        return [y, *grads, *(value for _, value in layer.pending_updates)]

    ours = everything()

    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)  # by the formula as written
    for a, b in zip(ours, everything(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-12)
