"""Reading data sets: old pickles without running them, and the options of word data.

The downloads are in ``utils/data_utils.py``, where 0.3.3 moved ``get_file``; that name
still works here.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import pickle
import warnings
from typing import Any

import numpy as np

from .._errors import UnsafeModelError
from ..utils import data_utils

__all__ = ["get_file"]  # noqa: F822 - found by __getattr__, which warns

MAX_UNPACKED = 256 << 20  # bytes; what a file holds may be this, plus ...
MAX_RATIO = 100  # ... this many times its size

Words = tuple[list[list[int]], Any]


def __getattr__(name: str) -> Any:
    if name == "get_file":
        warnings.warn("data_utils has been moved to keras.utils.data_utils.", stacklevel=2)
        return data_utils.get_file
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def find(path: str, origin: str) -> str:
    """Return the path of a data set: of a file given in full, or of one in the cache."""
    if not os.path.isabs(path):
        return data_utils.get_file(path, origin=origin)
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"got path={path!r}, which is no file; expected the full path of one, or a plain "
            "name, under which it is kept in the cache."
        )
    return path


def load_pickle(path: str) -> Any:
    """Return the arrays, numbers, strings and containers in a pickle. Nothing in it is run.

    Strings of Python 2 are read as latin-1, which keeps every byte.

    Args:
        path: the file; compressed if it ends with ``.gz``.

    Raises:
        UnsafeModelError: if there is anything else in it, or too much.
        ValueError: if it is broken.
    """
    limit = MAX_UNPACKED + MAX_RATIO * os.path.getsize(path)
    try:
        with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise UnsafeModelError(f"it unpacks to more than {limit} bytes, which is not plausible")
        return _Unpickler(data).load()
    except Exception as error:  # a broken pickle raises almost anything
        kind = UnsafeModelError if isinstance(error, UnsafeModelError) else ValueError
        raise kind(
            f"{path} was not read: {error or type(error).__name__}. If it was downloaded, "
            "delete it to download it again."
        ) from error


class _Unpickler(pickle.Unpickler):
    """Reads arrays and plain containers.

    NumPy's own constructors never see what the file says: told so, they make arrays of any
    size, and dtypes that take data for pointers. Stand-ins read the same state.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._arrays: list[_Array] = []

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands in for a name, or refuse it."""
        allowed = {
            "multiarray._reconstruct": self._array,
            "multiarray.scalar": self._scalar,
            "numpy.ndarray": None,  # is only handed to _reconstruct
            "numpy.dtype": _Dtype,
            "_codecs.encode": self._bytes,  # how Python 3 writes bytes for Python 2 ...
            "builtins.bytes": self._bytes,  # ... and no bytes
            "builtins.set": set,
            "builtins.frozenset": frozenset,
        }
        known = module.replace("__builtin__", "builtins")
        if known in ("numpy.core.multiarray", "numpy._core.multiarray"):
            known = "multiarray"
        if f"{known}.{name}" not in allowed:
            raise UnsafeModelError(
                f"it asks for {module}.{name}, and only arrays and plain containers are allowed"
            )
        return allowed[f"{known}.{name}"]

    def load(self) -> Any:
        """Return what is in the file."""
        loaded = super().load()
        return _unwrap(loaded, {}) if self._arrays else loaded

    def _array(self, *_: Any) -> _Array:
        self._arrays.append(_Array())
        return self._arrays[-1]

    def _bytes(self, text: str = "", encoding: str = "latin1") -> bytes:
        if encoding != "latin1":
            raise pickle.UnpicklingError(f"it has text in the encoding {encoding!r}")
        return text.encode("latin1")

    def _scalar(self, kind: _Dtype, raw: Any) -> Any:
        return _from_bytes((), kind.dtype, raw, "C")[()]


class _Dtype:
    """Stands in for a dtype of numbers or strings."""

    def __init__(self, spec: str, *_: Any) -> None:
        self.dtype = np.dtype(str(spec))
        if self.dtype.kind not in "biufcSU":
            raise pickle.UnpicklingError(f"it has an array of dtype {self.dtype}")

    def __setstate__(self, state: Any) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands in for an array."""

    def __setstate__(self, state: Any) -> None:
        shape, kind, fortran, raw = state[-4:]
        self.array = _from_bytes(shape, kind.dtype, raw, "F" if fortran else "C")


def _from_bytes(shape: Any, dtype: np.dtype, raw: Any, order: Any) -> np.ndarray:
    data = bytearray(raw, "latin1") if isinstance(raw, str) else bytearray(raw)
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise pickle.UnpicklingError(
            f"an array of shape {shape} and dtype {dtype} has {len(data)} bytes"
        )
    return np.ndarray(shape, dtype, data, order=order)


def _unwrap(loaded: Any, done: dict[int, Any]) -> Any:
    """Put arrays in the place of their stand-ins, treating what is shared once."""
    if id(loaded) in done:
        return done[id(loaded)]
    if isinstance(loaded, _Array):
        return loaded.array
    if isinstance(loaded, list | tuple):
        done[id(loaded)] = unwrapped = type(loaded)(_unwrap(item, done) for item in loaded)
        return unwrapped
    if isinstance(loaded, dict):
        done[id(loaded)] = {key: _unwrap(value, done) for key, value in loaded.items()}
        return done[id(loaded)]
    return loaded


def split_words(
    data: Any,
    nb_words: int | None,
    skip_top: int,
    maxlen: int | None,
    test_split: float,
    seed: int,
    start_char: int | None,
    oov_char: int | None,
    index_from: int,
) -> tuple[Words, Words]:
    """Shuffle, limit and split lists of word indices, for imdb and reuters.

    Args:
        data: a pair: lists of word indices, numbered by frequency from 1, and labels.
        nb_words: keep indices below this; None takes the highest, which is then left out.
        skip_top: leave out indices below this.
        maxlen: leave out sequences that are not shorter than this.
        test_split: share of the samples, at the end, that are for testing.
        seed: seeds NumPy's global stream before each shuffle.
        start_char: is put before each sequence; None puts nothing.
        oov_char: takes the place of words left out. With None, 0.3.3 by mistake leaves out
            all *other* words, and so does this.
        index_from: is added to each index.

    Raises:
        ValueError: if no sequence is left.

    Mirrors: keras 0.3.3, datasets/imdb.py and datasets/reuters.py, load_data.
    """
    X, labels = data
    for items in (X, labels):
        np.random.seed(seed)
        np.random.shuffle(items)

    prefix = [] if start_char is None else [start_char]
    X = [prefix + [word + index_from for word in sequence] for sequence in X]
    if maxlen:
        kept = [i for i, sequence in enumerate(X) if len(sequence) < maxlen]
        X = [X[i] for i in kept]
        labels = [labels[i] for i in kept]
    if not X:
        raise ValueError(
            f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was "
            "kept. Increase maxlen."
        )
    highest = nb_words or max(max(sequence) for sequence in X)

    def limited(sequence: list[int]) -> list[int]:
        if oov_char is None:
            return [word for word in sequence if not skip_top <= word < highest]
        return [word if skip_top <= word < highest else oov_char for word in sequence]

    X = [limited(sequence) for sequence in X]
    cut = int(len(X) * (1 - test_split))
    return (X[:cut], labels[:cut]), (X[cut:], labels[cut:])
