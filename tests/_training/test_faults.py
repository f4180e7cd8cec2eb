"""Faults from outside: signals, threads, locks, memory. Each happened to somebody."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_models import assert_same, everything

from legacy_keras._training import batches
from legacy_keras.layers.core import Dense, Dropout
from legacy_keras.models import Sequential

X = np.random.RandomState(0).normal(size=(64, 10)).astype("float32")
Y = np.zeros((64, 1), "float32")


def model_with_dropout() -> Sequential:
    model = Sequential([Dense(32, input_dim=10), Dropout(0.5), Dense(1)])
    model.compile("adam", "mse")
    return model


# Interrupts

PROGRAM = """
import sys, time
import numpy as np
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential
model = Sequential([Dense(4, input_dim=3)])
model.compile("sgd", "mse")
x, y = np.ones((64, 3)), np.zeros((64, 4))
def batches():
    yield x, y
    print("waiting", flush=True)
    time.sleep(600)
try:
    if sys.argv[1] == "fit":
        print("waiting", flush=True)
        model.fit(x, y, nb_epoch=10**9, verbose=0)
    else:
        model.fit_generator(batches(), 10**9, 1, verbose=0)
except KeyboardInterrupt:
    assert np.isfinite(model.predict(x)).all()
    print("interrupted and usable", flush=True)
    if sys.argv[2] == "again":
        raise
"""


@pytest.mark.parametrize("how", ["fit", "fit_generator"])
def test_an_interrupt_ends_training_at_once_and_the_model_stays_usable(how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how, "again"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        status = process.wait(60)

    assert rest == "interrupted and usable\n"
    assert status in (1, -signal.SIGINT)


def test_a_generator_that_gives_nothing_for_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SLOW_SECONDS", 0.05)

    def slow() -> Iterator[Any]:
        while True:
            time.sleep(0.3)
            yield X, Y

    with pytest.warns(RuntimeWarning, match=r"no batch for 0\.05 seconds; training waits on"):
        model_with_dropout().fit_generator(slow(), 64, 1, verbose=0)


def test_an_error_does_not_wait_for_a_generator_that_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "PATIENCE_SECONDS", 0.05)
    go_on = threading.Event()

    def blocked() -> Iterator[Any]:
        yield X, Y[:, :0]  # of the wrong shape
        go_on.wait(60)
        yield X, Y

    try:
        with (
            pytest.warns(RuntimeWarning, match="still making a batch"),
            pytest.raises(ValueError, match="target"),
        ):
            model_with_dropout().fit_generator(blocked(), 640, 1, verbose=0)
    finally:
        go_on.set()


# Threads


def in_threads(*functions: Callable[[], Any]) -> None:
    """Run functions at the same time, and raise what one of them raised."""
    errors: list[BaseException] = []

    def run(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_predictions_in_many_threads_are_those_of_one() -> None:
    model = model_with_dropout()
    expected = model.predict(X)

    def predict() -> None:
        for _ in range(30):
            np.testing.assert_array_equal(model.predict(X), expected)

    in_threads(*[predict] * 6)


def test_a_prediction_during_training_has_no_dropout_and_training_has() -> None:
    def trained(*others: Callable[[Sequential, threading.Event], None]) -> list[np.ndarray]:
        np.random.seed(3)
        model, done = model_with_dropout(), threading.Event()

        def train() -> None:
            try:
                for _ in range(100):
                    model.train_on_batch(X, Y)
            finally:
                done.set()

        in_threads(train, *[lambda other=other: other(model, done) for other in others])
        return model.get_weights()

    def predict(model: Sequential, done: threading.Event) -> None:
        same_rows = np.repeat(X[:1], 64, axis=0)
        while not done.is_set():
            assert np.ptp(model.predict(same_rows)) < 1e-6

    assert_same(trained(predict, predict), trained())


def test_generators_leave_no_threads_and_no_files() -> None:
    def forever() -> Iterator[Any]:
        while True:
            yield X[:4], Y[:4]

    model = model_with_dropout()

    def count() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    before = count()
    for _ in range(100):
        model.fit_generator(forever(), 8, 1, verbose=0, nb_worker=2)

    assert count() == before


# Locks


def test_a_locked_file_says_what_to_do(tmp_path: Path) -> None:
    model = model_with_dropout()
    model.save_weights(tmp_path / "w.h5")

    with open(tmp_path / "w.h5", "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(OSError, match=r"w\.h5 is locked.*HDF5_USE_FILE_LOCKING=FALSE"):
            model.load_weights(tmp_path / "w.h5")


# Memory


def test_training_and_predicting_again_and_again_take_no_more_memory() -> None:
    model = model_with_dropout()
    data = np.random.normal(size=(4096, 10)), np.zeros((4096, 1))

    def peak_after(times: int) -> int:
        for _ in range(times):
            model.fit(*data, nb_epoch=1, verbose=0, validation_split=0.1)
            model.predict(data[0])
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

    before = peak_after(5)

    assert peak_after(30) - before < 8 << 20


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes."),
    ],
    ids=["CUDA", "CPU"],
)
@pytest.mark.parametrize("call", ["fit", "predict", "evaluate"])
def test_running_out_of_memory_names_the_batch_and_changes_nothing(
    error: Exception, call: str
) -> None:
    model = model_with_dropout()
    model.train_on_batch(X, Y)
    before = everything(model)

    def fail(*args: Any) -> None:
        raise error

    model.layers[2].register_forward_hook(fail)

    arguments = {"fit": (X, Y, 16, 1, 0), "evaluate": (X, Y, 16), "predict": (X, 16)}
    with pytest.raises(type(error), match=r"(?s)allocate.*batch has 16 samples; pass a smaller"):
        getattr(model, call)(*arguments[call])

    assert_same(everything(model), before)
