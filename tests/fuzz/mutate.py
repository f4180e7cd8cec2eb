"""Mutates model files and reads them; see README.md."""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from legacy_keras._settings import settings
from legacy_keras.layers.convolutional import Convolution2D, MaxPooling2D
from legacy_keras.layers.core import Dense, Flatten
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Graph, Sequential, model_from_json, model_from_yaml

SECONDS = 1.0
HANG = 5  # seconds of computing after which a reader is given up
STUCK = 60  # seconds of any kind: on a busy machine, computing for HANG seconds takes long
MEMORY = 1 << 30  # bytes, more than before
REFUSALS = (ValueError, OSError)  # UnsafeModelError is a ValueError

# Initial weights of a mutated layer may be large and legitimate: drawing them is no hang.
MAX_WEIGHTS = 1 << 20

# What numbers and names are replaced by.
TOKENS = """
0 -1 1 2 3 99999 4294967296 1e308 NaN null true [] {} "" "a" [[]] {"name":"l2"} "Dense"
"Sequential" "Graph" "Merge" "Lambda" "th" "tf" "same" 0.5 [null] [1,2,3] [0] {"name":"Dense"}
""".split()  # fmt: skip

PROBLEMS = ("RAISED", "SLOW", "LARGE", "CRASH")

Case = tuple[str, bytes, Callable[[bytes, Path], Any]]


def stack() -> Sequential:
    model = Sequential()
    model.add(Convolution2D(2, 3, 3, input_shape=(1, 6, 6)))
    model.add(MaxPooling2D())
    model.add(Flatten())
    model.add(Dense(2))
    return model


def graph() -> Graph:
    model = Graph()
    model.add_input(name="a", input_shape=(5, 3))
    model.add_input(name="b", input_shape=(4,))
    model.add_node(LSTM(3), name="left", input="a")
    model.add_node(Dense(3, W_regularizer="l2"), name="right", input="b")
    model.add_node(Dense(2), name="top", inputs=["left", "right"], create_output=True)
    return model


def keras_1(path: Path, model: Sequential, libver: str) -> None:
    """Write weights in the layout of Keras 1."""
    with h5py.File(path, "w", libver=libver) as file:
        layers = [layer for layer in model.layers if layer.get_weights()]
        names = [f"layer_{index}" for index in range(len(layers))]
        file.attrs["layer_names"] = names
        for name, layer in zip(names, layers, strict=True):
            group = file.create_group(name)
            group.attrs["weight_names"] = [b"a/W", b"b"]
            for key, value in zip(("a/W", "b"), layer.get_weights(), strict=True):
                packed = {"compression": "gzip", "shuffle": True} if value.ndim > 1 else {}
                group.create_dataset(key, data=value, **packed)


def cases() -> list[Case]:
    """Return good files, each with what reads it."""
    found: list[Case] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.h5"
        for name, make in (("stack", stack), ("graph", graph)):
            make().save_weights(path, overwrite=True)
            found.append((f"{name}.h5", path.read_bytes(), weights_into(make())))
        for libver in ("earliest", "latest"):
            keras_1(path, stack(), libver)
            found.append((f"keras_1_{libver}.h5", path.read_bytes(), weights_into(stack())))
    for name, make in (("stack", stack), ("graph", graph)):
        model = make()
        loss: Any = {"top": "mse"} if name == "graph" else "mse"
        model.compile("adam", loss)
        found.append((f"{name}.json", model.to_json().encode(), read_json))
        found.append((f"{name}.yaml", model.to_yaml().encode(), read_yaml))
    return found


def weights_into(model: Any) -> Callable[[bytes, Path], Any]:
    def read(content: bytes, path: Path) -> None:
        path.write_bytes(content)
        model.load_weights(path)

    return read


def read_json(content: bytes, path: Path) -> None:
    model_from_json(content.decode(errors="replace"))


def read_yaml(content: bytes, path: Path) -> None:
    model_from_yaml(content.decode(errors="replace"))


# Mutations


def mutated(content: bytes, name: str, rng: random.Random) -> bytes:
    """Return a file with one to eight changes."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 8])):
        rng.choice(BINARY if name.endswith(".h5") else TEXT)(data, rng)
    return bytes(data)


def flip(data: bytearray, rng: random.Random) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, rng: random.Random) -> None:
    """Put a telling number of 1 to 8 bytes somewhere."""
    size = rng.choice([1, 2, 4, 8])
    value = rng.choice([0, 1, 255, 1 << 7, 1 << 16, (1 << 31) - 1, 1 << 31, 1 << 40, (1 << 64) - 1])
    if len(data) > size:
        at = rng.randrange(len(data) - size)
        data[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "little")


def move(data: bytearray, rng: random.Random) -> None:
    """Copy a piece over another."""
    size = rng.choice([4, 8, 16, 64, 512])
    if len(data) > size:
        start, end = rng.randrange(len(data) - size), rng.randrange(len(data) - size)
        data[end : end + size] = data[start : start + size]


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data) + 1) :]


def signed(data: bytearray, rng: random.Random) -> None:
    """Change a byte near a structure's signature, where addresses and sizes are."""
    places = [data.find(mark) for mark in (b"TREE", b"HEAP", b"SNOD", b"OHDR", b"FRHP", b"GCOL")]
    places = [place for place in places if place >= 0]
    if places:
        at = min(rng.choice(places) + rng.randrange(64), len(data) - 1)
        data[at] = rng.randrange(256)


