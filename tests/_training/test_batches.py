"""Where batches come from: arrays of every kind, HDF5 data, generators in threads."""

from __future__ import annotations

import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from small_models import (
    Recorder,
    assert_same,
    classes,
    classifier,
    everything,
    graph_data,
    two_outputs,
)

from legacy_keras.layers.core import Activation
from legacy_keras.models import Sequential

PLAIN = np.arange(24).reshape(6, 4)
ARRAYS: dict[str, Any] = {
    "float64": PLAIN.astype("float64"),
    "float32": PLAIN.astype("float32"),
    "float16": PLAIN.astype("float16"),
    "int64": PLAIN.astype("int64"),
    "int8": PLAIN.astype("int8"),
    "uint8": PLAIN.astype("uint8"),
    "uint16": PLAIN.astype("uint16"),
    "uint32": PLAIN.astype("uint32"),
    "big-endian": PLAIN.astype(">f8"),
    "big-endian integers": PLAIN.astype(">i2"),
    "columns first": np.asfortranarray(PLAIN, dtype="float64"),
    "a view of every other row": np.repeat(PLAIN, 2, 0)[::2].astype("float64"),
    "a view backwards": PLAIN[::-1].copy()[::-1],
    "a view of columns": np.hstack([PLAIN, PLAIN]).astype("float64")[:, 4:],
    "transposed": PLAIN.T.copy().T,
    "a matrix": np.ma.asarray(PLAIN),
    "a tensor": torch.from_numpy(PLAIN.copy()),
}


def identity() -> Sequential:
    model = Sequential([Activation("linear", input_shape=(4,))])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("batch_size", [4, 6])
def test_any_array_of_numbers_is_data(array: Any, batch_size: int) -> None:
    model = identity()

    np.testing.assert_array_equal(model.predict(array, batch_size=batch_size), PLAIN)
    assert model.evaluate(array, array, batch_size=batch_size, verbose=0) == 0
    model.fit(array, array, batch_size=batch_size, nb_epoch=1, verbose=0)


def test_arrays_that_may_not_be_written_are_data_and_no_warning() -> None:
    array = PLAIN.astype("float32")
    array.flags.writeable = False

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        output = identity().predict(array)

    np.testing.assert_array_equal(output, PLAIN)


def test_booleans_are_targets() -> None:
    assert identity().evaluate(np.ones((6, 4)), np.ones((6, 4), bool), verbose=0) == 0


def test_training_does_not_touch_the_arrays() -> None:
    X, y = classes()
    before = X.copy(), y.copy()

    classifier().fit(X, y, nb_epoch=2, verbose=0)

    assert_same([X, y], before)


class Rows:
    """Data that has a length, a shape and slices, and nothing else: what HDF5Matrix has."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.shape = array.shape
        self.asked: list[Any] = []

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, rows: Any) -> np.ndarray:
        self.asked.append(rows)
        found: np.ndarray = self.array[rows]
        return found


def test_data_that_are_no_arrays_are_read_batch_by_batch() -> None:
    X, y = classes(10)
    rows = Rows(X)

    classifier().fit(rows, y, batch_size=4, nb_epoch=1, shuffle=False, verbose=0)

    assert rows.asked == [slice(0, 4), slice(4, 8), slice(8, 10)]


def test_data_that_are_no_arrays_can_be_split_and_shuffled() -> None:
    X, y = classes(10)
    np.random.seed(3)
    reading, holding = classifier(), classifier()
    holding.set_weights(reading.get_weights())

    for model, data in ((reading, Rows(X)), (holding, X)):
        np.random.seed(4)
        model.fit(data, y, batch_size=4, nb_epoch=2, validation_split=0.2, verbose=0)

    assert_same(reading.get_weights(), holding.get_weights())


def test_hdf5_rows_are_asked_for_in_increasing_order(tmp_path: Path) -> None:
    """h5py takes no other; whole batches are shuffled, not what is in them."""
    X, y = classes(10)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        data = file.create_dataset("X", data=X)

        history = classifier().fit(data, y, batch_size=4, nb_epoch=3, shuffle="batch", verbose=0)

    assert np.isfinite(history.history["loss"]).all()


# Generators


def numbered(nb_sample: int = 4) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches without end, in which all inputs are the number of the batch."""
    number = 0
    while True:
        yield np.full((nb_sample, 4), float(number)), np.eye(3)[np.zeros(nb_sample, int)]
        number += 1


class Counted:
    """An iterator that counts what is taken from it."""

    def __init__(self, generator: Iterator[Any]) -> None:
        self.generator = generator
        self.taken = 0

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> Any:
        batch = next(self.generator)
        self.taken += 1
        return batch


@pytest.fixture
def no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


