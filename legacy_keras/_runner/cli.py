"""The command line: reads our options, then runs the script as Python itself would.

The same ``argv``, ``sys.path``, ``__main__``, exit status and traceback as without us; only
``import keras`` gives legacy_keras (``alias.py``), and Python 2 is read, too (``loading.py``).
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import importlib.util
import linecache
import os
import runpy
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import BuiltinImporter, SourceFileLoader
from types import ModuleType, TracebackType
from typing import Any

from . import loading, redirect, report
from .alias import install

EPILOG = """\
Options come before the script; what follows it is the script's own. It sees
what it would see without legacy_keras: its arguments, its path, its traceback.

  python -m legacy_keras mnist_mlp.py --epochs 3
  python -m legacy_keras --device cpu --log epoch mnist_mlp.py
  python -m legacy_keras -m pytest tests/
  legacy-keras run mnist_mlp.py

Other commands; each has a --help of its own:

"""

# A first word that runs no script: the function that gets what follows it, and what it does.
# The function returns the exit status; its module is imported only then.
COMMANDS = {
    "check": ("legacy_keras._runner.report:check", "say what a script needs, without running it"),
    "enable": (
        "legacy_keras._runner.environment:enable",
        "let python script.py do the same in this virtual environment",
    ),
    "disable": ("legacy_keras._runner.environment:disable", "undo that"),
    "export": (
        "legacy_keras._runner.exporting:export",
        "write a model as plain PyTorch: model.json weights.h5 --to DIR",
    ),
    "status": ("legacy_keras._runner.environment:status", "say whether it is enabled"),
    "migrate": (
        "legacy_keras._migrate.command:migrate",
        "write the script anew, for Python 3 and legacy_keras",
    ),
}


# What a script for a later Keras ends with.
OF_A_LATER_KERAS = (ImportError, AttributeError, TypeError, NameError)


def main() -> None:
    """Run what ``sys.argv`` names; return when it ends, or leave as it leaves."""
    argv = sys.argv[1:]
    if argv and argv[0] in COMMANDS:
        sys.exit(_command(argv[0])(argv[1:]))
    parser = _parser()
    options = parser.parse_args(argv[1:] if argv[:1] == ["run"] else argv)
    if options.version:
        print(_version())
        return
    _apply(options, parser)
    if options.verbose:
        redirect.report = _say
    install(redirect.report)
    try:
        if options.module:
            _run_module(options, *options.module, *options.script)
        elif options.code:
            _run_code(options, *options.code, *options.script)
        elif options.script:
            _run_script(options, *options.script)
        else:
            parser.error("nothing to run; expected a script, -m module or -c code")
    except BaseException:
        sys.excepthook = functools.partial(_show, sys.excepthook)
        raise


def _command(word: str) -> Callable[[list[str]], int]:
    """Import the function behind a word of `COMMANDS`."""
    module, _, function = COMMANDS[word][0].partition(":")
    command: Callable[[list[str]], int] = getattr(import_module(module), function)
    return command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legacy-keras",
        usage="python -m legacy_keras [options] (script.py | -m module | -c code) [arguments]",
        description="Runs a script written for Keras 0.x, unchanged, on PyTorch.",
        epilog=EPILOG
        + "\n".join(f"  legacy-keras {word:10}{does}" for word, (_, does) in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    rest: dict[str, Any] = {"nargs": argparse.REMAINDER, "default": []}
    parser.add_argument("--device", help="cpu, cuda, cuda:1, ...; default: CUDA if there is one")
    parser.add_argument(
        "--log",
        metavar="STYLE",
        help="what fit prints: auto, keras, older, tqdm, epoch or silent",
    )
    parser.add_argument(
        "--py2", action="store_true", help="take the script for Python 2 even if Python 3 reads it"
    )
    parser.add_argument(
        "--write", metavar="DIR", help="save what is translated from Python 2 in this folder"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed the generators of numpy and random at the start"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="say on stderr what is redirected, and the device"
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say on stderr what is translated and redirected, then run the script",
    )
    parser.add_argument("--version", action="store_true", help="show the versions and leave")
    parser.add_argument("-m", dest="module", help="run a module, as python -m does", **rest)
    parser.add_argument("-c", dest="code", help="run code, as python -c does", **rest)
    parser.add_argument("script", help="the script, and arguments for it", **rest)
    return parser


def _version() -> str:
    try:
        ours = importlib.metadata.version("legacy-keras")
    except importlib.metadata.PackageNotFoundError:
        ours = "(not installed)"
    torch = importlib.metadata.version("torch")
    return f"legacy-keras {ours}, for scripts up to Keras 0.3.3, on PyTorch {torch}"


def _apply(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Pass the options on by the environment, which spawned processes inherit."""
    for name in ("device", "log"):
        if getattr(options, name) is not None:
            os.environ[f"LEGACY_KERAS_{name.upper()}"] = getattr(options, name)
    if options.device or options.log or options.verbose:
        try:  # here rather than at the top: it imports torch
            from legacy_keras import settings

            device = settings.torch_device()
        except (ValueError, RuntimeError) as error:
            parser.error(str(error))
        if options.verbose:
            _say(f"models live on the device {device}")
    if options.seed is not None:
        import random

        import numpy as np

        try:
            np.random.seed(options.seed)
        except ValueError as error:
            parser.error(f"--seed {options.seed}: {error}")
        random.seed(options.seed)


