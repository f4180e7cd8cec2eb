"""Methods and attributes that Python 3 dropped or changed, as functions of the object.

Each asks the object first: a class of the script may have a method of that name of its own.
"""

from __future__ import annotations

import codecs
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any


def keys(mapping: Any, *arguments: Any) -> Any:
    """Do ``mapping.keys()``: a list, where Python 3 gives a view."""
    return _listed(mapping.keys(*arguments))


def values(mapping: Any, *arguments: Any) -> Any:
    return _listed(mapping.values(*arguments))


def items(mapping: Any, *arguments: Any) -> Any:
    return _listed(mapping.items(*arguments))


def _listed(view: Any) -> Any:
    return list(view) if isinstance(view, (KeysView, ValuesView, ItemsView)) else view


def iterkeys(mapping: Any) -> Iterator[Any]:
    return iter(_own(mapping, "iterkeys", "keys")())


def itervalues(mapping: Any) -> Iterator[Any]:
    return iter(_own(mapping, "itervalues", "values")())


def iteritems(mapping: Any) -> Iterator[Any]:
    return iter(_own(mapping, "iteritems", "items")())


def viewkeys(mapping: Any) -> Any:
    return _own(mapping, "viewkeys", "keys")()


def viewvalues(mapping: Any) -> Any:
    return _own(mapping, "viewvalues", "values")()


def viewitems(mapping: Any) -> Any:
    return _own(mapping, "viewitems", "items")()


def has_key(mapping: Any, key: Any) -> Any:
    return _own(mapping, "has_key", "__contains__")(key)


def next(iterator: Any) -> Any:
    """Do ``iterator.next()``."""
    return _own(iterator, "next", "__next__")()


def _own(value: Any, name: str, otherwise: str) -> Any:
    """Return the method of a name, or the one that stands for it now."""
    return getattr(value, name, None) or getattr(value, otherwise)


def message(error: Any) -> Any:
    """Return ``error.message``: the only argument of an exception, or ''."""
    if isinstance(error, BaseException) and not hasattr(error, "message"):
        return error.args[0] if len(error.args) == 1 else ""
    return error.message


# The codecs that turn text into text, and back.
OF_BYTES = "hex base64 zip zlib bz2 hex_codec base64_codec zlib_codec bz2_codec".split()
ESCAPES = {"string_escape": "unicode_escape", "string-escape": "unicode_escape"}


def encode(text: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``text.encode(encoding, errors)``: the result is text, too, as in Python 2."""
    if not isinstance(text, (str, bytes)):
        return text.encode(*arguments, **options)
    encoding, errors = _encoding(*arguments, **options)
    if encoding in OF_BYTES:
        return codecs.lookup(encoding).encode(_raw(text))[0].decode("latin-1")  # type: ignore
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if encoding in ("rot13", "rot_13"):
        return codecs.lookup(encoding).encode(text)[0]
    if errors == "strict":
        errors = "surrogateescape"
    encoded: bytes = text.encode(ESCAPES.get(encoding, encoding), errors)
    return encoded.decode("utf-8", "surrogateescape")


def decode(text: Any, *arguments: Any, **options: Any) -> Any:
    """Do ``text.decode(encoding, errors)``."""
    if not isinstance(text, (str, bytes)):
        return text.decode(*arguments, **options)
    encoding, errors = _encoding(*arguments, **options)
    if encoding in OF_BYTES:
        return codecs.lookup(encoding).decode(_raw(text))[0].decode("latin-1")  # type: ignore
    if encoding in ("rot13", "rot_13"):
        return codecs.lookup(encoding).decode(text)[0]  # type: ignore
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return data.decode(ESCAPES.get(encoding, encoding), errors)


def _encoding(encoding: str = "ascii", errors: str = "strict") -> tuple[str, str]:
    return encoding.lower(), errors


def _raw(text: str | bytes) -> bytes:
    """Return the bytes that Python 2 had: characters below 256 stand for bytes."""
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def translate(text: Any, table: Any, deletions: Any = None) -> Any:
    """Do ``text.translate(table, deletions)``, where the table may be one of 256 characters."""
    if not isinstance(text, str):
        extra = () if deletions is None else (deletions,)
        return text.translate(table, *extra)
    if deletions:
        text = text.translate(dict.fromkeys(map(ord, deletions)))
    if table is None:
        return text
    return text.translate(dict(enumerate(table)) if isinstance(table, str) else table)
