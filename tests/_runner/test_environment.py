"""``legacy-keras enable``, in real virtual environments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import legacy_keras

OURS = str(Path(legacy_keras.__file__).parent.parent)


class Environment:
    """A virtual environment that has this package and what it needs, and nothing of ours on."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = str(folder / "bin" / "python")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.site_packages = folder / "lib" / version / "site-packages"
        installed = f"{OURS}\n{sysconfig.get_path('purelib')}\n"
        (self.site_packages / "installed.pth").write_text(installed)
        self.folder = folder / "work"
        self.folder.mkdir()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=environment,
            # Whoever runs the tests in the background has it ignored, and so would the script.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "legacy_keras", *arguments)

    def install(self, name: str, **files: str) -> None:
        """Put a package there, as pip does."""
        for file, source in files.items():
            path = self.site_packages / name / f"{file}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        info = self.site_packages / f"{name}-9.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.0\n")

    def script(self, source: str, name: str = "train.py") -> str:
        (self.folder / name).write_text(source)
        return name


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env")


@pytest.fixture
def enabled(environment: Environment) -> Environment:
    assert environment.command("enable").returncode == 0
    return environment


def test_enable_and_disable_say_what_holds_and_may_be_repeated(environment: Environment) -> None:
    where = f" in {environment.folder.parent}\n"
    calls = ["status", "enable", "enable", "status", "disable", "disable", "status"]

    answers = [environment.command(call) for call in calls]

    on, off = f"legacy-keras is enabled{where}", f"legacy-keras is not enabled{where}"
    assert [answer.stdout for answer in answers] == [off, on, on, on, off, off, off]
    assert [answer.returncode for answer in answers] == [1, 0, 0, 0, 0, 0, 1]


def test_disable_leaves_nothing_behind(environment: Environment) -> None:
    before = sorted(environment.site_packages.iterdir())

    environment.command("enable")
    one = set(environment.site_packages.iterdir()) - set(before)
    environment.command("disable")

    assert [path.name for path in one] == ["legacy_keras.pth"]
    assert sorted(environment.site_packages.iterdir()) == before


def test_enable_refuses_outside_a_virtual_environment() -> None:
    python = getattr(sys, "_base_executable", sys.executable)
    ours = subprocess.run(
        [python, "-m", "legacy_keras", "enable"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": OURS},
    )

    assert ours.returncode == 1
    assert "is no virtual environment" in ours.stderr
    assert "--force" in ours.stderr


def test_enable_refuses_where_a_plain_python_would_not_find_the_package(tmp_path: Path) -> None:
    bare = Environment(tmp_path / "env")
    (bare.site_packages / "installed.pth").unlink()

    ours = subprocess.run(
        [bare.python, "-m", "legacy_keras", "enable"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": OURS},
    )

    assert ours.returncode == 1
    assert "pip install legacy-keras" in ours.stderr


LOOKS_AROUND = """
import sys, keras
print(__name__, __file__, sys.argv, sys.path[0], keras.__version__, keras.__name__)
sys.exit(3)
"""


def test_a_script_needs_no_change_and_no_runner(enabled: Environment) -> None:
    script = enabled.script(LOOKS_AROUND)

    plain, runner = enabled.run(script, "--epochs", "3"), enabled.command(script, "--epochs", "3")

    assert "0.3.3 legacy_keras" in plain.stdout
    assert (plain.stdout, plain.stderr, plain.returncode) == (runner.stdout, runner.stderr, 3)


def test_a_script_whose_module_imports_keras_is_found_too(enabled: Environment) -> None:
    enabled.script("from keras import __name__ as found", "network.py")
    script = enabled.script("import network; print(network.found)")

    assert enabled.run(script).stdout == "legacy_keras\n"


@pytest.mark.parametrize(
    "call",
    [
        ["-c", "import keras; print(keras.__name__)"],
        ["-c", "import keras.activations; print(keras.activations.__name__.partition('.')[0])"],
        ["-m", "program"],
        ["-O", "program.py"],
    ],
    ids=["code", "a submodule", "a module", "an option of Python"],
)
def test_every_way_to_start_python_has_keras(enabled: Environment, call: list[str]) -> None:
    enabled.script("import keras; print(keras.__name__)", "program.py")

    assert enabled.run(*call).stdout == "legacy_keras\n"


def test_other_programs_start_with_few_small_modules_more(environment: Environment) -> None:
    script = environment.script("import sys; print(*sys.modules, *sys.argv, sep='\\n')")
    before = environment.run("-I", script)

    environment.command("enable")
    after = environment.run("-I", script)

    assert set(after.stdout.split()) - set(before.stdout.split()) == {
        "__future__",
        "legacy_keras",
        "legacy_keras._errors",
        "legacy_keras._runner",
        "legacy_keras._runner.startup",
    }


def test_a_package_that_is_gone_disturbs_nothing(enabled: Environment) -> None:
    (enabled.site_packages / "installed.pth").unlink()

    ours = enabled.run("-c", "print('well')")

    assert (ours.stdout, ours.stderr) == ("well\n", "")


def test_an_installed_keras_stays_what_its_own_users_get(enabled: Environment) -> None:
    enabled.install("keras", __init__="from . import ops", ops="import keras.ops as itself")
    enabled.install("library", __init__="import keras.ops; print(keras.__name__, keras.ops.itself)")

    library = enabled.run("-c", "import library")
    script = enabled.run(enabled.script("import keras; print(keras.__name__)"))

    assert library.stdout.startswith("keras <module 'keras.ops' from")
    assert script.stdout == "legacy_keras\n"


def test_a_library_of_the_era_gets_ours_where_no_keras_is_installed(enabled: Environment) -> None:
    enabled.install("library", __init__="import keras; print(keras.__name__)")

    assert enabled.run("-c", "import library").stdout == "legacy_keras\n"


def test_disable_gives_the_installed_keras_back(enabled: Environment) -> None:
    enabled.install("keras", __init__="")
    script = enabled.script("import keras; print(keras.__name__)")

    enabled.command("disable")

    assert enabled.run(script).stdout == "keras\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_enabled_script_as_it_ends_any(
    enabled: Environment, number: signal.Signals
) -> None:
    script = enabled.script(f"import keras, os; os.kill(os.getpid(), {int(number)})")

    assert enabled.run(script).returncode == -number
