"""Layers that derive from SimpleRNN, GRU and LSTM by step, compared with Keras 0.3.3."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from derived_recurrent import OPTIONS, SHAPE, UNITS, classes, run, values
from small_models import assert_same

from legacy_keras import backend as K
from legacy_keras.layers.recurrent import GRU, LSTM, SimpleRNN
from legacy_keras.models import Sequential, model_from_json

RECORDED = json.loads((Path(__file__).parent / "derived_recurrent.json").read_text("utf-8"))
CLASSES: dict[str, Any] = classes("legacy_keras")


@pytest.mark.parametrize("case", RECORDED)
def test_a_derived_layer_trains_and_predicts_as_in_0_3_3(case: str) -> None:
    result = run("legacy_keras", *case.split())

    for what, expected in RECORDED[case].items():
        np.testing.assert_allclose(result[what], expected, rtol=1e-4, atol=1e-5, err_msg=what)


def test_every_derived_layer_was_recorded() -> None:
    assert {case.split()[0] for case in RECORDED} == set(CLASSES)
    assert {case.split()[1] for case in RECORDED} == set(OPTIONS)


def model_of(cls: Any, **kwargs: Any) -> Sequential:
    model = Sequential([cls(UNITS, input_shape=SHAPE[1:], **kwargs)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("name", CLASSES)
def test_a_derived_layer_is_saved_and_copied(name: str, tmp_path: Path) -> None:
    model = model_of(CLASSES[name])
    x = values(SHAPE, 3)
    model.save_weights(tmp_path / "w.h5")

    again = copy.deepcopy(model)
    if not name.startswith("Outer"):  # which has no get_config for its units
        again = model_from_json(model.to_json(), {name: CLASSES[name]})
        again.load_weights(tmp_path / "w.h5")

    assert_same([again.predict(x)], [model.predict(x)])


@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
@pytest.mark.parametrize("train", [False, True], ids=["test", "train"])
def test_the_methods_of_a_layer_compute_what_its_forward_does(cls: Any, train: bool) -> None:
    model = model_of(cls, return_sequences=True)
    layer, x = model.layers[0], K.placeholder(shape=SHAPE)

    _, outputs, _ = K.rnn(
        layer.step,
        layer.preprocess_input(x, train),
        layer.get_initial_states(x),
        constants=layer.get_constants(x, train),
    )

    given = values(SHAPE, 5)
    stepped = K.function([x], [outputs])([given])[0]
    np.testing.assert_allclose(stepped, model.predict(given), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
def test_dropout_of_a_derived_layer_draws_seeds_as_a_built_in_one(cls: Any) -> None:
    class Derived(cls):  # type: ignore[misc]
        def step(self, x: Any, states: Any) -> Any:
            return super().step(x, states)

    after = []
    for kind in (cls, Derived):
        np.random.seed(2)
        model = model_of(kind, dropout_W=0.5, dropout_U=0.5)
        after.append(np.random.randint(10**6))
        loss = model.train_on_batch(values(SHAPE, 1), np.ones((SHAPE[0], UNITS)))[0]
        assert np.isfinite(loss)

    assert after[0] == after[1]


def test_the_rate_of_dropout_of_a_derived_layer_is_that_of_its_inputs() -> None:
    class Derived(SimpleRNN):
        def step(self, x: Any, states: Any) -> Any:
            return x, [x]

    layer = model_of(Derived, dropout_W=0.25).layers[0]
    x = K.placeholder(shape=(4000, 1, 3))

    dropped = K.function([x], [layer.preprocess_input(x, True)])
    (products,) = dropped([np.ones((4000, 1, 3), "float32")])

    kept = np.unique(np.round(products[:, 0], 4), axis=0)
    assert len(kept) == 8  # three inputs, each dropped or not