@pytest.mark.usefixtures("no_threads_left")
class TestGenerators:
    def test_batches_of_one_worker_keep_their_order(self) -> None:
        X, y = classes(12)
        fitted, by_hand = classifier(), classifier()
        by_hand.set_weights(fitted.get_weights())

        def generate() -> Iterator[Any]:
            while True:
                for start in range(0, 12, 4):
                    yield X[start : start + 4], y[start : start + 4]

        fitted.fit_generator(generate(), 12, 3, verbose=0)
        for _ in range(3):
            for start in range(0, 12, 4):
                by_hand.train_on_batch(X[start : start + 4], y[start : start + 4])

        assert_same(fitted.get_weights(), by_hand.get_weights())

    @pytest.mark.parametrize(
        ("samples_per_epoch", "nb_epoch", "batches"), [(8, 1, 2), (8, 3, 6), (9, 2, 6), (1, 4, 4)]
    )
    def test_no_more_is_taken_than_the_samples_asked_for(
        self, samples_per_epoch: int, nb_epoch: int, batches: int
    ) -> None:
        source = Counted(numbered())

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of epochs that are not whole batches
            classifier().fit_generator(source, samples_per_epoch, nb_epoch, verbose=0)

        assert source.taken == batches

    def test_no_more_is_taken_to_evaluate(self) -> None:
        source = Counted(numbered())

        classifier().evaluate_generator(source, 12, verbose=0)

        assert source.taken == 3

    def test_a_generator_can_be_used_again_after_the_call(self) -> None:
        generator = numbered()
        model = classifier()

        model.fit_generator(generator, 8, 1, verbose=0)

        X, _ = next(generator)
        assert X[0, 0] == 2

    def test_it_is_not_run_far_ahead(self) -> None:
        source = Counted(numbered())
        seen = []
        model = classifier()

        recorder = Recorder(lambda model: (time.sleep(0.01), seen.append(source.taken)))
        model.fit_generator(source, 200, 1, verbose=0, callbacks=[recorder])

        ahead = [taken - index - 1 for index, taken in enumerate(seen)]
        assert max(ahead) <= 12
        assert max(ahead) > 0

    def test_more_samples_than_asked_for_are_doubted(self) -> None:
        with pytest.warns(UserWarning, match="Epoch contained too many samples which might affec"):
            classifier().fit_generator(numbered(), 7, 1, verbose=0)

    def test_several_workers_share_an_iterator_that_allows_it(self) -> None:
        class Safe:
            def __init__(self) -> None:
                self.lock = threading.Lock()
                self.threads: set[str] = set()
                self.generator = numbered()

            def __iter__(self) -> Safe:
                return self

            def __next__(self) -> Any:
                time.sleep(0.002)
                with self.lock:
                    self.threads.add(threading.current_thread().name)
                    return next(self.generator)

        source = Safe()
        recorder = Recorder()

        classifier().fit_generator(source, 80, 1, verbose=0, nb_worker=3, callbacks=[recorder])

        assert len(recorder.batches) == 20
        assert len(source.threads) == 3

    def test_several_workers_do_no_harm_to_a_generator_function(self) -> None:
        taken = []

        def generate() -> Iterator[Any]:
            for batch in numbered():
                taken.append(batch)
                yield batch

        history = classifier().fit_generator(generate(), 80, 2, verbose=0, nb_worker=4)

        assert len(history.history["loss"]) == 2
        assert len(taken) == 40

    def test_validation_comes_from_a_generator_too(self) -> None:
        model = classifier()
        training, validation = Counted(numbered()), Counted(numbered())

        history = model.fit_generator(
            training, 8, 2, verbose=0, validation_data=validation, nb_val_samples=12
        )

        assert len(history.history["val_loss"]) == 2
        assert (training.taken, validation.taken) == (4, 6)

    def test_validation_data_may_be_arrays(self) -> None:
        model = classifier()
        X, y = classes(6)

        history = model.fit_generator(numbered(), 8, 1, verbose=0, validation_data=(X, y))

        expected = model.evaluate(X, y, verbose=0)
        assert history.history["val_loss"] == [pytest.approx(expected)]

    def test_a_graph_takes_dicts_and_weights(self) -> None:
        def generate() -> Iterator[Any]:
            while True:
                yield graph_data(4), {"number": np.array([1.0, 0.0, 2.0, 1.0])}

        graph, by_hand = two_outputs(), two_outputs()
        by_hand.set_weights(graph.get_weights())

        graph.fit_generator(generate(), 8, 1, verbose=0)

        for _ in range(2):
            data, weights = next(generate())
            by_hand.train_on_batch(data, sample_weight=weights)
        assert_same(graph.get_weights(), by_hand.get_weights())

    def test_weights_come_as_a_third_part(self) -> None:
        X, y = classes(4)
        weights = np.array([1.0, 0.0, 2.0, 1.0])
        model, by_hand = classifier(), classifier()
        by_hand.set_weights(model.get_weights())

        model.fit_generator(iter([(X, y, weights)]), 4, 1, verbose=0)

        by_hand.train_on_batch(X, y, sample_weight=weights)
        assert_same(model.get_weights(), by_hand.get_weights())


