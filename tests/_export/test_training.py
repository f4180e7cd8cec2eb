"""train.py reproduces the History of fit: every layer, optimizer, loss, penalty and limit."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from exporting import TRAIN, catalogue, run_isolated
from safetensors.torch import load_file

from legacy_keras import backend as K
from legacy_keras import optimizers
from legacy_keras._export.models import written
from legacy_keras._export.training import NotTrainable, training_source
from legacy_keras.constraints import Constraint, maxnorm, unitnorm
from legacy_keras.layers.convolutional import Convolution2D, MaxPooling2D
from legacy_keras.layers.core import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Masking,
    TimeDistributedDense,
)
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU, LSTM, SimpleRNN
from legacy_keras.models import Graph, Sequential
from legacy_keras.regularizers import l1l2

EPOCHS = 3


class Case:
    """A model that is exported, then trained by fit and by train.py.

    Args:
        model: compiled.
        inputs, targets: arrays by the names that train.py has for them.
    """

    def __init__(
        self, model: Any, inputs: dict[str, np.ndarray], targets: dict[str, np.ndarray]
    ) -> None:
        self.model, self.inputs, self.targets = model, inputs, targets

    def export(self, folder: Path, batch_size: int, held_out: bool) -> dict[str, list[float]]:
        """Export, train, and return the history that train.py has to find."""
        np.random.seed(7)
        self.model.export(folder, batch_size=batch_size, nb_epoch=EPOCHS)
        data = {**self.inputs, **self.targets}
        more = {f"val_{name}": array for name, array in data.items()} if held_out else {}
        np.savez(folder / "data.npz", **data, **more)
        options: dict[str, Any] = {"batch_size": batch_size, "nb_epoch": EPOCHS, "verbose": 0}
        if isinstance(self.model, Graph):
            named = dict(zip(self.model.input_order, self.inputs.values(), strict=True))
            named |= dict(zip(self.model.output_order, self.targets.values(), strict=True))
            accuracy = len(self.targets) == 1
            validation = {"validation_data": named} if held_out else {}
            history = self.model.fit(named, show_accuracy=accuracy, **validation, **options)
        else:
            x = list(self.inputs.values())
            x, y = x[0] if len(x) == 1 else x, self.targets["y"]
            validation = {"validation_data": (x, y)} if held_out else {}
            history = self.model.fit(x, y, show_accuracy=True, **validation, **options)
        found: dict[str, list[float]] = history.history
        return found


def assert_same_histories(cases: dict[str, Case], scratch: Path, **options: Any) -> None:
    """Train all cases both ways and compare the histories, to 1e-4."""
    expected, folders = {}, []
    for number, (name, case) in enumerate(cases.items()):
        folder = scratch / str(number)
        expected[folder.name] = (name, case.export(folder, **options))
        folders.append(folder)

    results = run_isolated(TRAIN, folders, scratch)

    for key, (name, history) in expected.items():
        found = results[key]
        assert isinstance(found, dict), f"{name}: {found}"
        for quantity, values in history.items():
            np.testing.assert_allclose(
                found[quantity], values, rtol=1e-4, atol=1e-6, err_msg=f"{name}, {quantity}"
            )


def test_every_layer_trains_alike(tmp_path: Path) -> None:
    cases: dict[str, Case] = {}
    for name, entry in catalogue.CATALOGUE.items():
        np.random.seed(3)
        model = entry.build()
        if not model.trainable_weights:
            continue
        graph = isinstance(model, Graph)
        loss = {output: "mse" for output in model.output_order} if graph else "mse"
        model.compile(optimizers.SGD(lr=0.01, momentum=0.5), loss)
        arrays = entry.inputs()
        shape = (catalogue.NB_SAMPLES, *model.output_shape[1:])
        target = np.random.RandomState(5).normal(size=shape).astype("float32")
        names = model.input_order if graph else [f"input_{i + 1}" for i in range(len(arrays))]
        names = ["x"] if not graph and len(arrays) == 1 else names
        # "in" is a word of Python, and so gets another name.
        inputs = {"in_" if n == "in" else n: a for n, a in zip(names, arrays, strict=True)}
        cases[name] = Case(model, inputs, {"out" if graph else "y": target})

    assert len(cases) > 100
    assert_same_histories(cases, tmp_path, batch_size=catalogue.NB_SAMPLES, held_out=False)


# Small models of one kind each

RNG = np.random.RandomState(11)
X = RNG.normal(size=(20, 5)).astype("float32")
CLASSES = np.eye(3, dtype="float32")[RNG.randint(0, 3, 20)]
NUMBERS = RNG.normal(size=(20, 3)).astype("float32")
POSITIVE = np.abs(NUMBERS) + 0.1
ANSWERS = RNG.randint(0, 2, (20, 1)).astype("float32")
IMAGES = RNG.normal(size=(20, 1, 6, 6)).clip(0).astype("float32")
WORDS = RNG.randint(0, 9, (20, 6)).astype("int32")
STEPS = RNG.normal(size=(20, 6, 3)).astype("float32")
STEPS[::2, 4:] = 0


def classifier(optimizer: Callable[[], Any]) -> Case:
    model = Sequential([Dense(6, input_dim=5, activation="relu"), Dense(3, activation="softmax")])
    model.compile(optimizer(), "categorical_crossentropy")
    return Case(model, {"x": X}, {"y": CLASSES})


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "sgd": lambda: "sgd",
    "momentum": lambda: optimizers.SGD(lr=0.1, momentum=0.9),
    "nesterov": lambda: optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True, decay=0.1),
    "rmsprop": lambda: "rmsprop",
    "adagrad": lambda: "adagrad",
    "adadelta": lambda: "adadelta",
    "adam": lambda: "adam",
    "adamax": lambda: "adamax",
    "clipped norm": lambda: optimizers.Adam(lr=0.05, clipnorm=0.1),
    "clipped values": lambda: optimizers.SGD(lr=0.5, clipvalue=0.02),
    "torch's": lambda: torch.optim.AdamW,
}


def regression(loss: Any, y: np.ndarray, activation: str = "linear") -> Case:
    model = Sequential([Dense(y.shape[1], input_dim=5, activation=activation)])
    model.compile("sgd", loss)
    return Case(model, {"x": X}, {"y": y})


def half_error(y_true: Any, y_pred: Any) -> Any:
    return K.mean(K.square(y_pred - y_true) * 0.5 + K.abs(y_pred - y_true), axis=-1)


LOSSES: dict[str, Callable[[], Case]] = {
    **{
        name: lambda name=name: regression(name, NUMBERS) for name in ("mse", "mae", "mape", "rmse")
    },
    "msle": lambda: regression("msle", POSITIVE, "softplus"),
    "poisson": lambda: regression("poisson", POSITIVE, "softplus"),
    "hinge": lambda: regression("hinge", np.sign(NUMBERS)),
    "squared_hinge": lambda: regression("squared_hinge", np.sign(NUMBERS)),
    "cosine": lambda: regression("cosine_proximity", NUMBERS),
    "binary": lambda: regression("binary_crossentropy", ANSWERS, "sigmoid"),
    "a user's": lambda: regression(half_error, NUMBERS),
    "torch's": lambda: regression(torch.nn.SmoothL1Loss(), NUMBERS),
}


def stack(
    x: np.ndarray, y: np.ndarray, *layers: Any, loss: str = "mse", optimizer: str = "adam"
) -> Case:
    model = Sequential(list(layers))
    model.compile(optimizer, loss)
    return Case(model, {"x": x}, {"y": y})


def two_outputs() -> Case:
    graph = Graph()
    graph.add_input(name="words", input_shape=(6,), dtype="int")
    graph.add_input(name="b", input_shape=(5,))
    graph.add_node(Embedding(9, 4, mask_zero=True, input_length=6), name="vectors", input="words")
    graph.add_node(LSTM(4), name="lstm", input="vectors")
    graph.add_node(Dense(3, activation="softmax"), name="kind", inputs=["lstm", "b"])
    graph.add_node(Dense(1, W_regularizer="l2"), name="side", input="lstm")
    graph.add_output(name="class", input="kind")
    graph.add_output(name="number", input="side")
    losses = {"class": "categorical_crossentropy", "number": "mse"}
    graph.compile("rmsprop", losses, loss_weights={"number": 0.3})
    return Case(graph, {"words": WORDS, "b": X}, {"class_": CLASSES, "number": ANSWERS})


def limited(kind: Any) -> Case:
    return stack(
        X,
        NUMBERS,
        Dense(4, input_dim=5, W_constraint=kind, b_constraint="nonneg"),
        Dense(3, W_constraint=kind),
    )


MODELS: dict[str, Callable[[], Case]] = {
    "dropout": lambda: stack(
        X, CLASSES, Dropout(0.3, input_shape=(5,)), Dense(8), Dropout(0.5), Dense(3)
    ),
    "penalties": lambda: stack(
        X,
        NUMBERS,
        Dense(4, input_dim=5, W_regularizer=l1l2(), activity_regularizer="activity_l1l2"),
        Dense(3, b_regularizer="l2"),
    ),
    "maxnorm": lambda: limited(maxnorm(0.5)),
    "unitnorm": lambda: limited(unitnorm()),
    "convolutions": lambda: stack(
        IMAGES,
        CLASSES,
        Convolution2D(
            4, 3, 3, border_mode="same", input_shape=(1, 6, 6), W_constraint=maxnorm(1, [1, 2, 3])
        ),
        BatchNormalization(axis=1),
        Activation("relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(3, activation="softmax"),
        loss="categorical_crossentropy",
        # Not Adam: the gradient of a bias before a normalization is 0 but for rounding, and
        # Adam makes whole steps of that.
        optimizer="sgd",
    ),
    "blank images": lambda: stack(
        np.zeros_like(IMAGES),
        CLASSES,
        Convolution2D(4, 3, 3, border_mode="same", input_shape=(1, 6, 6), activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(3, activation="softmax"),
        loss="categorical_crossentropy",
    ),
    "masked steps": lambda: stack(
        STEPS,
        STEPS,
        Masking(input_shape=(6, 3)),
        GRU(4, return_sequences=True, dropout_W=0.2, dropout_U=0.3),
        TimeDistributedDense(3),
    ),
    "sigmoid gates": lambda: stack(
        STEPS, CLASSES, LSTM(4, inner_activation="sigmoid", input_shape=(6, 3)), Dense(3)
    ),
    "tanh": lambda: stack(STEPS, CLASSES, SimpleRNN(4, input_shape=(6, 3)), Dense(3)),
    "frozen": lambda: stack(
        X, CLASSES, Dense(4, input_dim=5, trainable=False), BatchNormalization(), Dense(3)
    ),
    "two outputs": two_outputs,
}


def test_every_optimizer_loss_penalty_and_limit_trains_alike(tmp_path: Path) -> None:
    makers = {
        **{f"optimizer {n}": partial(classifier, optimizer=make) for n, make in OPTIMIZERS.items()},
        **{f"loss {name}": make for name, make in LOSSES.items()},
        **MODELS,
    }
    cases: dict[str, Case] = {}
    for name, make in makers.items():
        np.random.seed(3)
        cases[name] = make()

    assert_same_histories(cases, tmp_path, batch_size=8, held_out=True)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_train_py_is_a_command_that_keeps_what_it_trained(tmp_path: Path, device: str) -> None:
    case = MODELS["dropout"]()
    case.model.export(tmp_path, batch_size=8, nb_epoch=2)
    np.savez(tmp_path / "data.npz", x=X, y=CLASSES, val_x=X, val_y=CLASSES)
    command = ["train.py", "data.npz", "--epochs", "3", "--device", device]

    shown = subprocess.run(
        [sys.executable, "-W", "error", *command], cwd=tmp_path, capture_output=True, text=True
    )

    assert shown.returncode == 0, shown.stderr
    assert re.fullmatch(r"(Epoch \d/3 - loss: .* - val_acc: \S+\n){3}", shown.stdout)
    before, after = (load_file(tmp_path / f"{n}.safetensors") for n in ("weights", "trained"))
    assert before.keys() == after.keys()
    assert not torch.equal(before["dense_1.weight"], after["dense_1.weight"])


# What has no source


class Halving(Constraint):
    def __call__(self, p: Any) -> Any:
        return p * 0.5


class Mine(optimizers.SGD):
    pass


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: limited(Halving()).model, "Halving is a constraint of your own"),
        (lambda: classifier(Mine).model, "Mine is an optimizer of your own"),
        (lambda: Sequential([Dense(2, input_dim=3)]), "the model is not compiled"),
        (lambda: stack(X, X, Dropout(0.5, input_shape=(5,))).model, "no weights to train"),
    ],
    ids=["constraint", "optimizer", "not compiled", "no weights"],
)
def test_training_without_source_is_left_out_and_the_report_says_why(
    build: Callable[[], Any], message: str, tmp_path: Path
) -> None:
    model = build()

    with pytest.raises(NotTrainable, match=message):
        training_source(written(model), batch_size=1, nb_epoch=1, random_state=True, seed=0)
    folder = model.export(tmp_path / "out")

    assert message in (folder / "report.md").read_text()
    assert not (folder / "train.py").exists()
    assert (folder / "model.py").exists()
