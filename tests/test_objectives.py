"""Objectives: scores and gradients that Keras 0.3.3 gave on Theano."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from legacy_keras import backend as K
from legacy_keras import objectives

Y_TRUE = [[1.0, 0.0, 0.0], [0.2, 0.0, 0.8]]
Y_PRED = [[0.7, 0.2, 0.1], [0.0, 1.0, 0.5]]  # the second row lies on bounds of the clips

# Score of each sample; gradient of their sum by y_pred.
RECORDED: dict[str, tuple[list[float], list[list[float]]]] = {
    "mean_squared_error": (
        [0.04666667, 0.3766667],
        [[-0.2, 0.1333333, 0.06666667], [-0.1333333, 0.6666667, -0.2]],
    ),
    "mean_absolute_error": (
        [0.2, 0.5],
        [[-0.3333333, 0.3333333, 0.3333333], [-0.3333333, 0.3333333, -0.3333333]],
    ),
    "mean_absolute_percentage_error": (
        [1e8, 3.333334e8],
        [[-33.33333, 3.333333e8, 3.333333e8], [-166.6667, 3.333333e8, -41.66666]],
    ),
    "mean_squared_logarithmic_error": (
        [0.02291251, 0.1823117],
        [[-0.06373291, 0.1012897, 0.05776368], [0.0, 0.231049, -0.08103181]],
    ),
    "squared_hinge": ([0.6966667, 0.7866667], [[-0.2, 0.0, 0.0], [-0.1333333, 0.0, -0.32]]),
    "hinge": (
        [0.7666667, 0.8666666],
        [[-0.3333333, 0.0, 0.0], [-0.06666667, 0.0, -0.2666667]],
    ),
    "categorical_crossentropy": (
        [0.356675, 4.102509],
        [[-0.4285715, 1.0, 1.0], [0.5333334, 0.5333334, -1.066667]],
    ),
    "binary_crossentropy": (
        [0.228393, 6.619717],
        [[-0.4761905, 0.4166667, 0.3703704], [0.0, 0.0, -0.4]],
    ),
    "poisson": (
        [0.4522249, 1.759379],
        [[-0.1428571, 0.3333333, 0.3333333], [-666666.4, 0.3333333, -0.1999999]],
    ),
    "cosine_proximity": (
        [-0.3175265, -0.1446203],
        [[-0.04200088, 0.1176024, 0.0588012], [-0.07231015, 0.1156962, -0.2313925]],
    ),
}
ALIASES = {
    "mean_squared_error": "mse MSE",
    "mean_absolute_error": "mae MAE",
    "mean_absolute_percentage_error": "mape MAPE",
    "mean_squared_logarithmic_error": "msle MSLE",
    "cosine_proximity": "cosine",
    "poisson": "poisson_loss",  # its name in 0.2
}


@pytest.mark.parametrize("name", RECORDED)
def test_scores_and_gradients_are_those_of_0_3_3(name: str) -> None:
    scores, gradients = RECORDED[name]
    y_true, y_pred = torch.tensor(Y_TRUE), torch.tensor(Y_PRED, requires_grad=True)

    result = objectives.get(name)(y_true, y_pred)
    result.sum().backward()

    np.testing.assert_allclose(result.detach(), scores, rtol=1e-5)
    np.testing.assert_allclose(y_pred.grad, gradients, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ALIASES)
def test_aliases_are_the_same_function(name: str) -> None:
    function = getattr(objectives, name)

    for alias in ALIASES[name].split():
        assert objectives.get(alias) is function
        assert getattr(objectives, alias) is function


@pytest.mark.parametrize("name", RECORDED)
def test_steps_of_sequences_are_scored_one_by_one(name: str) -> None:
    flat = objectives.get(name)(torch.tensor(Y_TRUE), torch.tensor(Y_PRED))

    steps = objectives.get(name)(torch.tensor([Y_TRUE]), torch.tensor([Y_PRED]))

    torch.testing.assert_close(steps, flat.unsqueeze(0))


def test_crossentropy_of_a_softmax_is_that_of_its_probabilities() -> None:
    """It may be computed from the logits; the numbers have to be those of the clip."""
    logits = torch.tensor([[1.0, 2.0, 0.5], [40.0, 0.0, 0.0]], requires_grad=True)
    y_true = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.5, 0.5]])
    probabilities = K.softmax(logits)

    fused = objectives.categorical_crossentropy(y_true, probabilities)
    (gradient,) = torch.autograd.grad(fused.sum(), logits)

    plain = torch.softmax(logits, -1)
    scaled = (plain / plain.sum(-1, keepdim=True)).clamp(1e-7, 1 - 1e-7)
    expected = -(y_true * scaled.log()).sum(-1)
    torch.testing.assert_close(fused, expected, rtol=1e-6, atol=1e-7)
    (expected_gradient,) = torch.autograd.grad(expected.sum(), logits)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-5, atol=1e-7)
    assert not gradient[1].any()  # the clip stops it


def test_epsilon_moves_all_but_the_clip_of_crossentropies() -> None:
    y_true, y_pred = torch.zeros(1, 1), torch.ones(1, 1)
    before = objectives.binary_crossentropy(y_true, y_pred)

    K.set_epsilon(0.5)

    assert objectives.mape(y_true, y_pred) == 200
    assert objectives.binary_crossentropy(y_true, y_pred) == before


GETTING: list[tuple[Any, type[Exception], str]] = [
    ("catgorical_crossentropy", ValueError, "Did you mean 'categorical_crossentropy'"),
    (3, TypeError, r"the loss got 3; expected a name such as 'mse', a function of \(y_true, y_"),
]


@pytest.mark.parametrize(("identifier", "kind", "message"), GETTING, ids=["name", "number"])
def test_what_is_no_objective_is_refused(
    identifier: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        objectives.get(identifier)


@pytest.mark.parametrize(
    ("loss", "ours"),
    [(nn.MSELoss, "mse"), (nn.L1Loss, "mae"), (nn.BCELoss, "binary_crossentropy")],
    ids=["MSELoss", "L1Loss", "BCELoss"],
)
@pytest.mark.parametrize("instance", [True, False], ids=["instance", "class"])
def test_a_loss_of_torch_scores_each_sample(loss: Any, ours: str, instance: bool) -> None:
    y_true, y_pred = torch.rand(4, 3), torch.rand(4, 3)

    score: Tensor = objectives.get(loss() if instance else loss)(y_true, y_pred)

    assert len(score) == 4
    per_sample = score.reshape(4, -1).mean(1)
    torch.testing.assert_close(per_sample, objectives.get(ours)(y_true, y_pred))
