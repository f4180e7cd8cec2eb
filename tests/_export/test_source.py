"""What is written reads well: names, layout, comments; to_torch runs it."""

from __future__ import annotations

import ast
import copy
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from exporting import catalogue
from torch import nn

from legacy_keras import optimizers
from legacy_keras._export.layout import laid_out
from legacy_keras._export.models import written
from legacy_keras._export.names import Names, identifier
from legacy_keras._export.source import helper_source, helper_table, with_what_they_need
from legacy_keras.constraints import maxnorm
from legacy_keras.layers import containers
from legacy_keras.layers.advanced_activations import LeakyReLU
from legacy_keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from legacy_keras.layers.core import Activation, Dense, Dropout, Flatten, Merge, RepeatVector
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.noise import GaussianNoise
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Graph, Sequential


def vgg() -> Sequential:
    model = Sequential()
    for i, size in enumerate((8, 16)):
        first = {"input_shape": (3, 16, 16)} if i == 0 else {}
        model.add(Convolution2D(size, 3, 3, border_mode="same", **first))
        model.add(BatchNormalization(axis=1))
        model.add(Activation("relu"))
        model.add(Convolution2D(size, 3, 3, W_constraint=maxnorm(2, [1, 2, 3])))
        model.add(Activation("relu"))
        model.add(MaxPooling2D((2, 2)))
        model.add(Dropout(0.25))
    model.add(Flatten())
    model.add(Dense(32, activation="relu", W_regularizer="l2"))
    model.add(Dense(10, activation="softmax"))
    model.compile(optimizers.SGD(0.1, 0.9, 1e-6, True), "categorical_crossentropy")
    return model


def imdb() -> Sequential:
    model = Sequential()
    model.add(Embedding(2000, 128, input_length=100, mask_zero=True))
    model.add(LSTM(128, dropout_W=0.2, dropout_U=0.2))
    model.add(Dropout(0.5))
    model.add(Dense(1))
    model.add(Activation("sigmoid"))
    model.compile("adam", "binary_crossentropy")
    return model


def branches() -> Graph:
    graph = Graph()
    graph.add_input(name="image", input_shape=(1, 8, 8))
    graph.add_input(name="word.ids", input_shape=(5,), dtype="int")
    graph.add_node(Convolution2D(4, 3, 3, activation="relu"), name="conv", input="image")
    graph.add_node(Flatten(), name="flat", input="conv")
    graph.add_node(Embedding(50, 6, input_length=5), name="class", input="word.ids")
    graph.add_node(LSTM(4, inner_activation="sigmoid"), name="forward", input="class")
    graph.add_node(Dense(8, activation="tanh"), name="both", inputs=["flat", "forward"])
    graph.add_node(Dense(2), name="relu", input="both")
    graph.add_output(name="answer", input="relu")
    graph.add_output(name="both", input="both")
    graph.compile("rmsprop", {"answer": "mse", "both": "mae"})
    return graph


MODELS: dict[str, Any] = {"vgg": vgg, "imdb": imdb, "branches": branches}


# Layout


@pytest.mark.parametrize("name", MODELS)
def test_a_folder_is_as_a_formatter_and_a_linter_would_have_it(name: str, tmp_path: Path) -> None:
    np.random.seed(0)
    MODELS[name]().export(tmp_path)

    for command in (["format", "--diff"], ["check", "--select", "E,F,I,B,UP"]):
        ruff = [sys.executable, "-m", "ruff", command[0], "--isolated", *command[1:]]
        shown = subprocess.run(
            [*ruff, "model.py", "train.py"], cwd=tmp_path, capture_output=True, text=True
        )
        assert shown.returncode == 0, shown.stdout


def test_every_layer_s_source_is_as_a_formatter_would_have_it(tmp_path: Path) -> None:
    for number, entry in enumerate(catalogue.CATALOGUE.values()):
        np.random.seed(0)
        (tmp_path / f"model_{number}.py").write_text(written(entry.build()).source)

    shown = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert shown.returncode == 0, shown.stdout


