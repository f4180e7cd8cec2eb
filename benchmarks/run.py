"""Compare legacy-keras with the same models written by hand in PyTorch.

    python benchmarks/run.py

Each workload, side and round is a process of its own, and the sides take turns, so that a slow
moment of the machine hits both. Only the ratio of two neighbours counts; the table has the
median of the rounds. Without --workload and --scale, ``benchmarks/results`` gets the data and
the picture.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import report
from measure import SIDES
from workloads import WORKLOADS

HERE = Path(__file__).parent


def start(side: str, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process of its own."""
    threads = str(options.threads)
    variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    environment = {
        **os.environ,
        **dict.fromkeys(variables, threads),
        "LEGACY_KERAS_DEVICE": options.device,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, str(HERE / "measure.py"), side, name]
    command += ["--scale", str(options.scale), "--device", options.device]
    command += ["--started", repr(time.time())]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def compare(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return all rounds of a workload with the ratios, legacy-keras to by hand."""
    rounds = []
    for index in range(options.rounds):
        order = SIDES if index % 2 == 0 else SIDES[::-1]
        rounds.append({side: start(side, name, options) for side in order})
    by_hand, ours = SIDES

    def ratio(key: str) -> list[float]:
        pairs = [(r[ours][key], r[by_hand][key]) for r in rounds]
        return [median(a) / median(b) if key == "times" else a / b for a, b in pairs if b]

    ratios = ratio("times")
    return {
        "workload": name,
        "what": WORKLOADS[name].what,
        "unit": WORKLOADS[name].unit,
        "seconds": {side: median(median(r[side]["times"]) for r in rounds) for side in SIDES},
        "ratio": median(ratios),
        "ratios": ratios,
        "memory_ratio": median(ratio("peak_mb") or [float("nan")]),
        "first_batch_ratio": median(ratio("first_batch")),
        "rounds": rounds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workload", action="append", choices=WORKLOADS, help="default: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of samples")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--output", type=Path, help="folder for the data and the picture")
    options = parser.parse_args()

    results = []
    print(report.speed_line())
    for name in options.workload or WORKLOADS:
        results.append(compare(name, options))
        print(report.speed_line(results[-1]), flush=True)
    whole = options.workload is None and options.scale == 1.0
    output = options.output or (report.RESULTS if whole else None)
    if output is not None:
        path = output / f"speed-{options.device.replace(':', '')}.json"
        data = {
            "machine": report.machine(options.device),
            "threads": options.threads,
            "rounds": options.rounds,
            "scale": options.scale,
            "results": results,
        }
        report.write(path, data)


if __name__ == "__main__":
    main()
