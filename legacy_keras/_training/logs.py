"""The ``logs`` that callbacks receive: floats to whoever reads them, tensors until then.

What belongs here: the dict itself. Who fills it is ``loop.py``; who sums it on the device
is ``BaseLogger`` in ``callbacks.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch


class Logs(dict[str, Any]):
    """A dict whose 0-d tensors turn into Python numbers when they are read.

    The loop puts the loss of a batch here as the step returns it. Copying it to the host
    waits for the device, so it happens at the first read and for all values together;
    a batch whose logs nobody reads does not wait. ``dict.items(logs)`` and ``raw`` pass
    the values on as they are.
    """

    def raw(self, key: str) -> Any:
        """Return the value as it was put in, possibly a tensor on a device."""
        return dict.__getitem__(self, key)

    def _resolve(self) -> None:
        for key, value in dict.items(self):
            if isinstance(value, torch.Tensor) and value.ndim == 0:
                self[key] = value.item()

    # The two methods that callbacks call for every batch look at one value first.

    def __getitem__(self, key: str) -> Any:
        value = dict.__getitem__(self, key)
        if isinstance(value, torch.Tensor):
            self._resolve()
            value = dict.__getitem__(self, key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    # dict(logs) and f(**logs) copy the values behind our back, unless __iter__ is replaced.
    def __iter__(self) -> Iterator[str]:
        return super().__iter__()


def _resolved_first(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def read(self: Logs, *args: Any) -> Any:
        self._resolve()
        return method(self, *args)

    return read


for _name in (
    *("items", "values", "pop", "popitem", "setdefault", "copy"),
    *("__eq__", "__ne__", "__or__", "__ror__", "__repr__"),
):
    setattr(Logs, _name, _resolved_first(_name))
