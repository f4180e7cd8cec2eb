"""What training prints in each style, byte for byte where 0.3.3 or its documentation says.

"keras" is what the real 0.3.3 printed for the same batches. "older" has the forms of the
models page, spec/keras_0_3_3_models.txt.
"""

import io
import re
import sys
from types import SimpleNamespace

import pytest

from legacy_keras._settings import settings
from legacy_keras._training import progress
from legacy_keras._training.logs import Logs
from legacy_keras.callbacks import (
    BaseLogger,
    CallbackList,
    EarlyStopping,
    History,
    ProgbarLogger,
)
from legacy_keras.utils import generic_utils

EPOCHS = [
    (
        [
            (8, {"loss": 1.0, "acc": 0.5}),
            (8, {"loss": 0.5, "acc": 0.625}),
            (4, {"loss": 0.2, "acc": 1.0}),
        ],
        {"val_loss": 0.0160, "val_acc": 0.9136},
    ),
    (
        [
            (8, {"loss": 0.7, "acc": 0.5}),
            (8, {"loss": -0.5, "acc": 0.625}),
            (4, {"loss": 0.00002, "acc": 0.0}),
        ],
        {"val_loss": -0.5, "val_acc": 0.0},
    ),
]


@pytest.fixture
def clock(monkeypatch):
    """A time that passes when told to."""

    class Clock:
        now = 1000.0

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(generic_utils, "time", clock)
    return clock


@pytest.fixture
def log(monkeypatch):
    """Set settings.log for one test."""
    return lambda name: monkeypatch.setattr(settings, "log", name)


def train(verbose, clock, epochs=EPOCHS, nb_sample=20):
    """Fire the hooks as ``fit`` does, three seconds a batch; return the History."""
    history = History()
    printer = [ProgbarLogger()] if verbose else []
    several = CallbackList([BaseLogger(), history, *printer])
    several._set_params(
        {
            "nb_epoch": len(epochs),
            "nb_sample": nb_sample,
            "verbose": verbose,
            "metrics": ["loss", "acc", "val_loss", "val_acc"],
        }
    )
    several.on_train_begin()
    for epoch, (batches, end) in enumerate(epochs):
        several.on_epoch_begin(epoch)
        for i, (size, values) in enumerate(batches):
            logs = Logs(batch=i, size=size)
            several.on_batch_begin(i, logs)
            clock.now += 3.0
            logs.update(values)
            several.on_batch_end(i, logs)
        several.on_epoch_end(epoch, Logs(end))
    several.on_train_end()
    return history


KERAS_BARS = (
    "Epoch 1/2\n"
    "\r 8/20 [===========>..................] - ETA: 4s - loss: 1.0000 - acc: 0.5000"
    + "\b" * 77
    + "\r16/20 [=======================>......] - ETA: 1s - loss: 0.7500 - acc: 0.5625"
    + "\b" * 77
    + "\r20/20 [==============================] - 9s - loss: 0.6400 - acc: 0.6500"
    " - val_loss: 0.0160 - val_acc: 0.9136\n"
    "Epoch 2/2\n"
    "\r 8/20 [===========>..................] - ETA: 4s - loss: 0.7000 - acc: 0.5000"
    + "\b" * 77
    + "\r16/20 [=======================>......] - ETA: 1s - loss: 0.1000 - acc: 0.5625"
    + "\b" * 77
    + "\r20/20 [==============================] - 9s - loss: 0.0800 - acc: 0.4500"
    " - val_loss: -0.5000 - val_acc: 0.0000e+00\n"
)
OLDER_BARS = (
    "Epoch 0\n"
    "\r 8/20 [===========>..................] - ETA: 4s - loss: 1.0000 - acc.: 0.5000"
    + "\b" * 78
    + "\r16/20 [=======================>......] - ETA: 1s - loss: 0.7500 - acc.: 0.5625"
    + "\b" * 78
    + "\r20/20 [==============================] - 9s - loss: 0.6400 - acc.: 0.6500"
    " - val. loss: 0.0160 - val. acc.: 0.9136\n"
    "Epoch 1\n"
    "\r 8/20 [===========>..................] - ETA: 4s - loss: 0.7000 - acc.: 0.5000"
    + "\b" * 78
    + "\r16/20 [=======================>......] - ETA: 1s - loss: 0.1000 - acc.: 0.5625"
    + "\b" * 78
    + "\r20/20 [==============================] - 9s - loss: 0.0800 - acc.: 0.4500"
    " - val. loss: -0.5000 - val. acc.: 0.0000\n"
)
KERAS_LINES = (
    "Epoch 1/2\n"
    "9s - loss: 0.6400 - acc: 0.6500 - val_loss: 0.0160 - val_acc: 0.9136\n"
    "Epoch 2/2\n"
    "9s - loss: 0.0800 - acc: 0.4500 - val_loss: -5.0000e-01 - val_acc: 0.0000e+00\n"
)
OLDER_LINES = (
    "Epoch 0\n"
    "loss: 0.6400 - acc.: 0.6500 - val. loss: 0.0160 - val. acc.: 0.9136\n"
    "Epoch 1\n"
    "loss: 0.0800 - acc.: 0.4500 - val. loss: -0.5000 - val. acc.: 0.0000\n"
)
EPOCH_LINES = (
    "Epoch 1/2 - 9s - loss: 0.6400 - acc: 0.6500 - val_loss: 0.0160 - val_acc: 0.9136\n"
    "Epoch 2/2 - 9s - loss: 0.0800 - acc: 0.4500 - val_loss: -0.5000 - val_acc: 0.0000e+00\n"
)


