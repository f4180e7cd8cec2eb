"""Names and arguments that some release from 0.1 to 0.3.2 had and 0.3.3 has not."""

from __future__ import annotations

import importlib
import inspect
import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras import layers, objectives
from legacy_keras._older import older_keywords
from legacy_keras._settings import settings
from legacy_keras.layers import recurrent
from legacy_keras.layers.advanced_activations import PReLU
from legacy_keras.layers.containers import Sequential as Stack
from legacy_keras.layers.convolutional import Convolution1D, Convolution2D
from legacy_keras.layers.core import (
    Activation,
    AutoEncoder,
    Dense,
    Layer,
    MaxoutDense,
    Merge,
    Reshape,
    TimeDistributedDense,
)
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import LSTM, SimpleRNN
from legacy_keras.models import Graph, Sequential, model_from_json
from legacy_keras.utils import theano_utils, visualize_util
from legacy_keras.utils.dot_utils import Grapher
from legacy_keras.utils.generic_utils import printv
from legacy_keras.utils.layer_utils import print_layer_shapes

# Where each name was, and where what it means is now.
SAME = {
    "layers.advanced_activations.ThresholdedReLu": "ThresholdedReLU",
    "layers.convolutional.UpSample1D": "UpSampling1D",
    "layers.convolutional.UpSample2D": "UpSampling2D",
    "objectives.rmse": "root_mean_squared_error",
    "objectives.RMSE": "root_mean_squared_error",
    "objectives.poisson_loss": "poisson",
    "activations.time_distributed_softmax": "softmax",
}


@pytest.mark.parametrize(("path", "name"), SAME.items())
def test_an_older_name_is_that_of_0_3_3(path: str, name: str) -> None:
    module, _, older = path.rpartition(".")
    found = importlib.import_module(f"legacy_keras.{module}")

    assert getattr(found, older) is getattr(found, name)


@pytest.mark.parametrize(
    "name",
    "JZS1 JZS2 JZS3 SimpleDeepRNN LRN2D WordContextProduct UpSample1D UpSample2D ThresholdedReLu "
    "".split(),
)
def test_a_dropped_layer_is_in_keras_layers_and_in_the_table_of_files(name: str) -> None:
    from legacy_keras._saving.config import LAYERS

    assert LAYERS[name] is getattr(layers, name)


@pytest.mark.parametrize("name", ["rmse", "RMSE", "root_mean_squared_error"])
def test_the_root_mean_squared_error_is_taken_for_each_sample(name: str) -> None:
    y_true, y_pred = torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[4.0, 6.0], [3.0, 5.5]])

    score = objectives.get(name)(y_true, y_pred)

    torch.testing.assert_close(score, torch.tensor([12.5, 0.125]).sqrt())


# Keywords


def test_an_older_keyword_stands_for_its_name_in_0_3_3() -> None:
    pool = layers.MaxPooling2D(poolsize=(3, 2), stride=(1, 2), ignore_border=True)

    assert (pool.pool_size, pool.strides, pool.border_mode) == ((3, 2), (1, 2), "valid")
    assert layers.MaxPooling1D(ignore_border=True).pool_length == 2
    assert layers.ZeroPadding2D(pad=(2, 1)).padding == (2, 1)
    assert layers.ZeroPadding2D(width=2).padding == (2, 2)
    assert layers.ZeroPadding2D(2).padding == (2, 2)


@pytest.mark.parametrize("cls", [layers.MaxPooling1D, layers.MaxPooling2D])
def test_windows_cut_off_at_the_border_are_refused(cls: Any) -> None:
    with pytest.raises(ValueError, match=rf"{cls.__name__} got ignore_border=False.*ZeroPadding"):
        cls(ignore_border=False)


def test_merge_takes_its_layers_as_models() -> None:
    branches = [Stack([Dense(2, input_dim=n)]) for n in (3, 4)]

    assert Merge(models=branches, mode="concat").output_shape == (None, 4)


def test_keywords_that_never_did_anything_are_taken() -> None:
    encoder, decoder = Dense(2, input_dim=3), Dense(3, input_dim=2)

    assert Activation("relu", target=0, beta=0.1).activation.__name__ == "relu"
    assert AutoEncoder(encoder, decoder, tie_weights=False).output_shape == (None, 3)


