"""``print`` and ``str`` of Python 2: twelve digits of a float, and the soft space."""

from __future__ import annotations
import __future__

import atexit
import builtins
import contextlib
import sys
from typing import Any


def str(value: Any) -> builtins.str:
    """Return what ``str(value)`` gave."""
    if isinstance(value, float):
        return _twelve_digits(float(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    with _numpy_as_of_the_time():
        return builtins.str(value)


def _numpy_as_of_the_time() -> Any:
    """Let NumPy show arrays and numbers as its releases up to 1.13 did, where it is loaded."""
    numpy = sys.modules.get("numpy")
    return contextlib.nullcontext() if numpy is None else numpy.printoptions(legacy="1.13")


def _twelve_digits(value: float) -> builtins.str:
    digits = f"{value:.12g}"
    if any(mark in digits for mark in ".en"):
        return digits
    if len(digits.lstrip("-")) < 12:
        return f"{digits}.0"
    mantissa, _, exponent = f"{value:.11e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


class _Float(float):
    """A float that formatting shows as Python 2 did."""

    def __str__(self) -> builtins.str:
        return str(float(self))

    def __format__(self, specification: builtins.str) -> builtins.str:
        return super().__format__(specification) if specification else str(float(self))


def _shown(value: Any) -> Any:
    return _Float(value) if isinstance(value, float) else value


def percent(a: Any, b: Any) -> Any:
    """Return what ``a % b`` was."""
    if not isinstance(a, builtins.str):
        return a % b
    with _numpy_as_of_the_time():
        if isinstance(b, tuple):
            return a % tuple(map(_shown, b))
        if type(b) is dict:
            return a % {key: _shown(value) for key, value in b.items()}
        return a % _shown(b)


def format(text: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``text.format(...)``."""
    if isinstance(text, builtins.str):
        arguments = tuple(map(_shown, arguments))
        options = {key: _shown(value) for key, value in options.items()}
    with _numpy_as_of_the_time():
        return text.format(*arguments, **options)


def print(
    *values: Any,
    sep: builtins.str | None = None,
    end: builtins.str | None = None,
    file: Any = None,
    flush: bool = False,
    softspace: bool = False,
) -> None:
    """Print.

    Args:
        softspace: as for ``print x,``: no line end; the next ``print`` begins with a space,
            unless something else is written there before.
    """
    file = sys.stdout if file is None else file
    if file is None:
        return  # as pythonw has it
    owed = _SoftSpace.settle(file)
    texts = [str(value) for value in values]
    if owed and texts:
        file.write(" ")
    if any(map(_ends_in_space, texts[:-1])) and _is_statement(sys._getframe(1).f_globals):
        texts = [text if _ends_in_space(text) else f"{text} " for text in texts[:-1]] + texts[-1:]
        sep = ""
    builtins.print(*texts, sep=sep, end="" if softspace else end, file=file, flush=flush)
    if softspace and not _ends_in_space(texts[-1]):
        _SoftSpace(file)


def _ends_in_space(text: builtins.str) -> bool:
    """Tell whether no space follows, for one stands there that is none: a tab, a line end."""
    return text.endswith(("\n", "\t", "\r", "\v", "\f"))


def _is_statement(module: dict[builtins.str, Any]) -> bool:
    return not isinstance(module.get("print_function"), type(__future__.print_function))


def repr(value: Any) -> builtins.str:
    """Return what ``repr(value)`` gave: of NumPy's float64, and of an error with one argument."""
    if isinstance(value, float):
        return builtins.repr(float(value))
    text = builtins.repr(value)
    if isinstance(value, BaseException) and len(value.args) == 1 and text.endswith(")"):
        return f"{text[:-1]},)"
    return text


class _SoftSpace:
    """The space that is owed to a file, until something else is written to it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        try:
            file.write = self
        except AttributeError:
            return  # a file that takes no attributes goes without
        if file is sys.stdout:
            atexit.unregister(_end_line)
            atexit.register(_end_line)

    def __call__(self, text: Any) -> Any:
        self.settle(self.file)
        return self.file.write(text)

    @staticmethod
    def settle(file: Any) -> bool:
        """Tell whether a space is owed, and take the debt back."""
        owed = isinstance(getattr(file, "__dict__", {}).get("write"), _SoftSpace)
        if owed:
            del file.write
        return owed


def _end_line() -> None:
    """End the last line, as Python 2 did when it left."""
    if _SoftSpace.settle(sys.stdout):
        sys.stdout.write("\n")
