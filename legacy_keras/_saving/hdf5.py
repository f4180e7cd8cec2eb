"""Weights in HDF5, in the layout of 0.3.3.

A Sequential has a group ``layer_k`` with datasets ``param_p`` for each layer, a Graph one
group ``graph`` with all. A file is written beside its target and then renamed, so that a
failure leaves the old file.

Mirrors: keras 0.3.3, models.py, save_weights and load_weights.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # imported where a file is opened: it takes a tenth of torch's time
    import h5py

Weights = Sequence[np.ndarray]


def may_overwrite(path: Path) -> bool:
    """Ask on standard input whether a file may be replaced.

    Raises:
        FileExistsError: if there is nobody to ask.
    """
    question = f"[WARNING] {path} already exists - overwrite? [y/n]"
    try:
        answer = input(question)
        while answer not in ("y", "n"):
            answer = input('Enter "y" (overwrite) or "n" (cancel).')
    except EOFError:
        raise FileExistsError(
            f"{path} already exists; pass overwrite=True to replace it, or another name."
        ) from None
    if answer == "y":
        print("[TIP] Next time specify overwrite=True in save_weights!")
    return answer == "y"


@contextmanager
def replacing(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file beside ``path`` and put it in its place when all went well."""
    import h5py

    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with h5py.File(temporary, "w") as file:
            yield file
        # A temporary file is private; the result has the rights of a new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(group: h5py.Group, weights: Weights) -> None:
    group.attrs["nb_params"] = len(weights)
    for index, weight in enumerate(weights):
        group.create_dataset(f"param_{index}", data=weight)


def save_stack(path: Path, layers: Sequence[Weights]) -> None:
    """Write the weights of the layers of a Sequential."""
    with replacing(path) as file:
        file.attrs["nb_layers"] = len(layers)
        for index, weights in enumerate(layers):
            _write(file.create_group(f"layer_{index}"), weights)


def save_graph(path: Path, weights: Weights) -> None:
    """Write the weights of a Graph."""
    with replacing(path) as file:
        _write(file.create_group("graph"), weights)


def _read(file: h5py.File, name: str) -> list[np.ndarray]:
    group = file[name]
    return [group[f"param_{index}"][()] for index in range(int(group.attrs["nb_params"]))]


def _check_layout(file: h5py.File, found: bool, path: Any, kind: str) -> None:
    if not found:
        raise ValueError(
            f"{path} does not hold the weights of a {kind} as Keras 0.3 wrote them; it has "
            f"{', '.join(list(file)[:8]) or 'no groups'} and the attributes "
            f"{', '.join(list(file.attrs)[:8]) or 'none'}."
        )


def load_stack(path: Any) -> list[list[np.ndarray]]:
    """Read the weights of the layers of a Sequential.

    Raises:
        OSError: if the file cannot be opened.
        ValueError: if it has another layout.
    """
    import h5py

    with h5py.File(path, "r") as file:
        _check_layout(file, "nb_layers" in file.attrs, path, "Sequential")
        return [_read(file, f"layer_{index}") for index in range(int(file.attrs["nb_layers"]))]


def load_graph(path: Any) -> list[np.ndarray]:
    """Read the weights of a Graph.

    Raises:
        OSError: if the file cannot be opened.
        ValueError: if it has another layout.
    """
    import h5py

    with h5py.File(path, "r") as file:
        _check_layout(file, "graph" in file, path, "Graph")
        return _read(file, "graph")


def save(path: Any, overwrite: bool, write: Any) -> None:
    """Call ``write(path)`` unless the file exists and may not be replaced."""
    path = Path(path)
    if overwrite or not path.is_file() or may_overwrite(path):
        write(path)
