"""Python 2 source through the runner: what it prints, how it fails, and what is its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import legacy_keras

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a script in an empty folder by the runner; return what it printed and its status."""
    path = str(Path(legacy_keras.__file__).parent.parent)

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "legacy_keras", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path, **environment},
        )

    return run


@pytest.mark.parametrize(
    "source",
    [
        "print 'loss', 0.1\n",
        "exec 'x = 1'\n",
        "try:\n    x = 1\nexcept ValueError, e:\n    pass\n",
        "raise ValueError, 'no data'\n",
        "mode = 0755\n",
        "if 1 <> 2:\n    x = `1`\n",
        "n = 10L\n",
        "s = ur'x'\n",
        "def shift((x, y), n):\n    return x + n\n",
        "if True:\n        x = 1\n\ty = 2\n",
    ],
    ids=["print", "exec", "except", "raise", "octal", "unequal", "long", "ur", "tuple", "tabs"],
)
def test_python_2_source_without_fissix_names_the_command_that_installs_it(
    run: Run, tmp_path: Path, source: str
) -> None:
    (tmp_path / "no_fissix").mkdir()
    (tmp_path / "no_fissix" / "fissix.py").write_text("raise ModuleNotFoundError('none here')")
    (tmp_path / "old.py").write_text(source)
    path = str(Path(legacy_keras.__file__).parent.parent)

    ours = run("old.py", PYTHONPATH=f"{tmp_path / 'no_fissix'}{os.pathsep}{path}")

    assert f"{tmp_path / 'old.py'} is Python 2 source, and fissix" in ours.stderr
    assert 'Install it by: pip install "legacy-keras[py2]"' in ours.stderr
    assert ours.returncode == 1


@pytest.mark.parametrize("main", ["import helper", "print 'main'\nimport helper"])
def test_a_program_is_python_2_if_one_of_its_modules_is(
    run: Run, tmp_path: Path, main: str
) -> None:
    (tmp_path / "script.py").write_text(f"{main}; import sys; sys.stdout.write(str(7 / 2))")
    (tmp_path / "helper.py").write_text("import other; print other.half")
    (tmp_path / "other.py").write_text("half = 7 / 2")

    assert run("script.py").stdout.endswith("3\n3")


def test_what_python_3_reads_is_python_3_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print(7 / 2)")

    assert run("script.py").stdout == "3.5\n"
    assert run("--py2", "script.py").stdout == "3\n"
    assert run("-c", "print(7 / 2)").stdout == "3.5\n"
    assert run("-c", "print 7 / 2").stdout == "3\n"


def test_an_installed_module_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "library.py").write_text("half = 7 / 2")
    (tmp_path / "script.py").write_text("import library; print library.half, __builtins__.xrange")
    path = str(Path(legacy_keras.__file__).parent.parent)

    shown = run("script.py", PYTHONPATH=f"{tmp_path / 'installed'}{os.pathsep}{path}").stdout

    assert shown.startswith("3.5 ")


def test_a_traceback_shows_the_lines_of_the_original(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import helper\nprint helper.ratio(1, 0)\n")
    (tmp_path / "helper.py").write_text("def ratio(a, b):\n    return a/b\n")

    lines = run("script.py").stderr.splitlines()

    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path / "script.py"}", line 2, in <module>',
        "    print helper.ratio(1, 0)",
        f'  File "{tmp_path / "helper.py"}", line 2, in ratio',
        "    return a/b",
        "ZeroDivisionError: integer division or modulo by zero",
    ]


@pytest.mark.parametrize("how", ["script.py", "-m script"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_started_by_a_script_are_translated_too(
    run: Run, tmp_path: Path, method: str, how: str
) -> None:
    (tmp_path / "script.py").write_text(
        f"""
import multiprocessing, helper

class Sample(object):
    value = 7 / 2

def work(sample):
    return sample.value, helper.half(7)

if __name__ == '__main__':
    pool = multiprocessing.get_context({method!r}).Pool(1)
    print pool.map(work, [Sample()])
    pool.close()
    pool.join()
"""
    )
    (tmp_path / "helper.py").write_text("def half(x): return x / 2")

    ours = run(*how.split())

    assert (ours.stdout, ours.stderr) == ("[(3, 3)]\n", "")


def test_what_is_written_is_python_3_that_runs_alike(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import pack.half\nprint pack.half.half(7), 1 / 2,\nprint")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "half.py").write_text("def half(x): return x / 2")

    first = run("--write", "new", "script.py")

    assert "print(pack.half.half(7), " in (tmp_path / "new" / "script.py").read_text()
    again = run("new/script.py")
    assert (again.stdout, again.stderr) == (first.stdout, first.stderr) == ("3 0\n", "")
