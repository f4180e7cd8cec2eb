"""Sequential as a model: compile, fit, evaluate, predict, and what they refuse."""

from __future__ import annotations

import functools
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from small_models import Recorder, assert_same, classes, classifier, everything, line
from torch import Tensor, nn

from legacy_keras import backend as K
from legacy_keras import models, objectives, optimizers
from legacy_keras.callbacks import EarlyStopping, History
from legacy_keras.layers.core import Dense, Dropout, Flatten, Merge, Reshape
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.models import Sequential


def unsmooth(y_true: Any, y_pred: Any) -> Any:
    """A user's loss."""
    return K.mean(K.abs(y_pred - y_true), axis=-1)


OPTIMIZERS: dict[str, tuple[Any, type]] = {
    "name": ("rmsprop", optimizers.RMSprop),
    "instance": (optimizers.SGD(lr=0.1), optimizers.SGD),
    "torch class": (torch.optim.AdamW, torch.optim.AdamW),
    "partial": (functools.partial(torch.optim.SGD, lr=0.1, momentum=0.9), torch.optim.SGD),
    "lambda": (lambda params: torch.optim.Adagrad(params, lr=0.1), torch.optim.Adagrad),
}


class TestCompile:
    @pytest.mark.parametrize(("optimizer", "kind"), OPTIMIZERS.values(), ids=OPTIMIZERS)
    def test_an_optimizer_of_either_kind_trains(self, optimizer: Any, kind: type) -> None:
        model = classifier(optimizer)
        X, y = classes()
        before = model.evaluate(X, y, verbose=0)

        model.fit(X, y, nb_epoch=20, verbose=0)

        assert type(model.optimizer) is kind
        assert model.evaluate(X, y, verbose=0) < before

    def test_a_torch_optimizer_made_with_the_parameters_is_used_as_it_is(self) -> None:
        model = Sequential([Dense(2, input_dim=3)])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

        model.compile(optimizer, "mse")

        assert model.optimizer is optimizer

    def test_a_torch_optimizer_takes_the_steps_that_it_takes_in_torch(self) -> None:
        model = line(functools.partial(torch.optim.Adam, lr=0.05))
        X, y = np.float32([[1], [2], [3]]), np.float32([[2], [1], [4]])
        W, b = (torch.tensor(w, requires_grad=True) for w in model.get_weights())
        by_hand = torch.optim.Adam([W, b], lr=0.05)

        for _ in range(3):
            model.train_on_batch(X, y)
            by_hand.zero_grad()
            (torch.tensor(X) @ W + b - torch.tensor(y)).square().mean().backward()
            by_hand.step()

        np.testing.assert_allclose(model.get_weights()[0], W.detach(), rtol=1e-6)
        np.testing.assert_allclose(model.get_weights()[1], b.detach(), rtol=1e-6)

    @pytest.mark.parametrize(
        ("optimizer", "kind", "message"),
        [
            ("sdg", ValueError, "Invalid optimizer: sdg. Did you mean"),
            (3, TypeError, "the optimizer got 3; expected a name such as 'sgd'"),
            (list, TypeError, r"<class 'list'> made a list; expected a torch.optim.Optimizer"),
            (
                torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1),
                ValueError,
                r"the SGD passed to compile\(\) trains none of this model's parameters",
            ),
        ],
        ids=["unknown name", "number", "other callable", "other parameters"],
    )
    def test_what_is_no_optimizer_for_this_model_is_refused(
        self, optimizer: Any, kind: type[Exception], message: str
    ) -> None:
        with pytest.raises(kind, match=message):
            classifier(optimizer)

    @pytest.mark.parametrize(
        "loss",
        ["mse", "mean_squared_error", objectives.mse, nn.MSELoss(), nn.MSELoss],
        ids=["short name", "name", "function", "torch instance", "torch class"],
    )
    def test_the_same_loss_is_the_same_in_any_form(self, loss: Any) -> None:
        model = line(loss=loss)

        (result,) = model.test_on_batch(np.float32([[1], [2]]), np.float32([[3], [3]]))

        assert result == pytest.approx((2**2 + 1**2) / 2)

    def test_a_torch_loss_counts_weights_and_keeps_its_options(self) -> None:
        loss = nn.HuberLoss(delta=0.5)
        model = line(loss=loss)
        X, y = np.float32([[1], [2]]), np.float32([[4], [2.25]])

        (result,) = model.test_on_batch(X, y, sample_weight=np.array([1.0, 3.0]))

        scores = 0.5 * (3 - 0.25), 0.5 * 0.25**2
        assert result == pytest.approx((scores[0] + 3 * scores[1]) / 2, rel=1e-5)
        assert loss.reduction == "mean"  # the user's own is left alone

    def test_a_function_of_the_user_is_a_loss(self) -> None:
        model = line(loss=unsmooth)

        assert model.test_on_batch(np.ones((2, 1)), np.zeros((2, 1)))[0] == 1
        assert model.get_config()["loss"] == "unsmooth"

    @pytest.mark.parametrize(
        ("loss", "kind", "message"),
        [
            ("mes", ValueError, "Invalid objective: mes. Did you mean"),
            (None, TypeError, "the loss got None; expected a name such as 'mse'"),
            (nn.ReLU(), TypeError, "the loss ReLU has no `reduction`; expected a torch.nn loss"),
        ],
        ids=["unknown name", "None", "a module that is no loss"],
    )
    def test_what_is_no_loss_is_refused(
        self, loss: Any, kind: type[Exception], message: str
    ) -> None:
        with pytest.raises(kind, match=message):
            classifier(loss=loss)

    def test_options_of_theano_are_accepted_and_others_refused(self) -> None:
        line(mode="FAST_RUN", on_unused_input="ignore", allow_input_downcast=True)

        with pytest.raises(ValueError, match=r"Invalid argument 'foo' passed to K\.function"):
            line(foo=1)

    def test_the_device_is_an_option(self) -> None:
        assert line(device="cpu").layers[0].W.device.type == "cpu"
        assert line(device="meta").layers[0].W.device.type == "meta"

    def test_class_mode_is_deprecated(self) -> None:
        with pytest.warns(UserWarning, match='The "class_mode" argument is deprecated'):
            line(class_mode="binary")

    def test_one_class_alone_is_doubted(self) -> None:
        with pytest.warns(UserWarning, match=r"output has shape \(None, 1\) \(1-dimensional"):
            line(loss="categorical_crossentropy")

    def test_compiling_anew_starts_the_optimizer_anew(self) -> None:
        model = classifier(optimizers.Adam())
        X, y = classes()
        model.train_on_batch(X, y)

        model.compile(model.optimizer, "mse")

        state = model.optimizer.get_state()
        assert all((m == 0).all() for m in state[1::3])


