"""The images of ``scipy.misc`` up to 1.2: arrays to Pillow and back, with its scaling of bytes.

Images are arrays (rows, columns) or (rows, columns, channels). What is not uint8 already is
stretched to 0..255 when it becomes an image, so a float image does not come back as it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np

try:
    from PIL import Image, ImageFilter
except ImportError as error:
    raise ImportError(
        "The image functions of scipy.misc need Pillow. "
        'Install it with: pip install "legacy-keras[image]"',
        name="PIL",
    ) from error

RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "lanczos": Image.Resampling.LANCZOS,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "cubic": Image.Resampling.BICUBIC,
}
FILTERS = {
    "blur": ImageFilter.BLUR,
    "contour": ImageFilter.CONTOUR,
    "detail": ImageFilter.DETAIL,
    "edge_enhance": ImageFilter.EDGE_ENHANCE,
    "edge_enhance_more": ImageFilter.EDGE_ENHANCE_MORE,
    "emboss": ImageFilter.EMBOSS,
    "find_edges": ImageFilter.FIND_EDGES,
    "smooth": ImageFilter.SMOOTH,
    "smooth_more": ImageFilter.SMOOTH_MORE,
    "sharpen": ImageFilter.SHARPEN,
}


def bytescale(
    data: Any, cmin: Any = None, cmax: Any = None, high: float = 255, low: float = 0
) -> Any:
    """Stretch values from cmin..cmax, or from the smallest to the largest, to low..high in uint8.

    An array that is uint8 stays as it is.

    Raises:
        ValueError: if high is below low, or cmax below cmin.
    """
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    if high < low:
        raise ValueError(f"bytescale got high={high} below low={low}.")
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    if cmax < cmin:
        raise ValueError(f"bytescale got cmax={cmax} below cmin={cmin}.")
    width = (cmax - cmin) or 1
    # 0.4999, not 0.5: a value just between two is rounded down, as it was.
    scaled = (data * 1.0 - cmin) * (float(high - low) / width) + 0.4999
    return np.clip(scaled, 0, high).astype(np.uint8) + np.uint8(low)


def toimage(
    arr: Any,
    high: float = 255,
    low: float = 0,
    cmin: Any = None,
    cmax: Any = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Any:
    """Make a Pillow image of an array: gray if it has two axes, else the axis of 3 or 4 is colour.

    Raises:
        ValueError: if the shape fits no image, or not the mode.
    """
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("toimage got complex numbers; expected real ones.")
    if data.ndim == 2:
        return _gray(data, high, low, cmin, cmax, pal, mode)
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError(
            f"toimage got an array of shape {data.shape}; expected (rows, columns), or three axes "
            "of which one has 3 or 4 channels."
        )
    if channel_axis is None:
        channel_axis = data.shape.index(3 if 3 in data.shape else 4)
    channels = data.shape[channel_axis]
    if channels not in (3, 4):
        raise ValueError(f"toimage got {channels} channels in axis {channel_axis}, not 3 or 4.")
    mode = mode or ("RGB" if channels == 3 else "RGBA")
    expected = {"RGB": 3, "YCbCr": 3, "RGBA": 4, "CMYK": 4}.get(mode)
    if expected != channels:
        raise ValueError(f"toimage got mode {mode!r} for an array with {channels} channels.")
    pixels = np.moveaxis(bytescale(data, cmin, cmax, high, low), channel_axis, 2)
    return Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())


def _gray(
    data: Any, high: float, low: float, cmin: Any, cmax: Any, pal: Any, mode: str | None
) -> Any:
    size = data.shape[::-1]  # columns first
    if mode == "F":
        return Image.frombytes("F", size, data.astype(np.float32).tobytes())
    if mode in (None, "L", "P"):
        image = Image.frombytes("L", size, bytescale(data, cmin, cmax, high, low).tobytes())
        if pal is not None:
            image.putpalette(np.asarray(pal, dtype=np.uint8).tobytes())
        elif mode == "P":
            image.putpalette(np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes())
        return image
    if mode == "1":
        return Image.fromarray(data > high)
    if mode == "I":
        cmin = data.min() if cmin is None else cmin
        cmax = data.max() if cmax is None else cmax
        data = (data * 1.0 - cmin) * (high - low) / (cmax - cmin) + low
        return Image.frombytes("I", size, data.astype(np.uint32).tobytes())
    raise ValueError(f"toimage got mode {mode!r} for a gray image; expected L, P, F, I or 1.")


def fromimage(im: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """Make an array of a Pillow image; with flatten, a gray one of floats."""
    if not isinstance(im, Image.Image):
        raise TypeError(f"fromimage got a {type(im).__name__}; expected a Pillow image.")
    if mode is not None:
        im = im if mode == im.mode else im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """Read an image file into an array."""
    with Image.open(name) as image:
        return fromimage(image, flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Write an array into an image file, stretched to 0..255 if it is not uint8."""
    toimage(arr, channel_axis=2).save(name, format)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    """Resize: an int is percent, a float a fraction, a pair (rows, columns) the new size."""
    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        size = size / 100.0
    if isinstance(size, (float, np.floating)):
        columns, rows = (int(length * size) for length in image.size)
    else:
        rows, columns = int(size[0]), int(size[1])
    return fromimage(image.resize((columns, rows), resample=RESAMPLING[interp]))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> Any:
    """Rotate counter-clockwise by an angle in degrees; the size stays."""
    return fromimage(toimage(arr).rotate(angle, resample=RESAMPLING[interp]))


def imfilter(arr: Any, ftype: str) -> Any:
    """Apply a filter of Pillow's, by its name in lower case."""
    if ftype not in FILTERS:
        raise ValueError(f"imfilter got {ftype!r}; expected one of {', '.join(FILTERS)}.")
    return fromimage(toimage(arr).filter(FILTERS[ftype]))


def imshow(arr: Any) -> None:
    """Show an array in the system's viewer."""
    toimage(arr).show()