@pytest.mark.parametrize(
    ("statement", "lines"),
    [
        ("x = f(a, b)", ["x = f(a, b)"]),
        (f"x = f({'a' * 82})", ["x = f(", f"    {'a' * 82}", ")"]),
        (
            f"x = f({'a' * 50}, g(1, 2), {'b' * 40})",
            ["x = f(", f"    {'a' * 50},", "    g(1, 2),", f"    {'b' * 40},", ")"],
        ),
        (
            f"x = f({'a' * 50}, {'b' * 40}).g(1)",
            ["x = f(", f"    {'a' * 50},", f"    {'b' * 40},", ").g(1)"],
        ),
        ("x" * 100, ["x" * 100]),
    ],
    ids=["short", "one argument", "several", "chain", "nothing to split"],
)
def test_a_long_line_is_split_after_its_last_bracket(statement: str, lines: list[str]) -> None:
    assert laid_out(statement, 0) == lines


# Names


@pytest.mark.parametrize(
    ("given", "name"),
    [("dense", "dense"), ("a.b c", "a_b_c"), ("1st", "layer_1st"), ("", "layer"), ("é-x", "x")],
)
def test_any_name_becomes_an_identifier(given: str, name: str) -> None:
    assert identifier(given) == name


def test_names_are_handed_out_once() -> None:
    names = Names(["dense_1"])

    assert names.numbered("dense") == "dense_2"
    assert [names.claim(n) for n in ("x", "x", "x", "class")] == ["x", "x_", "x_2", "class_"]


def test_nodes_whose_names_mean_something_else_get_others() -> None:
    module: Any = branches().to_torch()

    assert list(inspect.signature(module.forward).parameters) == ["image", "word_ids"]
    assert [name for name, _ in module.named_children()] == [
        "conv",
        "class_",
        "forward_",
        "both",
        "relu",
    ]
    outputs = module(torch.zeros(2, 1, 8, 8), torch.zeros(2, 5, dtype=torch.int32))
    assert list(outputs) == ["answer", "both"]


def test_a_layer_s_own_name_is_kept_and_others_are_counted() -> None:
    model = Sequential([Dense(2, input_dim=3, name="first hidden"), Dense(2), Dense(2)])

    names = [name for name, _ in model.to_torch().named_children()]

    assert names == ["first_hidden", "dense_1", "dense_2"]


def test_a_shared_layer_is_one_attribute() -> None:
    module = catalogue.CATALOGUE["Graph, shared node"].build().to_torch()

    assert [name for name, _ in module.named_children()] == ["dense_1", "top"]


# Names and options of a file, which may be anything

MARKER = "marker-of-the-test"
CODE = f'", open("{MARKER}", "w"), "'
DOC = f'""" + str(open("{MARKER}", "w")) + """'


def hostile_graph(text: str) -> Graph:
    graph = Graph()
    graph.add_input(name=text, input_shape=(3,))
    graph.add_node(Dense(2, name=text), name=text + "n", input=text)
    graph.add_output(name=text, input=text + "n")
    graph.add_output(name=text + "2", input=text + "n")
    return graph


HOSTILE: dict[str, Any] = {
    "names": lambda text: hostile_graph(text),
    "repeat": lambda text: Sequential([RepeatVector(text, input_shape=(3,))]),
    "noise": lambda text: Sequential([GaussianNoise(text, input_shape=(3,))]),
    "padding": lambda text: Sequential([ZeroPadding2D((text, text), input_shape=(1, None, None))]),
    "shape": lambda text: Sequential([Activation("tanh", input_shape=(text,))]),
    "slope": lambda text: Sequential([LeakyReLU(text, input_shape=(3,))]),
}