METHODS: dict[str, Callable[[Any], Any]] = {
    "fit": lambda model: model.fit(np.ones((2, 1)), np.ones(2), verbose=0),
    "evaluate": lambda model: model.evaluate(np.ones((2, 1)), np.ones(2), verbose=0),
    "predict": lambda model: model.predict(np.ones((2, 1))),
    "predict_classes": lambda model: model.predict_classes(np.ones((2, 1)), verbose=0),
    "train_on_batch": lambda model: model.train_on_batch(np.ones((2, 1)), np.ones(2)),
    "test_on_batch": lambda model: model.test_on_batch(np.ones((2, 1)), np.ones(2)),
    "predict_on_batch": lambda model: model.predict_on_batch(np.ones((2, 1))),
    "fit_generator": lambda model: model.fit_generator(iter([]), 1, 1, verbose=0),
    "evaluate_generator": lambda model: model.evaluate_generator(iter([]), 1, verbose=0),
}


@pytest.mark.parametrize("call", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("kind", [RuntimeError, AttributeError])
def test_a_model_has_to_be_compiled_first(
    call: Callable[[Any], Any], kind: type[Exception]
) -> None:
    model = Sequential([Dense(1, input_dim=1)])

    with pytest.raises(kind, match=r"This Sequential is not compiled; call compile\(optimizer, l"):
        call(model)


class TestFit:
    def test_it_returns_the_history_and_keeps_it(self) -> None:
        model = classifier()
        X, y = classes()

        history = model.fit(X, y, nb_epoch=2, show_accuracy=True, verbose=0)

        assert isinstance(history, History)
        assert model.history is history
        assert history.epoch == [0, 1]
        assert set(history.history) == {"loss", "acc"}
        assert all(type(v) is float for values in history.history.values() for v in values)

    def test_an_epoch_s_loss_is_the_mean_over_samples(self) -> None:
        model = classifier()
        X, y = classes(10)
        recorder = Recorder()

        history = model.fit(X, y, batch_size=4, nb_epoch=1, verbose=0, callbacks=[recorder])

        sizes, losses = zip(*((logs["size"], logs["loss"]) for logs in recorder.batches))
        assert sizes == (4, 4, 2)
        assert history.history["loss"][0] == pytest.approx(np.average(losses, weights=sizes))

    def test_the_validation_split_is_the_end_of_the_data_before_shuffling(self) -> None:
        model = classifier()
        X, y = classes(10)

        history = model.fit(X, y, nb_epoch=1, batch_size=3, validation_split=0.3, verbose=0)

        assert_same(model.training_data[:2], [X[:7], y[:7]])
        assert_same(model.validation_data[:2], [X[7:], y[7:]])
        expected = model.evaluate(X[7:], y[7:], verbose=0)
        assert history.history["val_loss"] == [pytest.approx(expected)]

    def test_held_out_samples_do_not_train(self) -> None:
        X, y = classes(10)
        np.random.seed(3)
        split = classifier()
        np.random.seed(3)
        whole = classifier()

        np.random.seed(4)
        split.fit(X, y, nb_epoch=2, batch_size=3, validation_split=0.3, verbose=0)
        np.random.seed(4)
        whole.fit(X[:7], y[:7], nb_epoch=2, batch_size=3, verbose=0)

        assert_same(split.get_weights(), whole.get_weights())

    def test_validation_data_may_have_weights(self) -> None:
        model = classifier()
        X, y = classes(4)
        weights = np.array([1.0, 0.0, 2.0, 0.0])

        history = model.fit(X, y, nb_epoch=1, verbose=0, validation_data=(X, y, weights))

        expected = model.evaluate(X, y, sample_weight=weights, verbose=0)
        assert history.history["val_loss"] == [pytest.approx(expected)]

    @pytest.mark.parametrize("shuffle", [False, True, "batch"])
    def test_batches_come_in_the_order_that_numpy_draws(self, shuffle: Any) -> None:
        X, y = classes(11)
        np.random.seed(3)
        fitted, by_hand = classifier(), classifier()
        by_hand.set_weights(fitted.get_weights())

        np.random.seed(5)
        fitted.fit(X, y, batch_size=3, nb_epoch=2, shuffle=shuffle, verbose=0)
        np.random.seed(5)
        order = np.arange(11)
        for _ in range(2):
            if shuffle == "batch":
                whole = order[:9].reshape(3, 3)
                np.random.shuffle(whole)
                order = np.append(whole.ravel(), order[9:])
            elif shuffle:
                np.random.shuffle(order)
            for start in range(0, 11, 3):
                rows = order[start : start + 3]
                by_hand.train_on_batch(X[rows], y[rows])

        assert_same(fitted.get_weights(), by_hand.get_weights())

    @pytest.mark.parametrize("shuffle", [False, "batch"])
    def test_hdf5_data_train_as_arrays_do(self, shuffle: Any, tmp_path: Path) -> None:
        X, y = classes(11)
        np.random.seed(3)
        from_file, from_memory = classifier(), classifier()
        from_memory.set_weights(from_file.get_weights())
        options = {"batch_size": 3, "nb_epoch": 2, "shuffle": shuffle, "verbose": 0}

        with h5py.File(tmp_path / "data.h5", "w") as file:
            stored = file.create_dataset("X", data=X), file.create_dataset("y", data=y)
            np.random.seed(5)
            from_file.fit(*stored, validation_split=0.2, **options)
            evaluated = from_file.evaluate(*stored, verbose=0)
            predicted = from_file.predict(stored[0])
        np.random.seed(5)
        from_memory.fit(X, y, validation_split=0.2, **options)

        assert_same(from_file.get_weights(), from_memory.get_weights())
        assert evaluated == from_memory.evaluate(X, y, verbose=0)
        np.testing.assert_array_equal(predicted, from_memory.predict(X))

    def test_hdf5_data_cannot_be_shuffled_sample_by_sample(self, tmp_path: Path) -> None:
        model = classifier()
        X, y = classes()

        with h5py.File(tmp_path / "data.h5", "w") as file:
            stored = file.create_dataset("X", data=X)
            with pytest.raises(TypeError, match=r'If using HDF5 input data, pass shuffle="batch"'):
                model.fit(stored, y, nb_epoch=1, batch_size=8, verbose=0)

    def test_a_callback_stops_it(self) -> None:
        model = classifier(optimizers.SGD(lr=0.0))
        X, y = classes()

        history = model.fit(
            X, y, validation_data=(X, y), verbose=0, callbacks=[EarlyStopping(patience=1)]
        )

        assert len(history.epoch) == 3

    def test_no_epochs_are_no_training(self) -> None:
        model = classifier()
        before = model.get_weights()

        history = model.fit(*classes(), nb_epoch=0, verbose=0)

        assert history.epoch == []
        assert_same(model.get_weights(), before)

    def test_targets_may_be_a_plain_list_of_numbers(self) -> None:
        model = line()

        history = model.fit(np.ones((3, 1)), [1.0, 1.0, 2.0], nb_epoch=1, verbose=0)

        assert history.history["loss"] == [pytest.approx(1 / 3)]

    def test_several_inputs_come_in_a_list(self) -> None:
        branches = [Sequential([Dense(1, input_dim=n, init="one")]) for n in (1, 2)]
        model = Sequential([Merge(branches, mode="sum")])
        model.compile("sgd", "mse")

        assert model.predict([np.ones((1, 1)), np.ones((1, 2))]) == 3
        with pytest.raises(ValueError, match="This model has 2 inputs; got 1"):
            model.predict(np.ones((1, 1)))
        with pytest.raises(ValueError, match="This model has 2 inputs; got 3"):
            model.train_on_batch([np.ones((1, 1))] * 3, np.ones(1))


X8, Y8 = np.ones((8, 4)), np.eye(3)[np.zeros(8, int)]
# What is passed, the exception of 0.3.3, and what is said.
ARGUMENTS: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "other number of targets": (
        {"y": Y8[:7]},
        Exception,
        r"\(X\) and the target tensor \(y\) must have the same number of samples. Found: "
        r"len\(X\) = 8, len\(y\) = 7",
    ),
    "other number of samples in a list": (
        {"X": [X8[:7]]},
        Exception,
        r"the target array must have the same number of samples. Found: \[7\] and 8",
    ),
    "rows of a list taken as inputs": (
        {"X": X8.tolist()},
        Exception,
        "A list is taken as one array for each input",
    ),
    "number of weights": (
        {"sample_weight": np.ones(7)},
        AssertionError,
        r'"sample_weight" must have the same number of samples as X and y. Found: '
        r"len\(sample_weight\) = 7, len\(y\) = 8",
    ),
    "weights of time steps": (
        {"sample_weight": np.ones((8, 2))},
        Exception,
        r'specify sample_weight_mode="temporal" in compile\(\)',
    ),
    "width of the targets": (
        {"y": np.ones((8, 2))},
        ValueError,
        r"The target '' has the shape \(8, 2\); the output has \(8, 3\). Class numbers become",
    ),
    "axes of the targets": (
        {"y": np.ones((8, 3, 1))},
        TypeError,
        r"target '' has 3 axes, with the shape \(8, 3, 1\); expected 2, samples included",
    ),
    "width of the inputs": (
        {"X": np.ones((8, 5))},
        ValueError,
        r"The input 'dense' has the shape \(8, 5\); the model was built for \(None, 4\)",
    ),
    "axes of the inputs": (
        {"X": np.ones((8, 4, 1))},
        TypeError,
        r"The input 'dense' has 3 axes, with the shape \(8, 4, 1\); expected 2",
    ),
    "text": (
        {"X": np.array([["1"] * 4] * 8)},
        TypeError,
        "got an array of dtype <U1",
    ),
    "sequences of unequal length": (
        {"X": np.array([[1], [1, 2]] * 4, dtype=object)},
        TypeError,
        "go through keras.preprocessing.sequence.pad_sequences",
    ),
}
FIT_ALONE: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "class without a weight": (
        {"class_weight": {1: 2.0}},
        KeyError,
        r"class_weight has no entry for class .*0.*; it has \[1\]",
    ),
    "four parts of validation data": (
        {"validation_data": (X8, Y8, np.ones(8), 1)},
        Exception,
        "Invalid format for validation data; .* Got 4 elements",
    ),
    "number of validation targets": (
        {"validation_data": (X8, Y8[:7])},
        AssertionError,
        "arrays of validation_data must have the same number of samples; found",
    ),
    "number of validation weights": (
        {"validation_data": (X8, Y8, np.ones(7))},
        AssertionError,
        "arrays of validation_data must have the same number of samples; found",
    ),
    "batch size": ({"batch_size": 0}, ValueError, "batch_size got 0; expected an int >= 1"),
    "later name": ({"epochs": 2}, TypeError, "unexpected keyword argument 'epochs'"),
}
CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "fit": lambda model, given: model.fit(**given, nb_epoch=1, verbose=0),
    "evaluate": lambda model, given: model.evaluate(**given, verbose=0),
    "train_on_batch": lambda model, given: model.train_on_batch(**given),
    "test_on_batch": lambda model, given: model.test_on_batch(**given),
}


