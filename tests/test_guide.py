"""The migration guide: every block of code in it runs, in order, and its links hold.

A Python block that begins with ``# name.py`` is written to that file; the others share one
process, as the cells of a notebook do. Shell blocks run in the same folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "migration_guide.md"

# The reader's own arrays. Those that are called old are what Keras 0.3.3 on Theano gave for
# train.py.
ARRAYS = """
import json, sys, traceback
import numpy as np
np.random.seed(1337)
X = np.random.rand(256, 20)
Y = np.eye(2)[(X.sum(axis=1) > 10).astype(int)]
X_test, Y_test = X[:4], Y[:4]
old_predictions = np.array(
    [[0.46075851, 0.53924149], [0.4726603, 0.5273397], [0.44984651, 0.55015349],
     [0.4632917, 0.5367083]]
)
old_loss = 0.6629013
"""
# Waits for a block, runs it, answers with its traceback or "".
CELLS = (
    ARRAYS
    + """
out, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    offset, source = json.loads(line)
    if 'old_weights' in source:
        old_weights = trained.get_weights()
    try:
        exec(compile('\\n' * offset + source, 'migration_guide.md', 'exec'), globals())
        answer = ''
    except BaseException:
        answer = traceback.format_exc()
    print(json.dumps(answer), file=out, flush=True)
"""
)


class Block(NamedTuple):
    line: int
    language: str
    source: str


def blocks(path: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text = path.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [Block(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in found]


RUN = [block for block in blocks(GUIDE) if block.language in ("python", "sh")]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Run all blocks; return for the line of each what went wrong, or ""."""
    folder = tmp_path_factory.mktemp("guide")
    scripts = sysconfig.get_path("scripts")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([scripts, os.path.dirname(sys.executable), os.environ["PATH"]]),
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "LEGACY_KERAS_DEVICE": "cpu",
    }
    cells = subprocess.Popen(
        [sys.executable, "-c", CELLS],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert cells.stdin is not None
    assert cells.stdout is not None
    found = {}
    with cells:
        for line, language, source in RUN:
            if name := re.match(r"# (\w+\.py)\n", source):
                (folder / name[1]).write_text(source)
                found[line] = ""
            elif language == "python":
                cells.stdin.write(json.dumps([line, source]) + "\n")
                cells.stdin.flush()
                answer = cells.stdout.readline()
                found[line] = json.loads(answer) if answer else "the process has ended"
            else:
                found[line] = shell(source, folder, environment)
        cells.stdin.close()
    return found


def shell(source: str, folder: Path, environment: dict[str, str]) -> str:
    """Run shell commands; return what the failing one said, or ""."""
    lines = [line for line in source.splitlines() if not line.startswith("pip install")]
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(lines)]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return f"{ran.stdout}{ran.stderr}" if ran.returncode else ""


@pytest.mark.skipif(not shutil.which("bash"), reason="the guide's commands are those of a shell")
@pytest.mark.parametrize("block", RUN, ids=lambda block: f"line {block.line}")
def test_a_block_of_the_guide_runs(block: Block, outcomes: dict[int, str]) -> None:
    if "Graphviz" in block.source and not shutil.which("dot"):
        pytest.skip("needs Graphviz")
    assert outcomes[block.line] == ""


def test_the_guide_s_script_prints_what_the_guide_says(tmp_path: Path) -> None:
    script, *_ = (block.source for block in blocks(GUIDE) if block.source.startswith("# train.py"))
    said, *_ = (block.source for block in blocks(GUIDE) if block.language == "text")
    (tmp_path / "train.py").write_text(script)

    shown = subprocess.run(
        [sys.executable, "-m", "legacy_keras", "--device", "cpu", "train.py"],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )

    assert re.sub(r"^\d+s", "0s", shown.stdout, flags=re.MULTILINE) == said, shown.stderr


def test_every_block_of_the_guide_says_what_it_is() -> None:
    text = GUIDE.read_text(encoding="utf-8")

    assert {block.language for block in blocks(GUIDE)} == {"python", "sh", "text"}
    assert not re.search(r"\n\n {4}\S", text), "an indented block would not be run"


@pytest.mark.parametrize("page", ["README.md", "migration_guide.md", "CONTRIBUTING.md"])
def test_the_links_of_a_page_hold(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```$|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        file = ROOT / (path or page)
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert not broken


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
