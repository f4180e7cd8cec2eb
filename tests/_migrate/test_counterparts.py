"""The tables from Keras to PyTorch: every name is in them, and what they say is so.

Code in the tables is taken from there and run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from legacy_keras import activations, initializations, objectives, optimizers
from legacy_keras import backend as K
from legacy_keras._migrate.counterparts import PAGE, tables
from legacy_keras.layers import advanced_activations, convolutional, core, recurrent
from legacy_keras.layers.normalization import LRN2D, BatchNormalization
from legacy_keras.models import Sequential

ROOT = Path(__file__).parent.parent
RECORDED: dict[str, str] = json.loads(
    (ROOT / "golden" / "signatures.json").read_text(encoding="utf-8")
)

HEADINGS = {
    "layers": "Layers",
    "activations": "Activations",
    "initializations": "Initial weights",
    "objectives": "Losses",
    "optimizers": "Optimizers",
    "regularizers": "Regularizers",
    "constraints": "Constraints",
    "callbacks": "Callbacks",
    "models": "Models",
    "backend": "Backend functions",
}
ARGUMENTS = {
    "layers": "Arguments of layers",
    "regularizers": "Arguments of layers",
    "models": "Arguments of models and training",
    "optimizers": "Arguments of optimizers, constraints and callbacks",
    "constraints": "Arguments of optimizers, constraints and callbacks",
    "callbacks": "Arguments of optimizers, constraints and callbacks",
}
# Helpers of Keras's own, without a meaning outside.
HELPERS = """
    get get_fans batch_shuffle generator_queue get_function_name make_batches slice_X standardize_X
    standardize_weights standardize_y weighted_objective
