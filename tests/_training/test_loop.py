"""The epoch loop: which hooks fire when, with which logs, and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from small_models import classes, classifier, graph_data, two_outputs

from legacy_keras import backend as K
from legacy_keras.callbacks import Callback, LearningRateScheduler
from legacy_keras.optimizers import SGD


class Events(Callback):
    """Notes what it is told."""

    def __init__(self, at: str = "") -> None:
        super().__init__()
        self.events: list[tuple[Any, ...]] = []
        self.at = at

    def note(self, hook: str, number: int | None, logs: Any) -> None:
        self.events.append((hook, number, *sorted(logs or {})))
        if hook == self.at:
            self.model.stop_training = True

    def on_train_begin(self, logs: Any = {}) -> None:
        self.note("train begin", None, logs)

    def on_train_end(self, logs: Any = {}) -> None:
        self.note("train end", None, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = {}) -> None:
        self.note("epoch begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = {}) -> None:
        self.note("epoch end", epoch, logs)

    def on_batch_begin(self, batch: int, logs: Any = {}) -> None:
        self.note("batch begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Any = {}) -> None:
        self.note("batch end", batch, logs)

    @property
    def hooks(self) -> list[str]:
        return [event[0] for event in self.events]


def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        yield classes(4)


def generate_dicts() -> Iterator[dict[str, np.ndarray]]:
    while True:
        yield graph_data(4)


LOOPS: dict[str, Callable[[Any], Any]] = {
    "fit": lambda callbacks: classifier().fit(
        *classes(8), batch_size=4, nb_epoch=2, verbose=0, callbacks=callbacks
    ),
    "fit_generator": lambda callbacks: classifier().fit_generator(
        generate(), 8, 2, verbose=0, callbacks=callbacks
    ),
    "fit of a Graph": lambda callbacks: two_outputs().fit(
        graph_data(8), batch_size=4, nb_epoch=2, verbose=0, callbacks=callbacks
    ),
    "fit_generator of a Graph": lambda callbacks: two_outputs().fit_generator(
        generate_dicts(), 8, 2, verbose=0, callbacks=callbacks
    ),
}
BATCH = [("batch begin", "batch", "size"), ("batch end", "batch", "loss", "size")]


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_hooks_fire_in_the_order_of_0_3_3(loop: Callable[[Any], Any]) -> None:
    events = Events()

    loop([events])

    expected: list[tuple[Any, ...]] = [("train begin", None)]
    for epoch in range(2):
        expected.append(("epoch begin", epoch))
        for batch in range(2):
            expected += [(hook, batch, *keys) for hook, *keys in BATCH]
        expected.append(("epoch end", epoch, "loss"))
    assert events.events == [*expected, ("train end", None)]


def test_accuracy_and_validation_add_their_logs() -> None:
    events = Events()
    X, y = classes(8)

    classifier().fit(
        X,
        y,
        nb_epoch=1,
        show_accuracy=True,
        validation_split=0.5,
        verbose=0,
        callbacks=[events],
    )

    assert ("batch end", 0, "acc", "batch", "loss", "size") in events.events
    assert ("epoch end", 0, "acc", "loss", "val_acc", "val_loss") in events.events


def test_callbacks_see_the_model_and_the_parameters() -> None:
    events = Events()
    model = classifier()

    model.fit(*classes(8), batch_size=4, nb_epoch=2, verbose=0, callbacks=[events])

    assert events.model is model
    assert events.params == {
        "batch_size": 4,
        "nb_epoch": 2,
        "nb_sample": 8,
        "verbose": 0,
        "do_validation": False,
        "metrics": ["loss", "acc", "val_loss", "val_acc"],
    }


@pytest.mark.parametrize("hook", ["batch end", "epoch begin", "epoch end"])
def test_stop_training_ends_after_the_epoch(hook: str) -> None:
    events = Events(at=hook)

    history = classifier().fit(*classes(8), batch_size=4, nb_epoch=9, verbose=0, callbacks=[events])

    assert history.epoch == [0]
    assert events.hooks.count("batch end") == 2
    assert events.hooks[-1] == "train end"


def test_stop_training_is_forgotten_by_the_next_call() -> None:
    model = classifier()
    model.fit(*classes(8), nb_epoch=3, verbose=0, callbacks=[Events(at="epoch end")])

    assert model.fit(*classes(8), nb_epoch=2, verbose=0).epoch == [0, 1]


def test_a_learning_rate_set_before_an_epoch_counts_in_it() -> None:
    model = classifier(SGD(lr=0.5))
    before = model.get_weights()
    frozen = LearningRateScheduler(lambda epoch: 0.0)

    model.fit(*classes(8), nb_epoch=2, verbose=0, callbacks=[frozen])

    assert K.get_value(model.optimizer.lr) == 0
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_losses_are_those_before_each_step() -> None:
    X, y = classes(8)
    model = classifier()
    expected = model.evaluate(X, y, verbose=0)

    history = model.fit(X, y, nb_epoch=1, verbose=0)

    assert history.history["loss"] == [pytest.approx(expected)]
    assert model.evaluate(X, y, verbose=0) < expected


def test_weights_may_be_changed_by_a_callback() -> None:
    class Reset(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = {}) -> None:
            self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])

    model = classifier()

    history = model.fit(*classes(8), nb_epoch=2, verbose=0, callbacks=[Reset()])

    assert history.history["loss"][1] == pytest.approx(np.log(3), rel=1e-5)
    assert all((w == 0).all() for w in model.get_weights())


def test_a_loss_that_is_nan_is_told_and_logged_as_such() -> None:
    X, y = classes(8)
    X[0, 0] = np.nan

    with pytest.warns(RuntimeWarning, match="The loss is nan in epoch 0"):
        history = classifier().fit(X, y, nb_epoch=1, verbose=0)

    assert np.isnan(history.history["loss"][0])


def test_training_leaves_torch_as_it_was() -> None:
    threads, enabled, default = (
        torch.get_num_threads(),
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
    )

    classifier().fit(*classes(8), nb_epoch=1, verbose=0)

    assert (torch.get_num_threads(), torch.is_grad_enabled(), torch.get_default_dtype()) == (
        threads,
        enabled,
        default,
    )
    assert torch.initial_seed() == 1337
