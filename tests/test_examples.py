"""The examples run unchanged through the runner, and learn."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def accuracy(script: str) -> float:
    """Run an example on the CPU, in one minute at most; return its last test accuracy.

    On one thread: several wait for each other at each small product where others are at work.
    """
    shown = subprocess.run(
        [sys.executable, "-m", "legacy_keras", "--device", "cpu", str(EXAMPLES / script)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == ""
    found = re.findall(r"^Test accuracy: ([\d.]+)$", shown.stdout, re.MULTILINE)
    return float(found[-1])


@pytest.mark.parametrize(
    ("script", "lowest"),
    [
        ("digits_mlp.py", 0.95),
        ("digits_cnn.py", 0.96),
        ("digits_graph.py", 0.94),
        ("digits_lstm.py", 0.91),
    ],
)
def test_an_example_learns_in_a_minute(script: str, lowest: float) -> None:
    assert accuracy(script) >= lowest


def test_every_example_is_tried_and_credits_its_data() -> None:
    scripts = sorted(EXAMPLES.glob("*.py"))

    assert [script.name for script in scripts] == [
        "digits_cnn.py",
        "digits_graph.py",
        "digits_lstm.py",
        "digits_mlp.py",
    ]
    for script in scripts:
        assert "UCI Machine Learning Repository, CC BY 4.0" in script.read_text()
