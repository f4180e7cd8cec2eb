"""Initial weights: those of Keras 0.3.3 for the same seed, to the last bit."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from legacy_keras import backend as K
from legacy_keras import initializations
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential

Shape = tuple[int, ...]

# The first four weights after np.random.seed(1337), as the bits of a float32.
MATRIX, KERNEL = (2, 2), (2, 3, 1, 2)
BITS: dict[tuple[str, Shape], list[int]] = {
    ("uniform", MATRIX): [3166892811, 3171667348, 3166028350, 3146076024],
    ("uniform", KERNEL): [3166892811, 3171667348, 3166028350, 3146076024],
    ("normal", MATRIX): [3171943236, 3167277525, 3162755246, 3182671958],
    ("normal", KERNEL): [3171943236, 3167277525, 3162755246, 3182671958],
    ("lecun_uniform", MATRIX): [3205839391, 3210086241, 3205177676, 3184269005],
    ("lecun_uniform", KERNEL): [3198963715, 3203867555, 3198199632, 3177949545],
    ("glorot_normal", MATRIX): [3204355260, 3199303757, 3194553530, 3214858754],
    ("glorot_normal", KERNEL): [3199468565, 3195733578, 3190080729, 3210782315],
    ("glorot_uniform", MATRIX): [3205839391, 3210086241, 3205177676, 3184269005],
    ("glorot_uniform", KERNEL): [3201501685, 3205977947, 3200565879, 3180351506],
    ("he_normal", MATRIX): [3207857173, 3204122186, 3198469337, 3219170923],
    ("he_normal", KERNEL): [3201293649, 3197169114, 3191751231, 3212948392],
    ("he_uniform", MATRIX): [3209890293, 3214366555, 3208954487, 3188740114],
    ("he_uniform", KERNEL): [3203641294, 3207512313, 3202560717, 3181814614],
    ("identity", MATRIX): [1065353216, 0, 0, 1065353216],
    ("zero", KERNEL): [0, 0, 0, 0],
    ("one", KERNEL): [1065353216] * 4,
}

# Signs of the first column and the first three weights of orthogonal matrices for the same
# seed. The signs are LAPACK's of 2016.
ORTHOGONAL: dict[Shape, tuple[str, list[float]]] = {
    (1, 1): ("-", [-1.1]),
    (2, 2): ("++", [0.3905262, 1.028343, 1.028343]),
    (3, 3): ("--+", [-0.249239, 0.2462677, -1.042704]),
    (5, 5): ("+-+-+", [0.03851058, 0.7477698, 0.08865564]),
    (4, 2): ("---+", [-0.2099944, 0.7721997, -0.7105092]),
    (2, 4): ("--", [-0.07236077, -1.01551, -0.3249723]),
    (3, 4): ("++-", [0.5596585, -0.879477, 0.3511242]),
    (8, 3): ("++----++", [0.07926914, -0.2254639, -0.2994313]),
    (3, 8): ("+-+", [0.4833473, -0.2752033, 0.3109685]),
    (7, 7): ("+-++-+-", [0.1307378, 0.6766954, -0.3481087]),
    (2, 3, 2): ("++", [0.305135, 0.05622796, -0.2493907]),
    (24, 24): ("-+----+++-++--+--++-----", [-0.333996, 0.3800222, -0.1373456]),
    (25, 25): ("-+++++-+------+-+++-+++--", [-0.07321585, 0.1716579, 0.4116862]),
    (26, 26): ("-------++----+-+-++---+-+-", [-0.373626, -0.006255512, -0.3397947]),
    (26, 30): ("+-+++++--+++++-+-+++--+--+", [0.05921479, -0.1077539, 0.3519882]),
    (20, 28): ("-+++++-+++-+++--++++", [-0.05921993, -0.007285133, 0.06733292]),
    (40, 30): ("++++---+-+++---+---+---+-+----", [0.2643406, -0.10399, -0.2659036]),
    (30, 40): ("-++--+-+--++++++----+-++--++++", [-0.2008036, 0.08556028, 0.004002555]),
}


@pytest.mark.parametrize(("name", "shape"), BITS, ids=[f"{n} {s}" for n, s in BITS])
def test_weights_are_those_of_0_3_3_to_the_last_bit(name: str, shape: Shape) -> None:
    np.random.seed(1337)

    weights = K.get_value(initializations.get(name)(shape))

    assert weights.shape == shape
    assert weights.dtype == np.float32
    assert weights.ravel()[:4].view("uint32").tolist() == BITS[name, shape]


@pytest.mark.parametrize("shape", ORTHOGONAL, ids=str)
def test_orthogonal_weights_have_the_signs_of_0_3_3(shape: Shape) -> None:
    signs, first = ORTHOGONAL[shape]
    np.random.seed(1337)

    weights = K.get_value(initializations.orthogonal(shape))

    rows = weights.reshape(shape[0], -1)
    assert "".join("+" if w > 0 else "-" for w in rows[:30, 0]) == signs
    np.testing.assert_allclose(weights.ravel()[: len(first)], first, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (30, 30)], ids=str)
@pytest.mark.parametrize("scale", [1.1, 0.5])
def test_orthogonal_rows_or_columns_are_so_long_and_at_right_angles(
    shape: Shape, scale: float
) -> None:
    weights = K.get_value(initializations.orthogonal(shape, scale=scale))

    smaller = weights if shape[0] <= shape[1] else weights.T
    np.testing.assert_allclose(smaller @ smaller.T, scale**2 * np.eye(len(smaller)), atol=1e-5)


FANS: dict[str, tuple[Shape, str, tuple[float, float]]] = {
    "matrix": ((3, 5), "th", (3, 5)),
    "kernel": ((8, 3, 2, 4), "th", (24, 8)),
    "kernel, channels last": ((2, 4, 3, 8), "tf", (24, 8)),
    "volume": ((8, 3, 2, 4, 5), "th", (120, 8)),
    "vector": ((9,), "th", (3, 3)),
    "maxout": ((4, 2, 2), "th", (4, 4)),
}


@pytest.mark.parametrize(("shape", "ordering", "fans"), FANS.values(), ids=FANS)
def test_fans_are_counted_as_in_0_3_3(
    shape: Shape, ordering: str, fans: tuple[float, float]
) -> None:
    assert initializations.get_fans(shape, ordering) == fans


def test_fans_of_an_unknown_ordering_are_refused() -> None:
    with pytest.raises(ValueError, match="Invalid dim_ordering: 'xx'; expected 'th' or 'tf'"):
        initializations.get_fans((1, 2, 3, 4), "xx")


@pytest.mark.parametrize("shape", [(2, 3), (2,), (2, 2, 2, 2)], ids=str)
def test_only_a_square_matrix_can_be_an_identity(shape: Shape) -> None:
    with pytest.raises(ValueError, match="can only be used for 2D square matrices; got the shape"):
        initializations.identity(shape)


@pytest.mark.parametrize(
    "name",
    ["uniform", "lecun_uniform", "glorot_normal", "he_normal", "orthogonal", "identity", "zero"],
)
def test_weights_have_a_name_and_the_float_type_of_the_time(name: str) -> None:
    K.set_floatx("float64")

    weights: Any = initializations.get(name)((4, 4), name="mine")

    assert weights.name == "mine"
    assert K.get_value(weights).dtype == np.float64


def test_scales_are_arguments() -> None:
    assert K.get_value(initializations.identity((2, 2), scale=3)).tolist() == [[3, 0], [0, 3]]
    assert np.abs(K.get_value(initializations.uniform((100,), scale=2.0))).max() > 1


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid initialization: glorot-normal\. Did you mean"):
        initializations.get("glorot-normal")


def test_a_function_is_taken_as_it_is() -> None:
    assert initializations.get(K.zeros) is K.zeros


def of_shape(shape: Any) -> Any:
    return initializations.uniform(shape, scale=0.5)


def test_a_function_may_take_the_shape_alone_as_up_to_0_3_0() -> None:
    model = Sequential([Dense(4, input_dim=3, init=of_shape)])

    again = pickle.loads(pickle.dumps(model))

    assert 0.05 < np.abs(model.get_weights()[0]).max() <= 0.5
    assert again.layers[0].get_config()["init"] == "of_shape"


def test_a_function_that_takes_a_name_is_returned_as_it_is() -> None:
    assert initializations.get(initializations.normal) is initializations.normal
