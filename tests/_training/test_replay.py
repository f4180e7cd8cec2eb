"""Recorded steps: the same numbers as plain ones, and plain ones where that is not certain."""

from __future__ import annotations

import copy
import pickle
import weakref
from typing import Any

import numpy as np
import pytest
import torch
from small_models import assert_same, classes, classifier, everything, graph_data, two_outputs
from torch.utils._python_dispatch import TorchDispatchMode

from legacy_keras import backend as K
from legacy_keras import optimizers
from legacy_keras._settings import settings
from legacy_keras._training import replay
from legacy_keras._training.batches import Batch
from legacy_keras.callbacks import LearningRateScheduler
from legacy_keras.layers.core import Activation, Dense, Dropout, Layer
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Sequential
from legacy_keras.regularizers import WeightRegularizer


@pytest.fixture(autouse=True)
def recorded_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record the third step of a shape and compare one replay."""
    monkeypatch.setattr(replay, "PLAIN_STEPS", 3)
    monkeypatch.setattr(replay, "CHECKED_STEPS", 1)
    monkeypatch.setattr(replay, "SECONDS_SAVED_PER_CALL", 1.0)  # however busy the machine is


def recordings(model: Any) -> list[Any]:
    shapes = model.step.compute.shapes.values()
    return [shape.recording for shape in shapes if shape.recording is not None]


def without_replay(monkeypatch: pytest.MonkeyPatch, build: Any) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(settings, "replay", False)
        np.random.seed(1)
        return build()


def both(monkeypatch: pytest.MonkeyPatch, build: Any) -> tuple[Any, Any]:
    """Return a model that is replayed and one that is not, with equal weights and seeds."""
    plain = without_replay(monkeypatch, build)
    np.random.seed(1)
    return build(), plain


class Square(Layer):
    """A user's layer."""

    def get_output(self, train: bool = False) -> Any:
        return K.square(self.get_input(train))


