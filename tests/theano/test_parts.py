"""gradient, printing, ifelse, config, random streams, and the modules that only name things."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import legacy_keras.theano as theano
import legacy_keras.theano.tensor as T
from legacy_keras.theano.sandbox.rng_mrg import MRG_RandomStreams
from legacy_keras.theano.tensor.shared_randomstreams import RandomStreams

x, y = T.matrix("x"), T.matrix("y")


class TestGrad:
    def test_it_returns_the_form_that_wrt_has(self) -> None:
        assert T.grad(x.sum(), x).ndim == 2
        assert type(T.grad((x + y).sum(), [x, y])) is list
        assert type(T.grad((x + y).sum(), (x, y))) is tuple

    def test_what_the_cost_does_not_depend_on_is_refused_warned_of_or_zero(self) -> None:
        with pytest.raises(theano.gradient.DisconnectedInputError, match="does not depend on <Pl"):
            T.grad(x.sum(), y)
        with pytest.warns(UserWarning, match="does not depend on"):
            T.grad(x.sum(), y, disconnected_inputs="warn")

        zero = T.grad(x.sum() + 0 * y.sum(), y, disconnected_inputs="ignore")

        np.testing.assert_array_equal(theano.function([x, y], zero)([[1]], [[2, 3]]), [[0, 0]])

    def test_the_cost_must_be_one_number(self) -> None:
        with pytest.raises(TypeError, match="cost must be a scalar; grad got 2 axes"):
            T.grad(x, x)

    def test_known_grads_start_the_chain(self) -> None:
        hidden = x**2

        gradient = T.grad(None, x, known_grads={hidden: y})

        result = theano.function([x, y], gradient)([[3]], [[10]])
        np.testing.assert_array_equal(result, [[60]])

    def test_it_is_zero_where_nothing_is_differentiable(self) -> None:
        gradient = T.grad(T.cast(x > 0, "float32").sum(), x)

        np.testing.assert_array_equal(theano.function([x], gradient)([[1, -1]]), [[0, 0]])


class TestPrinting:
    def test_print_prints_when_it_is_computed(self, capsys: pytest.CaptureFixture[str]) -> None:
        shown = theano.printing.Print("x is", attrs=["shape", "__str__"])(x)
        made = capsys.readouterr().out

        result = theano.function([x], shown * 2)([[1.0, 2]])

        assert made == ""
        assert capsys.readouterr().out == "x is shape = (1, 2)\nx is __str__ = [[1. 2.]]\n"
        np.testing.assert_array_equal(result, [[2, 4]])

    def test_an_expression_is_printed_in_a_line_or_as_a_tree(self) -> None:
        expression = T.dot(x, y) + 1

        assert theano.pp(expression) == "add(dot(x, y), 1)"
        tree = theano.printing.debugprint(expression, file="str")
        assert tree.split("\n") == ["add", " |dot", " | |x", " | |y", " |1"]


class TestIfelse:
    def test_lists_are_chosen_from_as_a_whole(self) -> None:
        a, b = theano.ifelse.ifelse(T.gt(x.sum(), 0), [x, y], [y, x])

        result = theano.function([x, y], [a, b])([[-1]], [[5]])

        assert [float(r.item()) for r in result] == [5, -1]

    def test_lists_of_unequal_length_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"`then` branch \(2\) should be"):
            theano.ifelse.ifelse(1, [x, y], [x])

    def test_no_gradient_comes_from_the_branch_not_taken(self) -> None:
        cost = theano.ifelse.ifelse(T.gt(x.sum(), 0), T.log(x).sum(), (x * 2).sum())

        gradient = theano.function([x], T.grad(cost, x))([[0, -1]])

        np.testing.assert_array_equal(gradient, [[2, 2]])


class TestConfig:
    def test_any_setting_is_accepted(self) -> None:
        theano.config.optimizer = "None"
        theano.config.blas.ldflags = "-lopenblas"
        theano.config.something = 1

        assert theano.config.optimizer == "None"
        assert theano.config.device == "cpu"
        assert theano.config.exception_verbosity == "low"

    def test_floatx_is_keras_s(self, float64: None) -> None:
        assert theano.config.floatX == "float64"

        theano.config.floatX = "float32"

        assert T.zeros((1,)).dtype == "float32"

    def test_an_unknown_setting_names_the_nearest(self) -> None:
        with pytest.raises(AttributeError, match=r"no 'floatx'\. Did you mean 'floatX'"):
            _ = theano.config.floatx


DRAWS: dict[str, tuple[Any, tuple[int, ...], str, Any]] = {
    "uniform": (lambda s: s.uniform((40, 50), low=2, high=3), (40, 50), "float32", (2.5, 0.29)),
    "normal": (lambda s: s.normal((40, 50), avg=1, std=2), (40, 50), "float32", (1, 2)),
    "normal of a symbol": (lambda s: s.normal(size=x.shape), (40, 50), "float32", (0, 1)),
    "binomial": (lambda s: s.binomial((40, 50), p=0.3), (40, 50), "int64", (0.3, 0.458)),
    "binomial of a dtype": (
        lambda s: s.binomial(size=x.shape, n=1, p=0.5, dtype="float32"),
        (40, 50),
        "float32",
        (0.5, 0.5),
    ),
    "multinomial": (
        lambda s: s.multinomial(pvals=T.zeros((400, 2)) + 0.5),
        (400, 2),
        "int64",
        (0.5, 0.5),
    ),
}


@pytest.mark.parametrize("streams", [RandomStreams, MRG_RandomStreams])
@pytest.mark.parametrize(("draw", "shape", "dtype", "moments"), DRAWS.values(), ids=DRAWS)
def test_a_draw_has_its_distribution(
    streams: Any, draw: Any, shape: Any, dtype: str, moments: Any
) -> None:
    drawn = draw(streams(seed=3))

    result = theano.function([x], drawn, on_unused_input="ignore")(np.ones((40, 50)))

    assert (result.shape, result.dtype, drawn.ndim) == (shape, dtype, len(shape))
    np.testing.assert_allclose((result.mean(), result.std()), moments, atol=0.07)


@pytest.mark.parametrize("streams", [RandomStreams, MRG_RandomStreams])
class TestStreams:
    def test_a_seed_repeats_the_draws(self, streams: Any) -> None:
        def draws() -> np.ndarray:
            f = theano.function([], streams(7).uniform((4,)))
            return np.stack([f(), f()])

        first, second = draws(), draws()

        np.testing.assert_array_equal(first, second)
        assert (first[0] != first[1]).all()  # each call draws anew

    def test_two_draws_of_a_stream_differ_and_two_readers_of_one_agree(self, streams: Any) -> None:
        stream = streams(7)
        a, b = stream.uniform((4,)), stream.uniform((4,))

        first, again, other = theano.function([], [a, a + 0, b])()

        np.testing.assert_array_equal(first, again)
        assert (first != other).all()

    def test_a_permutation_has_every_number_once(self, streams: Any) -> None:
        result = theano.function([], streams(7).permutation(n=10))()

        assert sorted(result) == list(range(10))

    def test_numpy_s_global_stream_is_left_alone(self, streams: Any) -> None:
        before = np.random.get_state()[1].copy()

        streams(7).normal((2,)).eval()

        np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_there_is_no_gpu_where_models_live_on_the_cpu() -> None:
    assert theano.sandbox.cuda.use("gpu0") is None
    assert not theano.sandbox.cuda.dnn_available()


def test_a_subtensor_must_be_an_indexed_tensor() -> None:
    with pytest.raises(TypeError, match="set_subtensor got <Placeholder x>; expected a tensor"):
        T.set_subtensor(x, 1)
