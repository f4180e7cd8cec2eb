"""Snippets of Python 2: through the runner they print what Python 2.7 printed.

One process runs them all, each as a module that the main script imports.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

SNIPPETS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("python2_snippets.yaml").read_text(encoding="utf-8")
)

RUN_ALL = """\
import io, json, sys, traceback
stdout, shown = sys.stdout, []
for i in range(int(sys.argv[1])):
    sys.stdout = io.StringIO()
    try:
        __import__('snippet%d' % i)
        shown.append(sys.stdout.getvalue())
    except BaseException:
        shown.append(traceback.format_exc())
sys.stdout = stdout
print json.dumps(shown)
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("snippets")
    (folder / "main.py").write_text(RUN_ALL)
    for number, snippet in enumerate(SNIPPETS):
        (folder / f"snippet{number}.py").write_text(snippet["code"], encoding="utf-8")
    command = [sys.executable, "-m", "legacy_keras", "main.py", str(len(SNIPPETS))]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return list(json.loads(result.stdout))


def test_the_table_is_long() -> None:
    assert len(SNIPPETS) >= 120


@pytest.mark.parametrize("number", range(len(SNIPPETS)), ids=[s["name"] for s in SNIPPETS])
def test_a_snippet_prints_what_python_2_printed(shown: list[str], number: int) -> None:
    # Python 2 ends the line that a soft space leaves only when it ends.
    assert shown[number].removesuffix("\n") == SNIPPETS[number]["prints"].removesuffix("\n")