def test_compile_takes_the_theano_mode() -> None:
    model = Sequential([Dense(2, input_dim=3)])

    model.compile("sgd", "mse", theano_mode="FAST_RUN")

    assert model.class_mode == "categorical"


def test_a_keyword_may_not_come_under_both_names() -> None:
    with pytest.raises(TypeError, match=r"got poolsize=\(2, 2\) and pool_size=\(3, 3\)"):
        layers.MaxPooling2D(poolsize=(2, 2), pool_size=(3, 3))


def test_older_keywords_leave_the_signature_alone() -> None:
    def function(new: int, *, other: int = 0) -> int:
        return new + other

    decorated = older_keywords(old="new", gone=None)(function)

    assert inspect.signature(decorated) == inspect.signature(function)
    assert decorated(old=2, gone=9, other=1) == 3  # type: ignore[call-arg]
    assert decorated(2) == 2


# Layers


def test_params_are_the_trainable_weights() -> None:
    layer = Dense(2, input_dim=3)
    model = Sequential([layer, Dense(1)])

    assert layer.params is layer.trainable_weights
    assert [w.shape for w in model.params] == [(3, 2), (2,), (2, 1), (1,)]


class Scale(Layer):
    """Multiplies by one weight, which it announces as layers did before 0.3.2."""

    def build(self) -> None:
        self.factor = K.variable(2.0)
        self.params = [self.factor]

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x * self.factor


def test_weights_assigned_as_params_are_trained() -> None:
    model = Sequential([Scale(input_shape=(1,))])
    model.compile("sgd", "mse")

    model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))

    assert model.get_weights() == [pytest.approx(2 - 0.01 * 2 * 2)]


def test_params_of_a_model_may_be_replaced_and_mean_nothing() -> None:
    model = Sequential([Dense(2, input_dim=3), Dense(1)])
    weights = model.trainable_weights

    model.params = weights[:2]

    assert model.params == weights[:2]
    assert len(model.trainable_weights) == 4


@pytest.mark.parametrize("value", [{"units": 3}, ["tanh"], None], ids=str)
def test_params_that_are_no_weights_are_a_plain_attribute(value: Any) -> None:
    layer = Dense(2, input_dim=3)

    layer.params = value

    assert layer.params is value
    assert len(layer.trainable_weights) == 2


def test_set_name_and_connect_do_what_name_and_set_previous_do() -> None:
    layer, first = Dense(2), Dense(3, input_dim=4)

    layer.set_name("hidden")
    layer.connect(first)

    assert layer.name == "hidden"
    assert (layer.previous, layer.input_shape) == (first, (None, 3))


# Files

ACTIVATION = {"name": "Activation", "activation": "relu", "target": 0, "beta": 0.1}
POOLING = {"name": "MaxPooling2D", "pool_size": [2, 2], "ignore_border": True, "stride": [2, 2]}
GRU = {
    "name": "GRU",
    "output_dim": 2,
    "input_shape": [5, 3],
    "activation": "sigmoid",
    "truncate_gradient": -1,
    "return_sequences": False,
    "input_dim": None,
    "input_length": None,
}
BRANCH = {"name": "Sequential", "layers": [{"name": "Dense", "output_dim": 2, "input_dim": 3}]}
MERGE = {"name": "Merge", "mode": "concat", "layers": [BRANCH, BRANCH]}  # no axes before 0.3.0
OLDER_FILES = {
    "0.3.0 Activation": ([{**ACTIVATION, "input_shape": [3]}], (None, 3)),
    "0.2.0 MaxPooling2D": ([{**POOLING, "input_shape": [1, 6, 4]}], (None, 1, 3, 2)),
    "0.2.0 GRU": ([GRU], (None, 2)),
    "0.2.0 Merge": ([MERGE], (None, 4)),
    "0.1.3 UpSample2D": (
        [{"name": "UpSample2D", "size": [2, 3], "input_shape": [1, 2, 2]}],
        (None, 1, 4, 6),
    ),
    "0.1.3 ThresholdedReLu": (
        [{"name": "ThresholdedReLu", "theta": 0.5, "input_shape": [3]}],
        (None, 3),
    ),
}


