"""Configurations in JSON and YAML: safe to read, and complete."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_models import assert_same, classifier, two_outputs
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras import objectives, optimizers
from legacy_keras.layers.core import Activation, Dense, Lambda, Layer, Reshape
from legacy_keras.layers.recurrent import GRU
from legacy_keras.models import (
    Sequential,
    model_from_config,
    model_from_json,
    model_from_yaml,
)

FORMATS: dict[str, tuple[Callable[[Any], str], Callable[..., Any]]] = {
    "JSON": (lambda model: model.to_json(), model_from_json),
    "YAML": (lambda model: model.to_yaml(), model_from_yaml),
}
both = pytest.mark.parametrize(("write", "read"), FORMATS.values(), ids=FORMATS)


def varied() -> Sequential:
    return Sequential(
        [
            Reshape((2, 6), input_shape=(3, 4)),
            GRU(4, return_sequences=True, W_regularizer="l2"),
            GRU(3, go_backwards=True, trainable=False),
            Dense(2, W_constraint="maxnorm", init="he_normal", activation="softmax", name="Top"),
        ]
    )


@both
def test_a_model_comes_back(write: Any, read: Any) -> None:
    model = varied()

    again = read(write(model))

    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    assert again.layers[2].trainable is False
    assert again.layers[3].name == "Top"
    again.set_weights(model.get_weights())
    assert_same(again.get_weights(), model.get_weights())


@both
def test_a_compiled_model_comes_back_compiled(write: Any, read: Any) -> None:
    model = classifier(optimizers.SGD(lr=0.25, momentum=0.5, nesterov=True), "mse")

    again = read(write(model))

    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert again.loss is objectives.mean_squared_error
    again.train_on_batch(np.ones((2, 4)), np.ones((2, 3)))


@both
def test_a_compiled_graph_comes_back_with_its_losses(write: Any, read: Any) -> None:
    graph = two_outputs(loss_weights={"number": 0.25})

    again = read(write(graph))

    assert again.loss == graph.loss
    assert again.loss_weights == {"number": 0.25}
    assert again.input_order == ["a", "b"]
    assert again.output_order == ["class", "number"]


@both
def test_a_model_that_was_not_compiled_is_not(write: Any, read: Any) -> None:
    with pytest.raises(RuntimeError, match="not compiled"):
        read(write(varied())).predict(np.ones((1, 3, 4)))


class Doubling(Layer):
    """A user's layer with an option."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


def bent(x: Any) -> Any:
    return K.tanh(x) * 0.5


def custom_loss(y_true: Any, y_pred: Any) -> Any:
    return K.mean(K.abs(y_pred - y_true), axis=-1)


OURS = {"Doubling": Doubling, "bent": bent, "custom_loss": custom_loss}


class TestCustomObjects:
    def model(self) -> Sequential:
        model = Sequential([Dense(2, input_dim=3, activation=bent), Doubling(3.0)])
        model.compile("sgd", custom_loss)
        return model

    @both
    def test_layers_and_functions_are_found_by_name(self, write: Any, read: Any) -> None:
        model = self.model()

        again = read(write(model), custom_objects=OURS)

        again.set_weights(model.get_weights())
        X = np.ones((2, 3))
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        y = np.zeros((2, 2))
        assert again.test_on_batch(X, y) == model.test_on_batch(X, y)

    @pytest.mark.parametrize("missing", OURS)
    def test_what_is_not_passed_is_named(self, missing: str) -> None:
        known = {name: value for name, value in OURS.items() if name != missing}

        with pytest.raises(ValueError, match=f"Invalid [a-z ]+: {missing}"):
            model_from_json(self.model().to_json(), custom_objects=known)


