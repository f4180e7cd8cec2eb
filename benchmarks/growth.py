"""How time and memory grow with samples, layers, time steps, nodes and calls.

    python benchmarks/growth.py

Each curve is measured in a process of its own, and judged: by the power of the size with which
time grows, 1 being in proportion. ``benchmarks/results`` gets data and picture. The
tests ``tests/test_growth.py`` and ``tests/_training/test_memory.py`` count the same without clocks.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import report

HERE = Path(__file__).parent
Series = dict[str, list[tuple[float, float]]]
clock = time.perf_counter


def fastest(function: Callable[[], Any], times: int) -> float:
    """Return the shortest of several times of the processor, in seconds.

    That leaves out what other processes take; this one has a single thread.
    """
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        function()
        best = min(best, time.process_time() - begin)
    return best


# Each curve returns its series; sizes are those up to ``share`` of the largest.


def sizes_up_to(share: float, *sizes: int) -> list[int]:
    return [size for size in sizes if size <= max(share * sizes[-1], sizes[1])]


def samples(share: float) -> Series:
    """Microseconds per sample of fit, evaluate and predict; batches of 100."""
    import numpy as np

    from legacy_keras.layers.core import Dense
    from legacy_keras.models import Sequential

    model = Sequential([Dense(32, input_dim=16, activation="relu"), Dense(1)])
    model.compile("sgd", "mse")
    sizes = sizes_up_to(share, 1_000, 10_000, 100_000, 1_000_000)
    X = np.random.RandomState(0).normal(size=(sizes[-1], 16)).astype("float32")
    y = np.zeros((sizes[-1], 1), "float32")
    options = {"batch_size": 100, "verbose": 0}
    uses: dict[str, Callable[[int], Any]] = {
        "fit": lambda n: model.fit(X[:n], y[:n], nb_epoch=1, **options),
        "evaluate": lambda n: model.evaluate(X[:n], y[:n], **options),
        "predict": lambda n: model.predict(X[:n], **options),
    }
    model.fit(X[:1000], y[:1000], nb_epoch=10, **options)  # a step is recorded by now
    return {
        name: [(n, fastest(partial(use, n), max(3, 50_000 // n)) / n * 1e6) for n in sizes]
        for name, use in uses.items()
    }


def _building(build: Callable[[int], Any], sizes: list[int]) -> Series:
    """Milliseconds per size: to build, compile and train one batch, and for a later batch."""
    build(2)()
    ready, step = [], []
    for size in sizes:
        first = later = float("inf")
        for _ in range(3):
            begin = time.process_time()
            train = build(size)
            train()
            first = min(first, time.process_time() - begin)
            later = min(later, fastest(train, 3))
        ready.append((size, first / size * 1e3))
        step.append((size, later / size * 1e3))
    return {"build, compile and first batch": ready, "batch": step}


def layers(share: float) -> Series:
    """Milliseconds per layer of a Sequential."""
    import numpy as np

    from legacy_keras.layers.core import Activation, Dense
    from legacy_keras.models import Sequential

    X = np.ones((32, 16), "float32")

    def build(depth: int) -> Callable[[], Any]:
        model = Sequential([Dense(16, input_dim=16)])
        for _ in range(depth // 2):
            model.add(Activation("relu"))
            model.add(Dense(16))
        model.compile("sgd", "mse")
        return lambda: model.train_on_batch(X, X)

    return _building(build, sizes_up_to(share, 2, 6, 20, 60, 200))


def nodes(share: float) -> Series:
    """Milliseconds per node of a Graph, in which each node merges the two before it."""
    import numpy as np

    from legacy_keras.layers.core import Dense
    from legacy_keras.models import Graph

    X = np.ones((32, 16), "float32")

    def build(size: int) -> Callable[[], Any]:
        graph = Graph()
        names = ["input a", "input b"]
        for name in names:
            graph.add_input(name=name, input_shape=(16,))
        for index in range(size):
            names.append(f"node {index}")
            layer = Dense(16, activation="tanh")
            graph.add_node(layer, name=names[-1], inputs=names[-3:-1], merge_mode="ave")
        graph.add_output(name="out", input=names[-1])
        graph.compile("sgd", {"out": "mse"})
        return lambda: graph.train_on_batch({"input a": X, "input b": X, "out": X})

    return _building(build, sizes_up_to(share, 2, 5, 20, 100, 500))


def steps(share: float) -> Series:
    """Milliseconds per time step of LSTM and GRU."""
    import numpy as np

    from legacy_keras.layers.recurrent import GRU, LSTM
    from legacy_keras.models import Sequential

    found: Series = {}
    for layer in (LSTM, GRU):

        def build(nb_step: int, layer: Any = layer) -> Callable[[], Any]:
            model = Sequential([layer(32, input_shape=(nb_step, 16))])
            model.compile("sgd", "mse")
            X, y = np.ones((32, nb_step, 16), "float32"), np.ones((32, 32), "float32")
            return lambda: model.train_on_batch(X, y)

        for name, points in _building(build, sizes_up_to(share, 10, 30, 100, 300, 1000)).items():
            found[f"{layer.__name__}, {name}"] = points
    return found


def memory(share: float) -> Series:
    """MB of the process over calls of fit and of predict."""
    import numpy as np

    from legacy_keras.layers.core import Dense, Dropout
    from legacy_keras.models import Sequential

    model = Sequential([Dense(64, input_dim=32, activation="relu"), Dropout(0.1), Dense(8)])
    model.compile("adam", "mse")
    X, y = np.ones((2000, 32)), np.ones((2000, 8))
    options = {"batch_size": 100, "verbose": 0}
    uses: dict[str, tuple[int, Callable[[], Any]]] = {
        "fit, 200 calls": (200, lambda: model.fit(X, y, nb_epoch=1, **options)),
        "predict, 2,000 calls": (2000, lambda: model.predict(X, **options)),
    }
    found: Series = {}
    for name, (count, use) in uses.items():
        every = max(1, int(count * share) // 20)
        for _ in range(every):
            use()
        points = found[name] = [(5.0, resident_mb())]
        for index in range(1, 20):
            for _ in range(every):
                use()
            points.append((5.0 * (index + 1), resident_mb()))
    return found


def resident_mb() -> float:
    """Return what this process has in memory now; where that is not told, its peak."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    from measure import peak_mb

    return peak_mb("cpu") or float("nan")