@pytest.mark.parametrize(("configs", "shape"), OLDER_FILES.values(), ids=OLDER_FILES)
@pytest.mark.filterwarnings("ignore:This configuration was written by Keras 0.3.0 or before")
def test_a_model_is_made_from_the_json_of_an_older_release(configs: Any, shape: Any) -> None:
    model = model_from_json(json.dumps({"name": "Sequential", "layers": configs}))

    assert model.output_shape == shape


# utils


def test_theano_utils_makes_variables() -> None:
    array = np.array([[1, 2], [3, 4]])

    assert theano_utils.floatX(array).dtype == np.float32
    np.testing.assert_array_equal(theano_utils.sharedX(array, name="x").get_value(), array)
    np.testing.assert_array_equal(theano_utils.shared_zeros((2, 3)).get_value(), np.zeros((2, 3)))
    np.testing.assert_array_equal(theano_utils.shared_ones(3).get_value(), np.ones(3))
    assert theano_utils.shared_zeros(2, dtype="int32").get_value().dtype == np.int32
    assert float(theano_utils.shared_scalar(0.5)) == 0.5


def test_theano_utils_makes_expressions() -> None:
    x = theano_utils.ndim_tensor(3)
    zeros = theano_utils.alloc_zeros_matrix(x.shape[1], 2)

    (value,) = K.function([x], [zeros])([np.ones((4, 3, 5))])

    assert (x.ndim, theano_utils.ndim_tensor(7).ndim, zeros.ndim) == (3, 2, 2)
    np.testing.assert_array_equal(value, np.zeros((3, 2)))


@pytest.mark.parametrize(("device", "expected"), [("cpu", False), ("cuda:1", True)])
def test_on_gpu_follows_the_setting(
    device: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "device", device)

    assert theano_utils.on_gpu() is expected


