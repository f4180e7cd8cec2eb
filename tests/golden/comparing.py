"""What differs between a recorded value and ours, in words.

A check has a name in the recordings: ``close``, ``history`` and ``trained`` allow for
rounding, ``exact`` wants equal bits, ``equal`` equal configurations, ``text`` the same
output but for durations.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# Relative and absolute tolerance of float64 arithmetic on float32 results.
TOLERANCES = {"close": (1e-4, 1e-5), "history": (1e-3, 1e-4), "trained": (1e-3, 1e-4)}
PRINTED = (1e-3, 1.5e-4)  # of numbers in a log: four digits after the point
OPTION = (1e-6, 0.0)  # of numbers in a configuration, which went through float32

Leaf = Callable[[Any, Any], str]


def differences(check: str, expected: Any, got: Any, loose: tuple[int, ...] = ()) -> list[str]:
    """Return a line for each place where ``got`` is not what was recorded.

    Args:
        check: name of the check.
        loose: positions in a list that are only close where the check is ``exact``.
    """
    if check == "text":
        return text_differences(expected, got)
    leaf = {"exact": exact, "equal": equal}.get(check) or close(check)
    if loose and len(expected) == len(got):
        lines: list[str] = []
        for index, pair in enumerate(zip(expected, got, strict=True)):
            lines += _walk(*pair, close("close") if index in loose else leaf, f"/{index}")
        return lines
    return list(_walk(expected, got, leaf))


def _walk(expected: Any, got: Any, leaf: Leaf, place: str = "") -> Iterator[str]:
    """Go down both values side by side and compare what is at the end."""
    if isinstance(expected, dict):
        keys = {str(k): v for k, v in got.items()} if isinstance(got, dict) else None
        if keys is None or set(keys) != set(expected):
            yield f"{place}: expected the keys {sorted(expected)}, got {_keys(got)}"
            return
        for key, value in expected.items():
            yield from _walk(value, keys[key], leaf, f"{place}/{key}")
    elif isinstance(expected, list):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            yield f"{place}: expected {len(expected)} items, got {got!r:.120}"
            return
        for index, pair in enumerate(zip(expected, got, strict=True)):
            yield from _walk(*pair, leaf, f"{place}/{index}")
    else:
        problem = leaf(expected, got)
        if problem:
            yield f"{place}: {problem}"


def _keys(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, dict) else type(value).__name__


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.number, np.bool_, np.ndarray))


def _unlike(expected: Any, got: Any) -> str:
    """Say so if two values cannot be compared as arrays of numbers."""
    if not _is_number(expected) or not _is_number(got):
        return "" if expected == got else f"expected {expected!r}, got {got!r:.120}"
    shapes = np.shape(expected), np.shape(got)
    if shapes[0] != shapes[1]:
        return f"expected the shape {shapes[0]}, got {shapes[1]}"
    if isinstance(expected, np.ndarray) and isinstance(got, np.ndarray) and got.ndim:
        return "" if expected.dtype == got.dtype else f"expected {expected.dtype}, got {got.dtype}"
    return ""


def close(check: str) -> Leaf:
    """Return a comparison of numbers within the tolerance of a check."""
    rtol, atol = TOLERANCES[check]

    def compare(expected: Any, got: Any) -> str:
        problem = _unlike(expected, got)
        if problem or not _is_number(expected):
            return problem
        a, b = np.asarray(expected, np.float64), np.asarray(got, np.float64)
        near = np.isclose(b, a, rtol=rtol, atol=atol, equal_nan=True)
        if near.all():
            return ""
        worst = float(np.max(np.abs(a - b)[~near]))
        largest = float(np.max(np.abs(a)))
        return (
            f"{int((~near).sum())} of {a.size} numbers differ, by up to {worst:.3g} where the "
            f"largest is {largest:.3g}"
        )

    return compare


def exact(expected: Any, got: Any) -> str:
    """Compare bit by bit, floats as float32."""
    problem = _unlike(expected, got)
    if problem or not _is_number(expected):
        return problem
    a, b = np.asarray(expected), np.asarray(got)
    if a.dtype.kind == "f":
        a, b = a.astype(np.float32), b.astype(np.float32)
    return "" if np.array_equal(a, b) else f"{int((a != b).sum())} of {a.size} numbers differ"


def equal(expected: Any, got: Any) -> str:
    """Compare options: the same value and kind, but for the last digits of a float."""
    if isinstance(expected, float) and type(got) in (int, float):
        rtol, atol = OPTION
        near = np.isclose(got, expected, rtol=rtol, atol=atol)
        return "" if near else f"expected {expected!r}, got {got!r}"
    got = got.tolist() if isinstance(got, (np.ndarray, np.generic)) else got
    same = expected == got and isinstance(expected, bool) == isinstance(got, bool)
    return "" if same else f"expected {expected!r}, got {got!r:.120}"


# Text

DURATION = re.compile(r"(?<![\w.])\d+s(?!\w)")
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
ERASURE = re.compile(r"(\x08*\r)")


def masked(text: str) -> str:
    """Replace durations, which vary, and the backspaces that erase them.

    A progress bar goes back over the line that it has shown. How long that line was
    depends on the duration in it, so the number of backspaces is compared with its length.
    """
    lines = []
    for line in text.split("\n"):
        shown, parts = "", []
        for piece in ERASURE.split(line):
            if piece.endswith("\r"):
                goes_back = len(piece) - 1
                parts.append("<back>" if goes_back == len(shown) else f"<back {goes_back}>")
            else:
                shown = piece.rstrip(" ")
                parts.append(DURATION.sub("<time>", shown))
        lines.append("".join(parts))
    return "\n".join(lines)


def text_differences(expected: str, got: str) -> list[str]:
    """Compare output, with numbers as close as they are printed."""
    expected, got = masked(expected), masked(got)
    if NUMBER.sub("#", expected) == NUMBER.sub("#", got):
        a, b = ([float(n) for n in NUMBER.findall(text)] for text in (expected, got))
        if np.allclose(b, a, rtol=PRINTED[0], atol=PRINTED[1]):
            return []
    diff = difflib.unified_diff(expected.split("\n"), got.split("\n"), "recorded", "got", n=0)
    return list(diff)[:12]
