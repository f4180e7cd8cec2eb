"""``legacy-keras export``, as a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

IO = Path(__file__).parent.parent / "golden" / "io"


def export(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "legacy_keras", "export", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_it_writes_a_folder_from_the_files_of_a_model(kind: str, tmp_path: Path) -> None:
    shown = export(
        IO / f"compiled_adam.{kind}", IO / "compiled_adam.h5", "--to", tmp_path / "out",
        "--name", "Net", "--batch-size", 16, "--epochs", 3, "--seed", 7,
    )  # fmt: skip

    assert shown.returncode == 0, shown.stderr
    names = ["model.py", "report.md", "train.py", "weights.safetensors"]
    assert shown.stdout.splitlines() == [str(tmp_path / "out" / name) for name in names]
    assert "class Net(nn.Module):" in (tmp_path / "out" / "model.py").read_text()
    train = (tmp_path / "out" / "train.py").read_text()
    assert "BATCH_SIZE = 16\nEPOCHS = 3\n" in train
    assert "np.random.seed(7)" in train


def test_a_file_gives_the_layers_that_a_configuration_names(tmp_path: Path) -> None:
    custom = tmp_path / "mine.py"
    custom.write_text(
        "from keras.layers.core import Layer\n"
        "class Double(Layer):\n"
        "    def get_output(self, train=False):\n"
        "        return self.get_input(train) * 2\n"
    )
    config = tmp_path / "model.json"
    config.write_text('{"name": "Sequential", "layers": [{"name": "Double", "input_shape": [3]}]}')

    shown = export(config, "--custom", custom, "--to", tmp_path / "out")

    assert shown.returncode == 0, shown.stderr
    assert "class Double(nn.Module):" in (tmp_path / "out" / "model.py").read_text()


def test_a_problem_is_told_in_a_line(tmp_path: Path) -> None:
    config = tmp_path / "model.json"
    config.write_text('{"name": "Sequential", "layers": [{"name": "Mystery"}]}')

    shown = export(config, "--to", tmp_path / "out")

    assert shown.returncode == 1
    assert shown.stderr.startswith("legacy_keras: ")
    assert "Mystery" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert not (tmp_path / "out").exists()
