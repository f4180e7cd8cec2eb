"""The examples, exported before they train: train.py finds the same three epochs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from exporting import TRAIN, run_isolated

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SCRIPTS = ("digits_mlp", "digits_cnn", "digits_graph", "digits_lstm")

# Runs examples as the command does, but for fit, which exports model and data, trains three
# epochs, and ends the script.
DRIVER = """
import json, sys
from pathlib import Path
import numpy as np
from legacy_keras._runner import cli
from legacy_keras.models import Graph, Sequential

def shorter(fit):
    def shorter_fit(model, *data, **options):
        model.export(folder, batch_size=options["batch_size"], nb_epoch=3)
        held_out = options["validation_data"]
        arrays = data[0] if isinstance(model, Graph) else dict(zip("xy", data))
        others = held_out if isinstance(model, Graph) else dict(zip("xy", held_out))
        more = {f"val_{name}": array for name, array in others.items()}
        np.savez(folder / "data.npz", **arrays, **more)
        history = fit(model, *data, **{**options, "nb_epoch": 3, "verbose": 0}).history
        (folder / "history.json").write_text(json.dumps(history))
        raise SystemExit
    return shorter_fit

for kind in (Sequential, Graph):
    kind.fit = shorter(kind.fit)
for script in map(Path, sys.argv[2:]):
    folder = Path(sys.argv[1]) / script.stem
    arguments, sys.argv = sys.argv, ["legacy-keras", str(script)]
    try:
        cli.main()
    except SystemExit:
        sys.argv = arguments
"""


def test_train_py_finds_the_history_of_each_example(tmp_path: Path) -> None:
    scripts = [str(EXAMPLES / f"{script}.py") for script in SCRIPTS]
    shown = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path), *scripts],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "LEGACY_KERAS_DEVICE": "cpu"},
    )
    assert shown.returncode == 0, shown.stderr

    results = run_isolated(TRAIN, [tmp_path / script for script in SCRIPTS], tmp_path)

    for script in SCRIPTS:
        assert isinstance(results[script], dict), f"{script}: {results[script]}"
        history = json.loads((tmp_path / script / "history.json").read_text())
        assert len(history["loss"]) == 3
        for quantity, values in history.items():
            found = results[script][quantity]
            np.testing.assert_allclose(found, values, rtol=1e-4, err_msg=f"{script}, {quantity}")