""".split()


def public_names() -> Iterator[tuple[str, str]]:
    """Return (heading, name) of all that the catalogue of 0.3.3 has."""
    for path, kind in RECORDED.items():
        module, *_, name = path.split(".")
        depth = path.count(".")
        if module not in HEADINGS or name in HELPERS:
            continue
        if path.startswith("layers.containers.") and kind == "class":
            yield HEADINGS["models"], name
        elif kind == "class" or depth == 1:
            yield HEADINGS[module], name
        elif module == "models" and kind != "property":
            yield HEADINGS["models"], name
        if kind not in ("class", "property") and depth > 1 and module in ARGUMENTS:
            own = module == "models" or name == "__init__"
            for argument in re.findall(r"(?:^|, )(\w+)", re.sub(r"\(.*?\)", "", kind)):
                if own and argument != "self":
                    yield ARGUMENTS[module], argument


@pytest.mark.parametrize(("heading", "name"), sorted(set(public_names())))
def test_every_public_name_of_keras_has_its_row(heading: str, name: str) -> None:
    assert name in tables()[heading]


def test_the_migration_guide_shows_the_same_tables() -> None:
    guide = (ROOT.parent / "migration_guide.md").read_text(encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") in guide, (
        "copy legacy_keras/_migrate/counterparts.md into the guide's chapter"
    )


def code(heading: str, name: str, **values: Any) -> Any:
    """Evaluate the first code in the PyTorch column."""
    found = re.search(r"`([^`]+)`", tables()[heading][name].torch)
    assert found is not None
    return eval(found[1], {"torch": torch, "nn": nn, "F": F, "sqrt": sqrt, **values})


# Losses, activations, initial weights


@pytest.mark.parametrize("name", tables()["Losses"])
def test_the_code_for_a_loss_gives_its_value(name: str) -> None:
    y, t = torch.rand(6, 4) * 0.9 + 0.05, torch.rand(6, 4) * 0.9 + 0.05
    if "hinge" in name:
        t = torch.sign(t - 0.5)
    if name == "categorical_crossentropy":
        y, t = y / y.sum(-1, keepdim=True), torch.eye(4)[[0, 1, 2, 3, 3, 2]]

    value = code("Losses", name, y=y, t=t, p=y)

    value = value(y, t) if callable(value) else value
    torch.testing.assert_close(value.mean(), objectives.get(name)(t, y).mean())


@pytest.mark.parametrize("name", tables()["Activations"])
def test_the_code_for_an_activation_gives_its_values(name: str) -> None:
    x = torch.linspace(-4, 4, 20).reshape(4, 5)

    value = code("Activations", name, x=x)

    value = value(x) if callable(value) else value
    torch.testing.assert_close(value, activations.get(name)(x))


@pytest.mark.parametrize("name", tables()["Initial weights"])
def test_the_code_for_initial_weights_draws_as_widely(name: str) -> None:
    w = torch.empty(300, 300)

    value = code("Initial weights", name, w=w)

    value = value(w) if callable(value) else value
    ours = initializations.get(name)((300, 300)).detach()
    torch.testing.assert_close(value.std(), ours.std(), rtol=0.02, atol=1e-6)
    torch.testing.assert_close(value.abs().max(), ours.abs().max(), rtol=0.4, atol=1e-6)


# Layers

IMAGES = (2, 3, 6, 6)
VOLUMES = (2, 3, 4, 4, 4)
SEQUENCES = (2, 6, 3)
PADS = {"p0": 1, "p1": 2}

# A layer, the shape of what it takes, and the names in the code.
SAME: dict[str, tuple[Any, tuple[int, ...], dict[str, Any]]] = {
    "Flatten": (core.Flatten(), IMAGES, {}),
    "Reshape": (core.Reshape((18,)), SEQUENCES, {"dims": (18,)}),
    "Permute": (core.Permute((2, 1)), SEQUENCES, {"dims": (2, 1)}),
    "RepeatVector": (core.RepeatVector(4), (2, 3), {"n": 4}),
    "Masking": (core.Masking(0.5), SEQUENCES, {"mask_value": 0.5}),
    "TimeDistributedMerge": (core.TimeDistributedMerge("sum"), SEQUENCES, {}),
    "MaxPooling1D": (
        convolutional.MaxPooling1D(3, 2),
        SEQUENCES,
        {"pool_length": 3, "stride": 2},
    ),
    "AveragePooling1D": (
        convolutional.AveragePooling1D(3, 2),
        SEQUENCES,
        {"pool_length": 3, "stride": 2},
    ),
    "UpSampling1D": (convolutional.UpSampling1D(3), SEQUENCES, {"length": 3}),
    "UpSampling2D": (convolutional.UpSampling2D((2, 3)), IMAGES, {"size": (2, 3)}),
    "UpSampling3D": (convolutional.UpSampling3D((2, 1, 3)), VOLUMES, {"size": (2, 1, 3)}),
    "ZeroPadding1D": (convolutional.ZeroPadding1D(2), SEQUENCES, {"padding": 2}),
    "ZeroPadding2D": (convolutional.ZeroPadding2D((1, 2)), IMAGES, PADS),
    "LRN2D": (LRN2D(), IMAGES, {"n": 5, "alpha": 1e-4, "beta": 0.75, "k": 2}),
    "LeakyReLU": (advanced_activations.LeakyReLU(0.2), SEQUENCES, {"alpha": 0.2}),
    "ELU": (advanced_activations.ELU(0.7), SEQUENCES, {"alpha": 0.7}),
    "ThresholdedLinear": (advanced_activations.ThresholdedLinear(0.3), SEQUENCES, {"theta": 0.3}),
    "ThresholdedReLU": (advanced_activations.ThresholdedReLU(0.3), SEQUENCES, {"theta": 0.3}),
}
SEQUENCES_SECOND = ("MaxPooling1D", "AveragePooling1D")


def built(layer: Any, shape: tuple[int, ...]) -> Any:
    """Return a layer that knows its input shape, in test mode."""
    layer.set_input_shape((None, *shape[1:]))
    if not layer.get_weights():
        layer.build()
    return layer.eval()


@pytest.mark.parametrize("name", SAME)
def test_the_code_for_a_layer_gives_what_it_gives(name: str) -> None:
    layer, shape, values = SAME[name]
    x = torch.randn(shape)
    if name == "Masking":
        x[0, 1] = 0.5

    value = code("Layers", name, x=x, **values)

    value = value(x) if callable(value) else value
    value = value.transpose(1, 2) if name in SEQUENCES_SECOND else value
    torch.testing.assert_close(value, built(layer, shape)(x))


def test_every_layer_that_is_called_the_same_is_tried() -> None:
    # Shown by others: Dropout draws; pooling of images has no argument to fill in.
    shown = {"Dropout", "AveragePooling2D", "AveragePooling3D", "ZeroPadding3D"}
    same = {name for name, row in tables()["Layers"].items() if row.differs.startswith("the same")}

    assert same - shown <= SAME.keys()


def weights(layer: Any, **values: torch.Tensor) -> None:
    """Give a layer of PyTorch weights."""
    with torch.no_grad():
        for name, value in values.items():
            getattr(layer, name).copy_(value)


def test_dense_is_linear_with_the_transpose() -> None:
    dense, x = built(core.Dense(4), (2, 3)), torch.randn(2, 3)
    linear = nn.Linear(3, 4)
    weights(linear, weight=dense.W.detach().T, bias=dense.b)

    torch.testing.assert_close(linear(x), dense(x))


@pytest.mark.parametrize(
    ("layer", "shape", "module", "axes"),
    [
        (convolutional.Convolution2D(4, 2, 3), IMAGES, nn.Conv2d(3, 4, (2, 3)), (-2, -1)),
        (
            convolutional.Convolution3D(4, 2, 3, 2),
            VOLUMES,
            nn.Conv3d(3, 4, (2, 3, 2)),
            (-3, -2, -1),
        ),
    ],
    ids=["2D", "3D"],
)
def test_a_convolution_is_torch_s_with_the_kernel_turned_round(
    layer: Any, shape: tuple[int, ...], module: nn.Module, axes: tuple[int, ...]
) -> None:
    built(layer, shape)
    weights(module, weight=layer.W.flip(axes), bias=layer.b)
    x = torch.randn(shape)

    torch.testing.assert_close(module(x), layer(x))


def test_convolution_1d_is_conv1d_over_the_second_axis() -> None:
    layer, x = built(convolutional.Convolution1D(4, 2), SEQUENCES), torch.randn(SEQUENCES)
    module = nn.Conv1d(3, 4, 2)
    weights(module, weight=layer.W.detach()[..., 0].flip(-1), bias=layer.b)

    torch.testing.assert_close(module(x.transpose(1, 2)).transpose(1, 2), layer(x))


def test_simple_rnn_is_rnn_with_one_bias() -> None:
    layer = built(recurrent.SimpleRNN(4, return_sequences=True), SEQUENCES)
    module = nn.RNN(3, 4, batch_first=True)
    zeros = torch.zeros_like(layer.b)
    weights(
        module,
        weight_ih_l0=layer.W.detach().T,
        weight_hh_l0=layer.U.detach().T,
        bias_ih_l0=layer.b,
        bias_hh_l0=zeros,
    )
    x = torch.randn(SEQUENCES)

    torch.testing.assert_close(module(x)[0], layer(x))


def test_lstm_with_sigmoid_gates_is_torch_s_in_another_order() -> None:
    layer = built(recurrent.LSTM(4, inner_activation="sigmoid", return_sequences=True), SEQUENCES)
    W, U, b = (
        torch.cat([getattr(layer, f"{kind}_{gate}") for gate in "ifco"], -1) for kind in "WUb"
    )
    module = nn.LSTM(3, 4, batch_first=True)
    weights(
        module,
        weight_ih_l0=W.T,
        weight_hh_l0=U.T,
        bias_ih_l0=b,
        bias_hh_l0=torch.zeros_like(b),
    )
    x = torch.randn(SEQUENCES)

    torch.testing.assert_close(module(x)[0], layer(x))
    assert float(layer.b_f.detach().mean()) == 1.0


def test_batch_normalization_keeps_the_root_of_what_torch_keeps() -> None:
    layer = built(BatchNormalization(axis=1), IMAGES)
    module = nn.BatchNorm2d(3, eps=1e-6, momentum=0.1).eval()
    mean, std = torch.randn(3), torch.rand(3) + 0.5
    layer.set_weights([np.ones(3), np.zeros(3), mean.numpy(), std.numpy()])
    weights(module, running_mean=mean, running_var=std**2)
    x = torch.randn(IMAGES)

    torch.testing.assert_close(module(x), layer(x), rtol=1e-5, atol=1e-5)


def test_parametric_softplus_is_what_its_code_says() -> None:
    layer, x = built(advanced_activations.ParametricSoftplus(), (2, 3)), torch.randn(2, 3)

    values = {name: getattr(layer, name).detach() for name in ("alphas", "betas")}

    value = code("Layers", "ParametricSoftplus", x=x, **values)

    torch.testing.assert_close(value, layer(x))


# Optimizers: but for epsilon they are torch's

ALIKE: dict[str, tuple[Any, Any]] = {
    "SGD": (
        optimizers.SGD(lr=0.1, momentum=0.9),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    ),
    "SGD with Nesterov momentum": (
        optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "RMSprop": (
        optimizers.RMSprop(epsilon=1e-14),
        lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.9, eps=1e-14),
    ),
    "Adagrad": (
        optimizers.Adagrad(epsilon=1e-14),
        lambda p: torch.optim.Adagrad(p, lr=0.01, eps=1e-14),
    ),
    "Adadelta": (optimizers.Adadelta(), lambda p: torch.optim.Adadelta(p, rho=0.95)),
    "Adam": (
        optimizers.Adam(epsilon=1e-14),
        lambda p: torch.optim.Adam(p, lr=0.001, eps=1e-14),
    ),
    "Adamax": (
        optimizers.Adamax(epsilon=1e-14),
        lambda p: torch.optim.Adamax(p, lr=0.002, eps=1e-14),
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_without_epsilon_an_optimizer_is_torch_s(name: str) -> None:
    ours, make = ALIKE[name]
    start = torch.randn(5)
    first, second = (nn.Parameter(start.clone()) for _ in range(2))
    ours.bind([first])
    theirs = make([second])

    for _ in range(5):
        first.grad = torch.randn(5)
        second.grad = first.grad.clone()
        ours.step()
        theirs.step()

    torch.testing.assert_close(first, second)


def test_adam_s_epsilon_is_torch_s_times_the_correction() -> None:
    ours, p = optimizers.Adam(epsilon=0.1), nn.Parameter(torch.zeros(3))
    q = nn.Parameter(torch.zeros(3))
    ours.bind([p])
    theirs = torch.optim.Adam([q], lr=0.001, eps=0.1 / sqrt(1 - 0.999))
    p.grad = torch.tensor([1.0, -2.0, 0.5])
    q.grad = p.grad.clone()

    ours.step()
    theirs.step()

    torch.testing.assert_close(p, q)


def test_a_penalty_of_l2_is_twice_the_weight_decay() -> None:
    model = Sequential([core.Dense(2, input_dim=3, W_regularizer="l2")])
    model.compile(optimizers.SGD(lr=0.1), "mse")
    W = model.layers[0].W.detach().clone()
    model.train_on_batch(np.zeros((4, 3)), np.zeros((4, 2)))
    p = nn.Parameter(W)
    p.grad = torch.zeros_like(p)

    torch.optim.SGD([p], lr=0.1, weight_decay=2 * 0.01).step()

    torch.testing.assert_close(model.layers[0].W.detach(), p.detach())


def test_rounding_takes_halves_away_from_zero() -> None:
    x = torch.tensor([0.5, 1.5, 2.5, -0.5])

    assert K.eval(K.round(x)).tolist() == [1.0, 2.0, 3.0, -1.0]
    assert torch.round(x).tolist() == [0.0, 2.0, 2.0, -0.0]
