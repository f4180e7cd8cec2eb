"""The package six, where it is not installed: on Python 3 it does nothing but rename."""

from __future__ import annotations

import builtins
import functools
import io
import operator
import struct
import sys
from types import CodeType, ModuleType
from typing import Any

from .strings import StringIO as StringIO

PY2 = False
PY3 = True
PY34 = True
__version__ = "1.10.0"

string_types = (str,)
integer_types = (int,)
class_types = (type,)
text_type = str
binary_type = bytes
MAXSIZE = sys.maxsize
BytesIO = io.BytesIO
Iterator = object
moves = ModuleType("six.moves")
vars(moves).update(
    xrange=range,
    range=range,
    zip=zip,
    map=map,
    filter=filter,
    input=input,
    reduce=functools.reduce,
    intern=sys.intern,
    getcwd=__import__("os").getcwd,
    reload_module=__import__("importlib").reload,
    StringIO=io.StringIO,
    cStringIO=io.StringIO,
    zip_longest=__import__("itertools").zip_longest,
    filterfalse=__import__("itertools").filterfalse,
    UserDict=__import__("collections").UserDict,
    shlex_quote=__import__("shlex").quote,
)

print_ = builtins.print
exec_ = builtins.exec
next = advance_iterator = builtins.next
callable = builtins.callable
unichr = chr
int2byte = struct.Struct(">B").pack
byte2int = operator.itemgetter(0)
indexbytes = operator.getitem
iterbytes = iter


def iteritems(d: Any, **kwargs: Any) -> Any:
    """Return an iterator over pairs."""
    return iter(d.items(**kwargs))


def iterkeys(d: Any, **kwargs: Any) -> Any:
    """Return an iterator over keys."""
    return iter(d.keys(**kwargs))


def itervalues(d: Any, **kwargs: Any) -> Any:
    """Return an iterator over values."""
    return iter(d.values(**kwargs))


viewitems = operator.methodcaller("items")
viewkeys = operator.methodcaller("keys")
viewvalues = operator.methodcaller("values")


def b(s: str) -> bytes:
    """Return a literal as bytes."""
    return s.encode("latin-1")


def u(s: str) -> str:
    """Return a literal as text."""
    return s


def ensure_str(s: Any, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return text, decoding bytes."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def ensure_binary(s: Any, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Return bytes, encoding text."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def reraise(tp: Any, value: Any, tb: Any = None) -> None:
    """Raise an exception with a traceback."""
    raise (tp() if value is None else value).with_traceback(tb)


def raise_from(value: Any, from_value: Any) -> None:
    """Raise an exception because of another one."""
    raise value from from_value


def get_function_code(function: Any) -> CodeType:
    """Return the code of a function."""
    code: CodeType = function.__code__
    return code


get_method_function = operator.attrgetter("__func__")
get_method_self = operator.attrgetter("__self__")
get_function_defaults = operator.attrgetter("__defaults__")
get_function_globals = operator.attrgetter("__globals__")
get_unbound_function = staticmethod(lambda unbound: unbound).__func__


def with_metaclass(meta: Any, *bases: Any) -> Any:
    """Make a base that gives a class its metaclass."""
    return meta("temporary_class", bases or (object,), {})


def add_metaclass(metaclass: Any) -> Any:
    """Make a class again, with another metaclass."""

    def wrapper(cls: Any) -> Any:
        namespace = dict(vars(cls))
        namespace.pop("__dict__", None)
        namespace.pop("__weakref__", None)
        return metaclass(cls.__name__, cls.__bases__, namespace)

    return wrapper


def python_2_unicode_compatible(cls: Any) -> Any:
    """Return the class as it is."""
    return cls


def wraps(wrapped: Any, *args: Any, **kwargs: Any) -> Any:
    """Do what functools.wraps does."""
    return functools.wraps(wrapped, *args, **kwargs)
