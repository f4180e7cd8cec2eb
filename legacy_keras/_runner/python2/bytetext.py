"""Bytes that a program read, which Python 2 had as text: they work as both.

Libraries see ``bytes``. The program may compare them with text, look them up, split them and put
them into text: the result is text then, decoded as UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class ByteText(bytes):
    """What ``open(name, 'rb').read()`` and kin give to a Python 2 program."""

    def __str__(self) -> str:
        return self.decode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        return bytes, (bytes(self),)  # a pickle is for other programs, too

    def __hash__(self) -> int:
        return hash(str(self))

    def __eq__(self, other: object) -> bool:
        return str(self) == other if isinstance(other, str) else bytes.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other)

    def __gt__(self, other: Any) -> bool:
        return str(self) > str(other)

    def __contains__(self, other: Any) -> bool:
        return other in str(self) if isinstance(other, str) else bytes.__contains__(self, other)

    def __add__(self, other: Any) -> Any:
        return str(self) + other if isinstance(other, str) else ByteText(bytes.__add__(self, other))

    def __radd__(self, other: Any) -> Any:
        return other + (str(self) if isinstance(other, str) else bytes(self))

    def __mod__(self, other: Any) -> Any:
        return str(self) % other

    def __getitem__(self, key: Any) -> Any:
        found = bytes.__getitem__(self, key)
        return ByteText((found,) if isinstance(found, int) else found)

    def __iter__(self) -> Iterator[Any]:
        return (ByteText((value,)) for value in bytes.__iter__(self))


def _as_text(name: str) -> Any:
    def method(self: ByteText, *arguments: Any, **options: Any) -> Any:
        texts = [str(value) if isinstance(value, ByteText) else value for value in arguments]
        return getattr(str(self), name)(*texts, **options)

    return method


for _name in set(dir(str)) & set(dir(bytes)):
    if not _name.startswith("_"):
        setattr(ByteText, _name, _as_text(_name))


def read(file: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``file.read(...)``."""
    return _marked(file.read(*arguments, **options))


def readline(file: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``file.readline(...)``."""
    return _marked(file.readline(*arguments, **options))


def readlines(file: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``file.readlines(...)``."""
    lines = file.readlines(*arguments, **options)
    return [_marked(line) for line in lines] if type(lines) is list else lines


def _marked(value: Any) -> Any:
    return ByteText(value) if type(value) is bytes else value


class Lines:
    """For a class of binary files: its lines, asked for one after the other, are both, too.

    It takes text as well as bytes.
    """

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return _marked(super().__next__())  # type: ignore[misc]

    def write(self, text: Any) -> Any:
        if isinstance(text, str):
            text = text.encode("utf-8", "surrogateescape")
        return super().write(text)  # type: ignore[misc]

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)