def test_a_grapher_draws_with_visualize_util(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(visualize_util, "plot", lambda *args: drawn.append(args))
    model = Sequential([Dense(2, input_dim=3)])

    Grapher().plot(model, "model.png")

    assert drawn == [(model, "model.png")]


def test_dropped_recurrent_layers_are_drawn_with_the_path_they_had() -> None:
    layer = layers.JZS1(2, input_shape=(5, 3))

    assert visualize_util.layer_typename(layer) == "keras.layers.recurrent.JZS1"


def test_printv_prints_what_is_nested_further_in(capsys: pytest.CaptureFixture[str]) -> None:
    config = {"name": "Dense", "output_dim": 2, "layers": [{"name": "Flatten"}, 7]}

    printv(config)

    assert capsys.readouterr().out.splitlines() == [
        "#Dense",
        "...output_dim:2",
        "...layers:",
        "......#0",
        "......#Flatten",
        "......#1",
        ".........7",
    ]
    assert config["name"] == "Dense"


def test_the_shapes_of_a_stack_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequential([Dense(4, input_dim=3), Activation("relu"), layers.Dropout(0.5)])
    model.train()

    print_layer_shapes(model, (5, 3))

    assert capsys.readouterr().out.splitlines() == [
        "input shapes :  [(5, 3)]",
        "shape after Dense: (5, 4)",
        "shape after Activation: (5, 4)",
        "shape after Dropout: (5, 4)",
    ]
    assert model.training
    assert not model.layers[0]._forward_hooks


def test_the_shapes_of_branches_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    merge = Merge([Stack([Dense(2, input_dim=n)]) for n in (3, 4)])

    print_layer_shapes(merge, [(5, 3), (5, 4)])

    assert capsys.readouterr().out.splitlines() == [
        "input shapes :  [(5, 3), (5, 4)]",
        "shape after Sequential: (5, 2)",
        "shape after Sequential: (5, 2)",
    ]


def test_the_shapes_of_a_graph_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    graph = Graph()
    graph.add_input("a", (6,))
    graph.add_node(layers.Embedding(9, 4, input_length=6), "words", "a")
    graph.add_node(layers.JZS3(2), "summary", "words")
    graph.add_output("out", "summary")

    print_layer_shapes(graph, {"a": (5, 6)})

    assert capsys.readouterr().out.splitlines() == [
        "input shapes :  {'a': (5, 6)}",
        "shape after Embedding: (5, 6, 4)",
        "shape after JZS3: (5, 2)",
    ]


# A call in the order of Keras 0.1, and the same in the words of 0.3.3.
IN_THE_ORDER_OF_0_1 = [
    (lambda: Dense(5, 4, "uniform", "tanh"), lambda: Dense(4, "uniform", "tanh", input_dim=5)),
    (lambda: Dense(5, 4, init="zero"), lambda: Dense(4, "zero", input_dim=5)),
    (lambda: Dense(np.int64(5), np.int64(4)), lambda: Dense(4, input_dim=5)),
    (lambda: TimeDistributedDense(5, 4), lambda: TimeDistributedDense(4, input_dim=5)),
    (lambda: MaxoutDense(5, 4, 3), lambda: MaxoutDense(4, 3, input_dim=5)),
    (lambda: Convolution1D(5, 4, 3), lambda: Convolution1D(4, 3, input_dim=5)),
    (
        lambda: Convolution1D(5, nb_filter=4, filter_length=3),
        lambda: Convolution1D(nb_filter=4, filter_length=3, input_dim=5),
    ),
    (
        lambda: Convolution2D(6, 1, 3, 2, "zero", "relu", border_mode="same"),
        lambda: Convolution2D(6, 3, 2, "zero", "relu", border_mode="same"),
    ),
    (lambda: LSTM(5, 4), lambda: LSTM(4, input_dim=5)),
    (
        lambda: LSTM(5, 4, "uniform", "orthogonal", "zero", "relu"),
        lambda: LSTM(4, "uniform", "orthogonal", "zero", "relu", input_dim=5),
    ),
    (lambda: recurrent.GRU(5, 4), lambda: recurrent.GRU(4, activation="sigmoid", input_dim=5)),
    (lambda: SimpleRNN(5, 4), lambda: SimpleRNN(4, activation="sigmoid", input_dim=5)),
    (lambda: BatchNormalization((4,), 1e-3), lambda: BatchNormalization(1e-3)),
    (lambda: PReLU((4,), "one"), lambda: PReLU("one")),
    (lambda: Reshape(2, 3), lambda: Reshape((2, 3))),
]


@pytest.mark.parametrize(("older", "today"), IN_THE_ORDER_OF_0_1)
def test_the_order_of_arguments_in_0_1_is_taken(older: Any, today: Any) -> None:
    first, second = older().get_config(), today().get_config()

    assert {**first, "name": ""} == {**second, "name": ""}


@pytest.mark.parametrize(
    ("layer", "field", "value"),
    [
        (lambda: Dense(5, "uniform"), "output_dim", 5),
        (lambda: Dense(5, lambda shape, name=None: K.zeros(shape)), "output_dim", 5),
        (lambda: MaxoutDense(5, 3), "nb_feature", 3),
        (lambda: LSTM(5), "output_dim", 5),
        (lambda: Convolution2D(6, 3, 2), "nb_col", 2),
        (lambda: BatchNormalization(1e-3), "epsilon", 1e-3),
    ],
)
def test_the_order_of_0_3_3_stays(layer: Any, field: str, value: Any) -> None:
    assert getattr(layer(), field) == value


def test_an_argument_that_is_doubled_in_both_orders_is_an_error() -> None:
    with pytest.raises(TypeError, match="multiple values for argument 'output_dim'"):
        Dense(5, output_dim=4, input_dim=3)


def test_train_and_test_are_those_of_0_1_for_arrays_and_pytorchs_otherwise() -> None:
    model = Sequential([Dense(2, 1)])
    model.compile("sgd", "mse")
    X, y = np.ones((3, 2)), np.ones((3, 1))

    before = model.test(X, y)
    assert model.train(X, y) == before
    assert len(model.train(X, y, accuracy=True)) == 2
    assert model.test(X, y) < before
    assert model.train(False) is model
    assert not model.training


def test_history_has_the_totals_of_the_last_epoch() -> None:
    model = Sequential([Dense(1, input_dim=2)])
    model.compile("sgd", "mse")

    history = model.fit(np.ones((5, 2)), np.ones((5, 1)), nb_epoch=2, verbose=0)

    assert history.seen == 5
    assert history.totals == {"loss": pytest.approx(history.history["loss"][1] * 5)}
