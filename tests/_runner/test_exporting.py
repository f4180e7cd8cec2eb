"""``legacy-keras export``, as a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from legacy_keras._runner import exporting

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


MYSTERY = '{"name": "Sequential", "layers": [{"name": "Mystery"}]}'
MODEL = IO / "compiled_adam.json"
WEIGHTS = IO / "compiled_adam.h5"
PROBLEMS = {
    "an unknown layer": (["mystery.json"], "Mystery"),
    "no file": (["nothing.json"], "there is no file nothing.json. Expected what model.to_json()"),
    "no weights": ([MODEL, "nothing.h5"], "there is no file nothing.h5"),
    "the wrong order": ([WEIGHTS, MODEL], "compiled_adam.h5 is not a text. Expected"),
    "no JSON": (["text.json"], "text.json is not JSON. Expected"),
    "weights of another model": ([MODEL, IO / "cnn.h5"], "cnn.h5 has the weights of"),
    "no batches": ([MODEL, "--batch-size", 0], "batch_size=0; expected an int >= 1"),
    "a file for a folder": ([MODEL, "--to", "text.json"], "text.json is a file; expected a folder"),
    "a name that is none": ([MODEL, "--name", "1x"], "expected an identifier"),
    "files that are there": ([MODEL, "--to", "taken"], "taken has train.py already, and nothing"),
}


@pytest.mark.parametrize(("arguments", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_told_in_a_line(
    arguments: list[object],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(exporting, "install", lambda say: None)  # the name keras, for good
    monkeypatch.chdir(tmp_path)
    Path("mystery.json").write_text(MYSTERY)
    Path("text.json").write_text("hello\n")
    Path("taken").mkdir()
    Path("taken/train.py").write_text("mine\n")

    place = [] if "--to" in arguments else ["--to", "out"]
    status = exporting.export([*map(str, arguments), *place])

    assert status == 1
    shown = capsys.readouterr().err
    assert shown.startswith("legacy_keras: ")
    assert message in shown
    assert not Path("out").exists()
    assert [path.read_text() for path in Path("taken").iterdir()] == ["mine\n"]


def test_files_are_replaced_where_the_command_says_so(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("mine\n")

    shown = export(MODEL, "--to", tmp_path, "--overwrite")

    assert shown.returncode == 0, shown.stderr
    assert "def train(" in (tmp_path / "train.py").read_text()
