"""theano.function, shared, and what goes with them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import legacy_keras.theano as theano
import legacy_keras.theano.tensor as T


def column(*values: float) -> np.ndarray:
    return np.array(values, "float32").reshape(-1, 1)


OUTPUTS: dict[str, tuple[Any, Any]] = {
    "one": (lambda x: x * 2, 6),
    "a list": (lambda x: [x * 2, x + 1], [6, 4]),
    "a list of one": (lambda x: [x * 2], [6]),
    "a dict": (lambda x: {"a": x * 2, "b": x}, {"a": 6, "b": 3}),
    "with borrow": (lambda x: theano.Out(x * 2, borrow=True), 6),
}


@pytest.mark.parametrize(("outputs", "expected"), OUTPUTS.values(), ids=OUTPUTS)
def test_outputs_come_back_in_the_form_they_were_asked_for(outputs: Any, expected: Any) -> None:
    x = T.scalar("x")

    assert theano.function([x], outputs(x))(3) == expected


def test_a_function_without_outputs_returns_an_empty_list() -> None:
    W = theano.shared(1.0)

    assert theano.function([], None, updates=[(W, W + 1)])() == []
    assert W.get_value() == 2


UPDATES: dict[str, Any] = {
    "pairs": lambda a, b: [(a, b), (b, a + b)],
    "dict": lambda a, b: {a: b, b: a + b},
    "OrderedDict": lambda a, b: OrderedDict([(a, b), (b, a + b)]),
}


@pytest.mark.parametrize("updates", UPDATES.values(), ids=UPDATES)
def test_all_updates_are_computed_before_any_is_assigned(updates: Any) -> None:
    a, b = theano.shared(np.float32(1)), theano.shared(np.float32(2))
    step = theano.function([], [a, b], updates=updates(a, b))

    assert step() == [1, 2]  # as they were before
    assert step() == [2, 3]
    assert (a.get_value(), b.get_value()) == (3, 5)


def test_variables_are_exchanged_by_updates() -> None:
    a, b = theano.shared(column(1)), theano.shared(column(2))

    theano.function([], updates=[(a, b), (b, a)])()

    assert (a.get_value(), b.get_value()) == (2, 1)


def test_givens_take_batches_from_a_shared_data_set() -> None:
    data = theano.shared(np.arange(6, dtype="float32").reshape(6, 1))
    x, index = T.matrix("x"), T.lscalar("index")
    loss = T.sum(x**2)
    batch = theano.function(
        [index], [loss, T.grad(loss, x)], givens={x: data[index * 2 : (index + 1) * 2]}
    )

    value, gradient = batch(2)

    assert value == 16 + 25
    np.testing.assert_array_equal(gradient, column(8, 10))


def test_givens_replace_shared_variables_in_outputs_and_updates() -> None:
    W = theano.shared(np.float32(2))
    x = T.scalar("x")

    step = theano.function([x], W * 10, updates=[(W, W + 1)], givens=[(W, x)])

    assert step(5) == 50
    assert W.get_value() == 6


def test_a_training_loop_of_the_time_converges() -> None:
    x, y = T.matrix("x"), T.vector("y")
    w, b = theano.shared(np.zeros(2, "float32"), name="w"), theano.shared(np.float32(0), name="b")
    loss = T.mean(T.nnet.binary_crossentropy(T.nnet.sigmoid(T.dot(x, w) + b), y))
    updates = [(p, p - 0.5 * g) for p, g in zip([w, b], T.grad(loss, [w, b]))]
    train = theano.function(inputs=[x, y], outputs=loss, updates=updates)
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")

    losses = [float(train(points, [0, 1, 1, 1])) for _ in range(50)]

    # Of Theano 0.8.2
    np.testing.assert_allclose(losses[::10], LOSSES, rtol=1e-4)
    np.testing.assert_allclose(w.get_value(), WEIGHTS, rtol=1e-4)


LOSSES = [0.69314718, 0.40152887, 0.34113163, 0.29921699, 0.26602781]
WEIGHTS = [1.9155997, 1.9155997]


def test_inputs_are_given_by_name_and_have_defaults() -> None:
    x, a = T.scalar("x"), T.scalar("a")

    scale = theano.function([x, theano.Param(a, default=2)], x * a)
    shift = theano.function([x, theano.In(a, value=1, name="by")], x + a)

    assert (scale(3), scale(3, 4), scale(x=3), scale(3, a=5)) == (6, 12, 6, 15)
    assert (shift(3), shift(3, by=4)) == (4, 7)


def test_a_default_input_is_updated_after_each_call() -> None:
    n, by = T.iscalar("n"), T.iscalar("by")
    count = theano.function([by, theano.In(n, value=0, update=n + by)], n)

    assert [count(2), count(3), count(0)] == [0, 2, 5]


def test_a_default_update_is_done_unless_told_otherwise() -> None:
    n = theano.shared(0)
    n.default_update = n + 1

    theano.function([], n * 1)()
    theano.function([], n * 1, no_default_updates=True)()

    assert n.get_value() == 1


def test_an_intermediate_expression_can_be_an_input() -> None:
    x = T.scalar("x")
    hidden = x * 2

    assert theano.function([hidden], hidden + 1)(10) == 11


def test_options_of_theano_are_accepted() -> None:
    x = T.matrix("x")
    mode = theano.Mode(linker="py").excluding("fusion")
    options = {"mode": mode, "profile": True, "name": "f", "accept_inplace": True}

    f = theano.function([x], x, allow_input_downcast=True, **options)

    assert f(np.ones((1, 1), "float64")).dtype == "float32"


def test_a_shared_variable_keeps_dtype_name_and_a_copy_of_its_value() -> None:
    value = np.array([[1, 2]], "int32")

    W = theano.shared(value, name="W", borrow=True, broadcastable=(True, False))
    value[:] = 7

    assert W.get_value(borrow=True).tolist() == [[1, 2]]
    assert (W.get_value().dtype, W.name, W.broadcastable) == ("int32", "W", (True, False))
    assert theano.shared(1).get_value().dtype == "int64"
    assert theano.shared(0.5).get_value().dtype == "float64"


@pytest.mark.parametrize(
    "kind",
    [
        "theano.Variable",
        "theano.compile.SharedVariable",
        "theano.compile.sharedvalue.SharedVariable",
        "T.sharedvar.TensorSharedVariable",
        "theano.gof.Variable",
    ],
)
def test_a_shared_variable_is_an_instance_of(kind: str) -> None:
    assert isinstance(theano.shared(1.0), eval(kind))


x, n = T.matrix("x"), T.ivector("n")
double = theano.function([x], x * 2, name="double")
W = theano.shared(np.zeros((2, 2), "float32"), name="W")

ERRORS: dict[str, tuple[Any, type[Exception], str]] = {
    "too few axes": (
        lambda: double([1, 2]),
        TypeError,
        r"input 0 'x' \(made at .*_function.py:\d+\) of the function 'double' expected 2, got 1",
    ),
    "no input": (lambda: double(), TypeError, "Missing required input: input 0 'x'"),
    "too many": (lambda: double(1, 2), TypeError, "it takes 1, got 2"),
    "unknown name": (lambda: double(z=1), TypeError, r"has no input 'z'; its inputs are \['x'\]"),
    "given twice": (lambda: double([[1]], x=[[1]]), TypeError, "got the input 'x' twice"),
    "fractions for integers": (
        lambda: theano.function([n], n)([1.5]),
        TypeError,
        "cannot store accurately the float64 values it got as int32",
    ),
    "unused": (
        lambda: theano.function([x, n], x),
        theano.compile.UnusedInputError,
        r"needs its input 1, n, made at .*test_theano_function.py:\d+",
    ),
    "missing": (
        lambda: theano.function([], x),
        theano.gof.MissingInputError,
        r"needs x of shape \(None, None\), made at .*test_theano_function.py:\d+",
    ),
    "shared as input": (
        lambda: theano.function([W], x),
        TypeError,
        r"Cannot use a shared variable \(W\) as explicit input",
    ),
    "a number as input": (lambda: theano.function([3], x), TypeError, "inputs got 3; expected a"),
    "update of no variable": (
        lambda: theano.function([x], x, updates=[(x, x)]),
        TypeError,
        "expected a shared variable to update",
    ),
    "two updates of one": (
        lambda: theano.function([], updates=[(W, W + 1), (W, W)]),
        ValueError,
        "updates has the same shared variable twice",
    ),
    "shared of a symbol": (lambda: theano.shared(x), TypeError, "needs numeric values"),
    "shared of text": (lambda: theano.shared("a"), TypeError, "got str; expected numbers"),
    "sizes that do not meet": (
        lambda: theano.function([x], T.dot(x, W))([[1, 2, 3]]),
        RuntimeError,
        r"in the expression made at .*test_theano_function.py:\d+",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), ERRORS.values(), ids=ERRORS)
def test_a_wrong_call_says_what_was_expected(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_an_unused_input_is_warned_of_or_ignored_on_request() -> None:
    with pytest.warns(UserWarning, match="needs its input 1, n"):
        theano.function([x, n], x, on_unused_input="warn")

    assert theano.function([x, n], x, on_unused_input="ignore")([[1]], [1]) == 1
