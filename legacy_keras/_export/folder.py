"""`export`: a folder with a model's source, weights, training loop and report."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import formats, report
from .models import Exported, written
from .modules import hand_over_draws, run_source
from .training import NotTrainable, training_source


def export(
    model: Any,
    folder: Any,
    *,
    name: str = "Model",
    batch_size: int = 128,
    nb_epoch: int = 100,
    seed: int | None = None,
    onnx: bool = False,
    pt2: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write a model as plain PyTorch, which needs nothing of this package.

    The folder gets ``model.py``, ``weights.safetensors``, ``report.md`` and, for a compiled
    model, ``train.py``. All of them are written, or none.

    Args:
        model: a Sequential or Graph, compiled or not.
        folder: path of the folder; it is made if there is none.
        name: of the class in model.py.
        batch_size, nb_epoch: what train.py takes unless told otherwise; those of ``fit``.
        seed: where train.py starts the order of the data; None for where NumPy's global
            stream is now, which is kept in ``random_state.npz``.
        onnx: whether to write ``model.onnx``, too, for predictions.
        pt2: whether to write ``model.pt2``, too, a program of torch.export.
        overwrite: whether to replace files that are there already.

    Returns:
        The folder.

    Raises:
        FileExistsError: if one of the files is there already, and ``overwrite`` is False.
        NotADirectoryError: if ``folder`` is a file.
        ValueError: for a batch size or a number of epochs below 1.
        ExportError: for a layer that cannot be written, naming it and saying why.
        ImportError: without the extra ``export``.
    """
    try:
        from safetensors.torch import save
    except ImportError as error:
        raise ImportError(
            "Exporting a folder needs safetensors, which is not installed. Install it with: "
            'pip install "legacy-keras[export]"'
        ) from error
    for argument, number in (("batch_size", batch_size), ("nb_epoch", nb_epoch)):
        if number < 1:
            raise ValueError(f"export got {argument}={number!r}; expected an int >= 1.")
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; expected a folder, which may be new.")
    exported = written(model, name)
    module = run_source(exported)
    hand_over_draws(exported, module)
    checks = report.compared(model, module, exported)
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch)
        (new / "model.py").write_text(exported.source, encoding="utf-8")
        (new / "weights.safetensors").write_bytes(save(exported.state))
        notes = write_training(exported, new, batch_size, nb_epoch, seed)
        write: dict[str, Callable[..., str]]
        write = {"onnx": formats.write_onnx, "pt2": formats.write_pt2}
        for kind, wanted in (("onnx", onnx), ("pt2", pt2)):
            if wanted:
                notes.append(write[kind](exported, module, new / f"model.{kind}"))
        text = report.written(exported, checks, notes, sorted(p.name for p in new.iterdir()))
        (new / "report.md").write_text(text, encoding="utf-8")
        move_files(new, folder, overwrite)
    return folder


def write_training(
    exported: Exported, folder: Path, batch_size: int, nb_epoch: int, seed: int | None
) -> list[str]:
    """Write train.py and what it reads, or return a note that says why not."""
    try:
        source = training_source(
            exported,
            batch_size=batch_size,
            nb_epoch=nb_epoch,
            random_state=seed is None,
            seed=seed or 0,
        )
    except NotTrainable as error:
        return [f"No train.py: {error}"]
    (folder / "train.py").write_text(source, encoding="utf-8")
    if seed is None:
        write_random_state(folder / "random_state.npz")
    return []


def move_files(source: Path, target: Path, overwrite: bool) -> None:
    """Move all files of a folder into another, which is made if there is none."""
    target.mkdir(parents=True, exist_ok=True)
    existing = [p.name for p in sorted(source.iterdir()) if (target / p.name).exists()]
    if existing and not overwrite:
        raise FileExistsError(
            f"{target} has {', '.join(existing)} already, and nothing was written. Name another "
            "folder, or have them replaced: overwrite=True of export, --overwrite of the command."
        )
    for path in source.iterdir():
        shutil.move(path, target / path.name)


def write_random_state(path: Path) -> None:
    """Keep where NumPy's global stream is."""
    _, keys, position, *_ = np.random.get_state()
    np.savez(path, keys=keys, position=position)
