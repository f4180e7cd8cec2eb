"""Small helpers that 0.3.3 keeps in ``utils``: the progress bar, names to objects.

``Progbar`` here prints what 0.3.3 printed. The other forms of the log are its subclasses
in ``_training/progress.py``; the tables that names are looked up in stand in the modules
that own the objects.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from .._names import lookup

REDRAW_SECONDS = 0.05

# A closed or broken stdout never ends a training run.
_unless_broken = contextlib.suppress(OSError, ValueError)


def get_from_module(
    identifier: Any,
    module_params: Mapping[str, Any],
    module_name: str,
    instantiate: bool = False,
    kwargs: dict[str, Any] | None = None,
) -> Any:
    """Return what a name stands for in a table; anything but a string comes back as it is.

    Args:
        identifier: a name, or the object itself.
        module_params: the table.
        module_name: what the table holds, for the message: ``"optimizer"``.
        instantiate: call what was found, with ``kwargs`` if there are any.

    Raises:
        ValueError: if the table does not have the name.

    Mirrors: keras 0.3.3, utils/generic_utils.py, get_from_module.
    """
    found = lookup(identifier, module_params, module_name)
    if instantiate and isinstance(identifier, str):
        return found(**(kwargs or {}))
    return found


def make_tuple(*args: Any) -> tuple[Any, ...]:
    """Return the arguments as a tuple.

    Mirrors: keras 0.3.3, utils/generic_utils.py, make_tuple.
    """
    return args


def printv(v: Any, prefix: str = "") -> None:
    """Print nested dictionaries and lists, three dots deeper at each level.

    A dictionary's "name" comes first; it is left in, which 0.3.0 took out of the caller's.

    Mirrors: keras 0.3.0, utils/generic_utils.py, printv (dropped in 0.3.1).
    """
    deeper = prefix + "..."
    if isinstance(v, Mapping):
        if "name" in v:
            print(f"{prefix}#{v['name']}")
        for key, value in v.items():
            if key == "name":
                continue
            if isinstance(value, (Mapping, list)):
                print(f"{deeper}{key}:")
                printv(value, deeper)
            else:
                print(f"{deeper}{key}:{value}")
    elif isinstance(v, list):
        for index, value in enumerate(v):
            print(f"{deeper}#{index}")
            printv(value, deeper)
    else:
        print(f"{deeper}{v}")


def _accumulate(total: Any, value: Any, weight: int) -> Any:
    """Return ``total + value * weight`` in float64, on the device of a tensor value.

    A tensor is added in place and not read, so nothing waits for the device.
    """
    if isinstance(value, torch.Tensor):
        if not isinstance(total, torch.Tensor):
            total = torch.full((), total, dtype=torch.float64, device=value.device)
        return total.add_(value, alpha=weight)
    return total + float(value) * weight


def _write(text: str) -> None:
    """Write to stdout at once."""
    with _unless_broken:
        print(text, end="", flush=True)


def _on_terminal() -> bool:
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):  # no stdout, a stand-in for it, or a closed one
        return False


class Progbar:
    """A progress bar with means of values, on stdout.

    Into a file or a pipe every update is written, to the byte as in 0.3.3. On a terminal
    the bar is redrawn at most every 50 ms, and always by the last update.

    Args:
        target: number of steps expected.
        width: characters between the brackets.
        verbose: 1 draws the bar, 2 prints one line at the end, 0 nothing.

    Mirrors: keras 0.3.3, utils/generic_utils.py, Progbar.
    """

    def __init__(self, target: float, width: int = 30, verbose: int = 1) -> None:
        self.width = width
        self.target = target
        self.sum_values: dict[str, list[Any]] = {}  # name: [sum of value * steps, steps]
        self.unique_values: list[str] = []
        self.start = time.time()
        self.total_width = 0
        self.seen_so_far: float = 0
        self.verbose = verbose
        self._drawn = 0.0

    def update(self, current: float, values: Sequence[tuple[str, Any]] = []) -> None:
        """Show that ``current`` steps are done.

        Args:
            values: pairs of a name and its value since the last update; the bar shows the
                mean over the steps. A value may be a 0-d tensor: it is read when drawn.
        """
        steps: Any = current - self.seen_so_far
        for name, value in values:
            if name not in self.sum_values:
                self.sum_values[name] = [0.0, 0]
                self.unique_values.append(name)
            pair = self.sum_values[name]
            pair[0] = _accumulate(pair[0], value, steps)
            pair[1] += steps
        self.seen_so_far = current
        if self.verbose == 1:
            self._draw()
        elif self.verbose == 2 and self._done:
            _write(self._line() + "\n")

    def add(self, n: float, values: Sequence[tuple[str, Any]] = []) -> None:
        """Show that ``n`` more steps are done."""
        self.update(self.seen_so_far + n, values)

    @property
    def _done(self) -> bool:
        return self.seen_so_far >= self.target

    def _due(self) -> bool:
        """Say whether it is time to draw again, and if so take note of it."""
        now = time.time()
        if not self._done and now - self._drawn < REDRAW_SECONDS:
            return False
        self._drawn = now
        return True

    def _draw(self) -> None:
        if not self._due() and _on_terminal():
            return
        erase = "\b" * self.total_width + "\r"
        line = self._bar() + "".join(f" - {part}" for part in (self._clock(), *self._metrics()))
        blank = " " * (self.total_width - len(line))
        self.total_width = len(line)
        _write(erase + line + blank + ("\n" if self._done else ""))

    def _bar(self) -> str:
        target = str(int(self.target))
        filled = int(self.width * self.seen_so_far / self.target) if self.target else self.width
        tip = "=" if self._done else ">"
        bar = ("=" * (filled - 1) + tip if filled else "") + "." * (self.width - filled)
        return f"{int(self.seen_so_far):{len(target)}d}/{target} [{bar}]"

    def _clock(self) -> str:
        elapsed = time.time() - self.start
        if self._done:
            return f"{int(elapsed)}s"
        left = self.target - self.seen_so_far
        return f"ETA: {int(elapsed / self.seen_so_far * left) if self.seen_so_far else 0}s"

    def _line(self) -> str:
        return " - ".join((self._clock(), *self._metrics()))

    def _metrics(self) -> list[str]:
        means = ((name, *self.sum_values[name]) for name in self.unique_values)
        return [self._metric(name, float(total) / max(1, steps)) for name, total, steps in means]

    def _metric(self, name: str, mean: float) -> str:
        size = abs(mean) if self.verbose == 1 else mean  # 0.3.3 has no abs in its line
        return f"{name}: {mean:.4f}" if size > 1e-3 else f"{name}: {mean:.4e}"
