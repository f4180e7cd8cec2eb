"""K's random draws: repeatable, and seeded from NumPy's global stream."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from legacy_keras import backend as K
from legacy_keras.layers.core import Dropout
from legacy_keras.models import Sequential

SHAPE = (100, 100)
DRAWS: dict[str, tuple[Callable[..., Any], float, float]] = {
    "normal": (lambda **kw: K.random_normal(SHAPE, mean=2.0, std=3.0, **kw), 2.0, 3.0),
    "uniform": (lambda **kw: K.random_uniform(SHAPE, low=-1.0, high=3.0, **kw), 1.0, 4 / 12**0.5),
    "binomial": (lambda **kw: K.random_binomial(SHAPE, p=0.2, **kw), 0.2, 0.4),
    "dropout": (lambda **kw: K.dropout(K.variable(np.ones(SHAPE)), 0.2, **kw), 1.0, 0.5),
}
every_draw = pytest.mark.parametrize(("draw", "mean", "std"), DRAWS.values(), ids=DRAWS)


@every_draw
def test_draws_have_the_moments_asked_for(
    draw: Callable[..., Any], mean: float, std: float
) -> None:
    result = K.eval(draw(seed=3))

    assert result.shape == SHAPE
    assert result.dtype == np.float32
    assert result.mean() == pytest.approx(mean, abs=0.12)
    assert result.std() == pytest.approx(std, rel=0.05)


@every_draw
def test_the_same_seed_gives_the_same_draw(
    draw: Callable[..., Any], mean: float, std: float
) -> None:
    np.testing.assert_array_equal(K.eval(draw(seed=3)), K.eval(draw(seed=3)))
    assert (K.eval(draw(seed=3)) != K.eval(draw(seed=4))).any()


@every_draw
def test_without_a_seed_numpy_gives_one(draw: Callable[..., Any], mean: float, std: float) -> None:
    np.random.seed(5)
    first = K.eval(draw())
    after = np.random.randint(10_000_000)
    np.random.seed(5)
    seed = np.random.randint(10_000_000)

    assert after == np.random.randint(10_000_000)  # one draw, no more
    np.testing.assert_array_equal(first, K.eval(draw(seed=seed)))


def test_dropped_numbers_are_zero_and_the_others_scaled() -> None:
    result = K.eval(K.dropout(K.variable(np.ones(SHAPE)), 0.75, seed=1))

    assert sorted(set(result.ravel())) == [0, 4]


def test_uniform_draws_stay_within_their_bounds() -> None:
    result = K.eval(K.random_uniform(SHAPE, low=2.0, high=3.0, seed=1))

    assert 2 <= result.min() < result.max() < 3


@pytest.mark.parametrize("level", [1.0, 1.5, -0.1])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"Dropout level must be in interval \[0, 1\["):
        K.eval(K.dropout(K.variable(np.ones(3)), level))


def test_another_dtype_can_be_asked_for() -> None:
    assert K.eval(K.random_normal((2,), dtype="float64")).dtype == np.float64


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_a_copy_of_a_model_goes_on_with_the_same_noise(duplicate: Callable[[Any], Any]) -> None:
    model = Sequential([Dropout(0.5, input_shape=(50,))])
    model.compile("sgd", "mse")
    X = np.random.normal(size=(4, 50))
    model.train_on_batch(X, 0 * X)

    again = duplicate(model)

    results = [[float(m.train_on_batch(X, 0 * X)[0]) for _ in range(3)] for m in (model, again)]
    assert results[0] == results[1]
    assert len(set(results[0])) == 3


def test_a_layer_draws_anew_for_each_batch() -> None:
    model = Sequential([Dropout(0.5, input_shape=(50,))])
    model.compile("sgd", "mse")
    X = np.random.normal(size=(4, 50))

    assert model.train_on_batch(X, 0 * X) != model.train_on_batch(X, 0 * X)
