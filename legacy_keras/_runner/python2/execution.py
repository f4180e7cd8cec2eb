"""What runs source or makes an import or an exception: ``exec``, ``eval``, ``import``, ``raise``.

Source that a script runs as a string is Python 2, too.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from .. import loading, redirect
from . import modules


def compile(source: Any, filename: str, mode: str, *flags: Any, **options: Any) -> Any:
    """Compile Python 2 source."""
    if not isinstance(source, (str, bytes)):
        return builtins.compile(source, filename, mode, *flags, **options)
    from .. import translate

    text = loading.decode(source)
    try:
        translation = translate.translate(text.strip() if mode == "eval" else text, filename)
    except translate.NotPython2:  # Python 3 will say why
        return builtins.compile(text, filename, mode, dont_inherit=True)
    tree = translate.parse_translated(translation, filename, mode)
    if loading.current is not None and mode == "exec":
        loading.current.rewrite(tree)
    return translate.compile_tree(tree, filename, mode)


def _code(source: Any, mode: str) -> Any:
    return source if isinstance(source, CodeType) else compile(source, "<string>", mode)


def _namespaces(
    frame: FrameType, globals: dict[str, Any] | None, locals: Any
) -> tuple[dict[str, Any], Any]:
    """Return where code is to run: by default, where it is called."""
    if globals is None:
        return frame.f_globals, frame.f_locals
    if "__builtins__" not in globals:
        globals["__builtins__"] = frame.f_globals["__builtins__"]
    return globals, globals if locals is None else locals


def exec(source: Any, globals: dict[str, Any] | None = None, locals: Any = None) -> None:
    """Do ``exec source in globals, locals``."""
    if isinstance(source, tuple):
        source, globals, locals = (*source, None, None)[:3]
    if hasattr(source, "read"):
        source = source.read()
    spaces = _namespaces(sys._getframe(1), globals, locals)
    builtins.exec(_code(source, "exec"), *spaces)


def eval(source: Any, globals: dict[str, Any] | None = None, locals: Any = None) -> Any:
    """Evaluate an expression."""
    spaces = _namespaces(sys._getframe(1), globals, locals)
    return builtins.eval(_code(source, "eval"), *spaces)


def execfile(name: str, globals: dict[str, Any] | None = None, locals: Any = None) -> None:
    """Run a file here."""
    with builtins.open(name, "rb") as file:
        code = compile(file.read(), name, "exec")
    builtins.exec(code, *_namespaces(sys._getframe(1), globals, locals))


def raw_input(prompt: Any = "") -> str:
    """Read a line."""
    return builtins.input(prompt)


def input(prompt: Any = "") -> Any:
    """Read an expression, and evaluate it."""
    spaces = _namespaces(sys._getframe(1), None, None)
    return builtins.eval(_code(builtins.input(prompt), "eval"), *spaces)


def reload(module: ModuleType) -> ModuleType:
    """Load a module again; ``sys`` only to get ``setdefaultencoding`` back."""
    module = redirect.real(module)
    return module if module is sys else importlib.reload(module)


def import_module(
    name: str,
    globals: dict[str, Any] | None = None,
    locals: Any = None,
    fromlist: Any = (),
    level: int = 0,
) -> Any:
    """Import: a name is first looked for in the package of the module that asks."""
    if level in (-1, 0) and globals is not None:
        level = 0
        head = name.partition(".")[0]
        package = globals.get("__package__")
        if package and "absolute_import" not in globals:
            try:
                if importlib.util.find_spec(f"{package}.{head}") is not None:
                    level = 1
            except (ImportError, ValueError):
                pass
        if not level and name in modules.INSTEAD:
            return modules.instead_of(name)
    return redirect.import_module_of_the_era(name, globals, locals, fromlist, level)


def generator(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let generators end by a ``StopIteration`` that was raised inside."""

    @functools.wraps(function)
    def start(*arguments: Any, **options: Any) -> Any:
        try:
            return (yield from function(*arguments, **options))
        except RuntimeError as error:
            if not isinstance(error.__cause__, StopIteration):
                raise

    return start


def exception(kind: Any, value: Any, traceback: TracebackType | None = None) -> BaseException:
    """Make what ``raise kind, value, traceback`` raised."""
    if isinstance(value, BaseException):
        error = value
    elif isinstance(kind, BaseException):
        error = kind
    elif isinstance(value, tuple):
        error = kind(*value)
    else:
        error = kind() if value is None else kind(value)
    return error if traceback is None else error.with_traceback(traceback)
