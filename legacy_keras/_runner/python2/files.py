"""``open`` of Python 2: text is read and written as it is, and any file takes text and bytes."""

from __future__ import annotations

import builtins
import io
import os
from typing import Any

from .bytetext import Lines

# On Windows Python 2 translated ends of lines; elsewhere it did not.
NEWLINE = "\n" if os.linesep == "\n" else None


class TextFile(io.TextIOWrapper):
    """A file in a mode without ``b``. It takes bytes, too."""

    def write(self, text: Any) -> int:
        if isinstance(text, (bytes, bytearray)):
            text = text.decode("utf-8", "surrogateescape")
        return super().write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def xreadlines(self) -> TextFile:
        return self

    @property
    def name(self) -> Any:
        return self.buffer.raw.name  # type: ignore[attr-defined]


class BinaryReader(Lines, io.BufferedReader):
    pass


class BinaryWriter(Lines, io.BufferedWriter):
    pass


class BinaryRandom(Lines, io.BufferedRandom):
    pass


BINARY: dict[type, Any] = {
    io.BufferedReader: BinaryReader,
    io.BufferedWriter: BinaryWriter,
    io.BufferedRandom: BinaryRandom,
}


def open(name: Any, mode: str = "r", buffering: int = -1, *rest: Any, **options: Any) -> Any:
    """Open a file."""
    if rest or options:  # Python 3's
        return builtins.open(name, mode, buffering, *rest, **options)
    binary = _open_binary(name, mode, buffering)
    if "b" in mode:
        return binary
    text = TextFile(
        binary,
        encoding="utf-8",
        errors="surrogateescape",
        newline=None if "U" in mode else NEWLINE,
        line_buffering=buffering == 1,
        write_through=buffering == 0,
    )
    text.mode = mode  # type: ignore[misc]
    return text


def _open_binary(name: Any, mode: str, buffering: int) -> Any:
    mode = mode.replace("U", "").replace("t", "").replace("b", "") or "r"
    file: Any = builtins.open(name, f"{mode}b", buffering if buffering > 1 else -1)  # noqa: SIM115
    kind = BINARY.get(type(file))
    return file if kind is None else kind(file.detach())
