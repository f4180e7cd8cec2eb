"""NumPy 1.11: ragged lists, float sizes, pickles in files, and small functions since removed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def prepare() -> None:
    """Let numbers and arrays look as they did: ``[0.5]`` for a list of a NumPy float."""
    np.set_printoptions(legacy="1.13")


NINF = -np.inf
PZERO = 0.0
NZERO = -0.0

sctypes = {
    "int": [np.int8, np.int16, np.int32, np.int64],
    "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64, np.longdouble],
    "complex": [np.complex64, np.complex128, np.clongdouble],
    "others": [bool, object, bytes, str, np.void],
}


class _ByType(dict[Any, Any]):
    """A dictionary over types that also takes their names: ``cast['float32']``."""

    def __init__(self, value: Callable[[np.dtype[Any]], Any]) -> None:
        self.value = value

    def __missing__(self, key: Any) -> Any:
        return self.value(np.dtype(key))


cast = _ByType(lambda dtype: lambda x: np.asarray(x).astype(dtype))
nbytes = _ByType(lambda dtype: dtype.itemsize)


def obj2sctype(rep: Any, default: Any = None) -> Any:
    """Return the scalar type of a type, a name or an array."""
    try:
        return np.dtype(getattr(rep, "dtype", rep)).type
    except TypeError:
        return default


def sctype2char(sctype: Any) -> str:
    """Return the character that stands for a type."""
    return np.dtype(sctype).char


def find_common_type(array_types: Any, scalar_types: Any) -> np.dtype[Any]:
    """Return the type that holds both, arrays first."""
    types = [np.dtype(each) for each in [*array_types, *scalar_types]]
    return np.result_type(*types)


def _ragged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make an array of lists that begin with a number, or whose lengths differ, as NumPy 1 did."""

    @functools.wraps(function)
    def wrapped(object: Any = (), dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(object, dtype, *args, **kwargs)
        except ValueError as error:
            if "inhomogeneous" not in str(error):
                raise
            numbers = _as_numbers(object)
            if numbers is not object:
                return function(numbers, dtype, *args, **kwargs)
            if dtype is not None:
                raise
            items = list(object)
            if not hasattr(items[0], "__len__") or _same_start(items):
                raise
            ragged = np.empty(len(items), dtype=np.object_)
            for index, item in enumerate(items):
                ragged[index] = item
            return _deeper(items, ragged)

    return wrapped


def _as_numbers(value: Any) -> Any:
    """Take arrays of one element for numbers, in lists that begin with a number (NumPy 1.11)."""
    if not isinstance(value, (list, tuple)) or not value:
        return value
    if np.isscalar(value[0]):
        found = [v.reshape(())[()] if _is_one(v) else v for v in value]
    else:
        found = list(map(_as_numbers, value))
    return found if any(new is not old for new, old in zip(found, value)) else value


def _is_one(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size == 1


def _same_start(items: list[Any]) -> bool:
    """Tell whether these are arrays that agree in the first axis only, which was an error, too."""
    shapes = {getattr(item, "shape", ())[:1] for item in items}
    return len(shapes) == 1 and shapes != {()}


def _deeper(items: list[Any], ragged: Any) -> Any:
    """Go down as far as lengths agree: pairs of lists of any length give an array (n, 2)."""
    if not all(isinstance(item, (list, tuple)) for item in items):
        return ragged
    if len({len(item) for item in items}) != 1:
        return ragged
    deeper = np.empty((len(items), len(items[0])), dtype=np.object_)
    for index, item in enumerate(items):
        for at, value in enumerate(item):
            deeper[index, at] = value
    return deeper


array = _ragged(np.array)
asarray = _ragged(np.asarray)


def _whole(size: Any) -> Any:
    """Cut sizes that are floats, as NumPy did before 1.12."""
    if isinstance(size, (float, np.floating)):
        return int(size)
    if isinstance(size, (tuple, list)):
        return type(size)(_whole(each) for each in size)
    return size


def _with_sizes(*positions: int | str, of: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function take floats as sizes, in these arguments."""

    @functools.wraps(of)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        cut = [_whole(value) if index in positions else value for index, value in enumerate(args)]
        names = {
            name: _whole(value) if name in positions else value for name, value in kwargs.items()
        }
        return of(*cut, **names)

    return wrapped


zeros = _with_sizes(0, "shape", of=np.zeros)
ones = _with_sizes(0, "shape", of=np.ones)
empty = _with_sizes(0, "shape", of=np.empty)
eye = _with_sizes(0, 1, 2, "N", "M", "k", of=np.eye)
identity = _with_sizes(0, "n", of=np.identity)
linspace = _with_sizes(2, "num", of=np.linspace)
reshape = _with_sizes(1, "newshape", "shape", of=np.reshape)
resize = _with_sizes(1, "new_shape", of=np.resize)
tile = _with_sizes(1, "reps", of=np.tile)
repeat = _with_sizes(1, "repeats", of=np.repeat)
rand = _with_sizes(*range(8), of=np.random.rand)
randn = _with_sizes(*range(8), of=np.random.randn)
randint = _with_sizes(0, 1, 2, "low", "high", "size", of=np.random.randint)
random = _with_sizes(0, "size", of=np.random.random)
normal = _with_sizes(2, "size", of=np.random.normal)
uniform = _with_sizes(2, "size", of=np.random.uniform)
choice = _with_sizes(1, "size", of=np.random.choice)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C") -> Any:
    """Fill with floats unless a type is given, whatever the value is."""
    return np.full(_whole(shape), fill_value, float if dtype is None else dtype, order)


def random_integers(low: int, high: int | None = None, size: Any = None) -> Any:
    """Draw integers from low to high, both included; from 1 to low if there is no high."""
    if high is None:
        low, high = 1, low
    return np.random.randint(low, int(high) + 1, _whole(size))


def load(file: Any, mmap_mode: Any = None, allow_pickle: bool = True, **kwargs: Any) -> Any:
    """Load arrays, arrays of objects (pickles, of Python 2 too) included.

    A pickle can run code: load only files that you trust, as then.
    """
    kwargs.setdefault("encoding", "latin1")
    kwargs.setdefault("fix_imports", True)
    return np.load(file, mmap_mode, allow_pickle, **kwargs)


def fromstring(string: Any, dtype: Any = float, count: int = -1, sep: str = "") -> Any:
    """Read numbers from text; without a separator, take the bytes as they are."""
    if sep:
        return np.fromstring(string, dtype, count, sep=sep)
    data = string.encode("latin-1") if isinstance(string, str) else string
    return np.frombuffer(data, dtype, count).copy()


def histogram(
    a: Any,
    bins: Any = 10,
    range: Any = None,
    normed: Any = None,
    weights: Any = None,
    density: Any = None,
) -> Any:
    """Count; ``normed`` is ``density``."""
    return np.histogram(a, _whole(bins), range, density or normed or None, weights)


def in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Tell for each value of an array, flattened, whether it is in another one."""
    return np.isin(np.ravel(ar1), ar2, assume_unique, invert)


def alen(a: Any) -> int:
    """Return the length of the first axis, 1 for a number."""
    return len(np.atleast_1d(a))


def asscalar(a: Any) -> Any:
    """Return the one number of an array as a Python number."""
    return np.asarray(a).item()


def asfarray(a: Any, dtype: Any = np.float64) -> Any:
    """Return an array of floats."""
    dtype = np.dtype(dtype)
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def msort(a: Any) -> Any:
    """Sort along the first axis."""
    return np.sort(a, axis=0)


def disp(mesg: Any, device: Any = None, linefeed: bool = True) -> None:
    """Write a message."""
    (device or sys.stdout).write(f"{mesg}\n" if linefeed else f"{mesg}")


def deprecate(*args: Any, **kwargs: Any) -> Any:
    """Mark a function as deprecated: give it back as it is."""
    return args[0] if args and callable(args[0]) else lambda function: function


def recfromtxt(fname: Any, **kwargs: Any) -> Any:
    """Read a table into a record array."""
    kwargs.setdefault("dtype", None)
    return np.genfromtxt(fname, **kwargs).view(np.recarray)


def recfromcsv(fname: Any, **kwargs: Any) -> Any:
    """Read a table of comma-separated values, with names in lower case, into a record array."""
    return recfromtxt(
        fname, **{"case_sensitive": "lower", "names": True, "delimiter": ",", **kwargs}
    )


def tostring(a: Any, *args: Any) -> bytes:
    """Return the bytes of an array."""
    data: bytes = a.tobytes(*args)
    return data


def itemset(a: Any, *args: Any) -> None:
    """Set one item: ``itemset(value)`` or ``itemset(index, ..., value)``."""
    *index, value = args
    if not index:
        a[(0,) * a.ndim] = value
    elif len(index) == 1 and not isinstance(index[0], tuple):
        a.flat[index[0]] = value
    else:
        a[index[0] if len(index) == 1 else tuple(index)] = value


def ptp(a: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the largest minus the smallest."""
    return np.ptp(a, *args, **kwargs)


def newbyteorder(a: Any, new_order: str = "S") -> Any:
    """See the same bytes in another order."""
    return a.view(a.dtype.newbyteorder(new_order))
