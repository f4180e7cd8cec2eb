"""K's convolutions and pooling, against loops in NumPy."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras.backend import tensorflow_backend, theano_backend

Array = np.ndarray
RNG = np.random.RandomState(0)
IMAGE = RNG.normal(size=(2, 3, 6, 5)).astype("float32")  # channels second
KERNEL = RNG.normal(size=(4, 3, 3, 2)).astype("float32")  # filters, channels, rows, columns
VOLUME = RNG.normal(size=(2, 2, 4, 5, 4)).astype("float32")
KERNEL_3D = RNG.normal(size=(3, 2, 2, 3, 2)).astype("float32")


def correlated(x: Array, kernel: Array, strides: tuple[int, ...]) -> Array:
    """Slide a kernel over images or volumes, as it stands and without padding."""
    window = kernel.shape[2:]
    sizes = [(n - w) // s + 1 for n, w, s in zip(x.shape[2:], window, strides, strict=True)]
    out = np.empty((len(x), len(kernel), *sizes))
    for place in itertools.product(*map(range, sizes)):
        spans = [slice(p * s, p * s + w) for p, s, w in zip(place, strides, window, strict=True)]
        patch = x[(slice(None), slice(None), *spans)].reshape(len(x), -1)
        out[(slice(None), slice(None), *place)] = patch @ kernel.reshape(len(kernel), -1).T
    return out


def turned(kernel: Array) -> Array:
    return np.flip(kernel, tuple(range(2, kernel.ndim)))


def padded(x: Array, pads: list[tuple[int, int]], value: float = 0.0) -> Array:
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)


def kernel_last(kernel: Array) -> Array:
    return np.moveaxis(np.moveaxis(kernel, 0, -1), 0, -2)


VALID: dict[str, tuple[Callable[..., Any], Array, Array, tuple[int, ...]]] = {
    "images": (K.conv2d, IMAGE, KERNEL, (1, 1)),
    "images, strides": (K.conv2d, IMAGE, KERNEL, (2, 3)),
    "volumes": (K.conv3d, VOLUME, KERNEL_3D, (1, 1, 1)),
    "volumes, strides": (K.conv3d, VOLUME, KERNEL_3D, (2, 1, 2)),
}


@pytest.mark.parametrize(("convolve", "x", "kernel", "strides"), VALID.values(), ids=VALID)
class TestValid:
    def test_theano_turns_the_kernel_round(
        self, convolve: Any, x: Array, kernel: Array, strides: tuple[int, ...]
    ) -> None:
        result = K.eval(convolve(K.variable(x), K.variable(kernel), strides))

        np.testing.assert_allclose(
            result, correlated(x, turned(kernel), strides), rtol=1e-4, atol=1e-5
        )

    def test_tensorflow_does_not(
        self, convolve: Any, x: Array, kernel: Array, strides: tuple[int, ...]
    ) -> None:
        convolve = getattr(tensorflow_backend, convolve.__name__)

        result = K.eval(convolve(K.variable(x), K.variable(kernel), strides))

        np.testing.assert_allclose(result, correlated(x, kernel, strides), rtol=1e-4, atol=1e-5)

    def test_channels_may_come_last(
        self, convolve: Any, x: Array, kernel: Array, strides: tuple[int, ...]
    ) -> None:
        first = K.eval(convolve(K.variable(x), K.variable(kernel), strides))

        result = K.eval(
            convolve(
                K.variable(last(x)), K.variable(kernel_last(kernel)), strides, dim_ordering="tf"
            )
        )

        np.testing.assert_allclose(result, last(first), rtol=1e-4, atol=1e-5)


# Padding (before, after) of rows and columns, window 3 by 2 on images of 6 by 5.
SAME: dict[str, tuple[Any, tuple[int, int], list[tuple[int, int]]]] = {
    # Theano pads half a window on both sides and drops what an even one has too much.
    "theano": (theano_backend, (1, 1), [(1, 1), (1, 0)]),
    "theano, strides": (theano_backend, (2, 2), [(1, 1), (1, 1)]),
    "tensorflow": (tensorflow_backend, (1, 1), [(1, 1), (0, 1)]),
    "tensorflow, strides": (tensorflow_backend, (2, 2), [(0, 1), (0, 1)]),
}


@pytest.mark.parametrize(("backend", "strides", "pads"), SAME.values(), ids=SAME)
def test_same_pads_as_the_backend_does(
    backend: Any, strides: tuple[int, int], pads: list[tuple[int, int]]
) -> None:
    kernel = turned(KERNEL) if backend is theano_backend else KERNEL

    result = K.eval(backend.conv2d(K.variable(IMAGE), K.variable(KERNEL), strides, "same"))

    rows, columns = (-(-n // s) for n, s in zip((6, 5), strides, strict=True))
    expected = correlated(padded(IMAGE, pads), kernel, strides)[:, :, :rows, :columns]
    assert result.shape == (2, 4, rows, columns)
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


def test_same_in_3d_pads_the_longer_half_behind() -> None:
    result = K.eval(K.conv3d(K.variable(VOLUME), K.variable(KERNEL_3D), border_mode="same"))

    expected = correlated(padded(VOLUME, [(0, 1), (1, 1), (0, 1)]), turned(KERNEL_3D), (1, 1, 1))
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


# Pooling


def pooled(
    x: Array, window: tuple[int, ...], strides: tuple[int, ...], reduce: Callable[..., Any]
) -> Array:
    """Reduce what is in each window, without padding."""
    sizes = [(n - w) // s + 1 for n, w, s in zip(x.shape[2:], window, strides, strict=True)]
    out = np.empty((*x.shape[:2], *sizes))
    axes = tuple(range(2, x.ndim))
    for place in itertools.product(*map(range, sizes)):
        spans = [slice(p * s, p * s + w) for p, s, w in zip(place, strides, window, strict=True)]
        patch = x[(slice(None), slice(None), *spans)]
        out[(slice(None), slice(None), *place)] = reduce(patch, axis=axes)
    return out


POOLING: dict[str, tuple[Callable[..., Any], Array, tuple[int, ...], tuple[int, ...]]] = {
    "images": (K.pool2d, IMAGE, (2, 2), (2, 2)),
    "images, overlapping": (K.pool2d, IMAGE, (3, 2), (1, 1)),
    "images, apart": (K.pool2d, IMAGE, (2, 1), (3, 2)),
    "images, large windows": (K.pool2d, IMAGE, (5, 5), (1, 1)),
    "volumes": (K.pool3d, VOLUME, (2, 2, 2), (2, 2, 2)),
    "volumes, overlapping": (K.pool3d, VOLUME, (2, 3, 2), (1, 2, 1)),
}


@pytest.mark.parametrize(("pool", "x", "window", "strides"), POOLING.values(), ids=POOLING)
@pytest.mark.parametrize("mode", ["max", "avg"])
@pytest.mark.parametrize("ordering", ["th", "tf"])
def test_windows_are_pooled(
    pool: Any, x: Array, window: tuple[int, ...], strides: tuple[int, ...], mode: str, ordering: str
) -> None:
    given = x if ordering == "th" else last(x)

    result = K.eval(pool(K.variable(given), window, strides, dim_ordering=ordering, pool_mode=mode))

    expected = pooled(x, window, strides, np.max if mode == "max" else np.mean)
    np.testing.assert_allclose(
        result, expected if ordering == "th" else last(expected), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("mode", ["max", "avg"])
def test_same_pools_what_there_is_and_no_padding(mode: str) -> None:
    result = K.eval(K.pool2d(K.variable(IMAGE), (2, 2), (2, 2), "same", pool_mode=mode))

    # Theano pads a row and a column on both sides here.
    holes = padded(IMAGE, [(1, 1), (1, 1)], np.nan)
    expected = pooled(holes, (2, 2), (2, 2), np.nanmax if mode == "max" else np.nanmean)
    np.testing.assert_allclose(result, expected[:, :, :3, :3], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("window", "strides", "expected"),
    [
        ((2, 2), (2, 2), [[1, 1, 0, 0], [1, 1, 0, 2]]),
        ((2, 2), (1, 1), [[1, 2, 1, 0], [1, 2, 1, 2]]),
        ((1, 4), (1, 4), [[1, 1, 1, 1], [0, 0, 0, 2]]),
    ],
    ids=["side by side", "overlapping", "rows"],
)
def test_the_gradient_of_a_maximum_goes_to_all_of_a_tie(
    window: tuple[int, int], strides: tuple[int, int], expected: list[list[float]]
) -> None:
    image = [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    x = torch.tensor([[image]], requires_grad=True)

    pooled_image = K.pool2d(x, window, strides)
    weights = torch.ones_like(pooled_image)
    weights[pooled_image.detach() == 1] = 2
    (pooled_image * weights).sum().backward()

    assert x.grad is not None
    assert x.grad[0, 0].tolist() == expected


def test_the_gradient_of_a_large_window_goes_to_all_of_a_tie() -> None:
    x = torch.zeros(1, 1, 6, 6, requires_grad=True)

    K.pool2d(x, (6, 6), (6, 6)).sum().backward()

    assert x.grad is not None
    assert x.grad.eq(1).all()


REFUSED: dict[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
    "ordering of a convolution": (K.conv2d, {"dim_ordering": "xx"}, "Invalid dim_ordering: 'xx'"),
    "border of a convolution": (K.conv2d, {"border_mode": "full"}, "Invalid border mode: 'full'"),
    "same with long strides": (
        K.conv2d,
        {"border_mode": "same", "strides": (4, 4)},
        "strides should be smaller than the convolution window",
    ),
}


@pytest.mark.parametrize(("convolve", "options", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_options_of_a_convolution_are_refused(
    convolve: Callable[..., Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        K.eval(convolve(K.variable(IMAGE), K.variable(KERNEL), **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool_mode": "sum"}, "Invalid pooling mode: 'sum'; expected 'max' or 'avg'"),
        ({"border_mode": "full"}, "Invalid border mode: 'full'; expected 'valid' or 'same'"),
        ({"dim_ordering": "xx"}, "Invalid dim_ordering: 'xx'"),
    ],
    ids=["mode", "border", "ordering"],
)
def test_wrong_options_of_pooling_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        K.eval(K.pool2d(K.variable(IMAGE), (2, 2), **options))


def test_same_is_refused_by_pooling_in_3d() -> None:
    with pytest.raises(ValueError, match="border_mode='same' is not supported by 3D pooling"):
        K.eval(K.pool3d(K.variable(VOLUME), (2, 2, 2), border_mode="same"))
