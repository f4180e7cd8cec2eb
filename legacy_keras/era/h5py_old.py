"""h5py 2: files opened to read and write unless told otherwise, and ``dataset.value``."""

from __future__ import annotations

from typing import Any

import h5py


class File(h5py.File):  # type: ignore[misc]
    """A file; without a mode it is opened to read and write, else to read, else it is made."""

    def __init__(self, name: Any, mode: str | None = None, *args: Any, **kwargs: Any) -> None:
        if mode is not None or not isinstance(name, (str, bytes)):
            super().__init__(name, mode or "r", *args, **kwargs)
            return
        for attempt in ("r+", "r", "w-"):
            try:
                super().__init__(name, attempt, *args, **kwargs)
                return
            except OSError:
                if attempt == "w-":
                    raise


def get_vlen(dtype: Any) -> Any:
    """Return the type of the items of a type of variable length."""
    text = h5py.check_string_dtype(dtype)
    if text is not None and text.length is None:
        return str if text.encoding == "utf-8" else bytes
    return h5py.check_vlen_dtype(dtype)


value = property(lambda dataset: dataset[()], doc="All that is in a data set.")
