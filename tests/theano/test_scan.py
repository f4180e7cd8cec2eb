"""theano.scan where one expression does not tell it all; the rest is in recorded.json."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import legacy_keras.theano as theano
import legacy_keras.theano.tensor as T
from legacy_keras.theano.sandbox.rng_mrg import MRG_RandomStreams

x, v = T.matrix("x"), T.vector("v")


def run(outputs: Any, *values: Any, updates: Any = None) -> Any:
    given = [symbol for symbol, _ in zip((v,), values)]
    return theano.function(given, outputs, updates=updates)(*values)


def test_the_step_is_called_once_with_sequences_then_earlier_outputs_then_the_rest() -> None:
    calls = []

    def step(*args: Any) -> list[Any]:
        calls.append([arg.ndim for arg in args])
        return [args[2] + 1, args[4] * 2]

    initial = [{"initial": T.zeros((2, 4, 5)), "taps": [-2, -1]}, T.zeros((7, 8, 9))]
    theano.scan(step, [x, v], initial, [T.scalar(), T.tensor4()])

    assert calls == [[1, 0, 2, 2, 3, 0, 4]]


RETURNS: dict[str, Callable[[Any, Any], Any]] = {
    "an output and a dict": lambda e, W: (e * W, {W: W + 1}),
    "an output and pairs": lambda e, W: (e * W, [(W, W + 1)]),
    "a dict before the output": lambda e, W: ({W: W + 1}, e * W),
    "a list and a dict": lambda e, W: ([e * W], {W: W + 1}),
    "all three": lambda e, W: (e * W, {W: W + 1}, theano.scan_module.until(W > 100)),
}


@pytest.mark.parametrize("returned", RETURNS.values(), ids=RETURNS)
def test_updates_of_a_shared_variable_go_from_step_to_step(returned: Any) -> None:
    W = theano.shared(np.float32(2))

    outputs, updates = theano.scan(lambda e: returned(e, W), sequences=v)
    result = run(outputs, [1, 10, 100], updates=updates)

    np.testing.assert_array_equal(result, [2, 30, 400])
    assert W.get_value() == 5


def test_a_scan_may_have_updates_and_no_output() -> None:
    W = theano.shared(0)

    outputs, updates = theano.scan(lambda: {W: W + 2}, n_steps=3)
    theano.function([], [], updates=updates)()

    assert outputs is None
    assert W.get_value() == 6


def test_updates_of_two_scans_can_be_added() -> None:
    a, b = theano.shared(0), theano.shared(0)
    first, second = (theano.scan(lambda s=s: {s: s + 1}, n_steps=2)[1] for s in (a, b))

    theano.function([], [], updates=first + second)()

    assert (a.get_value(), b.get_value()) == (2, 2)


def test_a_step_draws_anew_each_time_and_what_is_drawn_outside_is_drawn_once() -> None:
    streams = MRG_RandomStreams(1)
    outside = streams.normal((1,))

    outputs, updates = theano.scan(
        lambda e: [streams.normal((1,)) + 0 * e, outside + 0 * e], sequences=v
    )
    within, once = run(outputs, [0, 0, 0, 0], updates=updates)

    assert len(set(within.ravel())) == 4
    assert len(set(once.ravel())) == 1


def test_a_gradient_goes_through_scan_to_what_the_step_takes_from_outside() -> None:
    W = theano.shared(np.float32(3))
    scale = v.sum()

    powers, _ = theano.scan(lambda s: s * W * scale, outputs_info=T.constant(1.0), n_steps=3)
    by_W, by_v = run(T.grad(powers[-1], [W, v]), [1, 1])

    assert by_W == 3 * 3**2 * 2**3  # of (W * scale) ** 3
    np.testing.assert_array_equal(by_v, np.full(2, 3 * 3**3 * 2**2))


def test_one_output_can_be_returned_as_a_list() -> None:
    outputs, _ = theano.scan(lambda e: e, sequences=v, return_list=True)

    assert isinstance(outputs, list)
    np.testing.assert_array_equal(run(outputs, [1, 2])[0], [1, 2])


def test_the_first_step_is_evaluated_for_the_length_of_that_call() -> None:
    sums, _ = theano.scan(lambda e, s: e + s, sequences=v, outputs_info=T.constant(0.0))
    f = theano.function([v], sums[-1])

    assert (f([1, 2]), f([1, 2, 3, 4])) == (3, 10)


ERRORS: dict[str, tuple[Callable[[], Any], str]] = {
    "no length": (
        lambda: theano.scan(lambda s: s, outputs_info=[T.zeros((2,))]),
        "No information about the number of steps provided",
    ),
    "outputs_info that does not fit": (
        lambda: theano.scan(lambda e: [e, e], sequences=v, outputs_info=[None]),
        "outputs_info for 1 outputs, and its function returned 2. Please provide None",
    ),
    "too many steps": (
        lambda: run(theano.scan(lambda e: e, sequences=v, n_steps=3)[0], [1, 2]),
        r"n_steps=3; its shortest sequence has 2 steps",
    ),
    "a step that fails": (
        lambda: run(theano.scan(lambda e: T.dot(T.zeros((2, 2)), v) + e, v)[0], [1, 2, 3]),
        r"in the expression made at .*test_scan.py:\d+",
    ),
}


@pytest.mark.parametrize(("call", "message"), ERRORS.values(), ids=ERRORS)
def test_a_wrong_scan_says_what_was_expected(call: Any, message: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match=message):
        call()
