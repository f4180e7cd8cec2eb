"""Files of Keras 0.1 to 1.2 give the predictions that they gave then.

``older/`` was written by the releases themselves, with ``record_older.py``.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from legacy_keras import models
from legacy_keras.layers.convolutional import (
    AveragePooling2D,
    Convolution1D,
    Convolution2D,
    MaxPooling2D,
)
from legacy_keras.layers.core import Activation, Dense, Flatten, Merge
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU, LSTM
from legacy_keras.models import Graph, Sequential

OLDER = Path(__file__).parent / "older"
CONFIGS = sorted(path.name for path in OLDER.glob("*.json"))


def recorded(name: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the inputs and the prediction of a recorded model."""
    arrays = np.load(OLDER / f"{name}.npz")
    return [arrays[key] for key in sorted(arrays.files) if key != "y"], arrays["y"]


def predict(model: Any, inputs: list[np.ndarray]) -> np.ndarray:
    """Return the only output of a Sequential or a Graph."""
    if isinstance(model, Graph):
        result: np.ndarray = model.predict(dict(zip(model.input_order, inputs)))["out"]
        return result
    return model.predict(inputs if len(inputs) > 1 else inputs[0])


def assert_predicts_as_recorded(model: Any, name: str) -> None:
    inputs, y = recorded(name)
    if not hasattr(model, "optimizer"):
        model.compile("sgd", {"out": "mse"} if isinstance(model, Graph) else "mse")
    np.testing.assert_allclose(predict(model, inputs), y, rtol=1e-4, atol=1e-5)


def mlp() -> Sequential:
    return Sequential([Dense(5, input_dim=4, activation="tanh"), Dense(3), Activation("softmax")])


def batchnorm(**options: Any) -> Sequential:
    return Sequential([Dense(5, input_dim=4), BatchNormalization(**options), Dense(2)])


def cnn(ordering: str = "th", pooling: Any = MaxPooling2D) -> Sequential:
    shape = (2, 6, 6) if ordering == "th" else (6, 6, 2)
    model = Sequential()
    model.add(Convolution2D(3, 3, 3, activation="relu", input_shape=shape, dim_ordering=ordering))
    model.add(pooling((2, 2), dim_ordering=ordering))
    model.add(Flatten())
    model.add(Dense(2))
    return model


def conv1d() -> Sequential:
    first = Convolution1D(3, 2, activation="tanh", input_shape=(6, 4))
    return Sequential([first, Flatten(), Dense(2)])


def lstm() -> Sequential:
    return Sequential([LSTM(4, input_shape=(5, 3)), Dense(2)])


def gru(**options: Any) -> Sequential:
    return Sequential([Embedding(9, 3, input_length=5), GRU(4, **options), Dense(2)])


def merge() -> Sequential:
    left = Sequential([Dense(3, input_dim=4)])
    right = Sequential([Dense(3, input_dim=2, activation="tanh")])
    return Sequential([Merge([left, right], mode="sum"), Dense(2)])


# Whose numbers 0.3.3 itself does not repeat; see the tests of warnings below.
CHANGED = ("mlp", "0.3.0_gru", "0.3.0_cnn")


@pytest.mark.filterwarnings('ignore:The "class_mode" argument is deprecated')
@pytest.mark.filterwarnings("ignore:This configuration was written by Keras 0.3.0 or before")
@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize("name", [n[:-5] for n in CONFIGS if not n[:-5].endswith(CHANGED)])
def test_a_model_of_0_1_to_0_3_0_predicts_as_it_did(name: str, kind: str) -> None:
    text = (OLDER / f"{name}.{kind}").read_text()

    model = getattr(models, f"model_from_{kind}")(text)
    model.load_weights(OLDER / f"{name}.h5")

    assert_predicts_as_recorded(model, name)


def test_a_configuration_of_0_2_with_dropout_says_what_has_changed_since() -> None:
    text = (OLDER / "0.2.0_mlp.json").read_text()
    with pytest.warns(UserWarning) as caught:
        model = models.model_from_json(text)
    assert any(
        "multiply the weights W of the layer after it by 1 - p" in str(w.message) for w in caught
    )

    model.load_weights(OLDER / "0.2.0_mlp.h5")
    W, b = model.layers[2].get_weights()
    model.layers[2].set_weights([W * (1 - 0.25), b])

    assert_predicts_as_recorded(model, "0.2.0_mlp")


