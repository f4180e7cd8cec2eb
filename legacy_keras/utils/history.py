"""Plotting what `fit` returned: loss and accuracy over the epochs, with matplotlib.

Not in Keras 0.3.3, whose users wrote these lines themselves. matplotlib is asked for only when
something is drawn.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

VALIDATION = "val_"
INCHES = (6.4, 4.0)  # width and height of one quantity's axes
FEW_EPOCHS = 30  # up to here each epoch has a dot


def plot(
    history: Any, to_file: str | os.PathLike[str] | None = None, *, title: str | None = None
) -> tuple[Any, Any]:
    """Draw each quantity over the epochs, counted from 1: training solid, validation dashed.

    Args:
        history: a History, its ``history`` dict, or several of either: a list of them, or a
            dict from a name to each.
        to_file: where to save the picture; the ending says the format, as in
            ``"history.png"`` or ``"history.svg"``. None saves nothing.
        title: written above all.

    Returns:
        The ``matplotlib`` figure, and an array of axes, one for each quantity: ``loss`` first,
        then ``acc``, then others by name.

    Raises:
        ImportError: if matplotlib is not installed.
        TypeError: if ``history`` is none of these.
        ValueError: if there is no epoch in it.
    """
    runs = _named_runs(history)
    quantities = _quantities(runs)
    plt = _pyplot()
    width, height = INCHES
    figure, grid = plt.subplots(
        1, len(quantities), figsize=(width * len(quantities), height), squeeze=False
    )
    axes = grid[0]
    for quantity, ax in zip(quantities, axes):
        for index, (name, values) in enumerate(runs.items()):
            _draw(ax, name, values, quantity, f"C{index}")
        ax.set_xlabel("epoch")
        ax.set_ylabel(quantity)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.legend()
    if title:
        figure.suptitle(title)
    figure.tight_layout()
    if to_file is not None:
        figure.savefig(to_file)
    return figure, axes


def _draw(
    ax: Any, name: str, values: Mapping[str, Sequence[Any]], quantity: str, color: str
) -> None:
    for prefix, label, line in (("", "training", "-"), (VALIDATION, "validation", "--")):
        series = [float(value) for value in values.get(prefix + quantity, ())]
        if series:
            marker = "." if len(series) <= FEW_EPOCHS else ""
            epochs = range(1, len(series) + 1)
            label = f"{name}, {label}" if name else label
            ax.plot(epochs, series, line, color=color, marker=marker, label=label)


def _named_runs(history: Any) -> dict[str, Mapping[str, Sequence[Any]]]:
    """Return the values of each run by its name; a single run is called ""."""
    if isinstance(history, (list, tuple)):
        return {str(number): _values(run) for number, run in enumerate(history, 1)}
    if isinstance(history, Mapping) and all(_is_run(value) for value in history.values()):
        return {str(name): _values(run) for name, run in history.items()}
    return {"": _values(history)}


def _is_run(value: Any) -> bool:
    return isinstance(value, Mapping) or hasattr(value, "history") or hasattr(value, "on_epoch_end")


def _values(run: Any) -> Mapping[str, Sequence[Any]]:
    values = run if isinstance(run, Mapping) else getattr(run, "history", {})
    if not _is_run(run) or not isinstance(values, Mapping):
        raise TypeError(
            f"plot got {type(run).__name__}; expected what fit returned (a History), its "
            ".history, a list of such, or a dict from a name to each."
        )
    return values


def _quantities(runs: Mapping[str, Mapping[str, Sequence[Any]]]) -> list[str]:
    found = {
        name.removeprefix(VALIDATION)
        for values in runs.values()
        for name, series in values.items()
        if len(series)
    }
    if not found:
        raise ValueError("plot got a history without any epoch; call fit first.")
    return sorted(found, key=lambda name: (name != "loss", name != "acc", name))


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot
    except ImportError as error:
        raise ImportError(
            f"Plotting a history needs matplotlib, which could not be imported ({error}). "
            'Install it with: pip install "legacy-keras[plot]"'
        ) from error
    return matplotlib.pyplot