@pytest.mark.parametrize(
    ("style", "verbose", "text"),
    [
        ("keras", 1, KERAS_BARS),
        ("keras", 2, KERAS_LINES),
        ("older", 1, OLDER_BARS),
        ("older", 2, OLDER_LINES),
        ("epoch", 1, EPOCH_LINES),
        ("epoch", 2, EPOCH_LINES),
        ("tqdm", 2, KERAS_LINES),
        ("silent", 1, ""),
        ("silent", 2, ""),
        *((style, 0, "") for style in ("keras", "older", "tqdm", "epoch", "silent")),
    ],
)
def test_a_style_prints_its_text(clock, log, capsys, style, verbose, text):
    log(style)

    train(verbose, clock)

    assert capsys.readouterr().out == text


@pytest.mark.parametrize("style", progress.STYLES)
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_history_is_that_of_0_3_3_in_every_style(clock, log, capsys, style, verbose):
    log(style)

    history = train(verbose, clock)

    assert history.epoch == [0, 1]
    assert history.history == {
        "loss": pytest.approx([0.64, 0.080004]),
        "acc": [0.65, 0.45],
        "val_loss": [0.016, -0.5],
        "val_acc": [0.9136, 0.0],
    }


def test_a_generator_that_gives_too_much_draws_past_the_target(clock, log, capsys):
    log("keras")
    batches = [(8, {"loss": 1.0}), (8, {"loss": 0.5}), (8, {"loss": 0.25})]

    train(1, clock, [(batches, {})])

    last = capsys.readouterr().out.split("\r")[-1]
    assert last == "24/20 [====================================] - 9s - loss: 0.5833\n"


@pytest.mark.parametrize(
    ("shown", "arguments"),
    [
        (
            "37800/37800 [==============================] - 7s"
            " - loss: 0.0385 - acc.: 0.7258 - val. loss: 0.0160 - val. acc.: 0.9136\n",
            (37800, 7, {"loss": 0.0385, "acc": 0.7258, "val_loss": 0.0160, "val_acc": 0.9136}),
        ),
        (
            "10960/37800 [=======>......................] - ETA: 4s - loss: 0.0109 - acc.: 0.9420",
            (10960, 2, {"loss": 0.0109, "acc": 0.9420}),
        ),
    ],
    ids=["finished", "in between"],
)
def test_older_lines_of_the_models_page_come_out(clock, log, capsys, shown, arguments):
    log("older")
    current, seconds, values = arguments
    bar = progress.style()(37800, 1, "Epoch 2")

    clock.now += seconds
    bar.update(current, list(values.items()))

    assert capsys.readouterr().out == f"Epoch 2\n\r{shown}"


