"""What Keras 0.3.3 refused is refused, by an exception that its handlers would catch.

A recording says which class was raised, and what it derives from under Python 2. Ours raise
that class or one derived from it. Messages are free to say more.
"""

from __future__ import annotations

import builtins
import warnings
from pathlib import Path

import pytest
from comparing import differences
from recordings import Player, Recording, recordings

CASES = recordings("errors")
ERRORS = [case for case in CASES if "raises" in case.case]
WARNINGS = [case for case in CASES if "raises" not in case.case]
RENAMED = {"IOError": "OSError"}  # since Python 3.3


def recorded_class(recording: Recording) -> type[BaseException]:
    """Return the class that 0.3.3 raised, or the first built-in one that it derives from."""
    names = [RENAMED.get(name, name) for name in recording.case["raises"]["mro"]]
    found: type[BaseException] = next(
        getattr(builtins, name) for name in names if hasattr(builtins, name)
    )
    return found


@pytest.mark.parametrize("recording", ERRORS, ids=lambda recording: recording.id)
def test_what_keras_0_3_3_refused_is_refused(recording: Recording, tmp_path: Path) -> None:
    with warnings.catch_warnings(), pytest.raises(recorded_class(recording)) as caught:
        warnings.simplefilter("ignore")
        Player(recording, tmp_path).play()

    assert len(str(caught.value)) > 10, "an error without a message"
    if recording.id != "errors/call/fit_unknown_kwarg":  # refused by Python itself
        assert any("legacy_keras" in str(entry.path) for entry in caught.traceback)


@pytest.mark.parametrize("recording", WARNINGS, ids=lambda recording: recording.id)
def test_what_keras_0_3_3_warned_about_is_warned_about(
    recording: Recording, tmp_path: Path
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = Player(recording, tmp_path).play()

    given = [f"{type(w.message).__name__}: {w.message}" for w in caught]
    for expected in recording.case["expect"].get("warnings", {}).get("seq", []):
        assert any(expected in text for text in given), given
    for name in set(recording.case["expect"]) - {"warnings"}:
        result = results[name]
        assert not differences(result.check, recording.expected(name), result.value, result.loose)
