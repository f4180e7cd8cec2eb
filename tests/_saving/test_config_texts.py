"""Configurations as text: byte for byte as Keras 0.3.3 wrote them, and read again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from legacy_keras._python2 import hash_of, key_order
from legacy_keras.layers.core import Dense, Merge, Siamese
from legacy_keras.models import Graph, Sequential, model_from_json, model_from_yaml

GOLDEN = Path(__file__).parent.parent / "golden" / "io"
# Models that 0.3.3, too, writes as they were read. It reads others with an input_shape that
# comes from their input_dim, or without create_output.
NAMES = """
autoencoder batchnorm class_mode cnn cnn_tf compiled_adadelta compiled_adagrad compiled_adam
compiled_adamax compiled_rmsprop compiled_sgd compiled_sgd_clip conv3d frozen graph_conv_bn
graph_two graph_two_compiled loss_hinge loss_mse loss_poisson lstm_stateful merge_concat merge_dot
merge_sum mlp nested noise regularized shapes upsampling
""".split()


@pytest.mark.filterwarnings('ignore:The "class_mode" argument')
@pytest.mark.parametrize("name", NAMES)
def test_json_is_written_byte_for_byte(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_text()

    assert model_from_json(text).to_json() == text


@pytest.mark.filterwarnings('ignore:The "class_mode" argument')
@pytest.mark.parametrize("name", NAMES)
def test_yaml_is_written_byte_for_byte(name: str) -> None:
    text = (GOLDEN / f"{name}.yaml").read_text()

    assert model_from_yaml(text).to_yaml() == text


def test_hashes_are_those_of_python_2_7() -> None:
    """As printed by ``hash(text) % 2 ** 64`` there."""
    assert hash_of("") == 0
    assert hash_of("a") == 12416037344
    assert hash_of("name") == 14280165586563852901
    assert hash_of("custom_name") == 2451175115212372966


def test_keys_that_collide_keep_the_order_of_insertion() -> None:
    size = 8
    first = "name"
    second = next(
        key
        for key in (f"key{i}" for i in range(1000))
        if hash_of(key) % size == hash_of(first) % size
    )

    assert key_order([first, second])[0] != key_order([second, first])[0]


def test_lines_end_as_in_python_2_when_indented() -> None:
    model = Sequential([Dense(2, input_dim=3)])

    lines = model.to_json(indent=2).split("\n")

    assert any(line.endswith(", ") for line in lines)
    assert not any(line.endswith(",") for line in lines)


def test_shared_nodes_are_read_which_0_3_3_could_not() -> None:
    graph = Graph()
    graph.add_input(name="a", input_shape=(3,))
    graph.add_input(name="b", input_shape=(3,))
    graph.add_shared_node(Dense(2), name="both", inputs=["a", "b"], outputs=["left", "right"])
    graph.add_shared_node(Dense(4), name="summed", inputs=["a", "b"], merge_mode="sum")
    for name in ("left", "right", "summed"):
        graph.add_output(name=f"out_{name}", input=name)

    again = model_from_json(graph.to_json())

    again.set_weights(graph.get_weights())
    losses = {name: "mse" for name in graph.output_order}
    x = {"a": np.ones((2, 3)), "b": np.zeros((2, 3))}
    for model in (graph, again):
        model.compile("sgd", losses)
    for name, y in graph.predict(x).items():
        np.testing.assert_array_equal(again.predict(x)[name], y)


def test_a_siamese_with_its_inputs_is_read() -> None:
    inputs = [Sequential([Dense(3, input_dim=4)]) for _ in range(2)]
    model = Sequential([Siamese(Dense(2), inputs, merge_mode="concat"), Dense(1)])

    again = model_from_yaml(model.to_yaml())

    assert [w.shape for w in again.get_weights()] == [w.shape for w in model.get_weights()]


def test_nested_containers_are_read() -> None:
    inner = Graph()
    inner.add_input(name="x", input_shape=(3,))
    inner.add_node(Dense(2), name="d", input="x")
    inner.add_output(name="out", input="d")
    left = Sequential([inner, Dense(2)])
    right = Sequential([Sequential([Dense(2, input_dim=3)])])
    model = Sequential([Merge([left, right], mode="mul"), Dense(1)])

    again = model_from_json(model.to_json())

    assert again.to_json() == model.to_json()


def test_functions_of_the_user_are_found_by_name() -> None:
    def shout(x: Any) -> Any:
        return x * 10

    def absolute(y_true: Any, y_pred: Any) -> Any:
        return (y_true - y_pred).abs().mean(-1)

    model = Sequential([Dense(2, input_dim=3, activation=shout)])
    model.compile("sgd", absolute)

    again = model_from_json(model.to_json(), {"shout": shout, "absolute": absolute})

    assert again.to_json() == model.to_json()
    assert again.loss is absolute


@pytest.mark.parametrize("value", [None, 3, ["a"]])
def test_what_is_no_text_is_a_type_error(value: Any) -> None:
    for read in (model_from_json, model_from_yaml):
        with pytest.raises(TypeError, match="expected the text of a configuration"):
            read(value)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"name": "Dense"}, "The Dense None cannot be made: TypeError"),
        ({"name": "Dense", "output_dim": "x", "input_shape": [3]}, "The Dense None cannot be made"),
        ({"name": "Dense", "output_dim": 2, "nope": 1}, "Keyword argument not understood: nope"),
        ({"name": "Dnse", "output_dim": 2}, "Did you mean 'Dense'"),
        (["Dense"], "expected the configuration of a layer"),
    ],
)
def test_an_error_names_the_layer(layer: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model_from_json(json.dumps({"name": "Sequential", "layers": [layer]}))


def test_a_python_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    text = (GOLDEN / "cnn.yaml").read_text()
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)

    assert model_from_yaml(text).to_yaml() == text
    assert "yaml" in sys.modules