class TestSafety:
    ATTACKS: tuple[str, ...] = (
        "!!python/object/apply:os.system ['touch {path}']",
        "!!python/object/new:os.system ['touch {path}']",
        "!!python/object:legacy_keras.models.Sequential {{}}",
        "!!python/name:os.system ''",
        "!!python/module:os ''",
        "name: Sequential\nlayers: [!!python/object/apply:pathlib.Path.touch [{path}]]",
    )

    @pytest.mark.parametrize("text", ATTACKS)
    def test_yaml_that_asks_for_python_objects_is_refused(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "touched"

        with pytest.raises(ValueError, match=r"python/|Unrecognized model"):
            model_from_yaml(text.format(path=path))

        assert not path.exists()

    @pytest.mark.parametrize("name", ["os.system", "__import__", "Module", "eval", "torch", ""])
    def test_no_name_reaches_beyond_the_tables(self, name: str) -> None:
        config = {"name": "Sequential", "layers": [{"name": name, "input_shape": [3]}]}

        with pytest.raises(ValueError, match=r"Invalid layer|Unrecognized"):
            model_from_config(config)

    @pytest.mark.parametrize("option", ["init", "activation", "W_regularizer", "W_constraint"])
    def test_no_option_does_either(self, option: str) -> None:
        layer = {"name": "Dense", "output_dim": 2, "input_dim": 3, option: "get"}

        with pytest.raises(ValueError, match=r"Invalid [a-z ]+: get"):
            model_from_config({"name": "Sequential", "layers": [layer]})

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[1, 2]", "3", "null", '"Sequential"', '{"name": "Other"}', "{}"],
    )
    @pytest.mark.parametrize("read", [model_from_json, model_from_yaml], ids=["JSON", "YAML"])
    def test_what_is_no_model_is_a_valueerror(self, read: Callable[[str], Any], text: str) -> None:
        with pytest.raises(ValueError):
            read(text)


class TestFormat:
    def test_json_is_what_get_config_returns(self) -> None:
        model = varied()

        assert json.loads(model.to_json()) == json.loads(json.dumps(model.get_config()))

    def test_options_go_to_json_and_yaml(self) -> None:
        model = classifier()

        assert model.to_json(indent=2).startswith("{\n  ")
        assert model.to_yaml(default_flow_style=True).startswith("{")

    def test_yaml_writes_tuples_with_a_tag_as_0_3_3_did(self) -> None:
        text = Sequential([Activation("tanh", input_shape=(3, 4))]).to_yaml()

        assert "!!python/tuple" in text
        assert model_from_yaml(text).output_shape == (None, 3, 4)

    def test_yaml_of_python_2_is_read(self) -> None:
        text = (
            "layers:\n"
            "- {activation: !!python/unicode 'tanh', name: !!python/str 'Activation',\n"
            "   input_shape: !!python/tuple [3]}\n"
            "name: Sequential\n"
        )

        assert model_from_yaml(text).output_shape == (None, 3)

    def test_get_config_prints_if_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        config = varied().get_config(verbose=1)

        printed = capsys.readouterr().out
        assert all(str(key) in printed for key in config)

    def test_a_configuration_is_not_changed_by_reading_it(self) -> None:
        config = classifier().get_config()
        before = json.dumps(config)

        model_from_config(config)

        assert json.dumps(config) == before

    def test_numpy_numbers_become_plain_ones(self) -> None:
        model = Sequential([Dense(np.int64(2), input_dim=np.int64(3))])

        assert json.loads(model.to_json())["layers"][0]["output_dim"] == 2

    def test_a_function_without_a_name_elsewhere_is_refused(self) -> None:
        model = Sequential([Lambda(lambda x: x, input_shape=(3,))])

        with pytest.raises(TypeError, match="Not JSON Serializable: <function"):
            model.to_json()

    def test_the_configuration_has_the_names_of_0_3_3(self) -> None:
        config = Sequential([Dense(2, input_dim=3, W_regularizer="l2")]).get_config()

        assert config == {
            "name": "Sequential",
            "layers": [
                {
                    "name": "Dense",
                    "custom_name": "dense",
                    "input_shape": (3,),
                    "trainable": True,
                    "cache_enabled": True,
                    "output_dim": 2,
                    "init": "glorot_uniform",
                    "activation": "linear",
                    "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
                    "b_regularizer": None,
                    "activity_regularizer": None,
                    "W_constraint": None,
                    "b_constraint": None,
                    "input_dim": 3,
                }
            ],
        }
