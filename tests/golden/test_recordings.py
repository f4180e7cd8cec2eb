"""Keras 0.3.3 and legacy_keras, case by case: the same numbers, shapes, files and output.

To see one case alone: ``pytest -k 'example/mlp'``.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import yaml
from comparing import TOLERANCES, differences
from recordings import HERE, KINDS, Player, Recording, Result, recordings

from legacy_keras._settings import settings

KNOWN = yaml.safe_load((HERE / "differences.yaml").read_text(encoding="utf-8"))
RECORDINGS = {recording.id: recording for kind in KINDS for recording in recordings(kind)}


def cases() -> list[object]:
    """Return all recordings as parameters, those that are known to differ marked."""
    return [
        pytest.param(
            recording,
            id=name,
            marks=pytest.mark.xfail(strict=False, reason=KNOWN[name]) if name in KNOWN else (),
        )
        for name, recording in RECORDINGS.items()
    ]


def problems_of(recording: Recording, results: dict[str, Result]) -> list[str]:
    """Return a line for each place where a result is not what was recorded."""
    problems = []
    for name in recording.case["expect"]:
        if name not in results:
            problems.append(f"{name}: no step recorded it")
            continue
        result = results[name]
        lines = differences(result.check, recording.expected(name), result.value, result.loose)
        problems += [f"{name}{line}" for line in lines]
    return problems


@pytest.mark.parametrize("recording", cases())
def test_the_recording_of_keras_0_3_3_repeats(
    recording: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # not part of these recordings
        results = Player(recording, tmp_path).play()

    printed = capsys.readouterr().out.replace(str(tmp_path), "<TMP>")
    results["stdout"] = Result(printed, "text")
    problems = problems_of(recording, results)
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.cuda
def test_the_recordings_of_layers_repeat_on_a_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "device", "cuda")
    # Sums are taken in another order there.
    monkeypatch.setitem(TOLERANCES, "close", TOLERANCES["trained"])

    problems = {
        recording.id: found
        for recording in recordings("layers")
        if (found := problems_of(recording, Player(recording, tmp_path).play()))
    }

    assert not problems, problems


def test_known_differences_name_recordings_and_give_a_reason() -> None:
    assert set(KNOWN) <= set(RECORDINGS)
    assert all(len(reason) > 20 for reason in KNOWN.values())
