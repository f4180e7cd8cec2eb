"""The recurrent layers that are written out over time, against their steps one by one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras.layers.recurrent import GRU, LSTM, Recurrent, SimpleRNN

FORMULAS = [
    *itertools.product((LSTM, GRU), ["inner_activation"], ("hard_sigmoid", "sigmoid")),
    *itertools.product([SimpleRNN], ["activation"], ("tanh", "sigmoid", "relu")),
]
CASES = {
    f"{cls.__name__}, {function}{', all' * all_}{', masked' * masked}{', backwards' * back}": (
        (cls, {argument: function}, bool(all_), bool(masked), bool(back))
    )
    for (cls, argument, function), all_, masked, back in itertools.product(
        FORMULAS, (0, 1), (0, 1), (0, 1)
    )
}


def layer_of(cls: Any, **options: Any) -> Any:
    """Return a layer of float64 from 3 numbers at 7 time steps to 5."""
    layer = cls(5, input_shape=(7, 3), **options).double()
    layer.requires_grad_(True)
    return layer


def outputs_and_gradients(layer: Any, mask: Tensor | None) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(4, 7, 3, dtype=torch.float64, generator=generator)  # gates clip, too
    x.requires_grad_()
    output = layer(x, mask)
    loss = (output**2).sum() + (output * torch.arange(5)).sum()
    return [output, *torch.autograd.grad(loss, [x, *layer.trainable_weights])]


def by_steps(monkeypatch: pytest.MonkeyPatch, function: Any, *args: Any) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(Recurrent, "_by_hand", lambda self: None)
        return function(*args)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_outputs_and_gradients_are_those_of_single_steps(
    case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cls, functions, return_sequences, masked, go_backwards = case
    layer = layer_of(cls, return_sequences=return_sequences, go_backwards=go_backwards, **functions)
    mask = None
    if masked:
        mask = torch.rand(4, 7, generator=torch.Generator().manual_seed(1)) > 0.4

    ours = outputs_and_gradients(layer, mask)

    theirs = by_steps(monkeypatch, outputs_and_gradients, layer, mask)
    assert layer._by_hand() is not None
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)


def test_half_a_gradient_passes_a_relu_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = layer_of(SimpleRNN, activation="relu")
    with torch.no_grad():
        layer.W.zero_()

    ours = outputs_and_gradients(layer, None)

    theirs = by_steps(monkeypatch, outputs_and_gradients, layer, None)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)
    assert bool(ours[-1].any())


@pytest.mark.parametrize("cls", [LSTM, GRU])
def test_gradients_pass_a_hard_sigmoid_at_its_bounds(
    cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = layer_of(cls)
    with torch.no_grad():
        for weight in layer.trainable_weights:
            weight.zero_()
        for gate, bound in zip(("i", "f", "o") if cls is LSTM else ("z", "r"), (2.5, -2.5, 2.5)):
            getattr(layer, f"b_{gate}").fill_(bound)  # 0.2 * 2.5 + 0.5 is 1, on the bound
        layer.b_c.fill_(0.3) if cls is LSTM else layer.b_h.fill_(0.3)

    ours = outputs_and_gradients(layer, None)

    theirs = by_steps(monkeypatch, outputs_and_gradients, layer, None)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-13)
    assert any(bool(grad.any()) for grad in ours[2:])


@pytest.mark.parametrize("cls", [LSTM, GRU, SimpleRNN])
def test_a_stateful_layer_goes_on_as_with_single_steps(
    cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outputs() -> list[Tensor]:
        np.random.seed(0)
        layer = cls(5, batch_input_shape=(4, 7, 3), stateful=True)
        x = torch.linspace(-1, 1, 84).reshape(4, 7, 3)
        results = []
        for _ in range(2):
            results.append(layer(x).detach())
            for state, value in layer.pending_updates:
                K.set_value(state, value.numpy())
        return results

    ours = outputs()

    theirs = by_steps(monkeypatch, outputs)
    assert not torch.equal(ours[0], ours[1])
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


def test_the_kernel_of_torch_computes_the_same_in_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = layer_of(LSTM, inner_activation="sigmoid", return_sequences=True).float()
    x = torch.linspace(-2, 2, 84).reshape(4, 7, 3).requires_grad_()

    def outputs() -> list[Tensor]:
        output = layer(x)
        return [output, *torch.autograd.grad((output**2).sum(), [x, *layer.trainable_weights])]

    ours = outputs()

    assert layer._is_torchs()
    for a, b in zip(ours, by_steps(monkeypatch, outputs), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


OTHERS = {
    "another activation": (LSTM, {"activation": "relu"}),
    "another activation of a SimpleRNN": (SimpleRNN, {"activation": "softplus"}),
    "other gates": (LSTM, {"inner_activation": "tanh"}),
    "a truncated gradient": (LSTM, {"truncate_gradient": 2}),
}


@pytest.mark.parametrize(("cls", "options"), OTHERS.values(), ids=OTHERS)
def test_a_layer_with_other_formulas_takes_single_steps(cls: Any, options: dict[str, Any]) -> None:
    assert layer_of(cls, **options)._by_hand() is None


def test_a_cell_of_the_users_takes_single_steps() -> None:
    class Leaky(LSTM):
        def cell(self, *args: Any) -> list[Tensor]:
            return [0.9 * state for state in super().cell(*args)]

    assert layer_of(Leaky)._by_hand() is None
