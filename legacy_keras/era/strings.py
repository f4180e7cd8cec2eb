"""``string``, ``StringIO`` and kin of Python 2, where text and bytes were one thing."""

from __future__ import annotations

import base64
import html
import io
from types import ModuleType
from typing import Any

StringTypes = (str,)


class StringIO:
    """A file in memory, of text or of bytes: the first that is put in decides."""

    def __init__(self, buf: Any = None) -> None:
        self._file: Any = None
        if buf is not None and len(buf):
            self.write(buf)
            self.seek(0)

    def _open(self, sample: Any) -> None:
        text = isinstance(sample, str)
        self._file = io.StringIO(newline="") if text else io.BytesIO()

    def write(self, data: Any) -> int:
        """Write text, or bytes; text goes into a file of bytes as latin-1."""
        if self._file is None:
            self._open(data)
        if isinstance(self._file, io.BytesIO) and isinstance(data, str):
            data = data.encode("latin-1")
        elif isinstance(self._file, io.StringIO) and not isinstance(data, str):
            data = bytes(data).decode("latin-1")
        return int(self._file.write(data))

    def getvalue(self) -> Any:
        """Return all that is in it."""
        return "" if self._file is None else self._file.getvalue()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._file is None:  # whoever asks for bytes gets none, and text of no length is none
            self._file = io.StringIO(newline="")
        return getattr(self._file, name)

    def __iter__(self) -> Any:
        return iter(self._file if self._file is not None else ())

    def __enter__(self) -> StringIO:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def maketrans(frm: Any, to: Any) -> Any:
    """Return a table for ``translate``."""
    return str.maketrans(frm, to) if isinstance(frm, str) else bytes.maketrans(frm, to)


def join(words: Any, sep: str = " ") -> str:
    """Put words together."""
    return sep.join(words)


def split(s: str, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    """Take text apart."""
    return s.split(sep, maxsplit)


def zfill(x: Any, width: int) -> str:
    """Put zeros before a number."""
    return str(x).zfill(width)


def _as_bytes(s: Any) -> bytes:
    return s.encode("latin-1") if isinstance(s, str) else bytes(s)


def encodestring(s: Any) -> str:
    """Encode in base64, with line breaks, as text."""
    return base64.encodebytes(_as_bytes(s)).decode("ascii")


def decodestring(s: Any) -> bytes:
    """Decode base64."""
    return base64.decodebytes(_as_bytes(s))


def escape(s: str, quote: bool = False) -> str:
    """Replace what means something in HTML; quotes only on request."""
    return html.escape(s, quote)


cgi = ModuleType("cgi")
