"""K's activations and cross-entropies: beyond what activations and objectives show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras.backend import _nn

P = np.float32([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]])
T = np.float32([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
CLIPPED = (P / P.sum(-1, keepdims=True)).clip(1e-7, 1 - 1e-7)
LOGITS = np.float32([[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0]])
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
SIGMOID = 1 / (1 + np.exp(-LOGITS))


def v(array: Any, dtype: str | None = None) -> Any:
    return K.variable(array, dtype=dtype)


CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "softmax": (lambda: K.softmax(v(LOGITS)), SOFTMAX),
    "softmax of sequences": (lambda: K.softmax(v(LOGITS[None])), SOFTMAX[None]),
    "sigmoid": (lambda: K.sigmoid(v(LOGITS)), SIGMOID),
    "hard_sigmoid": (lambda: K.hard_sigmoid(v(LOGITS)), (0.2 * LOGITS + 0.5).clip(0, 1)),
    "softplus": (lambda: K.softplus(v(LOGITS)), np.log1p(np.exp(LOGITS))),
    "relu": (lambda: K.relu(v(LOGITS)), LOGITS.clip(0)),
    "relu with a slope for each column": (
        lambda: K.relu(v(LOGITS), alpha=v([0.5, 0.1, 0.2])),
        np.where(LOGITS > 0, LOGITS, LOGITS * np.float32([0.5, 0.1, 0.2])),
    ),
    "relu with a bound for each column": (
        lambda: K.relu(v(LOGITS), max_value=v([0.5, 1.0, 9.0])),
        np.minimum(LOGITS.clip(0), np.float32([0.5, 1.0, 9.0])),
    ),
    "l2_normalize": (
        lambda: K.l2_normalize(v(LOGITS), axis=-1),
        LOGITS / np.linalg.norm(LOGITS, axis=-1, keepdims=True),
    ),
    "l2_normalize of columns": (
        lambda: K.l2_normalize(v(LOGITS), axis=0),
        LOGITS / np.linalg.norm(LOGITS, axis=0),
    ),
    "categorical_crossentropy": (
        lambda: K.categorical_crossentropy(v(P), v(T)),
        -(T * np.log(CLIPPED)).sum(-1),
    ),
    "categorical_crossentropy scales to a sum of 1": (
        lambda: K.categorical_crossentropy(v(3 * P), v(T)),
        -(T * np.log(CLIPPED)).sum(-1),
    ),
    "categorical_crossentropy of class numbers": (
        lambda: K.categorical_crossentropy(v(P), v([0, 1], "int32")),
        -np.log(CLIPPED[[0, 1], [0, 1]]),
    ),
    "categorical_crossentropy from logits": (
        lambda: K.categorical_crossentropy(v(LOGITS), v(T), from_logits=True),
        -(T * np.log(SOFTMAX)).sum(-1),
    ),
    "binary_crossentropy": (
        lambda: K.binary_crossentropy(v(P), v(T)),
        -(T * np.log(P.clip(1e-7, 1 - 1e-7)) + (1 - T) * np.log(1 - P.clip(1e-7, 1 - 1e-7))),
    ),
    "binary_crossentropy from logits": (
        lambda: K.binary_crossentropy(v(LOGITS), v(T), from_logits=True),
        -(T * np.log(SIGMOID) + (1 - T) * np.log(1 - SIGMOID)),
    ),
}


@pytest.mark.parametrize(("make", "expected"), CASES.values(), ids=CASES)
def test_values_follow_the_formula(make: Callable[[], Any], expected: Any) -> None:
    result = K.eval(make())

    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=2e-5, atol=1e-6)


def test_a_clipped_probability_has_no_gradient() -> None:
    logits = torch.tensor([[50.0, 0.0, 0.0]], requires_grad=True)
    target = torch.tensor([[0.0, 1.0, 0.0]])

    K.categorical_crossentropy(K.softmax(logits), target).sum().backward()

    assert logits.grad is not None
    assert not logits.grad.any()


def test_crossentropy_of_something_computed_from_a_softmax_is_that_of_the_result() -> None:
    logits = torch.tensor(LOGITS, requires_grad=True)
    mixed = 0.5 * K.softmax(logits) + 0.5 / 3

    loss = K.categorical_crossentropy(mixed, torch.tensor(T))

    np.testing.assert_allclose(
        loss.detach(), -(T * np.log(0.5 * SOFTMAX + 0.5 / 3)).sum(-1), rtol=1e-5
    )


def test_a_softmax_that_is_changed_in_place_is_taken_as_it_is() -> None:
    logits = torch.tensor(LOGITS, requires_grad=True)
    probabilities = K.softmax(logits)
    with torch.no_grad():
        probabilities.mul_(0.5).add_(0.5 / 3)

    loss = K.categorical_crossentropy(probabilities, torch.tensor(T))

    np.testing.assert_allclose(
        loss.detach(), -(T * np.log(0.5 * SOFTMAX + 0.5 / 3)).sum(-1), rtol=1e-5
    )


MEANS = {
    "categorical": (K.softmax, K.categorical_crossentropy, _nn.mean_categorical_crossentropy),
    "binary": (K.sigmoid, K.binary_crossentropy, _nn.mean_binary_crossentropy),
}


@pytest.mark.parametrize("scale", [1.0, 30.0])  # with 30 the clip has work
@pytest.mark.parametrize(("activation", "crossentropy", "mean"), MEANS.values(), ids=MEANS)
def test_a_mean_in_one_go_has_the_value_and_gradients_of_its_parts(
    activation: Any, crossentropy: Any, mean: Any, scale: float
) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(50, 7, dtype=torch.float64, generator=generator)
    logits.requires_grad_()
    target = torch.rand(50, 7, dtype=torch.float64, generator=generator)
    target = torch.where(target > 0.5, target.round(), target)

    ours = mean(activation(logits), target)
    (gradient,) = torch.autograd.grad(ours, logits)

    theirs = crossentropy(activation(logits), target).mean()
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)
    torch.testing.assert_close(
        gradient, torch.autograd.grad(theirs, logits)[0], rtol=1e-11, atol=1e-13
    )


def test_a_probability_has_a_gradient_up_to_the_clip_and_none_beyond() -> None:
    low, high = np.float32(1e-7), np.float32(1 - 1e-7)
    edges = [np.nextafter(low, 0), low, high, np.nextafter(high, np.float32(1))]
    output = torch.tensor(np.array(edges), requires_grad=True)

    _nn.mean_binary_crossentropy(output, torch.full((4,), 0.5)).backward()

    assert output.grad is not None
    assert (output.grad != 0).tolist() == [False, True, True, False]


def test_relu_has_half_a_gradient_at_zero() -> None:
    x = torch.tensor([-1.0, 0.0, -0.0, 1.0], requires_grad=True)

    K.relu(x).sum().backward()

    assert x.grad is not None
    assert x.grad.tolist() == [0, 0.5, 0.5, 1]