class Trouble(Exception):
    """Raised by a user's generator."""


def troubled(after: int) -> Iterator[Any]:
    for index, batch in enumerate(numbered()):
        if index == after:
            raise Trouble("disk on fire")
        yield batch


def then(*batches: Any) -> Callable[[], Iterator[Any]]:
    """Return a function that makes a generator of two good batches and then others."""

    def generate() -> Iterator[Any]:
        good = numbered()
        yield next(good)
        yield next(good)
        yield from batches

    return generate


X4, Y4 = np.ones((4, 4)), np.eye(3)[np.zeros(4, int)]
WRONG: dict[str, tuple[Callable[[], Iterator[Any]], type[Exception], str]] = {
    "an exception": (lambda: troubled(2), Trouble, "disk on fire"),
    "its end": (
        then(),
        ValueError,
        "The generator ended after 8 samples of an epoch; expected 40. It should loop over its "
        "data indefinitely",
    ),
    "a number": (then(3), ValueError, r"output must be a tuple. Found: int; expected \(X, y\)"),
    "four parts": (
        then((X4, Y4, np.ones(4), 1)),
        ValueError,
        "must have 2 or 3 elements; got 4",
    ),
    "other lengths": (
        then((X4, Y4[:3])),
        AssertionError,
        r"must have the same number of samples; found \[3, 4\]",
    ),
    "another width": (
        then((np.ones((4, 5)), Y4)),
        ValueError,
        r"has the shape \(4, 5\); the model was built for \(None, 4\)",
    ),
    "another width of targets": (
        then((X4, np.ones((4, 2)))),
        ValueError,
        r"The target '' has the shape \(4, 2\); the output has \(4, 3\)",
    ),
}


@pytest.mark.usefixtures("no_threads_left")
class TestTrouble:
    @pytest.mark.parametrize(("generate", "kind", "message"), WRONG.values(), ids=WRONG)
    def test_it_reaches_the_caller_after_the_batches_before_it(
        self, generate: Callable[[], Iterator[Any]], kind: type[Exception], message: str
    ) -> None:
        model, by_hand = classifier("adam"), classifier("adam")
        by_hand.set_weights(model.get_weights())

        with pytest.raises(kind, match=message):
            model.fit_generator(generate(), 40, 1, verbose=0)

        good = numbered()
        for _ in range(2):
            by_hand.train_on_batch(*next(good))
        assert_same(everything(model), everything(by_hand))

    def test_the_traceback_leads_into_the_generator(self) -> None:
        with pytest.raises(Trouble) as caught:
            classifier().fit_generator(troubled(1), 40, 1, verbose=0)

        assert "troubled" in [f.name for f in traceback.extract_tb(caught.value.__traceback__)]

    def test_trouble_in_validation_ends_both_generators(self) -> None:
        with pytest.raises(Trouble, match="disk on fire"):
            classifier().fit_generator(
                numbered(), 8, 3, verbose=0, validation_data=troubled(1), nb_val_samples=8
            )

    @pytest.mark.parametrize("kind", [Trouble, KeyboardInterrupt])
    def test_trouble_in_a_callback_ends_the_threads(self, kind: type[BaseException]) -> None:
        def fail(model: Any) -> None:
            raise kind("stop")

        with pytest.raises(kind, match="stop"):
            classifier().fit_generator(
                numbered(), 4000, 1, verbose=0, callbacks=[Recorder(fail)], nb_worker=2
            )

    def test_stopping_early_ends_the_threads(self) -> None:
        def stop(model: Any) -> None:
            model.stop_training = True

        model = classifier()

        history = model.fit_generator(numbered(), 8, 50, verbose=0, callbacks=[Recorder(stop)])

        assert history.epoch == [0]

    def test_a_validation_generator_needs_a_number_of_samples(self) -> None:
        with pytest.raises(ValueError, match='you must specify a value for "nb_val_samples"'):
            classifier().fit_generator(numbered(), 8, 1, verbose=0, validation_data=numbered())

    @pytest.mark.parametrize(
        ("output", "kind", "message"),
        [
            ((1, 2, 3), ValueError, "must have 2 dictionary elements: .* got 3"),
            ([1, 2], AssertionError, "must be a data dictionary or a tuple .* of dictionaries"),
            (3, AssertionError, "must be a data dictionary or a tuple .* got int"),
            ({"a": np.ones((2, 4))}, KeyError, "'data' has no entry 'b'"),
        ],
        ids=["three parts", "no dicts", "a number", "a missing input"],
    )
    def test_a_graph_refuses_what_is_no_dict_of_its_names(
        self, output: Any, kind: type[Exception], message: str
    ) -> None:
        with pytest.raises(kind, match=message):
            two_outputs().fit_generator(iter([output]), 4, 1, verbose=0)
