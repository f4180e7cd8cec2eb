"""What expressions are worth: the values that Theano 0.8.2 gave, recorded by ``record.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import legacy_keras.theano as theano
import legacy_keras.theano.tensor as T
from legacy_keras.theano.ifelse import ifelse
from legacy_keras.theano.scan_module import until
from legacy_keras.theano.tensor import slinalg
from legacy_keras.theano.tensor.nnet import conv3d2d, neighbours
from legacy_keras.theano.tensor.signal import conv, downsample, pool

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text("utf-8"))

NAMES = {
    "T": T,
    "conv": conv,
    "conv3d2d": conv3d2d,
    "downsample": downsample,
    "ifelse": ifelse,
    "neighbours": neighbours,
    "np": np,
    "pool": pool,
    "slinalg": slinalg,
    "theano": theano,
    "until": until,
}

# The dtypes that are others here.
OTHER_DTYPES = {
    "T.mean(x > 0)": "float32",  # everything is floatx
    "T.fill(x, 7)": "int64",  # numbers are not narrowed to the smallest type
    "T.extra_ops.bincount(i)": "int64",
}


def value(expression: str) -> np.ndarray:
    symbols: dict[str, Any] = {
        name: T.TensorType("int32" if name == "i" else "float32", (False,) * np.ndim(given))(name)
        for name, given in RECORDED["inputs"].items()
    }
    function = theano.function(
        list(symbols.values()), eval(expression, {**NAMES, **symbols}), on_unused_input="ignore"
    )
    return np.asarray(function(*RECORDED["inputs"].values()))


@pytest.mark.parametrize(
    ("expression", "dtype", "expected"), RECORDED["cases"], ids=[c[0] for c in RECORDED["cases"]]
)
def test_an_expression_has_theano_s_value(expression: str, dtype: str, expected: Any) -> None:
    result = value(expression)

    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=2e-6)
    assert result.shape == np.shape(expected)
    assert result.dtype == OTHER_DTYPES.get(expression, dtype)


@pytest.mark.parametrize(
    ("expression", "ndim", "dtype", "broadcastable"),
    [
        ("x", 2, "float32", (False, False)),
        ("x[0]", 1, "float32", (False,)),
        ("x[:, 20]", 1, "float32", (False,)),
        ("x[0, :i[0]]", 1, "float32", (False,)),
        ("x.reshape((x.shape[0], 784, 1))", 3, "float32", (False, False, True)),
        ("T.dot(x, T.zeros((784,)))", 1, "float32", (False,)),
        ("T.tensordot(t, T.zeros((7, 8, 9)), axes=[[2], [0]])", 4, "float32", (False,) * 4),
        ("x.dimshuffle(0, 'x', 1)", 3, "float32", (False, True, False)),
        ("x.sum(axis=0, keepdims=True)", 2, "float32", (True, False)),
        ("x > 0", 2, "int8", (False, False)),
        ("T.cast(x, 'int32')", 2, "int32", (False, False)),
        ("x.shape[0]", 0, "int64", ()),
        ("T.zeros((i[0], 3))", 2, "float32", (False, False)),
        ("T.arange(i[0])", 1, "int64", (False,)),
        ("T.nnet.softmax(v)", 2, "float32", (True, False)),
        ("T.addbroadcast(x, 1)", 2, "float32", (False, True)),
        ("theano.scan(lambda row: row, sequences=t)[0]", 3, "float32", (False,) * 3),
        ("T.grad(x.sum(), x)", 2, "float32", (False, False)),
        ("(x > 0).nonzero()[0]", 1, "int64", (False,)),
    ],
)
def test_an_expression_knows_its_type_before_it_is_computed(
    expression: str, ndim: int, dtype: str, broadcastable: tuple[bool, ...]
) -> None:
    names = {"x": T.matrix(), "v": T.vector(), "t": T.tensor3(), "i": T.ivector()}

    result = eval(expression, {**NAMES, **names})

    assert (result.ndim, result.dtype) == (ndim, dtype)
    assert result.broadcastable == broadcastable


@pytest.mark.parametrize(
    ("constructor", "ndim", "dtype", "broadcastable"),
    [
        ("scalar", 0, "float32", ()),
        ("lscalar", 0, "int64", ()),
        ("iscalar", 0, "int32", ()),
        ("bscalar", 0, "int8", ()),
        ("vector", 1, "float32", (False,)),
        ("ivector", 1, "int32", (False,)),
        ("row", 2, "float32", (True, False)),
        ("col", 2, "float32", (False, True)),
        ("matrix", 2, "float32", (False, False)),
        ("fmatrix", 2, "float32", (False, False)),
        ("dmatrix", 2, "float64", (False, False)),
        ("imatrix", 2, "int32", (False, False)),
        ("tensor3", 3, "float32", (False,) * 3),
        ("itensor3", 3, "int32", (False,) * 3),
        ("dtensor4", 4, "float64", (False,) * 4),
    ],
)
def test_a_constructor_makes_a_placeholder_of_its_type(
    constructor: str, ndim: int, dtype: str, broadcastable: tuple[bool, ...]
) -> None:
    symbol = getattr(T, constructor)("name")

    assert (symbol.name, symbol.ndim, symbol.dtype) == ("name", ndim, dtype)
    assert symbol.type.broadcastable == broadcastable
    assert isinstance(symbol, T.TensorVariable)


def test_several_placeholders_are_made_at_once() -> None:
    x, y = T.matrices("x", "y")
    _, b, c = T.lscalars("a b c")
    u, v = T.dvectors(2)

    assert (x.name, y.ndim, c.name, b.dtype, u.name, v.dtype) == (
        "x", 2, "c", "int64", None, "float64"
    )  # fmt: skip


def test_floatx_decides_what_a_constructor_makes(float64: None) -> None:
    assert T.matrix().dtype == "float64"
    assert theano.config.floatX == "float64"
    assert T.matrix(dtype="float32").dtype == "float32"


def test_methods_and_operators_of_a_shared_variable_are_recorded() -> None:
    W = theano.shared(np.array([[1.0, 2], [3, 4]], "float32"))
    recorded = [W.sum(), W.T, W[::-1, 0], W.dimshuffle(0, "x", 1), W.max(axis=0), W * 2, W.norm(2)]

    W.set_value(np.ones((2, 2)))

    shapes = [(), (2, 2), (2,), (2, 1, 2), (2,), (2, 2), ()]
    values = [4, 1, 1, 1, 1, 2, 2]
    for expression, shape, expected in zip(recorded, shapes, values):
        np.testing.assert_array_equal(expression.eval(), np.full(shape, expected))


def test_an_expression_is_evaluated_with_values_for_placeholders() -> None:
    x = T.vector()

    np.testing.assert_array_equal((x * 2).eval({x: [1, 2]}), [2, 4])


def test_rows_and_columns_are_unpacked_from_a_shape() -> None:
    x = T.matrix()
    rows, columns = x.shape

    result = theano.function([x], T.zeros((columns, rows)))([[1, 2, 3]])

    assert result.shape == (3, 1)


def test_an_expression_counts_as_true_and_a_comparison_has_no_truth() -> None:
    x = T.vector("x")

    assert x
    with pytest.raises(TypeError, match=r"neither true nor false.*test_values.py:\d+"):
        bool(x > 0)
