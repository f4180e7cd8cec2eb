"""Layers that Keras 0.1 and 0.2 had and 0.3.3 has not, and truncate_gradient.

Formulas are written out in NumPy; numbers in the text were recorded from Keras 0.2.0 on
Theano 0.8.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras import theano
from legacy_keras.layers.core import Activation, Dense, Flatten, Masking
from legacy_keras.layers.embeddings import WordContextProduct
from legacy_keras.layers.normalization import LRN2D
from legacy_keras.layers.recurrent import (
    GRU,
    JZS1,
    JZS2,
    JZS3,
    LSTM,
    Recurrent,
    SimpleDeepRNN,
    SimpleRNN,
)
from legacy_keras.models import Sequential, model_from_json
from legacy_keras.theano import tensor as T

X = np.random.RandomState(7).randn(4, 5, 3).astype("float32")
X[1, 3:] = X[2, :2] = X[3, 2] = 0
MASK = (X != 0).any(-1)
OLDER = (JZS1, JZS2, JZS3, SimpleDeepRNN)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def hard_sigmoid(x: Any) -> Any:
    return np.clip(0.2 * x + 0.5, 0, 1)


def jzs1(x: Any, h: Any, W_z: Any, b_z: Any, W_r: Any, U_r: Any, b_r: Any, *w: Any) -> Any:
    U_h, b_h, P = w
    z = sigmoid(x @ W_z + b_z)
    r = sigmoid(x @ W_r + h @ U_r + b_r)
    return z * np.tanh(np.tanh(x @ P) + (r * h) @ U_h + b_h) + (1 - z) * h


def jzs2(x: Any, h: Any, W_z: Any, U_z: Any, b_z: Any, U_r: Any, b_r: Any, *w: Any) -> Any:
    W_h, U_h, b_h, P = w
    z = sigmoid(x @ W_z + h @ U_z + b_z)
    r = sigmoid(x @ P + h @ U_r + b_r)
    return z * np.tanh(x @ W_h + (r * h) @ U_h + b_h) + (1 - z) * h


def jzs3(x: Any, h: Any, W_z: Any, U_z: Any, b_z: Any, W_r: Any, U_r: Any, *w: Any) -> Any:
    b_r, W_h, U_h, b_h = w
    z = sigmoid(x @ W_z + np.tanh(h) @ U_z + b_z)
    r = sigmoid(x @ W_r + h @ U_r + b_r)
    return z * np.tanh(x @ W_h + (r * h) @ U_h + b_h) + (1 - z) * h


def run_jzs(step: Any, x: Any, mask: Any, weights: Any) -> Any:
    """Return all outputs; the step after a masked one starts from zeros."""
    h = np.zeros((len(x), weights[-1].shape[-1]))
    outputs = []
    for t in range(x.shape[1]):
        outputs.append(step(x[:, t], h, *weights))
        h = outputs[-1] * mask[:, t, None]
    return np.stack(outputs, 1)


def run_simple_deep(x: Any, mask: Any, W: Any, *w: Any) -> Any:
    """Return all outputs; only earlier steps that are not masked add to the sum."""
    *Us, b = w
    outputs: list[Any] = []
    for t in range(x.shape[1]):
        total = x[:, t] @ W + b
        for back, U in enumerate(Us, 1):
            if back <= t:
                total = total + hard_sigmoid(outputs[t - back] @ U) * mask[:, t - back, None]
        outputs.append(sigmoid(total))
    return np.stack(outputs, 1)


FORMULAS: dict[type[Recurrent], Any] = {
    JZS1: lambda x, mask, w: run_jzs(jzs1, x, mask, w),
    JZS2: lambda x, mask, w: run_jzs(jzs2, x, mask, w),
    JZS3: lambda x, mask, w: run_jzs(jzs3, x, mask, w),
    SimpleDeepRNN: lambda x, mask, w: run_simple_deep(x, mask, *w),
}


def with_weights(layer: Any) -> Any:
    """Give a layer weights that do not depend on how it draws its own."""
    random = np.random.RandomState(3)
    layer.set_weights([random.randn(*w.shape) * 0.5 for w in layer.get_weights()])
    return layer


def tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.asarray(array)).to(K.variable(0).dtype)


# Outputs


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("output_dim", [2, 3])
@pytest.mark.parametrize("cls", OLDER)
def test_outputs_are_those_of_the_formula(
    cls: Any, output_dim: int, masked: bool, float64: None
) -> None:
    layer = with_weights(cls(output_dim, input_shape=(5, 3), return_sequences=True))
    mask = MASK if masked else np.ones_like(MASK)

    outputs = layer(tensor(X), torch.from_numpy(mask) if masked else None)

    expected = FORMULAS[cls](X.astype("float64"), mask, layer.get_weights())
    np.testing.assert_allclose(outputs.detach().numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cls", OLDER)
def test_the_last_output_is_returned_alone_unless_all_are_asked_for(cls: Any) -> None:
    last = with_weights(cls(2, input_shape=(5, 3)))
    every = with_weights(cls(2, input_shape=(5, 3), return_sequences=True))

    torch.testing.assert_close(last(tensor(X)), every(tensor(X))[:, -1])
    assert last.output_shape == (None, 2)
    assert every.output_shape == (None, 5, 2)


RECORDED_MASKED = {
    JZS1: [[-0.235274, -0.364609], [-0.230834, -0.144466], [-0.466854, -0.618587]],
    JZS2: [[0.005245, -0.381567], [-0.125147, -0.069715], [-0.48333, -0.36861]],
    JZS3: [[-0.495492, -0.920342], [-0.130275, -0.509295], [0.006148, -0.708286]],
    SimpleDeepRNN: [[0.916622, 0.791165], [0.802928, 0.617407], [0.896396, 0.826738]],
}


@pytest.mark.parametrize(("cls", "expected"), RECORDED_MASKED.items())
def test_masked_outputs_are_those_of_0_2(cls: Any, expected: list[list[float]]) -> None:
    layer = with_weights(cls(2, input_shape=(5, 3)))

    output = layer(tensor(X), torch.from_numpy(MASK))

    np.testing.assert_allclose(output[:3].detach(), expected, atol=2e-6)


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_a_simple_deep_rnn_looks_back_as_far_as_it_is_told(depth: int, float64: None) -> None:
    layer = SimpleDeepRNN(2, depth, input_shape=(5, 3), return_sequences=True)

    outputs = with_weights(layer)(tensor(X))

    assert [U.shape for U in layer.Us] == [(2, 2)] * depth
    expected = run_simple_deep(X.astype("float64"), np.ones_like(MASK), *layer.get_weights())
    np.testing.assert_allclose(outputs.detach().numpy(), expected, rtol=1e-12)


def test_a_simple_deep_rnn_that_looks_back_on_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="SimpleDeepRNN got depth=0; expected an int >= 1"):
        SimpleDeepRNN(2, depth=0, input_shape=(5, 3))


@pytest.mark.parametrize("cls", OLDER)
def test_a_stateful_layer_goes_on_where_the_batch_before_ended(cls: Any) -> None:
    whole = with_weights(cls(2, input_shape=(5, 3)))
    model = Sequential([with_weights(cls(2, batch_input_shape=(4, None, 3), stateful=True))])
    model.compile("sgd", "mse")

    model.predict(X[:, :3], batch_size=4)
    output = model.predict(X[:, 3:], batch_size=4)

    np.testing.assert_allclose(output, whole(tensor(X)).detach().numpy(), rtol=1e-5)


# Weights

WEIGHTS = {
    JZS1: "W_z b_z W_r U_r b_r U_h b_h Pmat",
    JZS2: "W_z U_z b_z U_r b_r W_h U_h b_h Pmat",
    JZS3: "W_z U_z b_z W_r U_r b_r W_h U_h b_h",
    SimpleDeepRNN: "W U_1 U_2 U_3 b",
}


@pytest.mark.parametrize(("cls", "names"), WEIGHTS.items())
def test_weights_come_in_the_order_of_0_2(cls: Any, names: str) -> None:
    layer = cls(2, input_shape=(5, 3))

    weights = dict(layer.named_parameters())
    assert [id(w) for w in layer.trainable_weights] == [id(weights[n]) for n in names.split()]
    assert len(weights) == len(names.split())


@pytest.mark.parametrize("cls", [JZS1, JZS2])
def test_the_projection_is_the_identity_or_random_signs(cls: Any) -> None:
    square, wide = (cls(n, input_shape=(5, 3)).Pmat.detach().numpy() for n in (3, 8))

    np.testing.assert_array_equal(square, np.identity(3))
    assert set(np.unique(wide)) == {-np.float32(1 / np.sqrt(3)), np.float32(1 / np.sqrt(3))}


# From the same seed: initial weights, outputs, gradients and updates are in them.
RECORDED_LOSSES = {
    JZS1: [0.14413123, 0.13469727, 0.12626116, 0.11870848, 0.11193876],
    JZS2: [0.25519356, 0.23924224, 0.22488609, 0.21196017, 0.20031595],
    JZS3: [0.30978754, 0.29023936, 0.27334043, 0.25865918, 0.24583782],
    SimpleDeepRNN: [0.51229250, 0.44317606, 0.38410047, 0.33360136, 0.29042903],
}


@pytest.mark.parametrize(("cls", "expected"), RECORDED_LOSSES.items())
def test_losses_of_training_are_those_of_0_2(cls: Any, expected: list[float]) -> None:
    np.random.seed(5)
    model = Sequential([cls(4, input_shape=(5, 3)), Dense(1)])
    model.compile("sgd", "mse")
    y = np.random.RandomState(9).rand(4, 1)

    losses = [float(model.train_on_batch(X, y)[0]) for _ in expected]

    np.testing.assert_allclose(losses, expected, rtol=2e-6)


# Files

JZS1_OF_0_2 = (
    '{"layers": [{"truncate_gradient": -1, "name": "JZS1", "inner_activation": "sigmoid", '
    '"output_dim": 4, "input_shape": [5, 3], "init": "glorot_uniform", "inner_init": '
    '"orthogonal", "input_dim": null, "return_sequences": false, "activation": "tanh", '
    '"input_length": null}], "loss": "mean_squared_error", "theano_mode": null, "name": '
    '"Sequential", "class_mode": "categorical", "optimizer": {"nesterov": false, "lr": '
    '0.009999999776482582, "name": "SGD", "momentum": 0.0, "decay": 0.0}}'
)


@pytest.mark.filterwarnings('ignore:The "class_mode" argument is deprecated')
def test_a_model_of_0_2_is_made_from_its_json() -> None:
    model = model_from_json(JZS1_OF_0_2)

    (layer,) = model.layers
    assert isinstance(layer, JZS1)
    assert (layer.output_dim, layer.inner_activation.__name__) == (4, "sigmoid")
    assert model.predict(X).shape == (4, 4)


# truncate_gradient

BIASES_OF_TWO_STEPS = {
    GRU: [[0.077141, -0.653943], [0.137997, -0.197506], [-1.622327, -1.662907]],
    LSTM: [[0.090278, 0.070146], [0.083801, 0.054521], [0.035368, 0.006352], [0.114284, 0.175995]],
    SimpleRNN: [[-2.721098, 4.148937]],
    JZS1: [[0.066322, 0.742391], [-0.064901, 0.022938], [-1.321738, -1.921241]],
    SimpleDeepRNN: [[0.606296, 2.049502]],
}
BIASES_OF_TWO_STEPS_AND_ALL_OUTPUTS = {
    GRU: [[0.138341, -1.116753], [0.248159, -0.283738], [-2.302831, -2.735513]],
    SimpleDeepRNN: [[1.341764, 4.092127]],
}


@pytest.mark.parametrize(
    ("cls", "return_sequences", "expected"),
    [(cls, False, grads) for cls, grads in BIASES_OF_TWO_STEPS.items()]
    + [(cls, True, grads) for cls, grads in BIASES_OF_TWO_STEPS_AND_ALL_OUTPUTS.items()],
)
def test_gradients_of_the_last_steps_are_those_of_0_2(
    cls: Any, return_sequences: bool, expected: list[list[float]]
) -> None:
    options = {"return_sequences": return_sequences, "truncate_gradient": 2}
    layer = with_weights(cls(2, input_shape=(5, 3), **options))
    layer.requires_grad_(True)
    x = tensor(X).requires_grad_()

    (torch.square(layer(x)) * torch.tensor([1.0, 2.0])).sum().backward()

    grads = [w.grad.numpy() for w in layer.trainable_weights if w.ndim == 1]
    np.testing.assert_allclose(grads, expected, atol=5e-6)
    assert x.grad is not None
    assert [bool(step.any()) for step in x.grad.unbind(1)] == [False] * 3 + [True] * 2


@pytest.mark.parametrize("cls", [GRU, LSTM, SimpleRNN, *OLDER])
@pytest.mark.parametrize("steps", [5, 9])
def test_as_many_steps_as_there_are_give_the_whole_gradient(cls: Any, steps: int) -> None:
    grads = []
    for truncate_gradient in (-1, steps):
        options = {"truncate_gradient": truncate_gradient, "go_backwards": True}
        layer = with_weights(cls(2, input_shape=(5, 3), **options)).double()
        x = tensor(X).double().requires_grad_()
        layer(x, torch.from_numpy(MASK)).sum().backward()
        grads.append(x.grad)

    torch.testing.assert_close(grads[0], grads[1], rtol=1e-12, atol=1e-15)


def test_backwards_the_last_steps_taken_are_the_first_of_the_sequence() -> None:
    layer = LSTM(2, input_shape=(5, 3), go_backwards=True, truncate_gradient=2)
    x = tensor(X[:1]).requires_grad_()

    layer(x).sum().backward()

    assert x.grad is not None
    assert [bool(step.any()) for step in x.grad[0]] == [True] * 2 + [False] * 3


def test_the_configuration_has_truncate_gradient_where_it_does_something() -> None:
    layer = GRU(2, input_shape=(5, 3), truncate_gradient=2)

    assert layer.get_config()["truncate_gradient"] == 2
    assert "truncate_gradient" not in GRU(2, input_shape=(5, 3)).get_config()


# LRN2D


def normalized(x: Any, alpha: float, k: float, beta: float, n: int) -> Any:
    padded = np.pad(x**2, ((0, 0), (n // 2, n // 2), (0, 0), (0, 0)))
    total = sum(padded[:, i : i + x.shape[1]] for i in range(n))
    return x / (k + alpha * total) ** beta


@pytest.mark.parametrize("channels", [1, 4, 9])
@pytest.mark.parametrize(
    "options",
    [{}, {"alpha": 0.3, "k": 1, "beta": 0.6, "n": 3}, {"alpha": 2.0, "n": 1}],
    ids=["default", "three", "one"],
)
def test_lrn2d_is_the_formula(options: dict[str, Any], channels: int, float64: None) -> None:
    x = np.random.RandomState(2).randn(2, channels, 3, 2)
    layer = LRN2D(**options)

    expected = normalized(x, layer.alpha, layer.k, layer.beta, layer.n)

    np.testing.assert_allclose(layer(tensor(x)).numpy(), expected, rtol=1e-12)


def test_lrn2d_gives_the_numbers_of_0_2() -> None:
    x = np.random.RandomState(2).randn(2, 4, 2, 2)

    output = LRN2D(alpha=0.3, k=1, beta=0.6, n=3)(tensor(x))

    expected = [-0.273562, -0.050099, -1.249361, 1.00237, -1.073331, -0.670379]
    np.testing.assert_allclose(output.flatten()[:6], expected, atol=2e-6)


def test_lrn2d_refuses_an_even_number_of_channels() -> None:
    with pytest.raises(ValueError, match=r"LRN2D only works with odd n.*got n=4"):
        LRN2D(n=4)


# WordContextProduct

PAIRS = np.array([[0, 1], [2, 2], [5, 3]])


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_a_word_context_product_is_that_of_two_vectors(activation: str, float64: None) -> None:
    layer = with_weights(WordContextProduct(6, proj_dim=3, activation=activation))
    W_w, W_c = layer.get_weights()

    output = layer(torch.from_numpy(PAIRS))

    product = (W_w[PAIRS[:, 0]] * W_c[PAIRS[:, 1]]).sum(1, keepdims=True)
    expected = sigmoid(product) if activation == "sigmoid" else product
    np.testing.assert_allclose(output.detach().numpy(), expected, rtol=1e-12)


def test_a_word_context_product_trains_as_in_0_2() -> None:
    np.random.seed(13)
    model = Sequential([WordContextProduct(6, proj_dim=3)])
    model.compile("sgd", "mse")

    losses = [float(model.train_on_batch(PAIRS, [[1], [0], [1]])[0]) for _ in range(4)]

    expected = [0.24966143, 0.24966033, 0.24965920, 0.24965806]
    np.testing.assert_allclose(losses, expected, rtol=2e-7)


def test_a_word_context_product_draws_its_weights_once() -> None:
    np.random.seed(1)
    alone = WordContextProduct(6, proj_dim=3).get_weights()
    np.random.seed(1)
    model = Sequential([Activation("linear", input_shape=(2,)), WordContextProduct(6, proj_dim=3)])

    for ours, expected in zip(model.get_weights(), alone, strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_a_word_context_product_starts_from_the_weights_given() -> None:
    weights = [np.full((6, 3), 0.5), np.full((6, 3), 0.25)]

    layer = WordContextProduct(6, 3, activation="linear", weights=weights)

    assert layer(torch.tensor([[0, 1]])).tolist() == [[0.375]]


# What users' layers of 0.2 called: the mask for a scan, and a step of it


def scanned(cls: Any) -> Any:
    """Return a class that scans over time as those of 0.2 did."""

    class Scanned(cls):
        def get_output(self, train: bool = False) -> Any:
            x = self.get_input(train)
            mask = self.get_padded_shuffled_mask(train, x, pad=1)
            x = x.dimshuffle((1, 0, 2))
            names = {SimpleRNN: [""], GRU: ["_z", "_r", "_h"], LSTM: ["_i", "_f", "_o", "_c"]}[cls]
            weights = {kind: [getattr(self, kind + name) for name in names] for kind in "WUb"}
            inputs = [T.dot(x, W) + b for W, b in zip(weights["W"], weights["b"], strict=True)]
            start = T.zeros((x.shape[1], self.output_dim))
            outputs, _ = theano.scan(
                self._step,
                sequences=[*inputs, {"input": mask, "taps": [-1]}],
                outputs_info=[start, start] if cls is LSTM else start,
                non_sequences=weights["U"],
            )
            return (outputs[0] if cls is LSTM else outputs)[-1]

    return Scanned


@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
def test_a_scan_over_the_steps_of_0_2_gives_the_output_of_the_layer(cls: Any) -> None:
    plain, scan = (with_weights(kind(4, input_shape=(5, 3))) for kind in (cls, scanned(cls)))
    x = np.random.RandomState(1).randn(2, 5, 3).astype("float32")

    expected, result = (Sequential([layer]) for layer in (plain, scan))
    expected.compile("sgd", "mse")
    result.compile("sgd", "mse")

    np.testing.assert_allclose(result.predict(x), expected.predict(x), rtol=1e-4, atol=1e-5)


# Together with the layers of 0.3.3


@pytest.mark.parametrize("cls", OLDER)
def test_a_masking_layer_before_tells_which_steps_are_masked(cls: Any) -> None:
    model = Sequential([Masking(input_shape=(5, 3)), cls(2)])
    with_weights(model.layers[1])
    model.compile("sgd", "mse")

    output = model.predict(X)

    np.testing.assert_allclose(output[:3], RECORDED_MASKED[cls], atol=2e-6)


def test_lrn2d_stands_between_other_layers() -> None:
    model = Sequential([LRN2D(input_shape=(4, 2, 2)), Flatten(), Dense(1)])

    assert model.output_shape == (None, 1)
