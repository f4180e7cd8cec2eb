"""The benchmarks run, and compare the same computation."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
NAMES = ["mlp_small", "graph_two_towers", "predict", "conv_vgg_block", "lstm_imdb", "gru_char"]


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The modules of both sides, and the table of workloads."""
    monkeypatch.syspath_prepend(FOLDER)
    names = ["with_legacy_keras", "by_hand", "workloads"]
    return [importlib.import_module(name) for name in names]


@pytest.mark.parametrize("name", NAMES)  # all without dropout in training
def test_both_sides_compute_the_same(name: str, sides: list[Any]) -> None:
    with_legacy_keras, by_hand, workloads = sides
    workload = workloads.WORKLOADS[name]
    data = {k: array[:8] for k, array in workload.make(0).items()}

    ours = with_legacy_keras.Runner(name, workload, data, "cpu")
    # Small, or some probabilities are clipped, and the gradients of by_hand go on there.
    ours.model.set_weights([w / 2 for w in ours.model.get_weights()])
    theirs = by_hand.Runner(name, workload, data, "cpu", ours.model.get_weights())

    for _ in range(4):
        np.testing.assert_allclose(ours.first_batch(), theirs.first_batch(), rtol=1e-4)


def test_the_smallest_workload_runs_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "run.py"), "--workload", "mlp_small"]
    command += ["--rounds", "1", "--scale", "0.01", "--output", str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert re.search(r"^mlp_small +\d+\.\d\d ms +\d+\.\d\d ms epoch", done.stdout, re.MULTILINE)
    data = json.loads((tmp_path / "speed-cpu.json").read_text(encoding="utf-8"))
    assert data["results"][0]["ratio"] > 0
    assert (tmp_path / "speed-cpu.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize("name", ["samples", "layers", "steps", "nodes", "memory", "generators"])
def test_every_curve_is_measured_and_drawn(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    growth, report = importlib.import_module("growth"), importlib.import_module("report")
    curve = growth.CURVES[name]

    judged = curve.judged(curve.measure(0.0))

    report.write(tmp_path / "growth.json", {"machine": "any", "curves": [judged]})
    assert judged["worst"] > 0
    assert (tmp_path / "growth.svg").exists()


def test_figures_go_between_the_marks_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    report = importlib.import_module("report")
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    monkeypatch.setattr(report, "README", tmp_path / "README.md")
    report.README.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    result = {"workload": "mlp_small", "what": "fit", "ratio": 0.5, "ratios": [0.4, 0.6]}
    result["memory_ratio"] = 1.0
    data = {"machine": "any", "threads": 1, "rounds": 2, "results": [result]}
    report.write(tmp_path / "speed-cpu.json", data)

    report.main()
    report.main()

    text = report.README.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert text.count("| `mlp_small` | fit | 0.50 | 0.40 to 0.60 | 1.00 |") == 1
    assert "on 1 thread of a CPU, median of 2 rounds (any)" in text