def regularized() -> Sequential:
    model = Sequential(
        [
            Dense(6, input_dim=4, activation="relu", W_regularizer=WeightRegularizer(l1=0.01)),
            BatchNormalization(),
            Dropout(0.3),
            Square(),
            Dense(3),
            Activation("softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    return model


def clipped() -> Sequential:
    return classifier(optimizers.Adagrad(clipnorm=0.5, clipvalue=0.1))


def own_loss() -> Sequential:
    return classifier("rmsprop", lambda y, p: K.mean(K.square(y - p), axis=-1))


CLASSIFIERS = {f.__name__: f for f in (classifier, regularized, clipped, own_loss)}


@pytest.mark.parametrize("build", CLASSIFIERS.values(), ids=CLASSIFIERS)
@pytest.mark.parametrize(
    "options", [{}, {"show_accuracy": True, "class_weight": {0: 2, 1: 1, 2: 3}}]
)
def test_replayed_training_gives_the_numbers_of_plain_training(
    monkeypatch: pytest.MonkeyPatch, build: Any, options: dict[str, Any]
) -> None:
    models = both(monkeypatch, build)
    X, y = classes(40)

    for model in models:
        np.random.seed(2)
        model.fit(X, y, batch_size=8, nb_epoch=3, verbose=0, validation_split=0.2, **options)

    assert len(recordings(models[0])) == 1
    assert not recordings(models[1])
    assert_same(everything(models[0]), everything(models[1]))
    assert models[0].history.history == models[1].history.history


def test_replayed_training_of_a_graph_gives_the_numbers_of_plain_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = both(monkeypatch, two_outputs)

    for model in models:
        np.random.seed(2)
        model.fit(graph_data(40), batch_size=8, nb_epoch=3, verbose=0)

    assert recordings(models[0])
    assert_same(everything(models[0]), everything(models[1]))


def test_batches_of_several_shapes_have_a_recording_each() -> None:
    model = classifier()

    for nb_sample in [4, 6] * 5:
        model.train_on_batch(*classes(nb_sample))

    assert len(recordings(model)) == 2


def test_more_shapes_than_are_kept_make_recording_rarer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_SHAPES", 2)
    model = classifier()

    for nb_sample in (4, 5, 6):
        for _ in range(4):
            model.train_on_batch(*classes(nb_sample))

    assert len(model.step.compute.shapes) == 1
    assert model.step.compute.nb_plain_steps == 6


def test_a_new_learning_rate_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    models = both(monkeypatch, classifier)
    X, y = classes(16)

    for model in models:
        schedule = LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
        model.fit(X, y, batch_size=4, nb_epoch=4, verbose=0, shuffle=False, callbacks=[schedule])

    assert recordings(models[0])
    assert_same(everything(models[0]), everything(models[1]))


def test_weights_that_are_set_count_at_once() -> None:
    model = classifier()
    X, y = classes(8)
    for _ in range(6):
        model.train_on_batch(X, y)
    zeros = [np.zeros_like(w) for w in model.get_weights()]

    model.set_weights(zeros)
    (loss,) = model.train_on_batch(X, y)

    assert recordings(model)
    np.testing.assert_allclose(loss, np.log(3), rtol=1e-6)


def test_an_attribute_of_a_layer_that_changes_ends_its_recordings() -> None:
    model = Sequential([Dropout(0.5, input_shape=(4,)), Dense(1)])
    model.compile("sgd", "mse")
    X, y = np.ones((8, 4)), np.ones((8, 1))
    for _ in range(6):
        model.train_on_batch(X, y)
    assert recordings(model)

    model.layers[0].p = 0.0
    losses = [float(model.test_on_batch(X, y)[0]), float(model.train_on_batch(X, y)[0])]

    assert not recordings(model)
    assert losses[0] == losses[1]  # nothing is dropped any more


def test_noise_is_drawn_anew_at_each_replay_and_is_that_of_plain_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build() -> Sequential:
        model = Sequential([Dropout(0.5, input_shape=(20,)), Dense(1)])
        model.compile(optimizers.SGD(lr=0.0), "mse")
        return model

    losses = []
    for model in both(monkeypatch, build):
        X, y = np.ones((8, 20)), np.ones((8, 1))
        losses.append([float(model.train_on_batch(X, y)[0]) for _ in range(10)])

    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 10


def test_a_module_of_the_users_is_never_recorded() -> None:
    class Halved(Dense):
        def forward(self, x: torch.Tensor, mask: Any = None) -> torch.Tensor:
            return super().forward(x, mask) / 2

    model = Sequential([Halved(2, input_dim=4)])
    model.compile("sgd", "mse")

    for _ in range(6):
        model.train_on_batch(np.ones((4, 4)), np.ones((4, 2)))

    assert not recordings(model)


def test_a_hook_is_called_at_each_step() -> None:
    model = classifier()
    X, y = classes(8)
    for _ in range(6):
        model.train_on_batch(X, y)
    calls = []

    model.layers[0].register_forward_hook(lambda *_: calls.append(1))
    for _ in range(3):
        model.train_on_batch(X, y)

    assert len(calls) == 3


def test_a_failing_replay_fails_as_a_plain_step_and_changes_nothing() -> None:
    model = Sequential([Embedding(5, 2, input_length=3), LSTM(2), Dense(1)])
    model.compile("adam", "mse")
    X, y = np.ones((4, 3)), np.ones((4, 1))
    for _ in range(6):
        model.train_on_batch(X, y)
    before = everything(model)

    with pytest.raises(IndexError, match="index out of range"):
        model.train_on_batch(X + 7, y)

    assert recordings(model)
    assert_same(everything(model), before)


def test_a_replay_that_differs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_same", lambda tensors, others: False)
    models = both(monkeypatch, classifier)
    X, y = classes(8)

    for model in models:
        for _ in range(6):
            model.train_on_batch(X, y)

    assert not recordings(models[0])
    assert_same(everything(models[0]), everything(models[1]))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_trains_on_by_recordings_of_its_own(copied: Any) -> None:
    model = classifier("adam")
    X, y = classes(8)
    for _ in range(6):
        model.train_on_batch(X, y)

    other = copied(model)
    for each in (model, other):
        for _ in range(6):
            each.train_on_batch(X, y)

    assert recordings(other)
    assert recordings(other)[0] is not recordings(model)[0]
    assert_same(everything(other), everything(model))


def test_a_recording_waits_until_its_check_is_worth_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay, "SECONDS_SAVED_PER_CALL", 1e-12)
    monkeypatch.setattr(replay, "SECONDS_SAVED_PER_MODULE", 1e-12)
    model = classifier()

    for _ in range(6):
        model.train_on_batch(*classes(8))

    (shape,) = model.step.compute.shapes.values()
    assert shape.checked == 0
    assert shape.pays_from > 1000


def test_predictions_and_tests_are_replayed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    models = both(monkeypatch, regularized)
    X, y = classes(40)

    results = [
        (model.predict(X, batch_size=4), model.evaluate(X, y, batch_size=4, show_accuracy=True))
        for model in models
    ]

    step = models[0].step
    for replayer in (step.compute_predictions, step.compute_test):
        assert any(shape.recording for shape in replayer.shapes.values())
    np.testing.assert_array_equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]


def test_a_stateful_model_predicts_on_from_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def build() -> Sequential:
        model = Sequential([LSTM(3, batch_input_shape=(4, 2, 2), stateful=True), Dense(1)])
        model.compile("sgd", "mse")
        return model

    X = np.ones((4, 2, 2))
    results = [
        [model.predict_on_batch(X)[0] for _ in range(8)] for model in both(monkeypatch, build)
    ]

    np.testing.assert_array_equal(*results)
    assert len({array.tobytes() for array in results[0]}) == 8


def test_recording_a_step_takes_no_more_memory_than_the_step() -> None:
    alive: list[weakref.ref[Any]] = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            result = function(*args, **(kwargs or {}))
            alive.append(weakref.ref(result))
            return result

    x = torch.ones(1000)
    recorder = replay._Recorder(Batch([x], [], [], 1000))
    with recorder, Watch():
        for _ in range(6):
            x = x * 2

    assert [ref() is not None for ref in alive] == [False] * 5 + [True]


def test_within_autocast_steps_are_plain() -> None:
    model = classifier(loss="mse")
    X, y = classes(8)

    with torch.autocast("cpu"):
        for _ in range(6):
            model.train_on_batch(X, y)

    assert not recordings(model)


def written_to(x: torch.Tensor) -> torch.Tensor:
    total = torch.zeros_like(x)
    total[0].add_(x[0])
    return total * 2


REWRITTEN = {
    "what_depends_on_shapes_alone_is_kept": (
        lambda x: x * (torch.ones_like(x) / 4).expand(2, 3),
        ["mul"],
    ),
    "what_depends_on_numbers_alone_is_kept": (
        lambda x: torch.where(x > 0, x, torch.full((), 2.0) + 1),
        ["gt", "where"],
    ),
    "what_is_written_to_is_made_anew": (
        written_to,
        ["zeros_like", "select", "select", "add_", "mul"],
    ),
    "what_is_handed_out_is_made_anew": (torch.zeros_like, ["zeros_like"]),
    "a_sum_is_taken_without_the_axes_that_a_view_removes": (
        lambda x: x.sum([0], keepdim=True).view(3),
        ["sum"],
    ),
    "a_sum_that_is_read_otherwise_keeps_its_axes": (
        lambda x: x.sum([0], keepdim=True).view(3) * x.sum([0], keepdim=True),
        ["sum", "sum", "mul"],
    ),
    "a_sum_in_another_dtype_stays": (
        lambda x: x.sum([0], keepdim=True, dtype=torch.float64).view(3),
        ["sum", "view"],
    ),
    "a_view_that_does_more_than_remove_axes_stays": (
        lambda x: x.sum([0], keepdim=True).view(3, 1),
        ["sum", "view"],
    ),
}


@pytest.mark.parametrize(("function", "calls"), REWRITTEN.values(), ids=REWRITTEN)
def test_a_recording_is_shortened_where_its_numbers_stay(function: Any, calls: list[str]) -> None:
    first, second = (Batch([torch.randn(2, 3)], [], [], 2) for _ in range(2))
    recorder = replay._Recorder(first)
    with recorder:
        result = function(*first.inputs)

    recording = recorder.finish(replay.Computed([result], [], []))

    for batch in (first, second, first):
        assert torch.equal(recording.run(batch).results[0], function(*batch.inputs))
    called = [node.kind() for node in recording.function.graph.nodes()]
    assert [kind.removeprefix("aten::") for kind in called if kind.startswith("aten")] == calls
    results = [recording.run(first).results[0] for _ in range(2)]
    assert results[0].data_ptr() != results[1].data_ptr()