def _say(line: str) -> None:
    print(f"legacy_keras: {line}", file=sys.stderr)


def _run_script(options: argparse.Namespace, script: str, *arguments: str) -> None:
    path = os.path.abspath(script)
    loader = SourceFileLoader("__main__", path)
    try:
        source = loader.get_data(path)
    except OSError as error:
        _say(f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}")
        sys.exit(2)
    sys.argv[:] = [script, *arguments]
    program = _program(options, os.path.dirname(os.path.realpath(path)))
    if options.explain:
        print(report.as_text(report.examine(program, path)), file=sys.stderr)
    code, python2 = program.compile_main(source, path)
    exec(code, _new_main(python2, __file__=path, __cached__=None, __loader__=loader))


def _run_module(options: argparse.Namespace, name: str, *arguments: str) -> None:
    sys.argv[:] = [name, *arguments]
    program = _program(options, os.getcwd())
    runpy.run_module(name, _module_globals(program, name), run_name="__main__", alter_sys=True)


def _module_globals(program: loading.Program, name: str) -> dict[str, Any]:
    """Return what an own module is to find when it is run as ``__main__``."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError):
        return {}  # runpy will say so
    if spec is None or not isinstance(spec.loader, loading.OwnLoader):
        return {}
    source, path = spec.loader.get_data(spec.loader.path), spec.loader.path
    python2 = program.compile_main(source, path)[1]
    return {"__builtins__": loading.builtins_module(python2)}


def _run_code(options: argparse.Namespace, source: str, *arguments: str) -> None:
    sys.argv[:] = ["-c", *arguments]
    program = _program(options, "")
    lines = source.splitlines(keepends=True)
    linecache.cache["<string>"] = (len(source), None, lines, "<string>")  # as Python 3.13 does
    code, python2 = program.compile_main(source, "<string>")
    exec(code, _new_main(python2, __loader__=BuiltinImporter))


def _program(options: argparse.Namespace, folder: str) -> loading.Program:
    _set_first_path(folder)
    program = loading.Program(options.py2, options.write)
    program.install()
    return program


def _set_first_path(folder: str) -> None:
    """Put ``folder`` where Python put ours: it does so unless told to play safe (-P, -I)."""
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):  # -P is new in Python 3.11
        sys.path[0] = folder


def _new_main(python2: bool, **attributes: Any) -> dict[str, Any]:
    """Make the script's ``__main__`` the one that pickle and multiprocessing find."""
    main_module = ModuleType("__main__")
    own_builtins = loading.builtins_module(python2)
    vars(main_module).update(__builtins__=own_builtins, **attributes)
    sys.modules["__main__"] = main_module
    return vars(main_module)


def _show(
    hook: Callable[..., Any],
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
) -> None:
    """Call the excepthook that was there with the script's own frames only."""
    traceback = _without_runner(traceback)
    hook(kind, error.with_traceback(traceback), traceback)
    path = getattr(sys.modules["__main__"], "__file__", None)
    if issubclass(kind, OF_A_LATER_KERAS) and loading.current is not None and path is not None:
        line = report.tell_version(loading.current, path)
        if line is not None:
            _say(line)


def _without_runner(traceback: TracebackType | None) -> TracebackType | None:
    """Drop what started the runner, the runner, and the alias between script and module."""
    here = main.__code__.co_filename
    hidden = (os.path.dirname(here), runpy.run_module.__code__.co_filename)
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    files = [frame.tb_frame.f_code.co_filename for frame in frames]
    for frame, file in reversed(list(zip(frames, files))[files.index(here) :]):
        if not file.startswith(hidden):
            traceback = TracebackType(traceback, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return traceback