def replace_token(data: bytearray, rng: random.Random) -> None:
    """Put another value in the place of one."""
    text = data.decode(errors="replace")
    edges = [i for i, c in enumerate(text) if c in ",:[]{}\n "]
    if len(edges) > 1:
        at = rng.randrange(len(edges) - 1)
        token = rng.choice(TOKENS)
        data[:] = (text[: edges[at] + 1] + token + text[edges[at + 1] :]).encode()


def repeat(data: bytearray, rng: random.Random) -> None:
    """Write a piece many times."""
    if data:
        at = rng.randrange(len(data))
        piece = data[at : at + rng.choice([1, 2, 20, 200])]
        data[at:at] = bytes(piece) * rng.choice([2, 50, 1000])


def reference(data: bytearray, rng: random.Random) -> None:
    """Put a piece of YAML's grammar somewhere."""
    pieces = [
        b"*id001",
        b"&id001 ",
        b"<<: ",
        b"!!python/tuple ",
        b"!!python/name:os.system ",
        b"? ",
    ]
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(pieces)


Mutation = Callable[[bytearray, random.Random], None]
BINARY: list[Mutation] = [flip, flip, overwrite, overwrite, move, cut, signed, signed]
TEXT: list[Mutation] = [flip, replace_token, replace_token, move, cut, repeat, reference]


# Reading


def outcome(read: Callable[[bytes, Path], Any], content: bytes, path: Path) -> str:
    """Read a file; return "loaded", the name of a refusal, or what is wrong, in capitals."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(content, path)
        result = "loaded"
    except REFUSALS as error:
        result = type(error).__name__
    except BaseException as error:
        return f"RAISED {type(error).__name__}: {error}"
    if time.process_time() - start > SECONDS:
        return f"SLOW {time.process_time() - start:.1f} s"
    if (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 > MEMORY:
        return "LARGE"
    return result


def mutations(good: list[Case], seed: int) -> Iterator[tuple[str, bytes, Any]]:
    """Yield mutated files without end."""
    rng = random.Random(seed)
    while True:
        name, content, read = rng.choice(good)
        yield name, mutated(content, name, rng), read


def run(good: list[Case], seed: int, files: int, folder: Path) -> Counter[str]:
    """Read some mutated files and count the outcomes."""
    counts: Counter[str] = Counter()
    allowed, settings.max_weights = settings.max_weights, MAX_WEIGHTS
    try:
        for _, (name, content, read) in zip(range(files), mutations(good, seed)):
            (folder / "current").write_bytes(content)
            (folder / "name").write_text(name)
            # These end the process, also where it is in libhdf5.
            signal.setitimer(signal.ITIMER_PROF, HANG)
            signal.alarm(STUCK)
            result = outcome(read, content, folder / "mutated.h5")
            kind = name.rpartition(".")[2]
            counts[f"{kind}: {result}"] += 1
            if result.startswith(PROBLEMS):
                (folder / f"{seed}_{sum(counts.values())}_{name}").write_bytes(content)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        settings.max_weights = allowed
    return counts


def problems(counts: Counter[str]) -> dict[str, int]:
    """Return those of the outcomes that are none of the expected."""
    return {key: n for key, n in counts.items() if key.partition(": ")[2].startswith(PROBLEMS)}


def in_child(good: list[Case], seed: int, files: int, keep: Path) -> Counter[str]:
    """Do it in a process of its own, and count its death if it dies."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child = os.fork()
        if child == 0:
            faulthandler.enable()
            limit = MEMORY * 8
            resource.setrlimit(resource.RLIMIT_AS, (limit * 4, limit * 4))
            (folder / "counts").write_text(json.dumps(run(good, seed, files, folder)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        kept = [p for p in folder.iterdir() if p.name[0].isdigit()]
        for path in kept:
            (keep / path.name).write_bytes(path.read_bytes())
        if status == 0 and (folder / "counts").exists():
            return Counter(json.loads((folder / "counts").read_text()))
        case = (folder / "name").read_text()
        (keep / f"crash_{seed}_{case}").write_bytes((folder / "current").read_bytes())
        return Counter({f"{case.rpartition('.')[2]}: CRASH {status}": 1})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=0.0, help="in place of --files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    settings.device = "cpu"
    torch.set_num_threads(1)  # threads do not survive a fork
    np.random.seed(options.seed)
    good = cases()
    start, counts, seed = time.monotonic(), Counter[str](), options.seed * 1_000_000
    while (
        time.monotonic() - start < options.seconds
        if options.seconds
        else counts.total() < options.files
    ):
        counts += in_child(good, seed, 500, options.keep)
        seed += 1
    for result, number in sorted(counts.items()):
        print(f"{number:8} {result}")
    bad = sum(problems(counts).values())
    print(f"{counts.total()} files, {bad} problems, {time.monotonic() - start:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
