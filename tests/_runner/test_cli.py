"""The runner against Python itself: the same script, run both ways, shows the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
RUNNER = ("-m", "legacy_keras")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python in an empty folder; return what it printed and its exit status."""

    def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, **options
        )

    return run


ALIKE = {
    "a script that looks around": """
import sys
print(__name__, __file__, __package__, __spec__, __cached__, type(__loader__).__name__)
print(sys.argv, sys.path[0], sys.modules['__main__'].__dict__ is globals())
print(sorted(set(globals()) - {'__annotations__'}), __builtins__)
""",
    "a script that imports its neighbour": "import neighbour; print(neighbour.__name__)",
    "an exit with a status": "import sys; sys.exit(3)",
    "an exit with a message": "import sys; sys.exit('no data')",
    "an exit without a word": "raise SystemExit",
    "a hard exit": "import os; os._exit(4)",
    "an error": """
def load(name):
    return {}[name]

load('X')
""",
    "an error while handling an error": """
try:
    open('/nowhere/at/all')
except OSError:
    1 / 0
""",
    "an error with an excepthook of its own": """
import sys, traceback
sys.excepthook = lambda kind, error, tb: print(kind, len(traceback.extract_tb(tb)))
1 / 0
""",
    "an interrupt": "raise KeyboardInterrupt",
    "a missing module": "import no_such_module",
    "a syntax error of today": "def f(:\n    pass\n",
    "a source in another encoding": "# coding: latin-1\nprint(len('\xe9'))\n",
    "things done at the end": """
import atexit, threading, time
atexit.register(print, 'atexit')
threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()
print('main')
""",
    "a pickle of its own class": """
import pickle
class Layer(object):
    pass
print(type(pickle.loads(pickle.dumps(Layer()))) is Layer, Layer.__module__)
""",
}


@pytest.mark.parametrize("source", ALIKE.values(), ids=ALIKE.keys())
def test_a_script_cannot_tell_the_runner_from_python(run: Run, tmp_path: Path, source: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "neighbour.py").write_text("")
    (tmp_path / "folder" / "script.py").write_text(source, encoding="latin-1")
    call = ("folder/script.py", "--epochs", "3", "-m", "x", "--", "--log")

    python, ours = run(*call), run(*RUNNER, *call)

    assert (ours.stdout, ours.stderr) == (python.stdout, python.stderr)
    assert ours.returncode == python.returncode


TRAINING = """
import sys
from {keras}.models import Sequential
from {keras}.layers.core import Dense
import numpy as np
model = Sequential([Dense(1, input_dim=2)])
model.compile('sgd', 'mse')
model.fit(np.ones((8, 2)), np.ones(8), nb_epoch=1, verbose=0)
print('training')
sys.stdout.flush()
model.fit(np.ones((8, 2)), np.ones(8), nb_epoch=10 ** 6, verbose=0)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_training_ends_it_as_it_ends_any_program(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "ours.py").write_text(TRAINING.format(keras="legacy_keras"))
    (tmp_path / "script.py").write_text(TRAINING.format(keras="keras"))
    ends = []

    for call in (["ours.py"], [*RUNNER, "script.py"]):
        with subprocess.Popen(
            [sys.executable, *call],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:
            assert process.stdout is not None and process.stdout.readline() == "training\n"
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
        last = errors.strip().rpartition("\n")[2]
        ends.append((process.returncode, last, "<module>" in errors, "_runner" in errors))

    kind = "KeyboardInterrupt" if number == signal.SIGINT else ""
    assert ends == [(-number, kind, bool(kind), False)] * 2


def test_a_link_is_run_from_where_it_points_to(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "script.py").write_text("import sys; print(__file__, sys.path[0])")
    (tmp_path / "link.py").symlink_to("real/script.py")

    assert run(*RUNNER, "link.py").stdout == run("link.py").stdout


@pytest.mark.parametrize("flag", ["-O", "-I", "-B"])
def test_python_s_own_flags_work(run: Run, tmp_path: Path, flag: str) -> None:
    source = "import sys; print(sys.flags, sys.path[0] == sys.argv[1])"
    (tmp_path / "script.py").write_text(source)
    call = ("script.py", str(tmp_path))

    assert run(flag, *RUNNER, *call).stdout == run(flag, *call).stdout


@pytest.mark.parametrize(
    "call",
    [
        ("-m", "module", "--epochs", "3", "-c", "--"),
        ("-c", "import sys; print(sys.argv, sys.path[0], __name__, __spec__)", "-m", "--log"),
        ("-c", "import sys; sys.exit(sys.stdin.read())"),
        ("-c", "1 / 0"),
    ],
    ids=["a module", "code", "standard input", "an error in code"],
)
def test_modules_and_code_run_as_python_runs_them(
    run: Run, tmp_path: Path, call: tuple[str, ...]
) -> None:
    source = "import sys; print(sys.argv, sys.path[0], __name__, __spec__.name, __package__)"
    (tmp_path / "module.py").write_text(source)

    python, ours = run(*call, input="bye"), run(*RUNNER, *call, input="bye")

    assert (ours.stdout, ours.stderr, ours.returncode) == (
        python.stdout,
        python.stderr,
        python.returncode,
    )


def test_the_word_run_may_stand_before_the_script(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import sys; print(sys.argv)")

    assert run(*RUNNER, "run", "script.py", "run").stdout == "['script.py', 'run']\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_started_by_a_script_have_keras_too(
    run: Run, tmp_path: Path, method: str
) -> None:
    (tmp_path / "script.py").write_text(
        f"""
