"""``%load_ext legacy_keras``, in a real IPython."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN_CELLS = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.loads(sys.argv[1]):
    shell.run_cell(cell)
"""
LOAD = "%load_ext legacy_keras"
SESSIONS = {
    "keras is this package": (
        [LOAD, "from keras.models import Sequential", "print(Sequential.__module__)"],
        "legacy_keras.models\n",
    ),
    "names of the era are found": ([LOAD, "import numpy as np", "print(np.float)"], str(float)),
    "Python 3 is left alone": ([LOAD, "print(7 / 2)"], "3.5\n"),
    "from a cell of Python 2 on cells are Python 2": (
        [LOAD, "print(7 / 2)", "print 'half', 7 / 2", "print(7 / 2)", "print {1: 2}.keys()[0]"],
        "3.5\nhalf 3\n3\n1\n",
    ),
    "a magic may stand above Python 2": ([LOAD, "%matplotlib --list\nprint 1, 2"], "1 2\n"),
    "modules beside the notebook are Python 2, too": ([LOAD, "import helper"], "helper 3\n"),
    "without it cells are what they were": (
        [LOAD, "print 7 / 2", "%unload_ext legacy_keras", "print(7 / 2)"],
        "3\n3.5\n",
    ),
    "what is neither is an error of its own": ([LOAD, "print('a') nonsense"], "SyntaxError"),
}


@pytest.mark.parametrize(("cells", "printed"), SESSIONS.values(), ids=SESSIONS)
def test_cells_run_as_a_script_does(tmp_path: Path, cells: list[str], printed: str) -> None:
    (tmp_path / "helper.py").write_text("print 'helper', 7 / 2\n")

    done = subprocess.run(
        [sys.executable, "-c", RUN_CELLS, json.dumps(cells)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")},
    )

    assert printed in done.stdout
    assert done.returncode == 0, done.stderr
