"""Reading HDF5 files that are not trusted.

An HDF5 file can name other files and have them read in its place (links, external storage,
virtual data sets), can ask for a plug-in, and can declare a size that it does not have. All
of this is refused here, before anything is followed or allocated. What is read, and where it
belongs, is the business of ``_saving`` and of ``utils/io_utils.py``.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import UnsafeModelError
from ._hdf5_heaps import check_local_heaps, longest_text

if TYPE_CHECKING:  # imported where a file is opened: it takes a tenth of torch's time
    import h5py

MAX_RATIO = 1000  # a compressed data set holds at most this many times its bytes ...
MAX_SMALL = 1 << 20  # ... unless it is no larger than this, in bytes
MAX_NAMES = 10_000  # in an attribute
MAX_TEXT = 64 << 20  # bytes, of all names in an attribute

# gzip, shuffle, fletcher32, szip, nbit, scaleoffset and lzf: those that h5py brings along.
FILTERS = frozenset([1, 2, 3, 4, 5, 6, 32000])


def open_file(path: Any) -> h5py.File:
    """Open a file for reading.

    Raises:
        OSError: if there is none, if it is a folder, a pipe or a device, or not HDF5.
    """
    import h5py

    path = os.fspath(path)
    if not stat.S_ISREG(os.stat(path).st_mode):  # to open a pipe is to wait for a writer
        raise OSError(f"{path} is not a regular file; expected the path of an HDF5 file.")
    try:
        return h5py.File(path, "r")
    except BlockingIOError as error:
        raise OSError(
            f"{path} is locked by another process, or its file system has no locks: set the "
            f"environment variable HDF5_USE_FILE_LOCKING=FALSE for the latter. ({error})"
        ) from error
    except PermissionError:
        raise
    except OSError as error:
        raise OSError(f"{path} could not be opened as HDF5: {error}") from error
    except Exception as error:  # a damaged file makes h5py raise almost anything
        raise OSError(f"{path} is damaged: {error}") from error


@contextmanager
def reading(path: Any) -> Iterator[h5py.File]:
    """Open a file for reading, and close it.

    Raises:
        OSError: as `open_file`.
        ValueError: in place of whatever h5py raises on a damaged file.
    """
    with open_file(path) as file:
        try:
            check_local_heaps(file)
            yield file
        except Exception as error:
            if isinstance(error, (OSError, ValueError)) and not isinstance(error, UnicodeError):
                raise
            raise ValueError(
                f"{os.fspath(path)} is damaged, or not what it says: {error or type(error)}"
            ) from error


def find(group: h5py.Group, name: str) -> Any:
    """Return the group or data set of that name, ``a/b`` being ``b`` in ``a``.

    Every part of the name is looked at before it is followed: the link in the middle is the
    one that a check of the whole name does not see.

    Raises:
        KeyError: if there is none.
        UnsafeModelError: if a part is a link to elsewhere.
    """
    import h5py

    found: Any = group
    for part in name.split("/"):
        if part in ("", ".", ".."):
            raise UnsafeModelError(
                f"{_where(group)} names {name!r}; expected a plain name, or plain names with a "
                "slash between them."
            )
        if not isinstance(found, h5py.Group) or part not in found.keys():  # noqa: SIM118
            raise KeyError(f"{_where(group)} has no {name!r}")
        link = found.get(part, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise UnsafeModelError(
                f"{_where(group)} has {name!r} as a {type(link).__name__}, which can have any "
                "file of this computer read in its place. Model files hold no links; copy what "
                "it leads to into a file of its own."
            )
        found = found[part]
    return check_storage(found) if isinstance(found, h5py.Dataset) else found


def check_storage(dataset: h5py.Dataset) -> h5py.Dataset:
    """Return a data set whose values are in its own file, in a form that h5py itself reads.

    Raises:
        UnsafeModelError: if they are elsewhere, or need a plug-in.
    """
    import h5py

    properties = dataset.id.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count():
        raise UnsafeModelError(
            f"{_where(dataset)} takes its values from other files of this computer. Copy them "
            "into a data set of its own, and load that."
        )
    filters = {properties.get_filter(i)[0] for i in range(properties.get_nfilters())}
    if not filters <= FILTERS:
        raise UnsafeModelError(
            f"{_where(dataset)} is packed with the filters {sorted(filters - FILTERS)}, which "
            "need a plug-in. Repack the file with h5repack -f NONE where that is installed."
        )
    return dataset


def check_weight(dataset: Any) -> h5py.Dataset:
    """Return a data set that holds numbers, and has about the size that it declares.

    Raises:
        UnsafeModelError: if it declares far more than is stored.
        ValueError: if it holds something else.
    """
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise ValueError(f"{_where(dataset)} is no array; expected the values of a weight.")
    if dataset.id.get_type().get_class() not in (h5py.h5t.FLOAT, h5py.h5t.INTEGER):
        raise ValueError(f"{_where(dataset)} holds {dataset.dtype}; expected numbers.")
    size = math.prod(dataset.shape) * dataset.dtype.itemsize
    stored = dataset.id.get_storage_size()
    pieces = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
    if max(size, pieces) > max(MAX_SMALL, MAX_RATIO * stored):
        raise UnsafeModelError(
            f"{_where(dataset)} declares the shape {dataset.shape}, {size} bytes, of which "
            f"{stored} are stored. No weight looks like this; nothing of it was read."
        )
    return dataset


def read_weight(dataset: h5py.Dataset, dtype: str) -> np.ndarray:
    """Return the values of a data set that `check_weight` let pass, in another float type.

    Raises:
        ValueError: if that type cannot hold them.
    """
    values: np.ndarray = dataset[()]
    if values.dtype == dtype:
        return values
    with np.errstate(over="ignore"):
        cast = values.astype(dtype)
    exact = values.dtype.kind != "f"
    if not np.array_equal(
        cast if exact else np.isfinite(cast), values if exact else np.isfinite(values)
    ):
        raise ValueError(
            f"{_where(dataset)} holds {values.dtype} numbers that {dtype} cannot; expected "
            f"weights in {dtype}."
        )
    return cast


def read_count(group: h5py.Group, name: str) -> int:
    """Return the number of members that an attribute declares: ``nb_layers``, ``nb_params``.

    Raises:
        ValueError: if it is no whole number from 0 to the number of members.
    """
    import h5py

    attribute = h5py.h5a.open(group.id, name.encode())
    whole = attribute.get_type().get_class() == h5py.h5t.INTEGER
    if not whole or math.prod(attribute.shape) != 1:
        raise ValueError(f"{_where(group)} has no whole number in its attribute {name!r}.")
    count = int(np.asarray(group.attrs[name]).ravel()[0])
    if not 0 <= count <= len(group):
        raise ValueError(f"{_where(group)} has {name} = {count}, but {len(group)} members.")
    return count


def read_names(group: h5py.Group, name: str) -> list[str]:
    """Return the names in an attribute, whether written as bytes or as text.

    Raises:
        UnsafeModelError: if there are too many, or they are too long.
        ValueError: if it holds something else.
    """
    import h5py

    attribute = h5py.h5a.open(group.id, name.encode())
    if attribute.get_space().get_simple_extent_type() == h5py.h5s.NULL:
        return []
    number, kind = math.prod(attribute.shape), attribute.get_type()
    if not number:  # h5py writes an empty list as no numbers
        return []
    if kind.get_class() != h5py.h5t.STRING:
        raise ValueError(f"{_where(group)} has no names in its attribute {name!r}.")
    size = longest_text(group.file, name) if kind.is_variable_str() else kind.get_size()
    if number > MAX_NAMES or number * size > MAX_TEXT:
        raise UnsafeModelError(
            f"{_where(group)} has {number} names of up to {size} bytes in its attribute {name!r}; "
            f"expected at most {MAX_NAMES} names, and {MAX_TEXT} bytes in all."
        )
    values = np.asarray(group.attrs[name]).ravel()
    return [v.decode() if isinstance(v, bytes) else str(v) for v in values]


def _where(part: Any) -> str:
    return f"{part.file.filename}, {part.name!r}"
