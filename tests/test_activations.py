"""Activations: values and gradients that Keras 0.3.3 gave on Theano, corners included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import activations

X = [[-3.0, -2.5, -0.3], [0.0, 0.4, 3.0]]
WEIGHTS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]

# Values; gradients of their sum with the weights above. -2.5 and 0 are corners.
RECORDED: dict[str, tuple[list[list[float]], list[list[float]]]] = {
    "softmax": (
        [[0.0570501, 0.09405971, 0.8488902], [0.04429215, 0.06607614, 0.8896317]],
        [[-0.1022246, -0.07448024, 0.1767049], [-0.08173405, -0.05585676, 0.1375909]],
    ),
    "softplus": (
        [[0.04858735, 0.07888974, 0.5543553], [0.6931472, 0.9130152, 3.048587]],
        [[0.04742587, 0.1517164, 1.276672], [2.0, 2.993438, 5.715445]],
    ),
    "relu": ([[0.0, 0.0, 0.0], [0.0, 0.4, 3.0]], [[0.0, 0.0, 0.0], [2.0, 5.0, 6.0]]),
    "tanh": (
        [[-0.9950548, -0.9866143, -0.2913126], [0.0, 0.379949, 0.9950548]],
        [[0.009865982, 0.0531845, 2.745411], [4.0, 4.278194, 0.05919589]],
    ),
    "sigmoid": (
        [[0.04742587, 0.07585818, 0.4255575], [0.5, 0.5986876, 0.9525741]],
        [[0.04517666, 0.1402074, 0.733375], [1.0, 1.201304, 0.2710599]],
    ),
    "hard_sigmoid": (
        [[0.0, 0.0, 0.44], [0.5, 0.58, 1.0]],
        [[0.0, 0.0, 0.6], [0.8, 1.0, 0.0]],
    ),
    "linear": (X, WEIGHTS),
}
RELU: dict[str, tuple[dict[str, Any], list[list[float]], list[list[float]]]] = {
    "alpha": (
        {"alpha": 0.1},
        [[-0.3, -0.25, -0.03], [0.0, 0.4, 3.0]],
        [[0.1, 0.1, 0.1], [0.55, 1.0, 1.0]],
    ),
    "max_value": (
        {"max_value": 1.0},
        [[0.0, 0.0, 0.0], [0.0, 0.4, 1.0]],
        [[0.0, 0.0, 0.0], [0.5, 1.0, 0.0]],
    ),
    "both": (
        {"alpha": 0.1, "max_value": 1.0},
        [[-0.3, -0.25, -0.03], [0.0, 0.4, 1.0]],
        [[0.1, 0.1, 0.1], [0.55, 1.0, 0.0]],
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_values_and_gradients_are_those_of_0_3_3(name: str) -> None:
    values, gradients = RECORDED[name]
    x = torch.tensor(X, requires_grad=True)

    y = activations.get(name)(x)
    (y * torch.tensor(WEIGHTS)).sum().backward()

    np.testing.assert_allclose(y.detach(), values, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(x.grad, gradients, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("options", "values", "gradients"), RELU.values(), ids=RELU)
def test_relu_takes_a_slope_and_a_bound(
    options: dict[str, Any], values: list[list[float]], gradients: list[list[float]]
) -> None:
    x = torch.tensor(X, requires_grad=True)

    y = activations.relu(x, **options)
    y.sum().backward()

    np.testing.assert_allclose(y.detach(), values, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(x.grad, gradients, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4, 5)], ids=["1 axis", "4 axes"])
def test_softmax_needs_two_or_three_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"not 2D or 3D. Here, ndim={len(shape)}"):
        activations.softmax(torch.ones(shape))


def test_softmax_of_sequences_is_that_of_each_step() -> None:
    x = torch.randn(2, 4, 3)

    torch.testing.assert_close(activations.softmax(x)[1], activations.softmax(x[1]))


def test_large_numbers_do_not_overflow() -> None:
    x = torch.tensor([[-1e4, 0.0, 1e4]])

    for name in RECORDED:
        assert bool(torch.isfinite(activations.get(name)(x)).all()), name


def test_names_of_older_releases_are_known() -> None:
    assert activations.get("time_distributed_softmax") is activations.softmax


def test_an_unknown_name_is_refused_and_a_close_one_proposed() -> None:
    with pytest.raises(ValueError, match=r"function: ReLU\. Did you mean 'relu'"):
        activations.get("ReLU")