@pytest.mark.parametrize(
    ("name", "message", "model"),
    [
        ("0.3.0_gru", "GRU used inner_activation", gru(activation="hard_sigmoid")),
        ("0.3.0_cnn", "AveragePooling2D", cnn(pooling=AveragePooling2D)),
    ],
    ids=["gru", "cnn"],
)
def test_a_configuration_of_0_3_0_says_what_has_changed_since(
    name: str, message: str, model: Sequential
) -> None:
    with pytest.warns(UserWarning) as caught:
        models.model_from_json((OLDER / f"{name}.json").read_text())
    assert any(message in str(w.message) for w in caught)

    model.load_weights(OLDER / f"{name}.h5")

    assert_predicts_as_recorded(model, name)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("1.0.0_mlp", mlp),
        ("1.0.0_batchnorm", batchnorm),
        ("1.0.0_lstm", lstm),
        ("1.2.2_mlp", mlp),
        ("1.2.2_cnn", cnn),
        ("1.2.2_conv1d", conv1d),
        ("1.2.2_gru", gru),
        ("1.2.2_merge", merge),
    ],
)
@pytest.mark.filterwarnings("ignore:The running_std")
def test_weights_of_keras_1_load_where_they_fit(name: str, make: Any) -> None:
    model = make()

    model.load_weights(OLDER / f"{name}.h5")

    assert_predicts_as_recorded(model, name)


def test_a_whole_model_of_keras_1_gives_its_weights() -> None:
    model = mlp()

    model.load_weights(OLDER / "1.2.2_mlp_whole.h5")

    assert_predicts_as_recorded(model, "1.2.2_mlp")


@pytest.mark.parametrize(
    ("name", "epsilon"), [("1.0.8_batchnorm", 1e-5), ("1.2.2_batchnorm", 1e-3)]
)
def test_running_variances_of_later_keras_1_become_standard_deviations(
    name: str, epsilon: float
) -> None:
    model = batchnorm(epsilon=epsilon)

    model.load_weights(OLDER / f"{name}.h5", variances=True)

    assert_predicts_as_recorded(model, name)


def test_running_statistics_of_an_unknown_release_are_warned_about() -> None:
    with pytest.warns(UserWarning, match="variances if by a later one: pass load_weights"):
        batchnorm().load_weights(OLDER / "1.0.8_batchnorm.h5")


def test_the_layers_of_keras_1_go_to_the_nodes_of_their_name(tmp_path: Path) -> None:
    graph = Graph()
    graph.add_input(name="x", input_shape=(2,))
    graph.add_node(Dense(2), name="second", input="x")
    graph.add_node(Dense(2), name="first", input="x")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [b"first", b"second"]
        for name, value in (("first", 1.0), ("second", 2.0)):
            group = file.create_group(name)
            group.attrs["weight_names"] = [b"W", b"b"]
            group["W"], group["b"] = np.full((2, 2), value), np.zeros(2)

    graph.load_weights(tmp_path / "w.h5")

    assert graph.nodes["first"].get_weights()[0][0, 0] == 1
    assert graph.nodes["second"].get_weights()[0][0, 0] == 2


@pytest.mark.parametrize("encode", [str, str.encode], ids=["text", "bytes"])
def test_names_may_be_text_or_bytes(tmp_path: Path, encode: Any) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [encode("layer")]
        group = file.create_group("layer")
        group.attrs["weight_names"] = [encode("layer/W"), encode("layer/b")]
        group["layer/W"], group["layer/b"] = np.ones((2, 3)), np.zeros(3)
    model = Sequential([Dense(3, input_dim=2)])

    model.load_weights(tmp_path / "w.h5")

    np.testing.assert_array_equal(model.get_weights()[0], np.ones((2, 3), "float32"))


# Kernels


def test_kernels_of_the_other_dim_ordering_are_recognised_and_turned() -> None:
    model = cnn("tf")
    with pytest.raises(ValueError, match=r"dim_ordering='th'.* this model has 'tf'"):
        model.load_weights(OLDER / "1.2.2_cnn.h5")

    model.load_weights(OLDER / "1.2.2_cnn.h5", dim_ordering="th")

    (x,), y = recorded("1.2.2_cnn")
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.predict(x.transpose(0, 2, 3, 1)), y, rtol=1e-4, atol=1e-5)


