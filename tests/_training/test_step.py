"""One batch: what it changes, and that a batch that fails changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from small_models import Recorder, assert_same, everything, line
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras import optimizers
from legacy_keras._settings import settings
from legacy_keras.constraints import Constraint
from legacy_keras.layers.core import (
    Activation,
    ActivityRegularization,
    Dense,
    Layer,
    Merge,
)
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU, LSTM
from legacy_keras.models import Sequential
from legacy_keras.regularizers import Regularizer

NB_SAMPLES = 4


class Trouble(Exception):
    """Raised by something of the user's."""


class Countdown:
    """Raises at its third call."""

    def __init__(self) -> None:
        self.left = 3

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Trouble("third batch")


def fuse(x: Any) -> Any:
    """Return ``x`` as a matrix of one number, and fail unless it is positive.

    What a user writes with K is recorded once, so that it can only fail by its numbers.
    """
    return torch.linalg.cholesky(K.reshape(x, (1, 1)))


class Climbing(Constraint):
    """Triples a bias and adds 3: it is about 0, 3, 12 when the first batches come."""

    def __call__(self, p: Any) -> Any:
        return p * 3.0 + 3.0


class FailingConstraint(Climbing):
    """Fails the third time."""

    def __call__(self, p: Any) -> Any:
        return super().__call__(p) + 0.0 * fuse(7.0 - p[:1])[0]


class FailingRegularizer(Regularizer):
    """Fails the third time, for a bias that is climbing."""

    def __call__(self, loss: Any) -> Any:
        return loss + 0.0 * K.sum(fuse(7.0 - self.p[:1]))


class FailingLayer(Layer):
    """Changes nothing, and fails the third time it is trained."""

    def __init__(self, **kwargs: Any) -> None:
        self.count = Countdown()
        super().__init__(**kwargs)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.training:
            self.count()
        return x


def failing_loss(y_true: Any, y_pred: Any) -> Any:
    """The mean squared error, failing if the first target is negative."""
    return K.mean(K.square(y_pred - y_true), axis=-1) + 0.0 * fuse(y_true[:1, :1])[0]


class FailingTorchLoss(torch.nn.MSELoss):
    """The mean squared error, failing the third time."""

    def __init__(self) -> None:
        super().__init__()
        self.count = Countdown()

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        self.count()
        return super().forward(input, target)


def full_of_state(
    optimizer: Any = "adam", loss: Any = "mse", last: Any = None, **dense: Any
) -> Sequential:
    """Return a model with weights, running statistics, states, and an optimizer's state."""
    model = Sequential()
    model.add(LSTM(3, stateful=True, batch_input_shape=(NB_SAMPLES, 2, 3)))
    model.add(BatchNormalization())
    model.add(Dense(2, W_constraint="maxnorm", W_regularizer="l2"))
    if last is not None:
        model.add(last)
    model.add(Dense(2, **dense))
    model.compile(optimizer, loss)
    return model


