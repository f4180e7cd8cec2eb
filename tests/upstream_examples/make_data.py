"""Writes small data of no meaning, in the form of the files that the examples of Keras read."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from PIL import Image

WORDS = "the a of and to in is it that was for on with as his he be at by had not but from".split()

# Convolutions of VGG16: layers of the model, with its paddings and poolings, and filters.
VGG16 = [
    (1, 64), (3, 64), (6, 128), (8, 128), (11, 256), (13, 256), (15, 256), (18, 512), (20, 512),
    (22, 512), (25, 512), (27, 512), (29, 512),
]  # fmt: skip


def make_cache(folder: Path) -> None:
    """Write what get_file would download."""
    rng = np.random.RandomState(0)
    folder.mkdir(parents=True)
    (folder / "mnist.pkl.gz").write_bytes(
        gzip.compress(pickle.dumps((digits(60_000), digits(10_000)), 2), 1)
    )
    texts = [[int(w) for w in rng.randint(1, 20_000, rng.randint(9, 90))] for _ in range(1500)]
    for name, classes in (("imdb", 2), ("reuters", 46)):
        labels = [int(y) for y in np.arange(len(texts)) % classes]
        (folder / f"{name}.pkl").write_bytes(pickle.dumps((texts, labels), 2))
    with tarfile.open(folder / "cifar-10-batches-py.tar.gz", "w:gz", compresslevel=1) as archive:
        for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
            data, labels = images(rng, 400, 3 * 32 * 32)
            batch = {"data": data, "labels": [int(y) for y in labels]}
            add(archive, f"cifar-10-batches-py/{name}", pickle.dumps(batch, 2))
    with tarfile.open(folder / "babi-tasks-v1-2.tar.gz", "w:gz") as archive:
        for task in ("qa1_single-supporting-fact", "qa2_two-supporting-facts"):
            for part, stories in (("train", 300), ("test", 60)):
                for language in ("en", "en-10k"):
                    name = f"tasks_1-20_v1-2/{language}/{task}_{part}.txt"
                    add(archive, name, questions(rng, stories))
    sentences = [" ".join(rng.choice(WORDS, 12)) for _ in range(300)]
    (folder / "nietzsche.txt").write_text(". ".join(sentences))


def make_files(folder: Path) -> None:
    """Write what the examples expect in the present folder."""
    rng = np.random.RandomState(1)
    for name in ("base.png", "style.png"):
        Image.fromarray(rng.randint(0, 256, (40, 50, 3)).astype("uint8")).save(folder / name)
    for name, rows in (("train.csv", 900), ("test.csv", 100)):
        names = ["id", *(f"feat_{i}" for i in range(93))]
        lines = [",".join(names + ["target"] * (name == "train.csv"))]
        for row in range(rows):
            label = [f"Class_{row % 9 + 1}"] * (name == "train.csv")
            lines.append(",".join([str(row), *map(str, rng.randint(0, 9, 93)), *label]))
        (folder / name).write_text("\n".join(lines) + "\n")
    with h5py.File(folder / "vgg16_weights.h5", "w") as file:
        file.attrs["nb_layers"] = 37
        layers = [file.create_group(f"layer_{index}") for index in range(37)]
        for layer in layers:
            layer.attrs["nb_params"] = 0
        channels = 3
        for index, filters in VGG16:
            layers[index].attrs["nb_params"] = 2
            kernel = rng.normal(0, (2 / (9 * channels)) ** 0.5, (filters, channels, 3, 3))
            layers[index]["param_0"] = kernel.astype("float32")
            layers[index]["param_1"] = np.zeros(filters, "float32")
            channels = filters


def images(rng: Any, number: int, *shape: int) -> tuple[Any, Any]:
    """Return images with their labels, every class at least once."""
    return rng.randint(0, 256, (number, *shape)).astype("uint8"), np.arange(number) % 10


def digits(number: int) -> tuple[Any, Any]:
    """Return as many images as MNIST has, which pack well: a bright bar for each digit."""
    labels = np.arange(number) % 10
    pictures = np.zeros((number, 28, 28), "uint8")
    pictures[np.arange(number), 2 * labels + 4] = 200
    return pictures, labels


def questions(rng: Any, number: int) -> bytes:
    """Return stories of two sentences and a question each."""
    lines = []
    for _ in range(number):
        (who, other), place = rng.choice(["Mary", "John", "Sandra"], 2, False), rng.choice(WORDS)
        lines += [f"1 {who} moved to {place}.", f"2 {other} went to {rng.choice(WORDS)}."]
        lines.append(f"3 Where is {who}? \t{place}\t1")
    return "\n".join([*lines, ""]).encode()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Put a file into an archive."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
