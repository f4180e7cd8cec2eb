"""K's element-wise functions, reductions, products and shapes, against NumPy.

Where Theano does something else than NumPy or torch, the test says so in its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K

RNG = np.random.RandomState(0)
A = RNG.normal(size=(3, 4)).astype("float32")
B = RNG.normal(size=(4, 5)).astype("float32")
C = RNG.normal(size=(2, 3, 4)).astype("float32")
D = RNG.normal(size=(2, 4, 5)).astype("float32")
IMAGE = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
VOLUME = RNG.normal(size=(2, 2, 3, 2, 4)).astype("float32")
HALVES = np.float32([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])


def v(array: Any, dtype: str | None = None) -> Any:
    return K.variable(array, dtype=dtype)


# The expression, and what NumPy makes of it.
CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "dot": (lambda: K.dot(v(A), v(B)), A @ B),
    "dot of sequences and a matrix": (lambda: K.dot(v(C), v(B)), C @ B),
    "dot of three axes and three": (lambda: K.dot(v(A), v(D)), np.dot(A, D)),
    "batch_dot": (lambda: K.batch_dot(v(C), v(D)), C @ D),
    "batch_dot over given axes": (
        lambda: K.batch_dot(v(C), v(D), axes=[[2], [1]]),
        np.einsum("bij,bjk->bik", C, D),
    ),
    "batch_dot over all axes": (
        lambda: K.batch_dot(v(C), v(C), axes=[[1, 2], [1, 2]]),
        (C * C).sum((1, 2)),
    ),
    "batch_dot over axes from the end": (
        lambda: K.batch_dot(v(C), v(C), axes=[[-1], [-1]]),
        np.einsum("bij,bkj->bik", C, C),
    ),
    "transpose": (lambda: K.transpose(v(C)), C.T),
    "gather": (lambda: K.gather(v(A), v([[2, 0], [1, 1]], "int32")), A[[[2, 0], [1, 1]]]),
    "max": (lambda: K.max(v(C)), C.max()),
    "max over an axis": (lambda: K.max(v(C), axis=1), C.max(1)),
    "max over axes, kept": (
        lambda: K.max(v(C), axis=[0, 2], keepdims=True),
        C.max((0, 2), keepdims=True),
    ),
    "min over an axis from the end": (lambda: K.min(v(C), axis=-1), C.min(-1)),
    "sum": (lambda: K.sum(v(C)), C.sum()),
    "sum over axes": (lambda: K.sum(v(C), axis=(1, 2)), C.sum((1, 2))),
    "prod over an axis": (lambda: K.prod(v(C), axis=1), C.prod(1)),
    "prod over axes, kept": (
        lambda: K.prod(v(C), axis=[1, 2], keepdims=True),
        C.prod((1, 2), keepdims=True),
    ),
    "mean": (lambda: K.mean(v(C), axis=1), C.mean(1)),
    "mean of integers": (lambda: K.mean(v([1, 2], "int32")), 1.5),
    "std, divided by n": (lambda: K.std(v(C), axis=1), C.std(1)),
    "any": (lambda: K.any(v([[0, 1], [0, 0]]), axis=1), [True, False]),
    "argmax": (lambda: K.argmax(v(C)), C.argmax(-1)),
    "argmin over an axis": (lambda: K.argmin(v(C), axis=1), C.argmin(1)),
    "square": (lambda: K.square(v(A)), A**2),
    "abs": (lambda: K.abs(v(A)), np.abs(A)),
    "sqrt of numbers below 0 is 0": (lambda: K.sqrt(v([4, -4])), [2, 0]),
    "exp": (lambda: K.exp(v(A)), np.exp(A)),
    "log": (lambda: K.log(v(np.abs(A))), np.log(np.abs(A))),
    "round, halves away from zero": (lambda: K.round(v(HALVES)), [-3, -2, -1, 1, 2, 3]),
    "sign": (lambda: K.sign(v([-2, 0, 3])), [-1, 0, 1]),
    "pow": (lambda: K.pow(v(A), 3), A**3),
    "clip": (lambda: K.clip(v(A), -0.5, 0.5), A.clip(-0.5, 0.5)),
    "clip between bounds that are swapped": (lambda: K.clip(v(A), 0.5, -0.5), np.full((3, 4), 0.5)),
    "equal": (lambda: K.equal(v([1, 2]), v([1, 3])), [1, 0]),
    "not_equal": (lambda: K.not_equal(v([1, 2]), v([1, 3])), [0, 1]),
    "maximum": (lambda: K.maximum(v(A), v(-A)), np.abs(A)),
    "maximum with a number": (lambda: K.maximum(v(A), 0.0), A.clip(0)),
    "minimum with a number first": (lambda: K.minimum(0.0, v(A)), A.clip(None, 0)),
    "switch": (lambda: K.switch(K.equal(v([1, 2]), 1.0), v([5, 5]), v([7, 7])), [5, 7]),
    "concatenate": (lambda: K.concatenate([v(A), v(A)]), np.hstack([A, A])),
    "concatenate along an axis": (lambda: K.concatenate([v(A), v(A)], axis=0), np.vstack([A, A])),
    "reshape": (lambda: K.reshape(v(A), (2, 6)), A.reshape(2, 6)),
    "reshape with a rest": (lambda: K.reshape(v(A), (2, -1)), A.reshape(2, 6)),
    "permute_dimensions": (lambda: K.permute_dimensions(v(C), (2, 0, 1)), C.transpose(2, 0, 1)),
    "repeat_elements": (lambda: K.repeat_elements(v(C), 3, axis=1), C.repeat(3, 1)),
    "repeat_elements of the last axis": (
        lambda: K.repeat_elements(v(C), 2, axis=-1),
        C.repeat(2, -1),
    ),
    "repeat": (lambda: K.repeat(v(A), 2), np.stack([A, A], 1)),
    "tile": (lambda: K.tile(v(A), (2, 3)), np.tile(A, (2, 3))),
    "tile of a number": (lambda: K.tile(v(A[0]), 2), np.tile(A[0], 2)),
    "flatten": (lambda: K.flatten(v(C)), C.ravel()),
    "batch_flatten": (lambda: K.batch_flatten(v(C)), C.reshape(2, 12)),
    "expand_dims": (lambda: K.expand_dims(v(A)), A[:, :, None]),
    "expand_dims at a place": (lambda: K.expand_dims(v(A), dim=1), A[:, None]),
    "expand_dims at the front": (lambda: K.expand_dims(v(A), dim=0), A[None]),
    "squeeze": (lambda: K.squeeze(v(A[:, None]), 1), A),
    "pack": (lambda: K.pack([v(A), v(A + 1)]), np.stack([A, A + 1])),
    "cast": (lambda: K.cast(v([1.7, -1.7]), "int32"), [1, -1]),
    "ones_like": (lambda: K.ones_like(v(A)), np.ones((3, 4))),
    "zeros_like": (lambda: K.zeros_like(v(A)), np.zeros((3, 4))),
    "temporal_padding": (
        lambda: K.temporal_padding(v(C), 2),
        np.pad(C, [(0, 0), (2, 2), (0, 0)]),
    ),
    "spatial_2d_padding, th": (
        lambda: K.spatial_2d_padding(v(IMAGE), (1, 2)),
        np.pad(IMAGE, [(0, 0), (0, 0), (1, 1), (2, 2)]),
    ),
    "spatial_2d_padding, tf": (
        lambda: K.spatial_2d_padding(v(IMAGE), (1, 2), dim_ordering="tf"),
        np.pad(IMAGE, [(0, 0), (1, 1), (2, 2), (0, 0)]),
    ),
    "spatial_3d_padding, tf": (
        lambda: K.spatial_3d_padding(v(VOLUME), (1, 2, 3), dim_ordering="tf"),
        np.pad(VOLUME, [(0, 0), (1, 1), (2, 2), (3, 3), (0, 0)]),
    ),
    "resize_images, th": (
        lambda: K.resize_images(v(IMAGE), 2, 3, "th"),
        IMAGE.repeat(2, 2).repeat(3, 3),
    ),
    "resize_images, tf": (
        lambda: K.resize_images(v(IMAGE), 2, 3, "tf"),
        IMAGE.repeat(2, 1).repeat(3, 2),
    ),
    "resize_volumes, th": (
        lambda: K.resize_volumes(v(VOLUME), 2, 3, 1, "th"),
        VOLUME.repeat(2, 2).repeat(3, 3),
    ),
    "resize_volumes, tf": (
        lambda: K.resize_volumes(v(VOLUME), 1, 2, 3, "tf"),
        VOLUME.repeat(2, 2).repeat(3, 3),
    ),
}


@pytest.mark.parametrize(("make", "expected"), CASES.values(), ids=CASES)
def test_values_are_those_of_numpy(make: Callable[[], Any], expected: Any) -> None:
    result = K.eval(make())

    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


MIXED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "cast": (lambda x: K.cast(x, "int32"), "int32"),
    "cast to floatx": (lambda x: K.cast(x, "float32"), "float32"),
    "sum": (lambda x: K.sum(x), "float32"),
    "argmax": (lambda x: K.argmax(x), "int64"),
}


@pytest.mark.parametrize(("function", "dtype"), MIXED.values(), ids=MIXED)
def test_results_have_the_dtype_of_0_3_3(function: Callable[[Any], Any], dtype: str) -> None:
    assert K.eval(function(v(A))).dtype == np.dtype(dtype)


def test_shape_and_ndim_are_known() -> None:
    assert K.ndim(v(C)) == 3
    assert tuple(v(C).get_value().shape) == (2, 3, 4)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "axes of batch_dot": (lambda: K.batch_dot(v(C), v(D), axes=1), "expected a pair such as"),
    "the sample axis": (
        lambda: K.batch_dot(v(C), v(C), axes=[[0], [0]]),
        "axis 0 is the sample axis, never summed",
    ),
    "dim_ordering of padding": (
        lambda: K.spatial_2d_padding(v(IMAGE), dim_ordering="xx"),
        "Invalid dim_ordering: 'xx'; expected 'th' or 'tf'",
    ),
    "dim_ordering of resizing": (
        lambda: K.resize_images(v(IMAGE), 2, 2, "xx"),
        "Invalid dim_ordering: 'xx'; expected 'th' or 'tf'",
    ),
    "dtype": (lambda: K.cast(v(A), "float99"), "Unknown dtype 'float99'; expected a name such"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_arguments_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        K.eval(make())


# Gradients at the corners, as Theano has them

TIES = [[2.0, 2.0, 1.0], [0.0, 3.0, 3.0]]
GRADIENTS: dict[str, tuple[Callable[[Any], Any], list[list[float]]]] = {
    "max: all of a tie": (lambda x: K.max(x, axis=1), [[1, 1, 0], [0, 1, 1]]),
    "max over all": (lambda x: K.max(x), [[0, 0, 0], [0, 1, 1]]),
    "max, kept": (lambda x: K.max(x, axis=0, keepdims=True), [[1, 0, 0], [0, 1, 1]]),
    "min: all of a tie": (lambda x: K.min(-x, axis=1), [[-1, -1, 0], [0, -1, -1]]),
    "maximum with a number: the bound has it": (
        lambda x: K.maximum(x, 2.0),
        [[1, 1, 0], [0, 1, 1]],
    ),
    "minimum with a number: the bound has it": (
        lambda x: K.minimum(x, 2.0),
        [[1, 1, 1], [1, 0, 0]],
    ),
    "maximum of a tensor and itself: twice": (lambda x: K.maximum(x, x), [[2, 2, 2], [2, 2, 2]]),
    "clip: the bounds have it": (lambda x: K.clip(x, 1.0, 2.0), [[1, 1, 1], [0, 0, 0]]),
    "abs: nothing at zero": (lambda x: K.abs(x), [[1, 1, 1], [0, 1, 1]]),
    "round: nothing": (lambda x: K.round(x), [[0, 0, 0], [0, 0, 0]]),
    "prod with one zero": (lambda x: K.prod(x, axis=1), [[2, 2, 4], [9, 0, 0]]),
}


@pytest.mark.parametrize(("function", "expected"), GRADIENTS.values(), ids=GRADIENTS)
def test_gradients_at_corners_are_those_of_theano(
    function: Callable[[Any], Any], expected: list[list[float]]
) -> None:
    x = torch.tensor(TIES, requires_grad=True)

    function(x).sum().backward()

    assert x.grad is not None
    assert x.grad.tolist() == expected


def test_maximum_of_two_tensors_gives_both_sides_of_a_tie_the_whole_gradient() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([[1.0, 1.0], [1.0, 5.0]], requires_grad=True)

    K.maximum(x, y).sum().backward()

    assert x.grad is not None and y.grad is not None
    assert x.grad.tolist() == [2, 1]
    assert y.grad.tolist() == [[1, 0], [1, 1]]