def batches(nb_batch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches; the first target of the third one is negative."""
    rng = np.random.RandomState(0)
    for index in range(nb_batch):
        X, y = rng.normal(size=(NB_SAMPLES, 2, 3)), rng.normal(size=(NB_SAMPLES, 2))
        y[0, 0] = -1 if index == 2 else 1
        yield X, y


class FailingOptimizer(torch.optim.Adam):
    """Adam that fails at its third step, before it changes anything."""

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self.count = Countdown()

    def step(self, closure: Any = None) -> Any:
        self.count()
        return super().step(closure)


class FailingAdam(optimizers.Adam):
    """The same of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.count = Countdown()

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        self.count()
        super().update(params, grads)


def failing_regularizer() -> Sequential:
    return full_of_state(b_constraint=Climbing(), b_regularizer=FailingRegularizer())


FAILING: dict[str, Any] = {
    "loss": lambda: full_of_state(loss=failing_loss),
    "loss, with an optimizer of torch": lambda: full_of_state(torch.optim.Adam, failing_loss),
    "loss of torch": lambda: full_of_state(loss=FailingTorchLoss()),
    "layer": lambda: full_of_state(last=FailingLayer()),
    "regularizer": failing_regularizer,
    "constraint": lambda: full_of_state(b_constraint=FailingConstraint()),
    "constraint, with SGD": lambda: full_of_state("sgd", b_constraint=FailingConstraint()),
    "constraint, with an optimizer of torch": lambda: full_of_state(
        torch.optim.Adam, b_constraint=FailingConstraint()
    ),
    "optimizer": lambda: full_of_state(FailingAdam()),
    "optimizer of torch": lambda: full_of_state(FailingOptimizer),
}
FAILURE = (Trouble, torch.linalg.LinAlgError)
WHY = "third batch|not positive-definite"


@pytest.mark.parametrize("build", FAILING.values(), ids=FAILING)
def test_a_batch_that_fails_changes_nothing(build: Callable[[], Sequential]) -> None:
    model = build()
    first, second, third, _ = batches(4)
    model.train_on_batch(*first)
    model.train_on_batch(*second)
    before = everything(model)

    with pytest.raises(FAILURE, match=WHY):
        model.train_on_batch(*third)

    assert_same(everything(model), before)


@pytest.mark.parametrize("build", FAILING.values(), ids=FAILING)
def test_fit_keeps_the_batches_before_the_one_that_fails(
    build: Callable[[], Sequential],
) -> None:
    model = build()
    X, y = (np.concatenate(arrays) for arrays in zip(*batches(4), strict=True))
    recorder = Recorder(everything)

    with pytest.raises(FAILURE, match=WHY):
        model.fit(X, y, batch_size=4, nb_epoch=1, shuffle=False, verbose=0, callbacks=[recorder])

    assert len(recorder.seen) == 2
    assert_same(everything(model), recorder.seen[-1])


def test_a_batch_of_another_shape_changes_nothing() -> None:
    model = full_of_state()
    (X, y), *_ = batches(1)
    model.train_on_batch(X, y)
    before = everything(model)

    for wrong in ((X[:, :, :2], y), (X, y[:, :1]), (X[:3], y[:3])):
        with pytest.raises(ValueError):
            model.train_on_batch(*wrong)

    assert_same(everything(model), before)


def test_the_same_happens_in_one_batch_whatever_came_before_it_failed() -> None:
    failing, plain = full_of_state(loss=failing_loss), full_of_state()
    plain.set_weights(failing.get_weights())
    first, second, third, fourth = batches(4)

    for batch in (first, second, fourth):
        plain.train_on_batch(*batch)
    for batch in (first, second):
        failing.train_on_batch(*batch)
    with pytest.raises(FAILURE, match=WHY):
        failing.train_on_batch(*third)
    failing.train_on_batch(*fourth)

    assert_same(everything(failing), everything(plain))


class TestRegularizers:
    def test_penalties_count_in_training_alone(self) -> None:
        model = Sequential([Dense(1, input_dim=2, init="one", W_regularizer="l2")])
        model.compile("sgd", "mse")
        X, y = np.ones((3, 2)), np.full((3, 1), 2.0)

        assert model.test_on_batch(X, y)[0] == 0
        assert model.evaluate(X, y, verbose=0) == 0
        assert model.train_on_batch(X, y)[0] == pytest.approx(0.01 * 2)

    def test_an_activity_is_penalised_as_a_mean_over_samples(self) -> None:
        model = Sequential([ActivityRegularization(l1=0.1, l2=0.01, input_shape=(2,)), Dense(1)])
        model.compile("sgd", "mse")
        X = np.array([[1.0, -2.0], [3.0, 0.0]])
        y = model.predict(X)

        (loss,) = model.train_on_batch(X, y)

        assert loss == pytest.approx(0.1 * (2 + 1) + 0.01 * (5 + 2), rel=1e-5)

    def test_a_frozen_layer_has_no_penalty(self) -> None:
        model = Sequential([Dense(1, input_dim=2, init="one", W_regularizer="l2", trainable=False)])
        model.compile("sgd", "mse")

        assert model.train_on_batch(np.ones((3, 2)), np.full((3, 1), 2.0))[0] == 0


class TestConstraints:
    def test_they_apply_after_each_update(self) -> None:
        model = Sequential([Dense(1, input_dim=1, init="one", b_constraint="nonneg")])
        model.compile(optimizers.SGD(lr=1.0), "mse")

        model.train_on_batch(np.zeros((2, 1)), np.full((2, 1), -1.0))

        assert model.get_weights()[1] == 0

    def test_they_do_not_touch_a_frozen_layer(self) -> None:
        model = Sequential([Dense(1, input_dim=1, init="one", W_constraint="unitnorm")])
        model.add(Dense(1))
        model.layers[0].set_weights([np.full((1, 1), 5.0), np.zeros(1)])
        model.layers[0].trainable = False
        model.compile("sgd", "mse")

        model.train_on_batch(np.ones((2, 1)), np.ones((2, 1)))

        assert model.layers[0].get_weights()[0] == 5


class TestUpdates:
    def test_running_statistics_move_in_training_alone(self) -> None:
        model = Sequential([BatchNormalization(input_shape=(1,), momentum=0.5)])
        model.compile("sgd", "mse")
        X = np.array([[1.0], [3.0]])

        model.evaluate(X, X, verbose=0)
        model.predict(X)
        assert [w.tolist() for w in model.get_weights()[2:]] == [[0], [1]]

        model.train_on_batch(X, X)
        mean, std = model.get_weights()[2:]
        np.testing.assert_allclose([mean[0], std[0]], [1.0, 1.0], rtol=1e-5)

    def test_a_frozen_layer_keeps_its_statistics(self) -> None:
        model = Sequential([BatchNormalization(input_shape=(1,), trainable=False), Dense(1)])
        model.compile("sgd", "mse")

        model.train_on_batch(np.array([[1.0], [3.0]]), np.ones((2, 1)))

        assert [w.tolist() for w in model.layers[0].get_weights()[2:]] == [[0], [1]]

    @pytest.mark.parametrize("update_merged", [False, True])
    def test_statistics_inside_a_merge_stand_still_as_in_0_3_3_unless_a_setting_says_so(
        self, update_merged: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "update_merged", update_merged)
        normalized = BatchNormalization(input_shape=(1,))
        branches = [Sequential([normalized]), Sequential([Activation("linear", input_shape=(1,))])]
        model = Sequential([Merge(branches, mode="sum")])
        model.compile("sgd", "mse")

        model.train_on_batch([np.array([[1.0], [3.0]])] * 2, np.ones((2, 1)))

        moved = float(normalized.running_mean) != 0
        assert moved is update_merged

    def test_states_move_in_training_and_testing(self) -> None:
        model = Sequential([GRU(2, stateful=True, batch_input_shape=(1, 2, 1))])
        model.compile(optimizers.SGD(lr=0.0), "mse")
        X, y = np.ones((1, 2, 1)), np.zeros((1, 2))
        outputs = []
        for use in (
            lambda: model.predict(X),
            lambda: model.test_on_batch(X, y),
            lambda: model.train_on_batch(X, y),
        ):
            use()
            outputs.append(float(K.get_value(model.layers[0].states[0])[0, 0]))

        assert len(set(outputs)) == 3
        model.reset_states()
        assert not K.get_value(model.layers[0].states[0]).any()


def test_a_model_without_weights_can_be_trained_on_and_nothing_happens() -> None:
    model = Sequential([Activation("tanh", input_shape=(2,))])
    model.compile("adam", "mse")

    history = model.fit(np.ones((4, 2)), np.zeros((4, 2)), nb_epoch=2, verbose=0)

    np.testing.assert_allclose(history.history["loss"], [np.tanh(1) ** 2] * 2, rtol=1e-6)


def test_the_mode_of_the_module_is_that_of_the_last_call() -> None:
    model = line()

    model.train_on_batch(np.ones((1, 1)), np.ones(1))
    assert model.training
    model.predict(np.ones((1, 1)))
    assert not model.training


def test_gradients_do_not_stay_behind() -> None:
    model = line()

    model.train_on_batch(np.ones((1, 1)), np.zeros(1))

    assert all(p.grad is None for p in model.parameters())


def test_a_prediction_keeps_no_graph() -> None:
    model = line()

    with torch.enable_grad():
        model.predict(np.ones((1, 1)))
        model.test_on_batch(np.ones((1, 1)), np.ones(1))

    assert not torch.is_grad_enabled() or all(p.grad is None for p in model.parameters())
