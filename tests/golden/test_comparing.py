"""The comparison of recordings finds what differs, and only that."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from comparing import differences, masked

F32 = np.float32
BAR = " 8/16 [====>...]"

SAME = {
    "close, by rounding": ("close", [1.0, 2.0], [1.00001, 2.0]),
    "close, nan": ("close", float("nan"), float("nan")),
    "close, 0-d array and float": ("close", np.asarray(1.0), 1.0),
    "close, text": ("close", {"a": None, "b": "x"}, {"a": None, "b": "x"}),
    "exact, float64 that holds float32": ("exact", F32([0.1]), F32([0.1])),
    "equal, float32 options": ("equal", 0.01, float(F32(0.01))),
    "equal, tuple": ("equal", [1, None], (1, None)),
    "equal, int key": ("equal", {"1": 2}, {1: 2}),
    "text, other durations": ("text", f"{BAR} - ETA: 1s", f"{BAR} - ETA: 12s"),
    "text, last digit": ("text", "loss: 0.1234", "loss: 0.1235"),
    "text, erased in full": ("text", "1s x" + 4 * "\b" + "\ry", "12s x" + 5 * "\b" + "\ry"),
}
DIFFERENT = {
    "close, number": ("close", [1.0, 2.0], [1.0, 2.001], "/1: 1 of 1 numbers differ"),
    "close, nan": ("close", 1.0, float("nan"), "1 of 1 numbers"),
    "close, shape": ("close", np.ones((2, 1)), np.ones(2), r"expected the shape \(2, 1\)"),
    "close, dtype": ("close", F32([1]), np.float64([1]), "expected float32, got float64"),
    "close, length": ("close", [1.0], [1.0, 1.0], "expected 1 items"),
    "close, keys": ("close", {"a": 1.0}, {"b": 1.0}, "expected the keys"),
    "close, None": ("close", None, 0.0, "expected None, got 0.0"),
    "exact, last bit": ("exact", F32([1]), np.nextafter(F32([1]), F32(2)), "1 of 1 numbers"),
    "equal, bool": ("equal", True, 1, "expected True, got 1"),
    "equal, float": ("equal", 0.01, 0.0100001, "expected 0.01"),
    "equal, name": ("equal", {"a": ["x"]}, {"a": ["y"]}, "/a/0: expected 'x', got 'y'"),
    "text, word": ("text", "loss: 0.1", "acc: 0.1", "-loss: 0.1"),
    "text, number": ("text", "loss: 0.1234", "loss: 0.1245", "-loss: 0.1234"),
    "text, erased in part": ("text", "abcd" + 4 * "\b" + "\r", "abcd" + 3 * "\b" + "\r", "back"),
}


@pytest.mark.parametrize(("check", "expected", "got"), SAME.values(), ids=SAME)
def test_what_may_vary_is_no_difference(check: str, expected: Any, got: Any) -> None:
    assert differences(check, expected, got) == []


@pytest.mark.parametrize(("check", "expected", "got", "said"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_may_not_vary_is_told(check: str, expected: Any, got: Any, said: str) -> None:
    lines = "\n".join(differences(check, expected, got))

    assert re.search(said, lines)


def test_loose_positions_are_close_and_the_others_exact() -> None:
    recorded, ours = [F32([1]), F32([1])], [F32([1.00001]), F32([1.00001])]

    assert differences("exact", recorded, ours, loose=(0, 1)) == []
    assert differences("exact", recorded, ours, loose=(0,)) == ["/1: 1 of 1 numbers differ"]


def test_durations_are_masked_and_other_numbers_stay() -> None:
    assert masked("3s - loss: 0.5 - 10sec") == "<time> - loss: 0.5 - 10sec"
