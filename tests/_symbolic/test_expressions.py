"""Expressions, programs and functions: recorded calls give what Theano gave."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras._symbolic.expression import Expression
from legacy_keras._symbolic.mode import computing
from legacy_keras._symbolic.program import Program


def array(*shape: int) -> np.ndarray:
    return np.random.RandomState(0).normal(size=shape).astype("float32")


X, Y = array(3, 4), array(4, 2)

FORMULAS: dict[str, tuple[Any, Any]] = {
    "x + 1": (lambda x: x + 1, X + 1),
    "1 - x": (lambda x: 1 - x, 1 - X),
    "2 / (x * x + 1)": (lambda x: 2 / (x * x + 1), 2 / (X * X + 1)),
    "abs(-x) ** 2": (lambda x: abs(-x) ** 2, X**2),
    "x > 0 as a number": (lambda x: 1.0 - (x > 0), 1.0 - (X > 0)),
    "x <= y of an array": (lambda x: K.cast(x <= X * 0, "float32"), (X <= 0) * 1.0),
    "rows": (lambda x: x[1:, :2], X[1:, :2]),
    "a list of rows": (lambda x: x[[2, 0]], X[[2, 0]]),
    "T": (lambda x: x.T, X.T),
    "dimshuffle": (lambda x: x.dimshuffle(1, "x", 0), X.T[:, None, :]),
    "dimshuffle of a tuple": (lambda x: x.dimshuffle((0, "x", 1)), X[:, None, :]),
    "sum": (lambda x: x.sum(axis=1), X.sum(1)),
    "sum with keepdims": (lambda x: x.sum(axis=-1, keepdims=True), X.sum(-1, keepdims=True)),
    "mean of all": (lambda x: x.mean(), X.mean()),
    "the product of its shape": (lambda x: x * K.cast(K.prod(x.shape[:2]), "float32"), X * 12),
    "twice its shape": (lambda x: K.sum(x) + K.sum(K.shape(x) * 2), X.sum() + 14),
    "its own shape": (lambda x: x / K.cast(K.shape(x)[1] * K.ones((1,)), "float32"), X / 4),
    "reshape by its shape": (lambda x: K.reshape(x, (x.shape[1], x.shape[0])), X.reshape(4, 3)),
    "a variable": (lambda x: K.dot(x, K.variable(Y)), X @ Y),
    "a method of torch": (lambda x: x.clamp_min(0.0), np.maximum(X, 0)),
    "a function of torch": (lambda x: torch.exp(x), np.exp(X)),
    "an array on the left": (lambda x: X * x, X * X),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_recorded_formula_gives_what_numpy_gives(name: str) -> None:
    formula, expected = FORMULAS[name]
    x = K.placeholder(ndim=2)

    result = K.function([x], [formula(x)])([X])[0]

    np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_a_variable_counts_with_the_value_it_has_when_a_function_runs() -> None:
    w = K.variable(2.0)
    doubled = w * 2.0
    f = K.function([], [doubled])

    K.set_value(w, 5.0)

    assert f([])[0] == 10.0


def test_a_variable_is_a_plain_tensor_within_a_computation() -> None:
    w = K.variable([1.0, 2.0])

    with computing():
        product = w * 2.0

    assert type(product) is torch.Tensor


def test_updates_are_computed_before_any_is_assigned() -> None:
    a, b = K.variable(1.0), K.variable(2.0)
    swap = K.function([], [], updates=[(a, b + 0.0), (b, a + 0.0)])

    swap([])

    assert (float(K.get_value(a)), float(K.get_value(b))) == (2.0, 1.0)


def test_two_readers_of_one_dropout_see_the_same_draw() -> None:
    x = K.placeholder(ndim=2)
    dropped = K.dropout(x, 0.5)
    f = K.function([x], [dropped, dropped * 1.0])

    first, second = f([np.ones((8, 8))])

    assert np.array_equal(first, second)
    assert not np.array_equal(first, f([np.ones((8, 8))])[0])


def test_the_seed_of_a_dropout_is_drawn_when_the_expression_is_made() -> None:
    x = K.placeholder(ndim=2)
    np.random.seed(3)
    expected = np.random.randint(10e6), np.random.randint(10e6)

    np.random.seed(3)
    K.dropout(x, 0.5)

    assert np.random.randint(10e6) == expected[1]


def test_a_gradient_of_a_gradient_is_computed() -> None:
    x = K.placeholder(ndim=1)
    first = K.gradients(K.sum(x**3), x)
    second = K.gradients(K.sum(first), x)

    result = K.function([x], [first, second])([[1.0, 2.0]])

    np.testing.assert_allclose(result[0], [3.0, 12.0])
    np.testing.assert_allclose(result[1], [6.0, 12.0])


def test_a_gradient_by_a_variable_leaves_its_requires_grad_alone() -> None:
    w = K.variable([1.0, 3.0])
    f = K.function([], K.gradients(K.sum(K.square(w)), [w]))

    assert f([])[0].tolist() == [2.0, 6.0]
    assert not w.requires_grad


def test_ndim_and_dtype_are_known_before_anything_is_computed() -> None:
    x = K.placeholder(shape=(None, 5, 6))

    assert (x.ndim, x.dtype) == (3, "float32")
    assert K.ndim(K.sum(x, axis=1)) == 2
    assert K.argmax(x, axis=-1).dtype == "int64"
    assert K.ndim(K.dot(K.placeholder(ndim=2), K.variable(array(7, 2)))) == 2


def test_a_program_is_one_function_that_torch_compiles_and_differentiates() -> None:
    x = K.placeholder(ndim=2)
    program = Program([x], K.sum(K.tanh(x * 2.0)))
    value = torch.from_numpy(X).requires_grad_()

    program(value).backward()

    np.testing.assert_allclose(value.grad, 2 * (1 - np.tanh(2 * X) ** 2), rtol=1e-4, atol=1e-6)
    assert program.source.count("\n") == 5


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_program_survives_copying(copied: Any) -> None:
    x = K.placeholder(ndim=2)
    program = copied(Program([x], K.exp(x)))

    np.testing.assert_allclose(program(torch.from_numpy(X)), np.exp(X), rtol=1e-5)


def test_a_failure_names_the_line_that_recorded_it() -> None:
    x = K.placeholder(ndim=2)
    product = K.dot(x, K.variable(array(7, 2)))

    with pytest.raises(RuntimeError, match=r"made at .*test_expressions\.py:\d+"):
        K.function([x], [product])([X])


WRONG_USE: dict[str, tuple[Any, type[Exception], str]] = {
    "truth": (lambda x: bool(x > 0), TypeError, "neither true nor false"),
    "iteration": (lambda x: list(x), TypeError, "cannot be iterated"),
    "unknown attribute": (lambda x: x.no_such_thing, AttributeError, "no attribute"),
    "wrong argument": (lambda x: K.resize_images(x, 2, 2, "xx"), ValueError, "dim_ordering"),
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_what_cannot_be_recorded_is_refused_where_it_is_written(name: str) -> None:
    use, error, message = WRONG_USE[name]

    with pytest.raises(error, match=message):
        use(K.placeholder(ndim=4))


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([array(3)], ValueError, r"input 0 has 1 axes.*expected 2, for the data of shape"),
        ([], ValueError, "takes 1 inputs; got 0"),
        (array(3, 4), TypeError, "takes a list"),
    ],
    ids=["axes", "number", "no list"],
)
def test_wrong_inputs_of_a_function_are_named(
    inputs: Any, error: type[Exception], message: str
) -> None:
    x = K.placeholder(ndim=2, name="the data")
    f = K.function([x], [x * 2.0])

    with pytest.raises(error, match=message):
        f(inputs)


def test_a_missing_placeholder_is_named() -> None:
    x, y = K.placeholder(ndim=2), K.placeholder(ndim=2, name="other")

    with pytest.raises(ValueError, match="need other of shape"):
        K.function([x], [x + y])


def test_equality_is_identity_as_in_theano() -> None:
    x, y = K.placeholder(ndim=2), K.placeholder(ndim=2)

    assert x in [y, x] and x != y
    assert isinstance(K.equal(x, y), Expression)
