"""Optimizers: the formulas of 0.3.3, as torch.optim.Optimizers."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from small_models import assert_same, classes, classifier, line
from torch import Tensor
from torch.optim import lr_scheduler

from legacy_keras import backend as K
from legacy_keras import optimizers
from legacy_keras.backend._variable import Variable
from legacy_keras.layers.core import Dense
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Sequential
from legacy_keras.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, RMSprop

Array = np.ndarray
Formula = Callable[[Array, Array, dict[str, Any], int], Array]

# Each takes weights p, a gradient g, what it kept from step to step, and the number t of
# the step from 1 on; all float64. It returns the new weights.


def sgd(
    lr: float = 0.01, momentum: float = 0.0, decay: float = 0.0, nesterov: bool = False
) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        rate = lr / (1 + decay * (t - 1))
        v = kept["v"] = momentum * kept.get("v", 0.0) - rate * g
        return p + momentum * v - rate * g if nesterov else p + v

    return step


def rmsprop(lr: float = 0.001, rho: float = 0.9, epsilon: float = 1e-6) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        a = kept["a"] = rho * kept.get("a", 0.0) + (1 - rho) * g**2
        return p - lr * g / np.sqrt(a + epsilon)

    return step


def adagrad(lr: float = 0.01, epsilon: float = 1e-6) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        a = kept["a"] = kept.get("a", 0.0) + g**2
        return p - lr * g / np.sqrt(a + epsilon)

    return step


def adadelta(lr: float = 1.0, rho: float = 0.95, epsilon: float = 1e-6) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        a = kept["a"] = rho * kept.get("a", 0.0) + (1 - rho) * g**2
        d = kept.get("d", 0.0)
        u = g * np.sqrt(d + epsilon) / np.sqrt(a + epsilon)
        kept["d"] = rho * d + (1 - rho) * u**2
        return p - lr * u

    return step


def adam(
    lr: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8
) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        m = kept["m"] = beta_1 * kept.get("m", 0.0) + (1 - beta_1) * g
        v = kept["v"] = beta_2 * kept.get("v", 0.0) + (1 - beta_2) * g**2
        rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return p - rate * m / (np.sqrt(v) + epsilon)

    return step


def adamax(
    lr: float = 0.002, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8
) -> Formula:
    def step(p: Array, g: Array, kept: dict[str, Any], t: int) -> Array:
        m = kept["m"] = beta_1 * kept.get("m", 0.0) + (1 - beta_1) * g
        u = kept["u"] = np.maximum(beta_2 * kept.get("u", 0.0), np.abs(g))
        return p - lr / (1 - beta_1**t) * m / (u + epsilon)

    return step


FORMULAS: dict[type, Callable[..., Formula]] = {
    SGD: sgd,
    RMSprop: rmsprop,
    Adagrad: adagrad,
    Adadelta: adadelta,
    Adam: adam,
    Adamax: adamax,
}
OPTIONS: dict[str, tuple[type, dict[str, Any]]] = {
    "SGD": (SGD, {}),
    "SGD, momentum": (SGD, {"lr": 0.1, "momentum": 0.9}),
    "SGD, nesterov": (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "SGD, nesterov without momentum": (SGD, {"lr": 0.1, "nesterov": True}),
    "SGD, decay": (SGD, {"lr": 0.1, "decay": 0.5}),
    "RMSprop": (RMSprop, {}),
    "RMSprop, large epsilon": (RMSprop, {"rho": 0.5, "epsilon": 0.1}),
    "Adagrad": (Adagrad, {}),
    "Adagrad, large epsilon": (Adagrad, {"lr": 0.2, "epsilon": 0.1}),
    "Adadelta": (Adadelta, {}),
    "Adadelta, large epsilon": (Adadelta, {"lr": 0.5, "rho": 0.5, "epsilon": 0.1}),
    "Adam": (Adam, {}),
    "Adam, large epsilon": (Adam, {"lr": 0.1, "beta_1": 0.5, "beta_2": 0.6, "epsilon": 0.1}),
    "Adamax": (Adamax, {}),
    "Adamax, large epsilon": (Adamax, {"lr": 0.1, "beta_1": 0.5, "beta_2": 0.6, "epsilon": 0.1}),
}
every_optimizer = pytest.mark.parametrize(("kind", "options"), OPTIONS.values(), ids=list(OPTIONS))
SHAPES = [(3, 4), (5,), (2, 3, 2)]


def gradients(step: int) -> list[Array]:
    rng = np.random.RandomState(step)
    return [rng.normal(size=shape) for shape in SHAPES]


def in_order(array: Array) -> Tensor:
    return torch.tensor(array, dtype=torch.float32)


def columns_first(array: Array) -> Tensor:
    """Return a tensor whose memory is not in the order of its numbers."""
    transposed = torch.tensor(array.T.copy(), dtype=torch.float32)
    return transposed.permute(*reversed(range(array.ndim)))


def part_of_a_row(array: Array) -> Tensor:
    """Return a view into a larger tensor, as the gradients of gates side by side are."""
    wide = torch.tensor(np.concatenate([array, array], -1), dtype=torch.float32)
    return wide.narrow(-1, array.shape[-1], array.shape[-1])


LAYOUTS = {"in order": in_order, "columns first": columns_first, "part of a row": part_of_a_row}


@every_optimizer
@pytest.mark.parametrize("of_weights", [in_order, columns_first])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_steps_follow_the_formula_whatever_the_layout_of_weights_and_gradients(
    kind: Any,
    options: dict[str, Any],
    layout: Callable[[Array], Tensor],
    of_weights: Callable[[Array], Tensor],
) -> None:
    start = [np.random.RandomState(9).normal(size=shape) for shape in SHAPES]
    params = [Variable(of_weights(array)) for array in start]
    optimizer = kind(**options)
    optimizer.bind(params)

    expected, kept = [K.get_value(p).astype("float64") for p in params], [{}, {}, {}]
    formula = FORMULAS[kind](**options)
    for t in range(1, 5):
        for p, g in zip(params, gradients(t), strict=True):
            p.grad = layout(g)
        optimizer.step()
        for i, g in enumerate(gradients(t)):
            expected[i] = formula(expected[i], g, kept[i], t)

    for p, array in zip(params, expected, strict=True):
        np.testing.assert_allclose(K.get_value(p), array, rtol=2e-6, atol=2e-6)


@every_optimizer
def test_an_lstm_trains_by_the_formula(kind: Any, options: dict[str, Any]) -> None:
    model = Sequential([LSTM(3, input_shape=(4, 2)), Dense(1)])
    model.compile(kind(**options), "mse")
    X = np.random.RandomState(0).normal(size=(6, 4, 2)).astype("float32")
    y = np.random.RandomState(1).normal(size=(6, 1)).astype("float32")
    params = model.trainable_weights
    expected = [w.astype("float64") for w in model.get_weights()]
    kept: list[dict[str, Any]] = [{} for _ in params]
    formula = FORMULAS[kind](**options)

    for t in range(1, 4):
        loss = (model.train()(torch.tensor(X)) - torch.tensor(y)).square().mean()
        grads = [g.numpy().astype("float64") for g in torch.autograd.grad(loss, params)]
        expected = [formula(p, g, k, t) for p, g, k in zip(expected, grads, kept, strict=True)]
        model.train_on_batch(X, y)

    for ours, array in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(ours, array, rtol=1e-4, atol=1e-5)


class TestClipping:
    def clipped(self, grads: list[Array], **options: Any) -> list[Array]:
        """Return gradients as plain SGD used them."""
        params = [K.zeros(g.shape) for g in grads]
        optimizer = SGD(lr=1.0, **options)
        optimizer.bind(params)
        for p, g in zip(params, grads, strict=True):
            p.grad = in_order(g)
        optimizer.step()
        return [-K.get_value(p) for p in params]

    def test_the_norm_is_that_of_all_gradients_together(self) -> None:
        grads = [np.array([3.0, 0.0]), np.array([[4.0]])]

        assert_close(self.clipped(grads, clipnorm=1.0), [[0.6, 0.0], [[0.8]]])
        assert_close(self.clipped(grads, clipnorm=5.0), grads)
        assert_close(self.clipped(grads, clipnorm=6.0), grads)

    def test_values_are_limited_on_both_sides(self) -> None:
        grads = [np.array([3.0, -0.2]), np.array([[-4.0]])]

        assert_close(self.clipped(grads, clipvalue=0.5), [[0.5, -0.2], [[-0.5]]])

    def test_the_norm_goes_first(self) -> None:
        grads = [np.array([30.0, 0.0]), np.array([[40.0]])]

        assert_close(self.clipped(grads, clipnorm=1.0, clipvalue=0.7), [[0.6, 0.0], [[0.7]]])

    def test_gradients_of_zero_stay_zero(self) -> None:
        assert_close(self.clipped([np.zeros(2)], clipnorm=1.0), [[0.0, 0.0]])

    @every_optimizer
    def test_every_optimizer_takes_both(self, kind: Any, options: dict[str, Any]) -> None:
        optimizer = kind(clipnorm=1.0, clipvalue=0.5, **options)

        assert (optimizer.clipnorm, optimizer.clipvalue) == (1.0, 0.5)


def assert_close(ours: list[Array], theirs: list[Any]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


class TestHyperparameters:
    def test_a_new_value_of_a_variable_takes_effect_at_once(self) -> None:
        model = line(SGD(lr=0.1))
        before = model.get_weights()

        K.set_value(model.optimizer.lr, 0.0)
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))

        assert_same(model.get_weights(), before)
        K.set_value(model.optimizer.lr, 0.1)
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        assert model.get_weights()[0] != before[0]

    def test_a_new_attribute_takes_effect_when_compiled_anew_as_in_0_3_3(self) -> None:
        model = line(SGD(lr=0.1))
        before = model.get_weights()

        model.optimizer.lr = 0.0
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        moved = model.get_weights()
        assert moved[0] != before[0]

        model.compile(model.optimizer, "mse")
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        assert_same(model.get_weights(), moved)

    @pytest.mark.parametrize(
        ("optimizer", "name"),
        [
            (SGD(), "lr"),
            (SGD(momentum=0.5), "momentum"),
            (SGD(decay=0.5), "decay"),
            (SGD(), "iterations"),
            (RMSprop(), "rho"),
            (Adam(), "beta_1"),
            (Adam(), "iterations"),
            (Adamax(), "beta_2"),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_these_are_variables(self, optimizer: Any, name: str) -> None:
        variable = getattr(optimizer, name)
        K.set_value(variable, 0.25)

        assert K.get_value(variable) == 0.25
        assert variable.get_value() == 0.25
        assert float(variable) == 0.25

    def test_the_configuration_has_the_values_of_now_as_plain_numbers(self) -> None:
        optimizer = SGD(lr=0.5, nesterov=True)
        K.set_value(optimizer.lr, 0.25)

        assert optimizer.get_config() == {
            "name": "SGD",
            "lr": 0.25,
            "momentum": 0.0,
            "decay": 0.0,
            "nesterov": True,
        }

    @every_optimizer
    def test_an_optimizer_comes_back_from_its_configuration(
        self, kind: Any, options: dict[str, Any]
    ) -> None:
        config = kind(**options).get_config()

        again = optimizers.get(config.pop("name"), config)

        assert type(again) is kind
        assert again.get_config() == {"name": kind.__name__, **config}

    @pytest.mark.parametrize("name", ["sgd", "SGD", "Adam", "adam", "RMSprop", "rmsprop"])
    def test_names_are_found_in_both_spellings(self, name: str) -> None:
        assert type(optimizers.get(name)).__name__.lower() == name.lower()

    def test_unknown_arguments_have_no_effect_and_a_warning(self) -> None:
        message = r"SGD got unknown arguments learning_rate, which have no effect.*; it takes lr"
        with pytest.warns(UserWarning, match=message):
            assert SGD(learning_rate=0.1).get_config()["lr"] == pytest.approx(0.01)


SCHEDULERS: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "StepLR": (lambda o: lr_scheduler.StepLR(o, 1, gamma=0.5), [0.4, 0.2, 0.1]),
    "ExponentialLR": (lambda o: lr_scheduler.ExponentialLR(o, 0.5), [0.4, 0.2, 0.1]),
    "LambdaLR": (lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + epoch)), [0.4, 0.2]),
    "CosineAnnealingLR": (lambda o: lr_scheduler.CosineAnnealingLR(o, 2), [0.4, 0.2, 0.0]),
    "LinearLR": (lambda o: lr_scheduler.LinearLR(o, 0.5, total_iters=2), [0.2, 0.3, 0.4]),
}


@pytest.mark.parametrize(("make", "rates"), SCHEDULERS.values(), ids=SCHEDULERS)
@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_scheduler_of_torch_changes_the_learning_rate(
    make: Callable[[Any], Any], rates: list[float], kind: Any
) -> None:
    model = line(kind(lr=0.4))
    scheduler = make(model.optimizer)
    seen = []

    for _ in rates:
        seen.append(float(K.get_value(model.optimizer.lr)))
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        scheduler.step()

    np.testing.assert_allclose(seen, rates, rtol=1e-6, atol=1e-8)


def test_a_scheduler_s_learning_rate_is_used() -> None:
    model = line(SGD(lr=0.1))
    scheduler = lr_scheduler.LambdaLR(model.optimizer, lambda epoch: float(epoch == 0))
    X, y = np.ones((2, 1)), np.zeros(2)
    model.train_on_batch(X, y)
    moved = model.get_weights()

    scheduler.step()
    model.train_on_batch(X, y)

    assert_same(model.get_weights(), moved)


def test_a_scheduler_that_watches_a_loss_works() -> None:
    model = line(SGD(lr=0.1))
    scheduler = lr_scheduler.ReduceLROnPlateau(model.optimizer, factor=0.5, patience=0)

    for loss in (1.0, 1.0, 1.0):
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        scheduler.step(loss)

    assert K.get_value(model.optimizer.lr) == pytest.approx(0.025)


class TestState:
    @every_optimizer
    def test_a_state_dict_lets_another_optimizer_go_on(
        self, kind: Any, options: dict[str, Any]
    ) -> None:
        X, y = classes()
        model, other = classifier(kind(**options)), classifier(kind())
        for _ in range(3):
            model.train_on_batch(X, y)

        file = io.BytesIO()
        torch.save([model.state_dict(), model.optimizer.state_dict()], file)
        file.seek(0)
        weights, state = torch.load(file, weights_only=True)
        other.load_state_dict(weights)
        other.optimizer.load_state_dict(state)

        if options.get("nesterov") or "epsilon" in options:
            return  # a constant, which is no part of the state
        for _ in range(2):
            assert other.train_on_batch(X, y) == model.train_on_batch(X, y)
        assert_same(other.get_weights(), model.get_weights())
        assert_same(other.optimizer.get_state(), model.optimizer.get_state())

    @every_optimizer
    def test_get_state_has_all_that_a_step_changes(
        self, kind: Any, options: dict[str, Any]
    ) -> None:
        X, y = classes()
        model = classifier(kind(**options))
        model.train_on_batch(X, y)
        state = model.optimizer.get_state()
        first = model.train_on_batch(X, y), model.train_on_batch(X, y)

        model.optimizer.set_state(state)

        assert (model.train_on_batch(X, y), model.train_on_batch(X, y)) == first

    def test_a_state_of_another_length_is_refused(self) -> None:
        model = classifier("adam")

        with pytest.raises(ValueError, match=r"Adam.set_state\(\) got 2 values; expected 13"):
            model.optimizer.set_state([0, 1])

    def test_loading_a_state_keeps_the_variables_that_callbacks_hold(self) -> None:
        model = line(Adam(lr=0.5))
        variable = model.optimizer.lr
        other = line(Adam(lr=0.25))

        model.optimizer.load_state_dict(other.optimizer.state_dict())

        assert model.optimizer.lr is variable
        assert K.get_value(variable) == 0.25
        K.set_value(variable, 0.0)
        before = model.get_weights()
        model.train_on_batch(np.ones((2, 1)), np.zeros(2))
        assert_same(model.get_weights(), before)

    @every_optimizer
    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))],
        ids=["copy", "pickle"],
    )
    def test_an_optimizer_that_has_not_been_compiled_can_be_copied(
        self, kind: Any, options: dict[str, Any], duplicate: Callable[[Any], Any]
    ) -> None:
        original = kind(clipnorm=0.5, **options)

        again = duplicate(original)

        assert again.get_config() == original.get_config()
        assert again.clipnorm == 0.5
        classifier(again).train_on_batch(*classes())


class TestAsATorchOptimizer:
    def test_a_loop_of_torch_trains_with_it(self) -> None:
        model, by_hand = classifier(Adam(lr=0.1), "mse"), classifier(Adam(lr=0.1), "mse")
        by_hand.set_weights(model.get_weights())
        X, y = classes()
        x, target = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)

        for _ in range(3):
            model.train_on_batch(X, y)
            by_hand.optimizer.zero_grad()
            (by_hand.train()(x) - target).square().mean(-1).mean().backward()
            by_hand.optimizer.step()

        for a, b in zip(model.get_weights(), by_hand.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)

    def test_a_parameter_without_gradient_counts_as_gradient_zero(self) -> None:
        used, idle = K.variable([1.0]), K.variable([1.0])
        optimizer = SGD(lr=0.1, momentum=0.5)
        optimizer.bind([used, idle])
        used.grad = torch.ones(1)

        optimizer.step()

        assert (float(used), float(idle)) == (pytest.approx(0.9), 1.0)

    def test_step_takes_a_closure(self) -> None:
        p = K.variable([3.0]).requires_grad_()
        optimizer = SGD(lr=0.1)
        optimizer.bind([p])

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = p.square().sum()
            loss.backward()
            return loss

        assert optimizer.step(closure).detach() == 9
        assert K.get_value(p) == pytest.approx(3 - 0.1 * 6)

    def test_it_is_an_optimizer_with_one_group(self) -> None:
        optimizer = line(Adam()).optimizer

        assert isinstance(optimizer, torch.optim.Optimizer)
        assert len(optimizer.param_groups) == 1
        assert len(optimizer.param_groups[0]["params"]) == 2


def test_float64_weights_have_float64_accumulators(float64: None) -> None:
    model = classifier("adam")
    model.train_on_batch(*classes())

    assert {array.dtype for array in model.optimizer.get_state()[1:]} == {np.dtype("float64")}


FUNCTIONS = {
    "clip_norm, larger": (
        optimizers.clip_norm(torch.tensor([3.0, 4.0]), 1, torch.tensor(5.0)),
        [0.6, 0.8],
    ),
    "clip_norm, smaller": (optimizers.clip_norm(torch.tensor([3.0]), 9, torch.tensor(5.0)), [3.0]),
    "clip_norm, none": (optimizers.clip_norm(torch.tensor([3.0]), 0, torch.tensor(5.0)), [3.0]),
    "kl_divergence, equal": (
        optimizers.kl_divergence(torch.tensor([0.5]), torch.tensor([0.5])),
        [0.0],
    ),
    "kl_divergence": (
        optimizers.kl_divergence(torch.tensor([0.5]), torch.tensor([0.25])),
        [0.25 - 0.5 + 0.5 * np.log(2)],
    ),
}


@pytest.mark.parametrize(("got", "expected"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_functions_of_the_module_are_there(got: Tensor, expected: list[float]) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-6)