def refused(
    call: Callable[[Any, dict[str, Any]], Any],
    given: dict[str, Any],
    kind: type[Exception],
    message: str,
) -> None:
    model = classifier()
    before = everything(model)

    with pytest.raises(kind, match=message) as caught:
        call(model, {"X": X8, "y": Y8, **given})

    assert isinstance(caught.value, (ValueError, TypeError))
    assert_same(everything(model), before)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("given", "kind", "message"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arrays_that_do_not_fit_are_refused_and_change_nothing(
    call: Any, given: dict[str, Any], kind: type[Exception], message: str
) -> None:
    refused(call, given, kind, message)


@pytest.mark.parametrize(("given", "kind", "message"), FIT_ALONE.values(), ids=FIT_ALONE)
def test_fit_refuses_other_arguments_before_it_trains(
    given: dict[str, Any], kind: type[Exception], message: str
) -> None:
    refused(CALLS["fit"], given, kind, message)


class TestBatches:
    def test_train_on_batch_returns_what_was_before_the_step(self) -> None:
        model = classifier()
        X, y = classes()
        expected = model.test_on_batch(X, y, accuracy=True)

        loss, accuracy = model.train_on_batch(X, y, accuracy=True)

        assert [float(loss), float(accuracy)] == pytest.approx([float(e) for e in expected])
        assert model.test_on_batch(X, y)[0] < loss

    def test_results_are_arrays_without_axes(self) -> None:
        model = classifier()

        results = model.train_on_batch(*classes(), accuracy=True)

        assert [(r.shape, r.dtype) for r in results] == [((), np.float32)] * 2

    def test_testing_and_predicting_change_nothing(self) -> None:
        model = classifier("adam")
        X, y = classes()
        model.train_on_batch(X, y)
        before = everything(model)

        model.test_on_batch(X, y)
        model.evaluate(X, y, verbose=0)
        model.predict(X)
        model.predict_on_batch(X)

        assert_same(everything(model), before)

    def test_dropout_drops_in_training_alone(self) -> None:
        model = Sequential([Dropout(0.5, input_shape=(100,))])
        model.compile("sgd", "mse")
        X = np.ones((1, 100))

        trained, tested = model.train_on_batch(X, X)[0], model.test_on_batch(X, X)[0]

        assert tested == 0
        assert trained == 1  # 0 or 2 in the place of 1

    def test_the_same_seed_repeats_a_run_with_dropout(self) -> None:
        runs = []
        for _ in range(2):
            np.random.seed(11)
            model = Sequential([Dense(20, input_dim=4), Dropout(0.5), Dense(3)])
            model.compile("sgd", "mse")
            runs.append(model.fit(*classes(), nb_epoch=2, verbose=0).history["loss"])

        assert runs[0] == runs[1]


class TestEvaluateAndPredict:
    def test_the_batch_size_does_not_matter(self) -> None:
        model = classifier()
        X, y = classes(10)

        results = [
            model.evaluate(X, y, batch_size=n, show_accuracy=True, verbose=0) for n in (3, 10)
        ]
        outputs = [model.predict(X, batch_size=n) for n in (3, 10)]

        np.testing.assert_allclose(results[0], results[1], rtol=1e-6)
        np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-6)

    def test_predictions_are_float64_as_in_0_3_3(self) -> None:
        model = classifier()
        X, _ = classes()

        assert model.predict(X).dtype == np.float64
        assert model.predict_proba(X, verbose=0).dtype == np.float64
        assert model.predict_on_batch(X)[0].dtype == np.float32

    def test_classes_are_the_largest_output(self) -> None:
        model = classifier()
        X, _ = classes()

        found = model.predict_classes(X, verbose=0)

        np.testing.assert_array_equal(found, model.predict(X).argmax(1))
        assert found.dtype == np.int64

    def test_one_output_is_a_class_beyond_a_half(self) -> None:
        model = line()

        found = model.predict_classes(np.array([[0.4], [0.5], [0.6]]), verbose=0)

        np.testing.assert_array_equal(found, [[0], [0], [1]])
        assert found.dtype == np.int32

    def test_accuracy_of_one_output_compares_rounded_numbers(self) -> None:
        model = line()
        X = np.array([[0.2], [0.5], [0.9], [1.6]])

        result = model.evaluate(X, np.array([0, 1, 0, 1]), show_accuracy=True, verbose=0)

        assert result[1] == 0.5  # halves are rounded up, 1.6 is 2

    def test_numbers_that_are_no_probabilities_are_told(self) -> None:
        model = line()

        with pytest.warns(UserWarning, match="Network returning invalid probability values"):
            model.predict_proba(np.array([[1.5]]), verbose=0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.predict_proba(np.array([[0.5]]), verbose=0)

    def test_integers_reach_an_embedding_whole(self) -> None:
        model = Sequential([Embedding(20_000_001, 1, init="zero", input_length=2), Flatten()])
        model.compile("sgd", "mse")
        W = model.layers[0].W
        with torch.no_grad():
            W[20_000_000] = 1

        # float32 has no 16777217 or 20000001.
        assert model.predict(np.array([[20_000_000, 16_777_217]])).tolist() == [[1.0, 0.0]]


def test_a_config_of_a_compiled_model_compiles_it_again() -> None:
    model = classifier(optimizers.Adam(lr=0.01, beta_1=0.8), "mse")

    again = models.model_from_json(model.to_json())

    assert isinstance(again.optimizer, optimizers.Adam)
    assert again.get_config() == model.get_config()
    assert again.loss is objectives.mean_squared_error


def test_a_torch_optimizer_is_written_with_its_numbers() -> None:
    model = classifier(functools.partial(torch.optim.SGD, lr=0.5))

    assert model.get_config()["optimizer"]["name"] == "SGD"
    assert model.get_config()["optimizer"]["lr"] == 0.5


def test_a_pickled_model_goes_on_training_with_its_torch_optimizer() -> None:
    model = classifier(functools.partial(torch.optim.Adam, lr=0.1))
    X, y = classes()
    model.train_on_batch(X, y)

    again = pickle.loads(pickle.dumps(model))

    assert again.train_on_batch(X, y) == model.train_on_batch(X, y)
    assert again.train_on_batch(X, y) == model.train_on_batch(X, y)
    assert_same(again.get_weights(), model.get_weights())


HELPERS: dict[str, tuple[Any, Any]] = {
    "make_batches": (models.make_batches(10, 4), [(0, 4), (4, 8), (8, 10)]),
    "make_batches of nothing": (models.make_batches(0, 4), []),
    "standardize_X of an array": (models.standardize_X(3), [3]),
    "standardize_X of a list": (models.standardize_X([1, 2]), [1, 2]),
    "standardize_y of numbers": (models.standardize_y([1, 2]).tolist(), [[1], [2]]),
    "standardize_y of rows": (models.standardize_y(np.ones((2, 3))).shape, (2, 3)),
    "standardize_weights": (models.standardize_weights(np.ones((2, 3))).tolist(), [1, 1]),
    "slice_X of a list": (models.slice_X([[1, 2, 3], [4, 5, 6]], 1, 3), [[2, 3], [5, 6]]),
    "slice_X by indices": (models.slice_X(np.arange(5), [0, 4]).tolist(), [0, 4]),
    "get_function_name": (models.get_function_name(unsmooth), "unsmooth"),
    "get_function_name of a name": (models.get_function_name("mse"), "mse"),
}


@pytest.mark.parametrize(("got", "expected"), HELPERS.values(), ids=HELPERS)
def test_the_helpers_of_0_3_3_are_there(got: Any, expected: Any) -> None:
    assert got == expected


def test_a_module_is_called_by_tensors() -> None:
    model = classifier()
    X, _ = classes()

    output = model.eval()(torch.tensor(X, dtype=torch.float32))

    assert isinstance(output, Tensor)
    np.testing.assert_allclose(output.detach(), model.predict(X), rtol=1e-6)


# What Keras 0.3.3 on Theano gives: losses of the two in turn, then sums of the generator's and the
# discriminator's first weights.
ADVERSARIES = {
    "SGD, one for all": (
        lambda: optimizers.SGD(lr=0.5, momentum=0.5),
        True,
        [0.56986, 0.59827, 0.43851, 0.36281, 0.24209, 0.18454, 0.12456, 0.09821, 3.88482, 2.99279],
    ),
    "Adam, one for all": (  # it counts the steps of all
        lambda: optimizers.Adam(lr=0.05),
        True,
        [0.56573, 0.55936, 0.50302, 0.47341, 0.43870, 0.40016, 0.34421, 0.33519, 3.79902, 2.99279],
    ),
    "Adam, one for each": (
        lambda: optimizers.Adam(lr=0.05),
        False,
        [0.56573, 0.56360, 0.50136, 0.44243, 0.42104, 0.35984, 0.31721, 0.29399, 3.79862, 2.99279],
    ),
}


class TestModelsOfTheSameLayers:
    @pytest.mark.filterwarnings("ignore:.* made anew after this model was compiled")
    @pytest.mark.parametrize(("make", "shared", "expected"), ADVERSARIES.values(), ids=ADVERSARIES)
    def test_adversaries_train_in_turn_as_in_0_3_3(
        self, make: Callable[[], Any], shared: bool, expected: list[float]
    ) -> None:
        np.random.seed(5)
        one = make()
        optimizer = (lambda: one) if shared else make
        judge = Sequential([Dense(3, input_dim=2, activation="tanh")])
        judge.add(Dense(1, activation="sigmoid"))
        judge.compile(loss="binary_crossentropy", optimizer=optimizer())
        maker = Sequential([Dense(2, input_dim=2)])
        maker.compile(loss="mse", optimizer=optimizer())
        both = Sequential([maker])
        judge.trainable = False
        both.add(judge)
        both.compile(loss="binary_crossentropy", optimizer=optimizer())
        x, z = (np.random.rand(8, 2).astype("float32") for _ in range(2))
        found = []

        for _ in range(4):
            both.train_on_batch(z, np.ones((8, 1)))
            found.append(both.train_on_batch(z, np.ones((8, 1)))[0])
            both.fit(z, np.ones((8, 1)), nb_epoch=1, batch_size=4, shuffle=False, verbose=0)
            X, y = np.vstack([maker.predict(z), x]), np.repeat([0.0, 1.0], 8)
            fit = judge.fit(X, y, nb_epoch=1, batch_size=8, shuffle=False, verbose=0)
            found += fit.history["loss"]
        found += [abs(model.get_weights()[0]).sum() for model in (maker, judge)]

        np.testing.assert_allclose(found, expected, atol=2e-5)

    def test_a_model_compiled_behind_another_takes_its_own_input(self) -> None:
        maker = Sequential([Dense(8, input_dim=2), Reshape((2, 4))])
        judge = Sequential([Flatten(input_shape=(2, 4)), Dense(1, activation="sigmoid")])
        both = Sequential([maker, judge])
        for model in (maker, both, judge):
            model.compile(loss="mse", optimizer="sgd")
        x = np.random.RandomState(2).rand(3, 2, 4).astype("float32")

        W, b = judge.get_weights()
        expected = 1 / (1 + np.exp(-(x.reshape(3, 8) @ W + b)))

        np.testing.assert_allclose(judge.predict(x), expected, rtol=1e-5)
        loss = judge.train_on_batch(x, np.ones((3, 1)))[0]
        np.testing.assert_allclose(loss, np.mean((1 - expected) ** 2), rtol=1e-5)
        assert both.predict(np.ones((3, 2))).shape == (3, 1)

    def test_a_model_goes_on_with_the_weights_it_was_compiled_with(self) -> None:
        model = Sequential([Dense(2, input_dim=2)])
        model.compile("sgd", "mse")
        x = np.eye(2)
        before = model.predict(x)
        Sequential([Dense(2, input_dim=2)]).add(model)  # builds its first layer anew

        with pytest.warns(UserWarning, match=r"dense.W, dense.b were made .* compile it again"):
            after = model.predict(x)

        np.testing.assert_array_equal(after, before)
        assert abs(model.get_weights()[0] - before).max() > 1e-3
        model.compile("sgd", "mse")
        np.testing.assert_allclose(model.predict(x), model.get_weights()[0], rtol=1e-6)

    def test_one_optimizer_for_two_models_shares_its_learning_rate_only(self) -> None:
        optimizer = optimizers.SGD(lr=0.1, momentum=0.9)
        first, second = classifier(optimizer), classifier(optimizer)

        K.set_value(optimizer.lr, 0.5)

        assert first.optimizer is optimizer
        assert [float(K.get_value(m.optimizer.lr)) for m in (first, second)] == [0.5, 0.5]
        assert not first.optimizer.state.keys() & second.optimizer.state.keys()
        first.compile(optimizer, "mse")
        assert first.optimizer is optimizer