@pytest.mark.parametrize("text", [CODE, DOC, CODE.replace('"', "'"), "1), 2) #\n\\"])
@pytest.mark.parametrize("place", HOSTILE)
def test_nothing_in_a_file_becomes_code(place: str, text: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = text.replace(MARKER, marker.as_posix())
    try:
        model = HOSTILE[place](text)
        module = model.to_torch()
        module(*(torch.zeros(2, 3) for _ in model.input_layers))
        tree = ast.parse(inspect.getsource(type(module)))
    except (TypeError, ValueError, RuntimeError, IndexError):
        pass  # refused, here or by torch
    else:
        calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
        assert all(not isinstance(f, ast.Name) or f.id not in ("open", "str") for f in calls)
    assert not marker.exists()


def test_a_class_needs_a_name_that_a_class_can_have() -> None:
    with pytest.raises(ValueError, match="the class got the name 'my net'; expected an identifier"):
        Sequential([Dense(2, input_dim=3)]).to_torch("my net")


def test_a_model_needs_an_input_shape() -> None:
    with pytest.raises(ValueError, match='Did you forget to set "input_shape"'):
        Sequential([Dense(2)]).to_torch()


# Layers of torch, where they compute the same


@pytest.mark.parametrize(
    ("entry", "kinds"),
    [
        ("Dense", [nn.Linear]),
        ("Convolution1D, same, stride 2", [nn.Conv1d]),
        ("Convolution2D, tf, same, stride 1", [nn.Conv2d]),
        ("Convolution3D, th, valid", [nn.Conv3d]),
        ("MaxPooling2D, th, valid", [nn.MaxPool2d]),
        ("AveragePooling2D, th, valid", [nn.AvgPool2d]),
        ("Embedding", [nn.Embedding]),
        ("BatchNormalization", [nn.BatchNorm1d]),
        ("BatchNormalization, channels", [nn.BatchNorm2d]),
        ("SimpleRNN", [nn.RNN]),
        ("Dropout", [nn.Dropout]),
        ("LRN2D", [nn.LocalResponseNorm]),
        ("UpSampling2D, th", [nn.Upsample]),
    ],
)
def test_a_layer_becomes_torch_s(entry: str, kinds: list[type]) -> None:
    module = catalogue.CATALOGUE[entry].build().to_torch()

    children = list(module.children())
    assert len(children) == len(kinds)
    assert all(isinstance(child, kind) for child, kind in zip(children, kinds, strict=True))


def test_an_lstm_with_sigmoid_gates_is_torch_s_with_one_bias() -> None:
    module: Any = Sequential([LSTM(3, inner_activation="sigmoid", input_shape=(4, 2))]).to_torch()

    assert type(module.lstm_1) is nn.LSTM
    assert not module.lstm_1.bias_hh_l0.requires_grad
    assert not bool(module.lstm_1.bias_hh_l0.any())


def test_for_predictions_torch_s_batch_normalization_takes_the_same_weights() -> None:
    model = Sequential([BatchNormalization(epsilon=0.01, input_shape=(4,))])
    model.compile("sgd", "mse")
    x = np.random.RandomState(0).normal(size=(30, 4)).astype("float32")
    model.fit(x, x, nb_epoch=3, batch_size=8, verbose=0)
    module: Any = model.to_torch().eval()
    plain = nn.BatchNorm1d(4, eps=0.01).eval()

    plain.load_state_dict(module.batchnormalization_1.state_dict())

    expected = model.predict(x)
    np.testing.assert_allclose(plain(torch.from_numpy(x)).detach(), expected, rtol=1e-4, atol=1e-6)


def test_kernels_are_not_turned_round_on_the_tensorflow_backend(tmp_path: Path) -> None:
    script = (
        "import numpy as np, torch\n"
        "from legacy_keras.layers.convolutional import *\n"
        "from legacy_keras.models import Sequential\n"
        "model = Sequential([Convolution2D(2, 3, 2, border_mode='same', subsample=(2, 2),\n"
        "                                  input_shape=(1, 5, 6)),\n"
        "                    MaxPooling2D((3, 2), border_mode='same', strides=(2, 2)),\n"
        "                    AveragePooling2D((2, 2), border_mode='same', strides=(1, 1))])\n"
        "module = model.to_torch()\n"
        "assert torch.equal(module.convolution2d_1.weight, model.layers[0].W)\n"
        "x = torch.randn(3, 1, 5, 6)\n"
        "torch.testing.assert_close(module(x), model(x))\n"
    )
    environment = {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": ":".join(sys.path)}

    shown = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )

    assert shown.returncode == 0, shown.stderr


# to_torch


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", [n for n in catalogue.CATALOGUE if "stateful" not in n])
def test_to_torch_computes_the_same_in_training_and_in_tests(name: str, train: bool) -> None:
    np.random.seed(0)
    entry = catalogue.CATALOGUE[name]
    model = entry.build()
    model.prepare()  # as compile does: noise is seeded
    module = model.train(train).to_torch()
    x = entry.tensors()

    assert module.training is train
    for _ in range(2):  # noise goes on
        expected = model(x)
        found = module(*(x if isinstance(x, list) else [x]))
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_what_to_torch_runs_can_be_looked_at() -> None:
    module = Sequential([Dense(2, input_dim=3, activation="relu")]).to_torch("Tiny")

    source = inspect.getsource(type(module))

    assert source.startswith("class Tiny(nn.Module):")
    assert "return relu(self.dense_1(x))" in source


def test_to_torch_copies_weights_and_can_be_copied() -> None:
    model = Sequential([Dense(2, input_dim=3), Dropout(0.5)])
    model.compile("sgd", "mse")
    module: Any = model.to_torch()
    twin = copy.deepcopy(module)

    with torch.no_grad():
        module.dense_1.weight.zero_()

    assert np.any(model.get_weights()[0])
    assert bool(twin.dense_1.weight.any())


def test_exporting_draws_nothing_and_changes_nothing(tmp_path: Path) -> None:
    np.random.seed(0)
    model = imdb()
    x = np.random.RandomState(1).randint(0, 2000, (8, 100))
    y = np.zeros((8, 1))
    twin = copy.deepcopy(model)
    state = np.random.get_state()[1].copy()

    model.export(tmp_path)
    model.to_torch()

    assert np.array_equal(np.random.get_state()[1], state)
    np.random.seed(5)
    first = model.fit(x, y, nb_epoch=2, batch_size=4, verbose=0).history
    np.random.seed(5)
    assert first == twin.fit(x, y, nb_epoch=2, batch_size=4, verbose=0).history


def test_weights_of_frozen_layers_stay_frozen() -> None:
    module: Any = Sequential([Dense(2, input_dim=3, trainable=False), Dense(2)]).to_torch()

    assert [p.requires_grad for p in module.parameters()] == [False, False, True, True]


def test_float64_stays_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    from legacy_keras import backend as K

    K.set_floatx("float64")
    try:
        module = Sequential([Dense(2, input_dim=3), BatchNormalization()]).to_torch()
        assert module(torch.zeros(1, 3, dtype=torch.float64)).dtype is torch.float64
    finally:
        K.set_floatx("float32")


def test_branches_with_stacks_of_their_own_are_written_in_one_forward() -> None:
    def branch() -> containers.Sequential:
        return containers.Sequential([Dense(4, input_dim=3), Activation("tanh")])

    source = written(Sequential([Merge([branch(), branch()], "concat"), Dense(2)])).source

    assert "input_1 = torch.tanh(self.dense_1(input_1))" in source
    assert "x = torch.cat([input_1, input_2], -1)" in source


# Helpers


@pytest.mark.parametrize("name", helper_table())
def test_a_helper_stands_alone_with_those_that_it_names(name: str) -> None:
    import math
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import torch.nn.functional as F
    from torch import Tensor
    from torch.nn.modules.batchnorm import _BatchNorm

    source = "\n\n".join(helper_source(each) for each in with_what_they_need([name]))
    namespace: dict[str, Any] = {
        **{"math": math, "np": np, "torch": torch, "F": F, "nn": nn, "Tensor": Tensor, "Any": Any},
        **{"Callable": Callable, "Iterable": Iterable, "Iterator": Iterator, "Sequence": Sequence},
        "_BatchNorm": _BatchNorm,
    }

    exec(compile(f"from __future__ import annotations\n{source}", name, "exec"), namespace)

    assert name in namespace
    assert "legacy_keras" not in source
