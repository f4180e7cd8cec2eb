"""What training prints: one class per style, one table, the few lines besides the bars.

``settings.log`` names the style. ``ProgbarLogger`` asks ``style()`` when training begins,
``predict`` and ``evaluate`` call ``bar``; every other line goes through ``say``, so that it
keeps clear of a bar being drawn, and stays away where nothing is wanted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from .._settings import settings
from ..utils.generic_utils import Progbar, _unless_broken, _write


class KerasBar(Progbar):
    """What 0.3.3 prints: a heading and a bar, or with verbose=2 a heading and a line."""

    def __init__(self, target: float, verbose: int = 1, title: str = "") -> None:
        super().__init__(target, verbose=verbose)
        self.title = title
        self._open()

    @staticmethod
    def heading(epoch: int, nb_epoch: int) -> str:
        """Return the title of an epoch, counted from 0."""
        return f"Epoch {epoch + 1}/{nb_epoch}"

    @staticmethod
    def say(text: str) -> None:
        """Print one line."""
        _write(text + "\n")

    def _open(self) -> None:
        if self.title:
            self.say(self.title)


class OlderBar(KerasBar):
    """What the models page of the documentation shows: ``Epoch 0``, ``val. acc.: 0.9136``."""

    @staticmethod
    def heading(epoch: int, nb_epoch: int) -> str:
        return f"Epoch {epoch}"

    def _line(self) -> str:
        return " - ".join(self._metrics())

    def _metric(self, name: str, mean: float) -> str:
        label = name.replace("val_", "val. ", 1) if name.startswith("val_") else name
        return f"{label}{'.' if name.endswith('acc') else ''}: {mean:.4f}"


class EpochLine(KerasBar):
    """One line an epoch, when it is over, whether verbose is 1 or 2."""

    def __init__(self, target: float, verbose: int = 1, title: str = "") -> None:
        super().__init__(target, min(verbose, 1), title)

    def _open(self) -> None:
        pass

    def _draw(self) -> None:
        if self._done:
            _write(self._line() + "\n")

    def _line(self) -> str:
        title = self.title or f"{self.seen_so_far}/{self.target}"  # predict has no title
        return f"{title} - {super()._line()}"


class TqdmBar(KerasBar):
    """A tqdm bar an epoch; with verbose=2, the lines of 0.3.3."""

    @staticmethod
    def say(text: str) -> None:
        from tqdm.auto import tqdm

        with _unless_broken:
            tqdm.write(text)

    def _open(self) -> None:
        if self.verbose != 1:
            super()._open()
            return
        from tqdm.auto import tqdm

        try:
            self._tqdm = tqdm(
                total=self.target, desc=self.title or None, unit=" samples", file=sys.stdout
            )
        except (OSError, ValueError):  # a closed stdout
            self.verbose = 0

    def _draw(self) -> None:
        if not self._due():
            return
        metrics = ", ".join(self._metrics())
        with _unless_broken:
            self._tqdm.total = max(self.target, self.seen_so_far)
            self._tqdm.n = self.seen_so_far
            self._tqdm.set_postfix_str(metrics)
            if self._done:
                self._tqdm.close()


class SilentBar(KerasBar):
    """Nothing."""

    @staticmethod
    def say(text: str) -> None:
        pass

    def update(self, current: float, values: Sequence[tuple[str, Any]] = []) -> None:
        pass


STYLES: dict[str, type[KerasBar]] = {
    "keras": KerasBar,
    "older": OlderBar,
    "tqdm": TqdmBar,
    "epoch": EpochLine,
    "silent": SilentBar,
}


def style() -> type[KerasBar]:
    """Return the class that ``settings.log`` names now."""
    automatic = "tqdm" if _in_notebook() else "keras"
    return STYLES[automatic if settings.log == "auto" else settings.log]


def bar(target: float) -> Progbar:
    """Return the bar of ``predict`` or ``evaluate`` with verbose=1."""
    return style()(target)


def say(text: str) -> None:
    """Print one line that is no bar, such as a callback's message."""
    style().say(text)


def announce(nb_train: int, nb_validation: int) -> None:
    """Print the line before training with validation data."""
    say(f"Train on {nb_train} samples, validate on {nb_validation} samples")


def _in_notebook() -> bool:
    """Say whether this process is an IPython kernel, without importing IPython."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")
