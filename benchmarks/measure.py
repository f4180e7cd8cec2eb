"""Measure one workload on one side in this process, and print one line of JSON.

Started by ``run.py``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from typing import Any

from workloads import WORKLOADS

SIDES = ("by_hand", "with_legacy_keras")


def measure(side: str, name: str, scale: float, device: str, started: float) -> dict[str, Any]:
    """Return times in seconds, each for what the workload's unit says."""
    workload = WORKLOADS[name]
    data = workload.make(scale)
    nb_sample = len(next(iter(data.values())))
    Runner = importlib.import_module(side).Runner
    built = time.perf_counter()
    runner = Runner(name, workload, data, device)
    runner.first_batch()
    first = time.perf_counter() - built
    times = [time.time() - started]
    if workload.unit != "process":
        nb_unit = nb_sample // workload.batch_size if workload.unit == "call" else 1
        times = []
        for _ in range(workload.repeats):
            begin = time.perf_counter()
            runner.epoch()
            times.append((time.perf_counter() - begin) / nb_unit)
    return {"times": times, "first_batch": first, "peak_mb": peak_mb(device)}


def peak_mb(device: str) -> float | None:
    """Return the most memory that this process had, in MB: of the GPU, or of the host."""
    if device != "cpu":
        import torch

        return torch.cuda.max_memory_allocated() / 2**20
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--started", type=float, default=time.time())
    options = parser.parse_args()
    print(
        json.dumps(
            measure(
                *(options.side, options.workload),
                *(options.scale, options.device, options.started),
            )
        )
    )
