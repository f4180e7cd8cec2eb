"""Pictures as arrays of shape (channels, height, width), and random changes to them.

The arithmetic is SciPy's and the files are read by Pillow; both are imported where used.

Mirrors: keras 0.3.3, preprocessing/image.py.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._errors import ArgumentError


def random_rotation(x: np.ndarray, rg: float, fill_mode: str = "nearest", cval: float = 0.0) -> Any:
    """Rotate a picture around its centre by an angle drawn from [-rg, rg] degrees.

    Args:
        x: (channels, height, width).
        fill_mode: what lies outside: ``"nearest"``, ``"constant"``, ``"reflect"``,
            ``"wrap"`` or ``"mirror"``, as in ``scipy.ndimage``.
        cval: the constant.

    Mirrors: keras 0.3.3, preprocessing/image.py, random_rotation.
    """
    angle = np.deg2rad(np.random.uniform(-rg, rg))
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    centre = (np.array(x.shape[1:]) - 1) / 2
    offset = centre - turn @ centre
    return np.stack([_affine(plane, turn, offset, plane.shape, fill_mode, cval) for plane in x])


def random_shift(
    x: np.ndarray, wrg: float, hrg: float, fill_mode: str = "nearest", cval: float = 0.0
) -> Any:
    """Move a picture by up to wrg of its width and hrg of its height, without interpolation.

    Mirrors: keras 0.3.3, preprocessing/image.py, random_shift.
    """
    columns = np.random.uniform(-wrg, wrg) * x.shape[2] if wrg else 0
    rows = np.random.uniform(-hrg, hrg) * x.shape[1] if hrg else 0
    return _need("scipy.ndimage").shift(x, (0, rows, columns), order=0, mode=fill_mode, cval=cval)


def horizontal_flip(x: np.ndarray) -> np.ndarray:
    """Swap left and right, in place, and return ``x``.

    Mirrors: keras 0.3.3, preprocessing/image.py, horizontal_flip.
    """
    x[:] = x[:, :, ::-1].copy()
    return x


def vertical_flip(x: np.ndarray) -> np.ndarray:
    """Swap top and bottom, in place, and return ``x``.

    Mirrors: keras 0.3.3, preprocessing/image.py, vertical_flip.
    """
    x[:] = x[:, ::-1].copy()
    return x


def random_barrel_transform(x: Any, intensity: float) -> None:
    """Do nothing and return None: 0.3.3 never wrote it."""


def random_shear(
    x: np.ndarray, intensity: float, fill_mode: str = "nearest", cval: float = 0.0
) -> Any:
    """Shear by an angle drawn from [-intensity, intensity] radians.

    0.3.3 applies a matrix for (rows, columns) to (channels, rows): channels blend into each
    other along the height. Kept, for models were trained on such pictures.

    Mirrors: keras 0.3.3, preprocessing/image.py, random_shear.
    """
    shear = np.random.uniform(-intensity, intensity)
    matrix = np.array([[1.0, -np.sin(shear), 0.0], [0.0, np.cos(shear), 0.0], [0.0, 0.0, 1.0]])
    return _affine(x, matrix, np.zeros(3), x.shape, fill_mode, cval)


def random_channel_shift(x: Any, rg: float) -> None:
    """Do nothing and return None: 0.3.3 never wrote it."""


def random_zoom(x: np.ndarray, rg: float, fill_mode: str = "nearest", cval: float = 0.0) -> Any:
    """Shrink a picture by factors drawn from [1 - rg, 1], one per side; its shape changes.

    Mirrors: keras 0.3.3, preprocessing/image.py, random_zoom.
    """
    factors = [1.0, np.random.uniform(1.0 - rg, 1.0), np.random.uniform(1.0 - rg, 1.0)]
    shape = tuple(round(n * factor) for n, factor in zip(x.shape, factors, strict=True))
    step = [(n - 1) / (m - 1) if m > 1 else 1.0 for n, m in zip(x.shape, shape, strict=True)]
    return _affine(x, np.diag(step), np.zeros(3), shape, fill_mode, cval)


def array_to_img(x: np.ndarray, scale: bool = True) -> Any:
    """Make a Pillow image.

    Args:
        x: (channels, height, width), with 3 channels for colour; otherwise the first
            one is shown in grey.
        scale: stretch the values to [0, 255] first. This changes ``x`` itself, as 0.3.3 does.

    Raises:
        TypeError: if integers are to be scaled.

    Mirrors: keras 0.3.3, preprocessing/image.py, array_to_img.
    """
    image = _need("PIL.Image")
    if scale:
        if not np.issubdtype(x.dtype, np.floating):
            raise TypeError(
                f"array_to_img got x of dtype {x.dtype} and scale=True; expected floats, which "
                'can be scaled in place. Use x.astype("float32"), or scale=False.'
            )
        x += max(-np.min(x), 0)
        x /= np.max(x) or 1.0  # a black picture stays black; 0.3.3 fills it with nan
        x *= 255
    pixels = x.transpose(1, 2, 0).astype("uint8")
    return image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])


def img_to_array(img: Any) -> np.ndarray:
    """Make an array of shape (channels, height, width), float32, of a Pillow image.

    Mirrors: keras 0.3.3, preprocessing/image.py, img_to_array.
    """
    x = np.asarray(img, dtype="float32")
    return x.transpose(2, 0, 1) if x.ndim == 3 else x[np.newaxis]


def load_img(path: str | os.PathLike[str], grayscale: bool = False) -> Any:
    """Read a file as a Pillow image, in grey or else in three colours.

    Mirrors: keras 0.3.3, preprocessing/image.py, load_img.
    """
    with _need("PIL.Image").open(path) as img:
        return img.convert("L" if grayscale else "RGB")


def list_pictures(directory: str, ext: str = "jpg|jpeg|bmp|png") -> list[str]:
    """Return the paths of the pictures in a folder, in the order of the file system.

    Args:
        ext: endings, a regular expression.

    Mirrors: keras 0.3.3, preprocessing/image.py, list_pictures.
    """
    paths = [os.path.join(directory, name) for name in os.listdir(directory)]
    pattern = re.compile(rf"\w+\.(?:{ext})")
    return [p for p in paths if pattern.match(os.path.basename(p)) and os.path.isfile(p)]


class ImageDataGenerator:
    """Batches of randomly changed pictures, without end.

    Draws come from NumPy's global stream, in 0.3.3's order. Pictures have the shape
    (channels, height, width); those of a batch are float64.

    Args:
        featurewise_center: subtract the mean of the data set; needs ``fit``.
        samplewise_center: subtract the mean over the height of each column, as 0.3.3 does.
        featurewise_std_normalization: divide by the deviation of the data set; needs ``fit``.
        samplewise_std_normalization: divide by the deviation over the height of each column.
        zca_whitening: decorrelate the pixels; needs ``fit``.
        rotation_range: degrees, 0 to 180.
        width_shift_range: fraction of the width.
        height_shift_range: fraction of the height.
        shear_range: radians.
        horizontal_flip: swap left and right of every second picture, by chance.
        vertical_flip: swap top and bottom of every second picture, by chance.

    Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.
    """

    def __init__(
        self,
        featurewise_center: bool = True,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = True,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        rotation_range: float = 0.0,
        width_shift_range: float = 0.0,
        height_shift_range: float = 0.0,
        shear_range: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.mean: Any = None
        self.std: Any = None
        self.principal_components: Any = None
        self.lock = threading.Lock()

    def flow(
        self,
        X: Any,
        y: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
    ) -> ImageDataGenerator:
        """Start over with this data, and return the generator itself.

        Iterating never ends (before 0.3.3 it ended after one pass).

        Args:
            X: (nb_samples, channels, height, width).
            y: nb_samples targets.
            shuffle: draw a new order for each pass. As in 0.3.3, there is a single order
                for good if batch_size divides nb_samples.
            seed: seeds NumPy's global stream at each new order.
            save_to_dir: a folder for the pictures of every batch. They are scaled to
                [0, 255] for that, and as in 0.3.3 the batch is returned so.
            save_prefix: how their names begin; the sample's position follows.
            save_format: how they end.

        Raises:
            ValueError: if X and y differ in length, or are empty.

        Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.flow.
        """
        if len(X) != len(y) or not len(X):
            raise ArgumentError(
                f"flow got {len(X)} samples in X and {len(y)} in y; expected equally many, "
                "and at least one."
            )
        self.X = X
        self.y = y
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.flow_generator = self._flow_index(X.shape[0], batch_size, shuffle, seed)
        return self

    def _flow_index(
        self, N: int, batch_size: int = 32, shuffle: bool = False, seed: int | None = None
    ) -> Iterator[tuple[np.ndarray, int, int]]:
        """Yield the indices of a batch, the position of its first sample, and its size."""
        batch = total = 0
        while True:
            if batch == 0:
                if seed is not None:
                    np.random.seed(seed + total)
                order = np.random.permutation(N) if shuffle else np.arange(N)
            start = batch * batch_size % N
            indices = order[start : start + batch_size]
            # Only a short batch ends the pass: after even ones, 0.3.3 draws no new order.
            batch = batch + 1 if len(indices) == batch_size else 0
            total += 1
            yield indices, start, len(indices)

    def __iter__(self) -> ImageDataGenerator:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self) -> Any:
        """Return the next batch, ``(X, y)``. Threads may call this at the same time.

        Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.next.
        """
        with self.lock:  # only the order is shared; pictures are changed in parallel
            indices, start, size = next(self.flow_generator)
        batch = np.zeros((size, *self.X.shape[1:]))
        for i, index in enumerate(indices):
            picture = self.random_transform(self.X[index].astype("float32"))
            batch[i] = self.standardize(picture)
        if self.save_to_dir:
            for i, picture in enumerate(batch, start=start):
                name = f"{self.save_prefix}_{i}.{self.save_format}"
                array_to_img(picture).save(os.path.join(self.save_to_dir, name))
        return batch, self.y[indices]

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Center, scale and whiten a picture, in place where it can be.

        Raises:
            TypeError: if statistics of the data set are missing.

        Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.standardize.
        """
        if self.samplewise_center:
            x -= np.mean(x, axis=1, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, axis=1, keepdims=True) + 1e-7
        if self.featurewise_center:
            x -= self._fitted("mean", "featurewise_center")
        if self.featurewise_std_normalization:
            x /= self._fitted("std", "featurewise_std_normalization") + 1e-7
        if self.zca_whitening:
            components = self._fitted("principal_components", "zca_whitening")
            x = np.dot(x.reshape(-1), components).reshape(x.shape)
        return x

    def _fitted(self, statistic: str, option: str) -> Any:
        value = getattr(self, statistic)
        if value is None:
            raise TypeError(
                f"ImageDataGenerator has {option}=True but no {statistic}; expected a call of "
                f"fit(X) before the first batch. Call it, or set {option}=False."
            )
        return value

    def random_transform(self, x: np.ndarray) -> Any:
        """Change a picture by chance, within the ranges of this generator.

        Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.random_transform.
        """
        if self.rotation_range:
            x = random_rotation(x, self.rotation_range)
        if self.width_shift_range or self.height_shift_range:
            x = random_shift(x, self.width_shift_range, self.height_shift_range)
        if self.horizontal_flip and np.random.random() < 0.5:
            x = horizontal_flip(x)
        if self.vertical_flip and np.random.random() < 0.5:
            x = vertical_flip(x)
        if self.shear_range:
            x = random_shear(x, self.shear_range)
        return x

    def fit(self, X: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Compute the statistics that featurewise options and whitening need.

        Args:
            X: (nb_samples, channels, height, width), floats; left as it is.
            augment: take them from randomly changed pictures, which are scaled to
                [0, 255] and rounded down first, as in 0.3.3. (There, the changes then
                failed, or turned the wrong axes.)
            rounds: how many changed versions of each picture.
            seed: not used, as in 0.3.3.

        Raises:
            TypeError: if there is something to compute and X holds integers.

        Mirrors: keras 0.3.3, preprocessing/image.py, ImageDataGenerator.fit.
        """
        X = np.array(X)
        wanted = self.featurewise_center, self.featurewise_std_normalization, self.zca_whitening
        if any(wanted) and not np.issubdtype(X.dtype, np.floating):
            raise TypeError(
                f"ImageDataGenerator.fit got X of dtype {X.dtype}; expected floats. "
                'Use X.astype("float32").'
            )
        if augment:
            changed = np.zeros((rounds * len(X), *X.shape[1:]))
            for i in range(len(changed)):
                picture = img_to_array(array_to_img(X[i % len(X)])).copy()
                changed[i] = self.random_transform(picture)
            X = changed

        if self.featurewise_center:
            self.mean = np.mean(X, axis=0)
            X -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(X, axis=0)
            X /= self.std + 1e-7
        if self.zca_whitening:
            flat = X.reshape(len(X), -1)
            covariance = np.dot(flat.T, flat) / flat.shape[1]
            U, S, _ = np.linalg.svd(covariance)
            self.principal_components = np.dot(np.dot(U, np.diag(1.0 / np.sqrt(S + 10e-7))), U.T)


class GraphImageDataGenerator(ImageDataGenerator):
    """Batches for a Graph with one input named ``input`` and one output named ``output``.

    Mirrors: keras 0.3.3, preprocessing/image.py, GraphImageDataGenerator.
    """

    def next(self) -> Any:
        """Return the next batch, ``{"input": X, "output": y}``."""
        X, y = super().next()
        return {"input": X, "output": y}


def _affine(
    x: np.ndarray, matrix: np.ndarray, offset: np.ndarray, shape: Any, mode: str, cval: float
) -> Any:
    """Sample ``x`` by cubic splines at ``matrix @ index + offset``, for each index of ``shape``.

    With ``"nearest"``, SciPy before 1.6 clamped the coordinates and mirrored the spline;
    later ones pad instead, with other numbers near the border. Here it is always the former,
    which 0.3.3 ran on. (``"reflect"`` was wrong there, and is as SciPy has it today.)
    """
    ndimage = _need("scipy.ndimage")
    if mode != "nearest":
        return ndimage.affine_transform(
            x, matrix, offset, output_shape=shape, order=3, mode=mode, cval=cval
        )
    indices = np.indices(shape).reshape(len(shape), -1)
    where = np.clip(matrix @ indices + offset[:, None], 0, np.array([x.shape]).T - 1)
    sampled = ndimage.map_coordinates(x, where, order=3, mode="mirror")
    return sampled.reshape(shape)


def _need(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"keras.preprocessing.image needs {module}, which could not be imported ({error}). "
            'Install it with: pip install "legacy-keras[image]"'
        ) from error