def test_tqdm_shows_a_bar_an_epoch_with_the_means(clock, log, capsys):
    log("tqdm")

    train(1, clock)

    lines = [line.split("\r")[-1] for line in capsys.readouterr().out.split("\n")]
    assert len(lines) == 3 and lines[2] == ""
    assert lines[0].startswith("Epoch 1/2: 100%|") and "| 20/20 [" in lines[0]
    assert "loss: 0.6400, acc: 0.6500, val_loss: 0.0160, val_acc: 0.9136]" in lines[0]
    assert lines[1].startswith("Epoch 2/2: 100%|") and "loss: 0.0800" in lines[1]


def test_tqdm_draws_at_most_every_50_ms(clock, log, capsys):
    log("tqdm")
    bar = progress.bar(20)

    for _ in range(20):
        bar.add(1, [("loss", 1.0)])
        clock.now += 1 / 64

    drawn = re.findall(r"(\d+)/20 \[[^\r]*loss", capsys.readouterr().out)
    assert drawn[:5] == ["1", "5", "9", "13", "17"] and drawn[-1] == "20"


def test_a_message_keeps_clear_of_a_tqdm_bar(clock, log, capsys):
    log("tqdm")
    bar = progress.bar(20)

    bar.update(8)
    progress.say("Epoch 00000: saving model to w.h5")
    bar.update(20)

    lines = re.split(r"[\r\n]+", capsys.readouterr().out)
    assert "Epoch 00000: saving model to w.h5" in lines


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("keras", f"\r20/20 [{'=' * 30}] - 3s\n"),
        ("older", f"\r20/20 [{'=' * 30}] - 3s\n"),
        ("epoch", "20/20 - 3s\n"),
        ("silent", ""),
    ],
)
def test_predict_and_evaluate_follow_the_style(clock, log, capsys, style, shown):
    log(style)
    bar = progress.bar(20)

    clock.now += 3.0
    bar.update(20)

    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (name, "Train on 37800 samples, validate on 4200 samples\n")
        for name in progress.STYLES
        if name != "silent"
    ]
    + [("silent", "")],
)
def test_the_numbers_of_samples_are_announced(log, capsys, style, shown):
    log(style)

    progress.announce(37800, 4200)

    assert capsys.readouterr().out == shown


def test_silence_covers_the_messages_of_callbacks(log, capsys):
    log("silent")
    stopper = EarlyStopping("loss", verbose=1)
    stopper._set_model(SimpleNamespace())

    for epoch in range(2):
        stopper.on_epoch_end(epoch, {"loss": 1.0})

    assert stopper.model.stop_training
    assert capsys.readouterr().out == ""


SHELLS = {
    "no IPython": (None, "keras"),
    "IPython imported by a script": (None.__class__, "keras"),
    "terminal IPython": (SimpleNamespace, "keras"),
    "notebook": (lambda: SimpleNamespace(kernel=object()), "tqdm"),
}


@pytest.mark.parametrize(("get_ipython", "style"), SHELLS.values(), ids=SHELLS)
def test_auto_means_tqdm_in_a_notebook_only(monkeypatch, log, get_ipython, style):
    log("auto")
    module = SimpleNamespace(get_ipython=get_ipython) if get_ipython else None
    monkeypatch.setitem(sys.modules, "IPython", module)

    assert progress.style() is progress.STYLES[style]


def test_the_style_is_taken_when_training_begins(clock, log, capsys):
    log("older")
    printer = ProgbarLogger()
    printer._set_params({"verbose": 1, "nb_epoch": 1, "nb_sample": 20, "metrics": []})
    printer.on_train_begin()
    log("silent")
    printer.on_epoch_begin(0)

    assert capsys.readouterr().out == "Epoch 0\n"


class Closed(io.StringIO):
    def write(self, text):
        raise ValueError("I/O operation on closed file.")


@pytest.mark.parametrize("style", progress.STYLES)
@pytest.mark.parametrize("verbose", [1, 2])
def test_a_closed_stdout_ends_no_training(clock, log, monkeypatch, style, verbose):
    log(style)
    monkeypatch.setattr(sys, "stdout", Closed())

    progress.announce(20, 4)

    assert train(verbose, clock).epoch == [0, 1]
