"""Models that are built by calls are written to JSON byte for byte as by Keras 0.3.3."""

from __future__ import annotations

from pathlib import Path

import pytest
from recordings import Player, Recording, recordings

LAYERS = [recording for recording in recordings("layers") if recording.case.get("config_json")]


@pytest.mark.parametrize("recording", LAYERS, ids=lambda recording: recording.id)
def test_json_is_that_of_keras_0_3_3(recording: Recording, tmp_path: Path) -> None:
    player = Player(recording, tmp_path)
    player.seed(1, {})
    for step in recording.case["build"]:
        player.step(step)

    assert player.variables["model"].to_json() == recording.case["config_json"]
