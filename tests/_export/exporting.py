"""What the tests of the way out share: recorded models, and processes without this package."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

GOLDEN = Path(__file__).parent.parent / "golden"


def module_of(path: Path, name: str) -> Any:
    """Import a file that stands in another folder of the tests."""
    sys.path.insert(0, str(path))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(path))


golden = module_of(GOLDEN, "recordings")
catalogue = module_of(Path(__file__).parent.parent / "layers", "catalogue")


@dataclass
class Recorded:
    """A model with the weights that Keras 0.3.3 had, and what it predicted."""

    id: str
    model: Any
    inputs: list[np.ndarray]
    expected: dict[str, np.ndarray]


def recorded_models(kind: str, scratch: Path) -> Iterator[Recorded]:
    """Yield the models of the recordings of a kind; those of configurations have none."""
    for recording in golden.recordings(kind):
        if "predict" not in recording.case["expect"]:
            continue
        player = golden.Player(recording, scratch)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            model, inputs = (layer_case if kind == "layers" else file_case)(player)
        expected = recording.expected("predict")
        if isinstance(inputs, dict):
            inputs = [inputs[name] for name in model.input_order]
        if not isinstance(expected, dict):
            expected = {"": expected}
        elif len(expected) == 1:
            expected = {"": next(iter(expected.values()))}
        yield Recorded(recording.id, model, [np.asarray(x) for x in inputs], expected)


def layer_case(player: Any) -> tuple[Any, Any]:
    """Build the model of a layer's recording, as the player does before it predicts."""
    case = player.recording.case
    player.seed(1, {})
    for step in case["build"]:
        player.step(step)
    model = player.variables["model"]
    if case["config_loads"]:
        model = golden.named_object("models.model_from_json")(case["config_json"])
    model.set_weights([player.recording.array(f"w{i}") for i in range(case["nb_weights"])])
    return model, player.decode(case["inputs"])


def file_case(player: Any) -> tuple[Any, Any]:
    """Build a model from the files of its recording, up to where it predicts."""
    player.seed(1, {})
    for step in player.recording.case["steps"]:
        if step.get("record") == "predict":
            inputs = player.decode(step["args"][0])
            break
        player.step(step)
    if not isinstance(inputs, (list, dict)):
        inputs = [inputs]
    return player.variables["model"], inputs


def tensors(model: Any, arrays: list[np.ndarray]) -> list[Tensor]:
    """Return inputs in the dtypes that the model takes."""
    return [
        torch.as_tensor(array).to(getattr(torch, layer.input_dtype))
        for array, layer in zip(arrays, model.input_layers, strict=True)
    ]


def assert_close(outputs: Any, expected: dict[str, np.ndarray], name: str = "") -> None:
    """Compare as the recordings are compared: relative 1e-4, absolute 1e-5."""
    found = outputs if isinstance(outputs, dict) else {"": outputs}
    assert set(found) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(
            found[key].detach().numpy(), values, rtol=1e-4, atol=1e-5, err_msg=name
        )


# A process that cannot import this package, and that runs what was exported.

ISOLATED = """\
import json, sys
from pathlib import Path

sys.modules["legacy_keras"] = None  # importing it is an ImportError from now on
sys.modules["keras"] = None
import numpy as np
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)
results = {}
for folder in map(Path, sys.argv[2:]):
    sys.path.insert(0, str(folder))
    for name in ("model", "train"):
        sys.modules.pop(name, None)
    try:
        results[folder.name] = RUN(folder)
    except Exception as error:
        results[folder.name] = f"{type(error).__name__}: {error}"
    sys.path.pop(0)
Path(sys.argv[1]).write_text(json.dumps(results))
"""

PREDICT = """\
def RUN(folder):
    import model
    module = model.Model()
    module.load_state_dict(load_file(folder / "weights.safetensors"))
    module.eval()
    arrays = np.load(folder / "inputs.npz")
    with torch.no_grad():
        outputs = module(*(torch.as_tensor(arrays[name]) for name in arrays.files))
    found = outputs if isinstance(outputs, dict) else {"": outputs}
    expected = np.load(folder / "expected.npz")
    for name in expected.files:
        np.testing.assert_allclose(
            found[name.removeprefix("output ")], expected[name], rtol=1e-4, atol=1e-5
        )
    return "equal"

"""

TRAIN = """\
def RUN(folder):
    import train
    module = train.Model()
    module.load_state_dict(load_file(folder / "weights.safetensors"))
    data = dict(np.load(folder / "data.npz"))
    held_out = {name[4:]: data.pop(name) for name in list(data) if name.startswith("val_")}
    return train.train(module, data, held_out or None)

"""


def run_isolated(run: str, folders: list[Path], scratch: Path) -> dict[str, Any]:
    """Run exported folders in one process that has torch, NumPy and safetensors only."""
    result = scratch / "results.json"
    shown = subprocess.run(
        [
            sys.executable,
            "-I",
            "-W",
            "error",
            "-c",
            run + ISOLATED,
            str(result),
            *map(str, folders),
        ],
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    results: dict[str, Any] = json.loads(result.read_text())
    return results
