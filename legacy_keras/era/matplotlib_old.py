"""Matplotlib 1.5: ``hold``, ``axisbg``, ``normed``, and names of styles and colour maps."""

from __future__ import annotations

from typing import Any

import matplotlib
import matplotlib.cm
import numpy as np
from matplotlib import style

RENAMED_MAPS = {"spectral": "nipy_spectral", "spectral_r": "nipy_spectral_r", "Vega10": "tab10"}


def _pyplot() -> Any:
    from matplotlib import pyplot

    return pyplot


def _renamed(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Exchange keywords for those of today."""
    if "axisbg" in kwargs:
        kwargs["facecolor"] = kwargs.pop("axisbg")
    if "normed" in kwargs:
        normed = kwargs.pop("normed")
        kwargs.setdefault("density", bool(normed) or None)
    kwargs.pop("hold", None)
    return kwargs


def hold(b: Any = None) -> None:
    """Do nothing: axes keep what is drawn."""


def ishold() -> bool:
    """Tell that axes keep what is drawn."""
    return True


def hold_axes(axes: Any, b: Any = None) -> None:
    """Do nothing: axes keep what is drawn."""


def hist(*args: Any, **kwargs: Any) -> Any:
    """Draw a histogram; ``normed`` is ``density``."""
    return _pyplot().hist(*args, **_renamed(kwargs))


def hist_axes(axes: Any, *args: Any, **kwargs: Any) -> Any:
    """Draw a histogram; ``normed`` is ``density``."""
    return axes.hist(*args, **_renamed(kwargs))


def subplot(*args: Any, **kwargs: Any) -> Any:
    """Add axes; ``axisbg`` is ``facecolor``."""
    return _pyplot().subplot(*map(_whole, args), **_renamed(kwargs))


def add_subplot(figure: Any, *args: Any, **kwargs: Any) -> Any:
    """Add axes; ``axisbg`` is ``facecolor``."""
    return figure.add_subplot(*map(_whole, args), **_renamed(kwargs))


def _whole(number: Any) -> Any:
    return int(number) if isinstance(number, (float, np.floating)) else number


def axes(*args: Any, **kwargs: Any) -> Any:
    """Add axes at a place; ``axisbg`` is ``facecolor``."""
    return _pyplot().axes(*args, **_renamed(kwargs))


def gca(**kwargs: Any) -> Any:
    """Return the current axes, or new ones with a projection."""
    return _pyplot().subplot(**kwargs) if kwargs else _pyplot().gca()


def gca_figure(figure: Any, **kwargs: Any) -> Any:
    """Return the current axes of a figure, or new ones with a projection."""
    return figure.add_subplot(**kwargs) if kwargs else figure.gca()


def get_cmap(name: Any = None, lut: int | None = None) -> Any:
    """Return a colour map, by the names of then, too."""
    name = RENAMED_MAPS.get(name, name)
    if not isinstance(name, (str, type(None))):
        return name
    colours = matplotlib.colormaps[name or matplotlib.rcParams["image.cmap"]]
    return colours if lut is None else colours.resampled(lut)


spectral = matplotlib.colormaps["nipy_spectral"]


def use_style(style_name: Any) -> None:
    """Use a style, by the names of then, too."""
    styles = [style_name] if isinstance(style_name, (str, dict)) else style_name
    style.use(
        [
            each.replace("seaborn", "seaborn-v0_8", 1)
            if isinstance(each, str) and each.startswith("seaborn") and each not in style.library
            else each
            for each in styles
        ]
    )


def use(backend: str, warn: bool = True, force: bool = True) -> None:
    """Choose a backend."""
    matplotlib.use(backend, force=force)


def savefig(*args: Any, **kwargs: Any) -> Any:
    """Write the figure to a file."""
    if kwargs.pop("frameon", True) is False:
        kwargs.setdefault("facecolor", "none")
    return _pyplot().savefig(*args, **kwargs)


def axis(*args: Any, **kwargs: Any) -> Any:
    """Get or set limits; ``'normal'`` is ``'auto'``."""
    return _pyplot().axis(*("auto" if each == "normal" else each for each in args), **kwargs)


def normpdf(x: Any, mu: Any, sigma: Any) -> Any:
    """Return the density of a normal distribution."""
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)


def set_axis_bgcolor(axes: Any, color: Any) -> None:
    """Set the background."""
    axes.set_facecolor(color)


def get_axis_bgcolor(axes: Any) -> Any:
    """Return the background."""
    return axes.get_facecolor()


def tostring_rgb(canvas: Any) -> bytes:
    """Return what is drawn as bytes, three a pixel."""
    return np.asarray(canvas.buffer_rgba())[..., :3].tobytes()
