"""No save destroys a file: a killed process, a full disk, an error in the middle."""

from __future__ import annotations

import errno
import io
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from legacy_keras import callbacks
from legacy_keras._saving import writing
from legacy_keras.layers.core import Dense
from legacy_keras.models import Graph, Sequential

SAVE_LOOP = """
import sys
from legacy_keras.layers.core import Dense
from legacy_keras.models import Graph, Sequential
path, kind = sys.argv[1:]
if kind == "graph":
    model = Graph()
    model.add_input(name="x", input_shape=(200,))
    model.add_node(Dense(300), name="d", input="x", create_output=True)
else:
    model = Sequential([Dense(300, input_dim=200), Dense(40)])
number = 0
while True:
    number += 1
    model.set_weights([w * 0 + number for w in model.get_weights()])
    model.save_weights(path, overwrite=True)
    if number == 1:
        print("saving", flush=True)
"""


def stack() -> Sequential:
    return Sequential([Dense(300, input_dim=200), Dense(40)])


def graph() -> Graph:
    model = Graph()
    model.add_input(name="x", input_shape=(200,))
    model.add_node(Dense(300), name="d", input="x", create_output=True)
    return model


def kill_a_save_loop(path: Path, kind: str, model: Any, seconds: float) -> None:
    """Let a process save again and again, kill it, and check what is on disk."""
    process = subprocess.Popen(
        [sys.executable, "-c", SAVE_LOOP, str(path), kind], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    process.wait()
    process.stdout.close()

    model.load_weights(path)

    numbers = {float(value) for weight in model.get_weights() for value in np.unique(weight)}
    assert len(numbers) == 1, "a file with weights of two saves"


@pytest.mark.parametrize(("kind", "model"), [("stack", stack()), ("graph", graph())])
def test_a_killed_process_leaves_a_whole_file(kind: str, model: Any, tmp_path: Path) -> None:
    for _ in range(2):
        kill_a_save_loop(tmp_path / "w.h5", kind, model, random.uniform(0, 0.05))


FORK_LOOP_KILLS = 200


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to start 200 processes quickly")
def test_200_kills_at_random_moments_leave_a_whole_file(tmp_path: Path) -> None:
    path, model = tmp_path / "w.h5", stack()
    model.save_weights(path)
    rng = random.Random(7)
    orphans = 0
    for kill in range(FORK_LOOP_KILLS):
        child = os.fork()
        if child == 0:
            for number in range(10_000):
                model.set_weights([w * 0 + number for w in model.get_weights()])
                model.save_weights(path, overwrite=True)
            os._exit(1)
        time.sleep(rng.uniform(0.001, 0.05))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)

        fresh = stack()
        fresh.load_weights(path)
        numbers = {float(v) for w in fresh.get_weights() for v in np.unique(w)}
        assert kill < 3 or len(numbers) == 1
        for orphan in tmp_path.glob(".w.h5.*.tmp"):  # what a killed process cannot tidy up
            orphan.unlink()
            orphans += 1
    print(f"{FORK_LOOP_KILLS} kills, {orphans} in the middle of a save")
    assert orphans, "no kill came in the middle of a save"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on file sizes")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path, model = tmp_path / "w.h5", stack()
    model.save_weights(path)
    before = path.read_bytes()
    program = (
        "import resource, signal, sys; from legacy_keras.layers.core import Dense;"
        "from legacy_keras.models import Sequential;"
        "model = Sequential([Dense(300, input_dim=200), Dense(40)]);"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000));"
        "model.save_weights(sys.argv[1], overwrite=True)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "OSError" in done.stderr
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError("in the middle"), KeyboardInterrupt()])
def test_an_exception_in_the_middle_leaves_the_old_file(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, model = tmp_path / "w.h5", stack()
    model.save_weights(path)
    before = path.read_bytes()
    create = h5py.Group.create_dataset

    def fail_at_the_second(group: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "param_1":
            raise error
        return create(group, name, *args, **kwargs)

    monkeypatch.setattr(h5py.Group, "create_dataset", fail_at_the_second)
    with pytest.raises(type(error)):
        model.save_weights(path, overwrite=True)

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_failing_fsync_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.h5"

    def fsync(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        stack().save_weights(path)
    assert not list(tmp_path.iterdir())


def test_the_file_and_its_folder_are_brought_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = [], os.fsync

    def note(handle: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    stack().save_weights(tmp_path / "w.h5")

    assert synced == [False, True]


def test_a_new_file_has_the_rights_of_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()

    stack().save_weights(tmp_path / "w.h5")

    assert (tmp_path / "w.h5").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_replaced_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    stack().save_weights(path)
    path.chmod(0o640)

    stack().save_weights(path, overwrite=True)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "w.h5").symlink_to(tmp_path / "real" / "w.h5")

    stack().save_weights(tmp_path / "w.h5", overwrite=True)

    assert (tmp_path / "w.h5").is_symlink()
    assert (tmp_path / "real" / "w.h5").is_file()


# overwrite=False


class Terminal(io.StringIO):
    """A standard input that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answers", "replaced"), [("y\n", True), ("n\n", False), ("?\ny\n", True)])
def test_on_a_terminal_it_is_asked(
    answers: str,
    replaced: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "w.h5"
    stack().save_weights(path)
    before = path.read_bytes()
    monkeypatch.setattr(sys, "stdin", Terminal(answers))

    stack().save_weights(path)

    assert (path.read_bytes() != before) == replaced
    printed = capsys.readouterr().out
    assert f"[WARNING] {path} already exists - overwrite? [y/n]" in printed
    assert ("[TIP] Next time specify overwrite=True in save_weights!" in printed) == replaced


@pytest.mark.parametrize("stdin", [None, subprocess.DEVNULL], ids=["closed", "nothing"])
def test_without_a_terminal_it_is_an_error(stdin: Any, tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    stack().save_weights(path)
    before = path.read_bytes()
    program = (
        "import sys; from legacy_keras.layers.core import Dense;"
        "from legacy_keras.models import Sequential;"
        "sys.stdin = sys.stdin if sys.argv[2] == 'nothing' else None;"
        "Sequential([Dense(300, input_dim=200)]).save_weights(sys.argv[1])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(path), "closed" if stdin is None else "nothing"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "FileExistsError" in done.stderr
    assert "overwrite=True" in done.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("given", [None, "y\n", "?\nn\n"], ids=["open pipe", "yes", "no"])
def test_an_answer_in_a_pipe_is_read_and_none_is_not_waited_for(
    given: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "w.h5"
    stack().save_weights(path)
    before = path.read_bytes()
    program = (
        "import sys; from legacy_keras.layers.core import Dense;"
        "from legacy_keras.models import Sequential;"
        "Sequential([Dense(300, input_dim=200)]).save_weights(sys.argv[1])"
    )

    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        if given is not None:
            process.stdin.write(given)
            process.stdin.flush()
        errors = process.stderr.read()  # all there is; the pipe to its input is still open

    assert ("FileExistsError" in errors) == (given is None), errors
    assert (path.read_bytes() != before) == (given == "y\n")


def test_checkpoints_are_written_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []
    replacing = writing.replacing
    monkeypatch.setattr(
        "legacy_keras._saving.hdf5.replacing", lambda path: paths.append(path) or replacing(path)
    )
    model = Sequential([Dense(2, input_dim=3)])
    model.compile("sgd", "mse")
    checkpoint = callbacks.ModelCheckpoint(str(tmp_path / "w.{epoch:02d}-{loss:.1f}.h5"))

    model.fit(np.zeros((4, 3)), np.zeros((4, 2)), nb_epoch=2, verbose=0, callbacks=[checkpoint])

    assert [path.name for path in paths] == ["w.00-0.0.h5", "w.01-0.0.h5"]
    assert {path.name for path in tmp_path.iterdir()} == {"w.00-0.0.h5", "w.01-0.0.h5"}
