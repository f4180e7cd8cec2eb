"""Penalties on weights and activities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras import regularizers
from legacy_keras.layers.core import Dense, Highway
from legacy_keras.layers.recurrent import GRU
from legacy_keras.models import Sequential

WEIGHTS: dict[str, tuple[Any, float]] = {
    "l1": (regularizers.l1(), 0.01 * 6),
    "l1 of another size": (regularizers.l1(0.5), 0.5 * 6),
    "l2": (regularizers.l2(), 0.01 * 14),
    "l1l2": (regularizers.l1l2(), 0.01 * 6 + 0.01 * 14),
    "l1l2 of other sizes": (regularizers.l1l2(0.1, 0.2), 0.1 * 6 + 0.2 * 14),
    "WeightRegularizer": (regularizers.WeightRegularizer(l1=1, l2=2), 6 + 2 * 14),
    "identity": (regularizers.identity(), 0),
    "Regularizer": (regularizers.Regularizer(), 0),
}


@pytest.mark.parametrize(("regularizer", "penalty"), WEIGHTS.values(), ids=WEIGHTS)
def test_a_penalty_is_added_to_the_loss(regularizer: Any, penalty: float) -> None:
    regularizer.set_param(K.variable([1.0, -2.0, 3.0]))

    assert float(regularizer(torch.tensor(10.0)).detach()) == pytest.approx(10 + penalty)


ACTIVITIES: dict[str, tuple[Any, float]] = {
    # The output is [[1, -2], [3, 0]]: means over samples are 2, 1 and 5, 2.
    "activity_l1": (regularizers.activity_l1(), 0.01 * 3),
    "activity_l2": (regularizers.activity_l2(), 0.01 * 7),
    "activity_l1l2": (regularizers.activity_l1l2(0.1, 0.2), 0.1 * 3 + 0.2 * 7),
}


@pytest.mark.parametrize(("regularizer", "penalty"), ACTIVITIES.values(), ids=ACTIVITIES)
def test_an_output_is_penalised_as_a_mean_over_samples(regularizer: Any, penalty: float) -> None:
    model = Sequential([Dense(2, input_dim=2, init="identity", activity_regularizer=regularizer)])
    model.compile("sgd", "mse")
    X = np.array([[1.0, -2.0], [3.0, 0.0]])

    assert model.test_on_batch(X, X)[0] == 0
    assert model.train_on_batch(X, X)[0] == pytest.approx(penalty, rel=1e-5)


def test_all_gates_of_a_recurrent_layer_are_penalised() -> None:
    layer = GRU(2, input_shape=(3, 4), W_regularizer="l2", U_regularizer="l1")
    W, U = layer.get_weights()[::3], layer.get_weights()[1::3]

    loss = torch.tensor(0.0)
    for regularizer in layer.regularizers:
        loss = regularizer(loss)

    expected = 0.01 * sum((w**2).sum() for w in W) + 0.01 * sum(np.abs(u).sum() for u in U)
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)


def test_highway_penalises_the_transform_alone_as_in_0_3_3() -> None:
    layer = Highway(input_dim=2, W_regularizer="l2")

    loss = layer.regularizers[0](torch.tensor(0.0))

    assert float(loss.detach()) == pytest.approx(0.01 * (layer.get_weights()[0] ** 2).sum())


@pytest.mark.parametrize("name", ["l1", "l2", "l1l2", "activity_l1", "activity_l2", "identity"])
def test_every_layer_gets_a_regularizer_of_its_own(name: str) -> None:
    first, second = regularizers.get(name), regularizers.get(name)

    assert first is not second
    assert first.get_config() == second.get_config()


CONFIGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "l1": (regularizers.l1(0.1), {"name": "WeightRegularizer", "l1": 0.1, "l2": 0.0}),
    "activity": (
        regularizers.activity_l2(0.1),
        {"name": "ActivityRegularizer", "l1": 0.0, "l2": 0.1},
    ),
    "none": (regularizers.identity(), {"name": "Regularizer"}),
}


@pytest.mark.parametrize(("regularizer", "config"), CONFIGS.values(), ids=CONFIGS)
def test_a_regularizer_comes_back_from_its_configuration(
    regularizer: Any, config: dict[str, Any]
) -> None:
    assert regularizer.get_config() == config

    arguments = {k: v for k, v in config.items() if k != "name"}
    again = regularizers.get(config["name"], arguments)

    assert again.get_config() == config


def test_an_instance_is_taken_as_it_is_and_none_is_none() -> None:
    mine = regularizers.l2()

    assert regularizers.get(mine) is mine
    assert regularizers.get(None) is None


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid regularizer: l1_l2\. Did you mean 'l1l2'"):
        regularizers.get("l1_l2")