def test_kernels_turned_twice_are_what_they_were(tmp_path: Path) -> None:
    first, channels_last, back = cnn(), cnn("tf"), cnn()
    first.save_weights(tmp_path / "th.h5")

    channels_last.load_weights(tmp_path / "th.h5", dim_ordering="th")
    channels_last.save_weights(tmp_path / "tf.h5")
    back.load_weights(tmp_path / "tf.h5", dim_ordering="tf")

    for before, after in zip(first.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_kernels_of_the_other_backend_are_flipped_on_request(tmp_path: Path) -> None:
    model, other = cnn(), cnn()
    model.save_weights(tmp_path / "w.h5")

    other.load_weights(tmp_path / "w.h5", flip_kernels=True)

    W, flipped = model.get_weights()[0], other.get_weights()[0]
    np.testing.assert_array_equal(flipped, W[:, :, ::-1, ::-1])


# What does not fit


def test_every_layer_that_does_not_fit_is_named_with_both_shapes(tmp_path: Path) -> None:
    Sequential([Dense(5, input_dim=4), Dense(3), Dense(2)]).save_weights(tmp_path / "w.h5")
    model = Sequential([Dense(6, input_dim=4), Dense(3), Dense(2)])
    before = model.get_weights()

    with pytest.raises(ValueError) as caught:
        model.load_weights(tmp_path / "w.h5")

    lines = str(caught.value).splitlines()
    assert lines[1] == (
        "  layer 0, 'dense' (Dense): the file has (4, 5), (5,) in 'layer_0', the layer (4, 6), (6,)"
    )
    assert "layer 1" in lines[2] and "(5, 3), (3,)" in lines[2] and "(6, 3), (3,)" in lines[2]
    assert not any("layer 2" in line for line in lines)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: Sequential([Dense(5, input_dim=4)]), "weights of 4 layers; this model has 1"),
        (lambda: small_graph(), "weights of a Sequential; this model is a Graph"),
    ],
)
def test_a_file_of_another_model_says_what_it_is(model: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        model().load_weights(OLDER / "0.2.0_mlp.h5")


def small_graph() -> Graph:
    graph = Graph()
    graph.add_input(name="x", input_shape=(4,))
    graph.add_node(Dense(5), name="d", input="x", create_output=True)
    return graph


def test_a_file_of_keras_2_says_so(tmp_path: Path) -> None:
    shutil.copy(OLDER / "1.2.2_mlp.h5", tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5", "a") as file:
        file.attrs["keras_version"] = b"2.3.1"

    with pytest.raises(ValueError, match=r"written by Keras 2\.3\.1"):
        mlp().load_weights(tmp_path / "w.h5")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"class_name": "Sequential", "config": []}, "Keras 1 or 2"),
        ({"class_name": "Model", "config": {}, "keras_version": "1.2.2"}, r"Keras 1\.2\.2"),
        ({"class_name": "Model", "config": {}, "keras_version": "2.1.0"}, r"Keras 2\.1\.0"),
        ({"class_name": "Functional", "module": "keras", "config": {}}, "Keras 3"),
    ],
)
def test_a_configuration_of_a_later_keras_is_recognised(config: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        models.model_from_json(json.dumps(config))


# Files of 0.3.3, written


def test_what_is_written_has_the_layout_of_0_3_3(tmp_path: Path) -> None:
    """Names, attributes and their types are those of 0.2.0 to 0.3.3, which are the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = models.model_from_json((OLDER / "0.2.0_mlp.json").read_text())
    model.load_weights(OLDER / "0.2.0_mlp.h5")

    model.save_weights(tmp_path / "w.h5")

    assert layout(tmp_path / "w.h5") == layout(OLDER / "0.2.0_mlp.h5")


def test_what_is_written_for_a_graph_has_the_layout_of_0_3_3(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = models.model_from_json((OLDER / "0.2.0_graph.json").read_text())
    model.load_weights(OLDER / "0.2.0_graph.h5")

    model.save_weights(tmp_path / "w.h5")

    assert layout(tmp_path / "w.h5") == layout(OLDER / "0.2.0_graph.h5")


def layout(path: Path) -> list[Any]:
    """Return everything that HDF5 says about a file, values too."""
    found: list[Any] = []

    def note(name: str, part: Any) -> None:
        attributes = [
            (key, h5py.h5a.open(part.id, key.encode()).dtype.str, part.attrs[key].shape, value)
            for key, value in part.attrs.items()
        ]
        values = None
        if isinstance(part, h5py.Dataset):
            values = (part.dtype.str, part.shape, part.chunks, part[()].tobytes())
        found.append((name, type(part).__name__, attributes, values))

    with h5py.File(path, "r") as file:
        note("/", file)
        file.visititems(note)
    return found
