"""Arrays in files: HDF5 data that ``fit`` reads batch by batch, and PyTables arrays.

Weights and models in HDF5 are the business of ``_saving``.

Mirrors: keras 0.3.3, utils/io_utils.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from .. import _hdf5

if TYPE_CHECKING:
    import h5py


class _MissingFile(FileNotFoundError, KeyError):
    """A missing file. 0.3.3 made an empty one, and raised KeyError for the data set."""


class HDF5Matrix:
    """Samples ``start`` to ``end`` of a data set in an HDF5 file, read when indexed.

    Takes the place of an array in ``fit`` (with ``shuffle="batch"`` or ``False`` it reads
    whole slices), ``predict`` and ``evaluate``. Indices count from ``start``. The file is
    opened for reading only, once for all matrices on it, and closed after the last of them.

    Shape:
        data set: (nb_samples, ...)

    Args:
        datapath: the file.
        dataset: name of the data set in it.
        start: first sample.
        end: one past the last sample.
        normalizer: is given what was read and returns what indexing returns.

    Raises:
        FileNotFoundError: if there is no such file.
        KeyError: if there is no such data set.
        UnsafeModelError: if it is a link, or takes its values from other files.
        ValueError: if it has no samples from start to end.

    Mirrors: keras 0.3.3, utils/io_utils.py, HDF5Matrix.
    """

    refs: WeakValueDictionary[str, h5py.File] = WeakValueDictionary()

    def __init__(
        self,
        datapath: str | os.PathLike[str],
        dataset: str,
        start: int,
        end: int,
        normalizer: Callable[[Any], Any] | None = None,
    ) -> None:
        self._file = self._open(os.fspath(datapath))
        self.data = self._dataset(dataset)
        if not 0 <= start <= end <= len(self.data):
            raise ValueError(
                f"HDF5Matrix got start={start} and end={end} for {dataset!r} in {datapath}, "
                f"which has {len(self.data)} samples; expected 0 <= start <= end <= "
                f"{len(self.data)}."
            )
        self.start = start
        self.end = end
        self.normalizer = normalizer

    @classmethod
    def _open(cls, path: str) -> h5py.File:
        file = cls.refs.get(path)
        if not file:  # never opened, or closed since
            if not os.path.isfile(path):  # opening a pipe would wait for a writer
                raise _MissingFile(
                    f"HDF5Matrix got datapath={path!r}, which is no file; expected an HDF5 file."
                )
            file = cls.refs[path] = _hdf5.open_file(path)
        return file

    def _dataset(self, name: str) -> h5py.Dataset:
        try:
            found = _hdf5.find(self._file, name.strip("/"))
        except KeyError:
            found = None
        if not getattr(found, "shape", None):
            names: list[str] = []
            self._file.visit(names.append)
            raise KeyError(
                f"HDF5Matrix found no data set {name!r} of samples in {self._file.filename}, "
                f"which has: {', '.join(names) or 'nothing'}."
            )
        return found

    def close(self) -> None:
        """Let go of the file; it is closed once no other matrix reads from it."""
        self.data = self._file = None

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        """Read a sample, a slice of samples, or a list of samples in any order."""
        values = self._read(key)
        return values if self.normalizer is None else self.normalizer(values)

    def _read(self, key: Any) -> Any:
        if isinstance(key, slice):
            if key.stop is not None:
                self._check(key.stop, len(self))
            first, last, step = key.indices(len(self))
            if step == 1:
                return self.data[self.start + first : self.start + max(first, last)]
            key = range(first, last, step)
        if isinstance(key, tuple):
            raise TypeError(
                f"HDF5Matrix got the index {key!r}; expected an int, a slice or a list of "
                "samples. Index what was read for the other axes: matrix[0:8][:, 2]."
            )
        positions = np.asarray(key)
        if positions.dtype == bool:
            positions = np.flatnonzero(positions)
        if not positions.size:
            return self.data[self.start : self.start]
        self._check(positions.max(), len(self) - 1)
        self._check(positions.min(), len(self) - 1)
        positions = self.start + np.where(positions < 0, positions + len(self), positions)
        if not positions.ndim:
            return self.data[int(positions)]
        # HDF5 reads increasing indices only, each once, and a run of them far faster.
        ordered, places = np.unique(positions, return_inverse=True)
        first, last = int(ordered[0]), int(ordered[-1]) + 1
        rows = self.data[first:last] if last - first == len(ordered) else self.data[ordered]
        return rows[places]

    def _check(self, position: Any, highest: int) -> None:
        if not -len(self) <= position <= highest:
            raise IndexError(
                f"HDF5Matrix of {len(self)} samples got index {position}; expected "
                f"{-len(self)} to {highest}."
            )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the samples from ``start`` to ``end``; 0.3.3 left out all but two axes."""
        return (len(self), *self.data.shape[1:])

    @property
    def dtype(self) -> Any:
        """Of the data set."""
        return self.data.dtype


def save_array(array: np.ndarray, name: str) -> None:
    """Write an array to a PyTables file.

    Mirrors: keras 0.3.3, utils/io_utils.py, save_array.
    """
    tables = _tables()
    with tables.open_file(name, "w") as file:
        atom = tables.Atom.from_dtype(array.dtype)
        file.create_carray(file.root, "data", atom, array.shape)[:] = array


def load_array(name: str) -> Any:
    """Read an array that ``save_array`` wrote.

    Mirrors: keras 0.3.3, utils/io_utils.py, load_array.
    """
    with _tables().open_file(name) as file:
        return file.root.data[:]


def _tables() -> Any:
    try:
        import tables  # type: ignore[import-not-found]
    except ImportError as error:
        raise ImportError(
            f"save_array and load_array need PyTables, which could not be imported ({error}). "
            "Install it with: pip install tables"
        ) from error
    return tables