class Slow:
    """An iterator that several threads may advance, and that takes a while."""

    def __init__(self, batch: Any, seconds: float) -> None:
        self.batch, self.seconds = batch, seconds

    def __iter__(self) -> Slow:
        return self

    def __next__(self) -> Any:
        time.sleep(self.seconds)
        return self.batch


def generators(share: float) -> Series:
    """How much faster than one after the other, if a batch takes as long as a step."""
    import numpy as np

    from legacy_keras.layers.core import Dense
    from legacy_keras.models import Sequential

    model = Sequential([Dense(512, input_dim=512, activation="relu"), Dense(512)])
    model.compile("sgd", "mse")
    X = np.ones((256, 512), "float32")
    for _ in range(max(3, int(60 * share))):
        model.train_on_batch(X, X)
    nb_batch = max(3, int(100 * share))
    gains: dict[int, list[float]] = {1: [], 2: [], 4: []}
    for _ in range(3):
        begin = clock()
        for _ in range(10):
            model.train_on_batch(X, X)
        seconds = (clock() - begin) / 10
        source = Slow((X, X), seconds)
        for nb_worker, gained in gains.items():
            begin = clock()
            for _ in range(nb_batch):
                model.train_on_batch(*next(source))
            serial = clock() - begin
            begin = clock()
            model.fit_generator(source, nb_batch * len(X), 1, verbose=0, nb_worker=nb_worker)
            gained.append(serial / (clock() - begin))
    return {"fit_generator": [(workers, median(gained)) for workers, gained in gains.items()]}


# What passes, and a sentence with the worst value of a curve's series.


def power(points: list[tuple[float, float]]) -> float:
    """Return the power of the size with which time grows in the upper part of a curve.

    In proportion is 1. Below lies what each call costs, whatever the size; above 1 are also
    caches that are too small for what a larger model has.
    """
    (x, y), (last_x, last_y) = points[max(0, len(points) - 3)], points[-1]
    return 1 + math.log(last_y / y) / math.log(last_x / x)


