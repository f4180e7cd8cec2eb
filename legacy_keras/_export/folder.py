"""`export`: a folder with a model's source, weights, training loop and report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import formats, report
from .models import written
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
) -> Path:
    """Write a model as plain PyTorch, which needs nothing of this package.

    The folder gets ``model.py``, ``weights.safetensors``, ``report.md`` and, for a compiled
    model, ``train.py``. What is there already under these names is replaced.

    Args:
        model: a Sequential or Graph, compiled or not.
        folder: path of the folder; it is made if there is none.
        name: of the class in model.py.
        batch_size, nb_epoch: what train.py takes unless told otherwise; those of ``fit``.
        seed: where train.py starts the order of the data; None for where NumPy's global
            stream is now, which is kept in ``random_state.npz``.
        onnx: whether to write ``model.onnx``, too, for predictions.
        pt2: whether to write ``model.pt2``, too, a program of torch.export.

    Returns:
        The folder.

    Raises:
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
    exported = written(model, name)
    module = run_source(exported)
    hand_over_draws(exported, module)
    checks = report.compared(model, module, exported)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    (folder / "model.py").write_text(exported.source, encoding="utf-8")
    (folder / "weights.safetensors").write_bytes(save(exported.state))
    try:
        source = training_source(
            exported,
            batch_size=batch_size,
            nb_epoch=nb_epoch,
            random_state=seed is None,
            seed=seed or 0,
        )
    except NotTrainable as error:
        notes.append(f"No train.py: {error}")
    else:
        (folder / "train.py").write_text(source, encoding="utf-8")
        if seed is None:
            write_random_state(folder / "random_state.npz")
    write: dict[str, Callable[..., str]] = {"onnx": formats.write_onnx, "pt2": formats.write_pt2}
    for kind, wanted in (("onnx", onnx), ("pt2", pt2)):
        if wanted:
            notes.append(write[kind](exported, module, folder / f"model.{kind}"))
    text = report.written(exported, checks, notes, sorted(p.name for p in folder.iterdir()))
    (folder / "report.md").write_text(text, encoding="utf-8")
    return folder


def write_random_state(path: Path) -> None:
    """Keep where NumPy's global stream is."""
    _, keys, position, *_ = np.random.get_state()
    np.savez(path, keys=keys, position=position)
