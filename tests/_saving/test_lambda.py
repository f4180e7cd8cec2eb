"""Lambda layers in files: by name or as code, and who may run it."""

from __future__ import annotations

import base64
import json
import marshal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import UnsafeModelError
from legacy_keras.layers.core import Dense, Lambda, LambdaMerge, MaskedLambda
from legacy_keras.models import Sequential, model_from_json, model_from_yaml
from legacy_keras.utils.layer_utils import container_from_config

READ = {"json": model_from_json, "yaml": model_from_yaml}
WRITE = {"json": Sequential.to_json, "yaml": Sequential.to_yaml}
formats = pytest.mark.parametrize("kind", ["json", "yaml"])


def doubled(x: Any) -> Any:
    return x * 2


def wider(shape: Any) -> Any:
    return (shape[0], 2 * shape[1])


def twice_side_by_side(x: Any) -> Any:
    return K.concatenate([x, x], axis=-1)  # noqa: F821 - as in a script: K is there when it runs


def model_of(function: Any = doubled, **options: Any) -> Sequential:
    return Sequential([Dense(2, input_dim=3), Lambda(function, name="double", **options)])


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    model.compile("sgd", "mse")
    return model.predict(x)


def test_json_refuses_a_function_as_0_3_3_did() -> None:
    with pytest.raises(TypeError, match=r"Not JSON Serializable: <function doubled"):
        model_of().to_json()


def test_yaml_has_the_name_of_a_function_as_0_3_3_wrote_it() -> None:
    assert f"function: !!python/name:{__name__}.doubled ''" in model_of().to_yaml()


def test_a_name_is_looked_up_in_custom_objects_only() -> None:
    text = model_of().to_yaml()

    with pytest.raises(UnsafeModelError, match="the function 'doubled'"):
        model_from_yaml(text, allow_code=True)
    model = model_from_yaml(text, {"doubled": doubled})

    assert model.layers[1].function is doubled


@formats
def test_code_is_written_and_run_when_both_calls_say_so(kind: str) -> None:
    model = model_of()
    text = WRITE[kind](model, allow_code=True)

    again = READ[kind](text, allow_code=True)
    again.set_weights(model.get_weights())

    x = np.ones((4, 3))
    np.testing.assert_array_equal(predict(again, x), predict(model, x))


@formats
def test_code_is_not_run_unless_that_very_call_says_so(kind: str) -> None:
    text = WRITE[kind](model_of(), allow_code=True)
    READ[kind](text, allow_code=True)

    for more in ({}, {"allow_code": False}, {"custom_objects": {"allow_code": True}}):
        with pytest.raises(UnsafeModelError, match="'double' asks for code"):
            READ[kind](text, **more)


@formats
def test_a_function_of_the_caller_takes_the_place_of_code(kind: str) -> None:
    text = WRITE[kind](model_of(), allow_code=True)

    model = READ[kind](text, {"double": doubled})

    assert model.layers[1].function is doubled


def test_code_sees_the_backend_as_it_did_in_0_3_0() -> None:
    config = model_of(twice_side_by_side, output_shape=wider).to_json(allow_code=True)

    model = model_from_json(config, allow_code=True)

    assert model.output_shape == (None, 4)
    assert predict(model, np.ones((1, 3))).shape == (1, 4)


def test_a_merging_and_a_masking_lambda_are_written_and_read() -> None:
    left, right = Dense(2, input_dim=3), Dense(2, input_dim=3)
    merge = LambdaMerge([left, right], lambda xs: xs[0] - xs[1])
    model = Sequential([merge, MaskedLambda(doubled)])

    again = model_from_json(model.to_json(allow_code=True), allow_code=True)

    assert [type(layer).__name__ for layer in again.layers] == ["LambdaMerge", "MaskedLambda"]
    again.set_weights(model.get_weights())
    x = [torch.ones(1, 3), torch.zeros(1, 3)]
    torch.testing.assert_close(again(x), model(x))


def test_a_configuration_in_memory_keeps_its_function() -> None:
    layer = container_from_config(Lambda(doubled, input_shape=(3,)).get_config())

    assert layer.function is doubled


def closure() -> Any:
    factor = 3
    return lambda x: x * factor


def with_default(x: Any, factor: int = 3) -> Any:
    return x * factor


@pytest.mark.parametrize("function", [closure(), with_default, torch.nn.ReLU(), np.sin])
def test_what_code_alone_cannot_be_is_not_written(function: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        model_of(function).to_json(allow_code=True)


def stored(**changes: Any) -> str:
    config = json.loads(model_of().to_json(allow_code=True))
    config["layers"][1]["function"].update(changes)
    return json.dumps(config)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"python": "cpython-27"}, "stored by cpython-27"),
        ({"python": None}, "stored by None"),
        ({"code": "%%%"}, "cannot be made|base64|Non-base64"),
        ({"code": base64.b64encode(marshal.dumps("text")).decode()}, "something else"),
    ],
)
def test_code_of_another_python_is_not_run(changes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model_from_json(stored(**changes), allow_code=True)


OLDER = Path(__file__).parent / "older"


def test_code_of_keras_0_3_0_names_the_remedy() -> None:
    text = (OLDER / "0.3.0_lambdamerge.yaml").read_text()

    with pytest.raises(UnsafeModelError, match=r"custom_objects=\{'lambdamerge': function\}"):
        model_from_yaml(text)
    with pytest.raises(ValueError, match=f"an old Keras, and {sys.implementation.cache_tag}"):
        model_from_yaml(text, allow_code=True)

    model = model_from_yaml(text, {"lambdamerge": lambda xs: xs[0] - xs[1]})
    assert model.output_shape == (None, 2)


def test_keras_0_3_0_left_out_the_function_of_a_lambda() -> None:
    text = (OLDER / "0.3.0_lambda.yaml").read_text()

    with pytest.raises(UnsafeModelError, match="'lambda' asks for an unnamed function"):
        model_from_yaml(text)

    model = model_from_yaml(text, {"lambda": doubled})
    np.testing.assert_array_equal(predict(model, np.ones((2, 3))), np.full((2, 3), 2.0))
