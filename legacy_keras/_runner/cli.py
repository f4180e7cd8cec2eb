"""The command line: reads our options, then runs the script as Python itself would.

The same ``argv``, ``sys.path``, ``__main__``, exit status and traceback as without us; only
``import keras`` gives legacy_keras (``alias.py``). Python 3 source only: a Python 2 script is
told so.
"""

from __future__ import annotations

import argparse
import builtins
import functools
import importlib.metadata
import linecache
import os
import re
import runpy
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import BuiltinImporter, SourceFileLoader
from types import ModuleType, TracebackType
from typing import Any

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
    "enable": (
        "legacy_keras._runner.environment:enable",
        "let python script.py do the same in this virtual environment",
    ),
    "disable": ("legacy_keras._runner.environment:disable", "undo that"),
    "status": ("legacy_keras._runner.environment:status", "say whether it is enabled"),
}

# What Python 3 says of, or where it stumbles over, source that was fine in Python 2.
PYTHON_2_MESSAGE = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|"
    r"leading zeros in decimal integer|inconsistent use of tabs|invalid decimal literal"
)
PYTHON_2_LINE = re.compile(
    r"<>|`|\bur['\"]|\b0[0-7]+\b|\b\d+[lL]\b|^\s*(print|exec)\s+[^=\s(]|^\s*raise\s+[\w.]+\s*,|"
    r"^\s*except\s+[\w.]+\s*,|^\s*def\s+\w+\(.*\(.*\).*\)\s*:"
)


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
    install(_say if options.verbose else None)
    try:
        if options.module:
            _run_module(*options.module, *options.script)
        elif options.code:
            _run_code(*options.code, *options.script)
        elif options.script:
            _run_script(*options.script)
        else:
            parser.error("nothing to run; expected a script, -m module or -c code")
    except BaseException as error:
        if isinstance(error, SyntaxError):
            _mention_python_2(error)
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
        "--verbose", action="store_true", help="say on stderr what is redirected, and the device"
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


def _say(line: str) -> None:
    print(f"legacy_keras: {line}", file=sys.stderr)


def _run_script(script: str, *arguments: str) -> None:
    path = os.path.abspath(script)
    loader = SourceFileLoader("__main__", path)
    try:
        source = loader.get_data(path)
    except OSError as error:
        _say(f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}")
        sys.exit(2)
    sys.argv[:] = [script, *arguments]
    _set_first_path(os.path.dirname(os.path.realpath(path)))
    code = compile(source, path, "exec", dont_inherit=True)
    exec(code, _new_main(__file__=path, __cached__=None, __loader__=loader))


def _run_module(name: str, *arguments: str) -> None:
    sys.argv[:] = [name, *arguments]
    _set_first_path(os.getcwd())
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _run_code(source: str, *arguments: str) -> None:
    sys.argv[:] = ["-c", *arguments]
    _set_first_path("")
    lines = source.splitlines(keepends=True)
    linecache.cache["<string>"] = (len(source), None, lines, "<string>")  # as Python 3.13 does
    code = compile(source, "<string>", "exec", dont_inherit=True)
    exec(code, _new_main(__loader__=BuiltinImporter))


def _set_first_path(folder: str) -> None:
    """Put ``folder`` where Python put ours: it does so unless told to play safe (-P, -I)."""
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):  # -P is new in Python 3.11
        sys.path[0] = folder


def _new_main(**attributes: Any) -> dict[str, Any]:
    """Make the script's ``__main__`` the one that pickle and multiprocessing find."""
    main_module = ModuleType("__main__")
    vars(main_module).update(__builtins__=builtins, **attributes)
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


def _mention_python_2(error: SyntaxError) -> None:
    if PYTHON_2_MESSAGE.search(error.msg) or PYTHON_2_LINE.search(error.text or ""):
        error.msg += (
            f"\n\n{error.filename} is Python 2 source; this release of legacy-keras runs Python 3 "
            "source only.\nTranslate a copy of it first, for instance with fissix:\n"
            "    pip install fissix\n"
            f"    python -m fissix -x sorted -w -n -o translated {error.filename}"
        )