def rise(points: list[tuple[float, float]]) -> float:
    """Return the last value relative to the first."""
    return points[-1][1] / points[0][1]


def least_with_workers(points: list[tuple[float, float]]) -> float:
    return min(y for x, y in points if x >= 2)


@dataclass(frozen=True)
class Curve:
    """A curve with the words for it.

    Attributes:
        measure: returns the series; its argument is the share of the largest size.
        title, x, y: of the picture.
        says: a sentence with a place for the worst value of the series.
        value: of a series.
        most, least: the values that pass.
        scale: of the sizes, "log" or "linear".
    """

    measure: Callable[[float], Series]
    title: str
    x: str
    y: str
    says: str
    value: Callable[[list[tuple[float, float]]], float] = power
    most: float = 1.2
    least: float = 0.0
    scale: str = "log"

    def judged(self, series: Series) -> dict[str, Any]:
        """Return all there is to know of it."""
        values = list(map(self.value, series.values()))
        worst = min(values) if self.least else max(values)
        return {
            "title": self.title,
            "x": self.x,
            "y": self.y,
            "scale": self.scale,
            "series": series,
            "worst": worst,
            "passed": self.least <= worst <= self.most,
            "says": self.says.format(worst),
        }


CURVES = {
    "samples": Curve(
        samples,
        *("Time per sample", "samples", "µs per sample"),
        "Time grows as the power {:.2f} of the samples, from 10,000 to 1,000,000.",
    ),
    "layers": Curve(
        layers,
        *("Time per layer", "layers of a Sequential", "ms per layer"),
        "It grows as the power {:.2f} of the layers, from 20 to 200, compiling included.",
    ),
    "steps": Curve(
        steps,
        *("Time per time step", "time steps", "ms per time step"),
        "It grows as the power {:.2f} of the time steps, from 100 to 1,000, compiling included.",
    ),
    "nodes": Curve(
        nodes,
        *("Time per node", "nodes of a Graph", "ms per node"),
        "It grows as the power {:.2f} of the nodes, from 20 to 500, compiling included.",
    ),
    "memory": Curve(
        memory,
        *("Memory of the process", "% of the calls", "MB"),
        "After 200 calls of `fit` and 2,000 of `predict` in one process it holds {:.3f} of the "
        "memory that it held after the first twentieth of them.",
        value=rise,
        most=1.03,
        scale="linear",
    ),
    "generators": Curve(
        generators,
        *("fit_generator, slow batches", "workers", "times faster than in turns"),
        "`fit_generator` with two workers or more is {:.2f} times as fast as batch and step in "
        "turns, where a batch takes as long as a step.",
        value=least_with_workers,
        most=math.inf,
        least=1.8,
        scale="linear",
    ),
}


def start(name: str, share: float) -> dict[str, Any]:
    """Measure a curve in a process of its own."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "LEGACY_KERAS_DEVICE": "cpu",
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, __file__, "--measure", name, "--share", str(share)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return CURVES[name].judged(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--curve", action="append", choices=CURVES, help="default: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the largest size")
    parser.add_argument("--output", type=Path, help="folder for the data and the picture")
    parser.add_argument("--measure", choices=CURVES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(CURVES[options.measure].measure(options.share)))
        return
    curves = []
    for name in options.curve or CURVES:
        begin = clock()
        curves.append(start(name, options.share))
        verdict = "ok" if curves[-1]["passed"] else "NOT AS IT SHOULD BE"
        print(f"{name}: {verdict}. {curves[-1]['says']} ({clock() - begin:.0f} s)")
        for label, points in curves[-1]["series"].items():
            print(f"    {label}: " + ", ".join(f"{x:g}: {y:.3g}" for x, y in points), flush=True)
    whole = options.curve is None and options.share == 1.0
    output = options.output or (report.RESULTS if whole else None)
    if output is not None:
        report.write(output / "growth.json", {"machine": report.machine(), "curves": curves})


if __name__ == "__main__":
    main()
