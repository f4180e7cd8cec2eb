"""Names to objects, and the progress bar. Expected texts were printed by the real 0.3.3."""

import io
import os
import pty
import re
import sys

import numpy as np
import pytest
import torch

from legacy_keras.utils import generic_utils
from legacy_keras.utils.generic_utils import Progbar, get_from_module, make_tuple

TABLE = {"sgd": dict, "adam": list}


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


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("sgd", TABLE, "optimizer"), dict),
        (("sgd", TABLE, "optimizer", True), {}),
        (("sgd", TABLE, "optimizer", True, {"lr": 1}), {"lr": 1}),
        ((TABLE, TABLE, "optimizer", True), TABLE),
        ((None, TABLE, "optimizer"), None),
    ],
    ids=["name", "instance", "instance with arguments", "an object stays", "None stays"],
)
def test_get_from_module_looks_strings_up(arguments, expected):
    assert get_from_module(*arguments) == expected


def test_get_from_module_refuses_an_unknown_name_and_suggests_one():
    with pytest.raises(ValueError, match=r"Invalid optimizer: SGD\. Did you mean 'sgd'\?"):
        get_from_module("SGD", TABLE, "optimizer")


def test_make_tuple_returns_its_arguments():
    assert make_tuple(1, "a") == (1, "a")


PROGBARS = {
    "no values": (
        {"target": 10},
        [(3, []), (10, [])],
        "\r 3/10 [========>.....................] - ETA: 17s" + "\b" * 49 + "\r"
        "10/10 [==============================] - 15s     \n",
    ),
    "small numbers go to exponents": (
        {"target": 4},
        [(1, [("a", 1e-3), ("b", -1e-3)]), (4, [("a", 1e-3), ("b", -0.5)])],
        "\r1/4 [======>.......................] - ETA: 22s - a: 1.0000e-03 - b: -1.0000e-03"
        + "\b" * 80
        + "\r4/4 [==============================] - 15s - a: 1.0000e-03 - b: -0.3752         \n",
    ),
    "the line shrinks": (
        {"target": 20, "width": 10},
        [(5, [("loss", 12345.6789)]), (10, [("loss", -12345.0)]), (20, [("loss", 0.0)])],
        "\r 5/20 [=>........] - ETA: 22s - loss: 12345.6789" + "\b" * 48 + "\r"
        "10/20 [====>.....] - ETA: 15s - loss: 0.3395    " + "\b" * 44 + "\r"
        "20/20 [==========] - 22s - loss: 0.1697     \n",
    ),
    "past the target": (
        {"target": 5},
        [(2, [("loss", 1.0)]), (6, [("loss", 2.0)])],
        "\r2/5 [===========>..................] - ETA: 11s - loss: 1.0000" + "\b" * 62 + "\r"
        "6/5 [====================================] - 15s - loss: 1.6667\n",
    ),
    "zero first": (
        {"target": 1000},
        [(0, []), (999, [("x", 2.0)]), (1000, [("x", 0.0)])],
        "\r   0/1000 [..............................] - ETA: 0s" + "\b" * 52 + "\r"
        " 999/1000 [============================>.] - ETA: 0s - x: 2.0000" + "\b" * 64 + "\r"
        "1000/1000 [==============================] - 22s - x: 1.9980    \n",
    ),
    "nan": (
        {"target": 2},
        [(2, [("loss", float("nan"))])],
        "\r2/2 [==============================] - 7s - loss: nan\n",
    ),
    "one line": (
        {"target": 20, "verbose": 2},
        [(5, [("loss", 1.0)]), (20, [("loss", 3.0), ("acc", -0.5)])],
        "15s - loss: 2.5000 - acc: -5.0000e-01\n",
    ),
    "nothing": ({"target": 20, "verbose": 0}, [(20, [("loss", 1.0)])], ""),
}


@pytest.mark.parametrize(("arguments", "updates", "text"), PROGBARS.values(), ids=PROGBARS)
def test_progbar_writes_what_0_3_3_wrote(clock, capsys, arguments, updates, text):
    progbar = Progbar(**arguments)

    for current, values in updates:
        clock.now += 7.5
        progbar.update(current, values)

    assert capsys.readouterr().out == text


def test_progbar_attributes_are_those_of_0_3_3(clock, capsys):
    progbar = Progbar(5)

    progbar.update(2, [("loss", 1.0)])
    progbar.add(4, [("loss", 2.0), ("acc", 0.5)])

    assert progbar.sum_values == {"loss": [10.0, 6], "acc": [2.0, 4]}
    assert progbar.unique_values == ["loss", "acc"]
    assert (progbar.target, progbar.width, progbar.verbose) == (5, 30, 1)
    assert (progbar.seen_so_far, progbar.start, progbar.total_width) == (6, 1000.0, 76)


@pytest.mark.parametrize(
    "value",
    [0.1, np.float32(0.1), np.array(0.1, "float32"), torch.tensor(0.1)],
    ids=["float", "numpy scalar", "numpy array", "tensor"],
)
def test_progbar_sums_in_float64(value):
    progbar = Progbar(30, verbose=0)

    for _ in range(3):
        progbar.add(10, [("loss", value)])

    total, steps = progbar.sum_values["loss"]
    assert (float(total), steps) == (pytest.approx(30 * float(value), rel=1e-15), 30)


@pytest.mark.parametrize("verbose", [0, 2])
def test_progbar_reads_no_tensor_before_it_prints(verbose):
    progbar = Progbar(30, verbose=verbose)

    progbar.add(10, [("loss", torch.ones((), device="meta"))])

    assert progbar.sum_values["loss"][0].is_meta


def test_progbar_with_nothing_to_do_draws_a_full_bar(capsys):
    Progbar(0).update(0)

    assert capsys.readouterr().out == f"\r0/0 [{'=' * 30}] - 0s\n"


def test_on_a_terminal_the_bar_is_redrawn_every_50_ms_and_at_the_end(clock, monkeypatch):
    master, slave = pty.openpty()
    text = b""
    with os.fdopen(master, "rb", buffering=0) as screen, os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        progbar = Progbar(20)
        for _ in range(20):
            progbar.add(1, [("loss", 1.0)])
            clock.now += 1 / 64
        while b"\n" not in text:
            text += screen.read(4096)

    drawn = re.findall(r"(\d+)/20 \[", text.decode())
    assert drawn == ["1", "5", "9", "13", "17", "20"]


class Closed(io.StringIO):
    def write(self, text):
        raise ValueError("I/O operation on closed file.")


def broken_pipe():
    read_end, write_end = os.pipe()
    os.close(read_end)
    return io.TextIOWrapper(io.FileIO(write_end, "w"), write_through=True)


@pytest.mark.parametrize(
    "make", [Closed, broken_pipe, lambda: None], ids=["closed", "broken pipe", "none"]
)
@pytest.mark.parametrize("verbose", [1, 2])
def test_a_closed_or_broken_stdout_ends_no_training(monkeypatch, make, verbose):
    stdout = make()
    monkeypatch.setattr(sys, "stdout", stdout)

    progbar = Progbar(2, verbose=verbose)
    progbar.add(1)
    progbar.add(1)

    assert progbar.seen_so_far == 2
    if stdout is not None:
        stdout.close()
