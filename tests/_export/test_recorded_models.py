"""Each recorded model of Keras 0.3.3, exported, predicts what was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from exporting import PREDICT, assert_close, golden, recorded_models, run_isolated, tensors
from safetensors.torch import save_file

from legacy_keras._export.models import written

# Recordings of configurations alone: there is no model to export.
MODELS = {"layers": 372, "io": 133}


@pytest.mark.parametrize("kind", MODELS)
def test_to_torch_predicts_what_keras_0_3_3_did(kind: str, tmp_path: Path) -> None:
    count = 0
    for recorded in recorded_models(kind, tmp_path):
        module = recorded.model.to_torch().eval()

        with torch.no_grad():
            outputs = module(*tensors(recorded.model, recorded.inputs))

        assert_close(outputs, recorded.expected, recorded.id)
        count += 1
    assert count == MODELS[kind]


def test_the_exported_source_does_so_where_this_package_cannot_be_imported(
    tmp_path: Path,
) -> None:
    folders = []
    for recorded in (r for kind in MODELS for r in recorded_models(kind, tmp_path)):
        folder = tmp_path / recorded.id.replace("/", ".")
        folder.mkdir()
        exported = written(recorded.model)
        (folder / "model.py").write_text(exported.source)
        save_file(exported.state, folder / "weights.safetensors")
        inputs = tensors(recorded.model, recorded.inputs)
        np.savez(folder / "inputs.npz", *(x.numpy() for x in inputs))
        outputs = {f"output {name}": array for name, array in recorded.expected.items()}
        np.savez(folder / "expected.npz", **outputs)
        folders.append(folder)

    results = run_isolated(PREDICT, folders, tmp_path)

    assert {name: found for name, found in results.items() if found != "equal"} == {}
    assert len(results) == sum(MODELS.values())


def test_every_recording_with_a_prediction_is_among_them() -> None:
    for kind, count in MODELS.items():
        names = [r.id for r in golden.recordings(kind) if "predict" in r.case["expect"]]
        others = [r.id for r in golden.recordings(kind) if "predict" not in r.case["expect"]]

        assert len(names) == count
        assert all(name.startswith(("io/config/", "io/layer_config/")) for name in others)