import multiprocessing
import keras

class Sample(object):
    value = keras.__version__

def work(sample):
    import keras
    return sample.value, keras.__name__

if __name__ == '__main__':
    with multiprocessing.get_context({method!r}).Pool(1) as pool:
        print(pool.map(work, [Sample()]))
"""
    )

    ours = run(*RUNNER, "script.py")

    assert (ours.stdout, ours.stderr) == ("[('0.3.3', 'legacy_keras')]\n", "")


def test_a_missing_script_is_reported_as_python_does(run: Run, tmp_path: Path) -> None:
    ours = run(*RUNNER, "absent.py")

    message = f"can't open file '{tmp_path / 'absent.py'}': [Errno 2] No such file or directory\n"
    assert ours.stderr == f"legacy_keras: {message}"
    assert ours.returncode == run("absent.py").returncode == 2


def test_help_tells_the_ways_to_call_it(run: Run) -> None:
    shown = run(*RUNNER, "--help").stdout

    for part in ("script.py | -m module | -c code", "--device", "--log", "legacy-keras run"):
        assert part in shown


def test_nothing_to_run_is_an_error(run: Run) -> None:
    ours = run(*RUNNER)

    assert "nothing to run; expected a script, -m module or -c code" in ours.stderr
    assert ours.returncode == 2


SHOW_SETTINGS = "from legacy_keras import settings as s; print(s.log, s.device)"


def test_options_become_settings_here_and_in_the_environment(run: Run) -> None:
    options = ("--log", "epoch", "--device", "cpu")
    code = SHOW_SETTINGS + "; import os; print(os.environ['LEGACY_KERAS_LOG'])"

    assert run(*RUNNER, *options, "-c", code).stdout == "epoch cpu\nepoch\n"


def test_options_win_over_the_environment(run: Run) -> None:
    environment = {**os.environ, "LEGACY_KERAS_LOG": "tqdm", "LEGACY_KERAS_DEVICE": "cpu"}

    ours = run(*RUNNER, "--log", "silent", "-c", SHOW_SETTINGS, env=environment)

    assert ours.stdout == "silent cpu\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--log", "loud"], "settings.log got 'loud'; expected one of auto, keras,"),
        (["--device", "gpu0"], "gpu0"),
    ],
    ids=["log", "device"],
)
def test_a_wrong_option_is_an_error_before_the_script_runs(
    run: Run, options: list[str], message: str
) -> None:
    ours = run(*RUNNER, *options, "-c", "print('ran')")

    assert message in ours.stderr
    assert (ours.stdout, ours.returncode) == ("", 2)


def test_verbose_says_what_is_redirected_and_the_device(run: Run) -> None:
    ours = run(*RUNNER, "--verbose", "--device", "cpu", "-c", "import keras.activations")

    lines = ours.stderr.splitlines()
    assert lines[0] == "legacy_keras: models live on the device cpu"
    assert lines[1].startswith("legacy_keras: keras is legacy_keras, ")
    assert lines[2].startswith("legacy_keras: keras.activations is legacy_keras.activations, ")
    assert len(lines) == 3
