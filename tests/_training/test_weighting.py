"""Weights of samples, classes and time steps, and masks: what they do to a loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_models import line

from legacy_keras.layers.core import Activation, Masking, TimeDistributedDense
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.recurrent import GRU
from legacy_keras.models import Sequential

# A model that returns its input, so that the errors are those below.
ERRORS = np.array([1.0, 2.0, 3.0, 4.0])
SQUARES = ERRORS**2


def loss_of(
    sample_weight: Any = None, class_weight: Any = None, y: Any = None, train: bool = False
) -> float:
    model = line()
    y = np.zeros(4) if y is None else y
    if train:
        options = {"sample_weight": sample_weight, "class_weight": class_weight}
        return float(model.train_on_batch(ERRORS[:, None] + y[:, None], y, **options)[0])
    return float(model.test_on_batch(ERRORS[:, None], y, sample_weight=sample_weight)[0])


WEIGHTS = {
    "none": (None, SQUARES.mean()),
    "ones": ([1, 1, 1, 1], SQUARES.mean()),
    "all": ([1, 2, 3, 4], (SQUARES * [1, 2, 3, 4]).mean()),
    # The sum is divided by the number of samples that have a weight.
    "some": ([1, 0, 3, 0], (1 + 3 * 9) / 2),
    "one": ([0, 0, 0, 0.5], 0.5 * 16),
    "negative": ([1, -1, 0, 0], (1 - 4) / 2),
    "integers": (np.array([2, 0, 0, 0]), 2.0),
    "booleans": (np.array([True, False, False, False]), 1.0),
}


@pytest.mark.parametrize(("weights", "expected"), WEIGHTS.values(), ids=WEIGHTS)
def test_samples_count_as_much_as_their_weight(weights: Any, expected: float) -> None:
    weights = None if weights is None else np.asarray(weights)

    assert loss_of(weights) == pytest.approx(expected, rel=1e-6)


def test_a_batch_without_any_weight_has_no_loss_and_changes_nothing() -> None:
    """0.3.3 divides 0 by 0 here, and the weights are nan for good."""
    model = line("adam")
    before = model.get_weights()

    loss = model.train_on_batch(np.ones((4, 1)), np.zeros(4), sample_weight=np.zeros(4))

    assert loss[0] == 0
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


CLASSES = {
    "numbers": np.array([0, 1, 1, 0]),
    "numbers as floats": np.array([0.0, 1.0, 1.0, 0.0]),
    "one column": np.array([[0], [1], [1], [0]]),
}


@pytest.mark.parametrize("y", CLASSES.values(), ids=CLASSES)
def test_classes_count_as_much_as_their_weight(y: np.ndarray) -> None:
    model = line()
    X = ERRORS[:, None] + y.reshape(4, 1)

    (loss,) = model.train_on_batch(X, y, class_weight={0: 1.0, 1: 3.0})

    assert loss == pytest.approx((SQUARES * [1, 3, 3, 1]).mean(), rel=1e-6)


def test_one_hot_rows_have_the_class_of_their_one() -> None:
    model = Sequential([Activation("linear", input_shape=(3,))])
    model.compile("sgd", "mse")
    y = np.eye(3)[[0, 1, 2, 0]]

    (loss,) = model.train_on_batch(y + 3, y, class_weight={0: 1.0, 1: 0.0, 2: 5.0})

    assert loss == pytest.approx((9 + 0 + 5 * 9 + 9) / 3, rel=1e-6)


def test_sample_weights_go_before_class_weights() -> None:
    weights = np.array([1.0, 0.0, 0.0, 0.0])

    assert loss_of(weights, {0: 7.0}, train=True) == pytest.approx(1.0)


def test_class_weights_count_in_training_alone() -> None:
    model = line("sgd")
    X, y = ERRORS[:, None], np.zeros(4)

    history = model.fit(
        X,
        y,
        nb_epoch=1,
        shuffle=False,
        validation_split=0.5,
        class_weight={0: 10.0},
        verbose=0,
    )

    assert history.history["loss"] == [pytest.approx(10 * (1 + 4) / 2)]
    assert history.history["val_loss"] == [pytest.approx(model.evaluate(X[2:], y[2:], verbose=0))]


def test_a_validation_split_takes_the_weights_of_its_samples_along() -> None:
    model = line("sgd")
    X, y, weights = ERRORS[:, None], np.zeros(4), np.array([1.0, 1.0, 1.0, 0.0])

    history = model.fit(
        X, y, nb_epoch=1, shuffle=False, validation_split=0.5, sample_weight=weights, verbose=0
    )

    expected = model.evaluate(X[2:], y[2:], sample_weight=weights[2:], verbose=0)
    assert history.history["val_loss"] == [pytest.approx(expected)]


# Time steps


def steps(mode: str | None = "temporal", **layer: Any) -> Sequential:
    """Return a model that returns its sequences of one number."""
    model = Sequential([Activation("linear", input_shape=(3, 1), **layer)])
    model.compile("sgd", "mse", sample_weight_mode=mode)
    return model


SEQUENCES = np.array([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]])
ZEROS = np.zeros((2, 3, 1))


class TestTimeSteps:
    def test_every_step_has_a_weight(self) -> None:
        weights = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]])

        (loss,) = steps().test_on_batch(SEQUENCES, ZEROS, sample_weight=weights)

        assert loss == pytest.approx((1 + 2 * 9 + 25) / 3, rel=1e-6)

    def test_samples_have_one_weight_for_all_steps_otherwise(self) -> None:
        weights = np.array([1.0, 0.5])

        (loss,) = steps(None).test_on_batch(SEQUENCES, ZEROS, sample_weight=weights)

        assert loss == pytest.approx(((1 + 4 + 9) / 3 + 0.5 * (16 + 25 + 36) / 3) / 2, rel=1e-6)

    def test_without_weights_all_steps_count(self) -> None:
        assert steps().test_on_batch(SEQUENCES, ZEROS)[0] == pytest.approx(91 / 6, rel=1e-6)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"sample_weight": np.ones(2)}, r"pass a 2D sample_weight array; got the shape \(2,\)"),
            (
                {"sample_weight": np.ones((2, 2))},
                r"sample_weight has the shape \(2, 2\); expected \(2, 3\), the beginning of",
            ),
            (
                {"class_weight": {0: 1.0}},
                r"class_weight not supported for 3\+ dimensional targets",
            ),
        ],
        ids=["of samples", "of too few steps", "of classes"],
    )
    def test_other_weights_are_refused(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            steps().train_on_batch(SEQUENCES, ZEROS, **options)

    def test_weights_of_steps_need_the_mode(self) -> None:
        with pytest.raises(ValueError, match='specify sample_weight_mode="temporal" in compile'):
            steps(None).train_on_batch(SEQUENCES, ZEROS, sample_weight=np.ones((2, 3)))

    def test_the_mode_needs_steps(self) -> None:
        with pytest.raises(ValueError, match="restricted to outputs that are at least 3D"):
            line(sample_weight_mode="temporal").train_on_batch(np.ones((2, 1)), np.ones(2))

    def test_an_unknown_mode_is_refused(self) -> None:
        model = line(sample_weight_mode="steps")

        with pytest.raises(ValueError, match="should be None or \"temporal\"; got 'steps'"):
            model.train_on_batch(np.ones((2, 1)), np.ones(2))

    def test_validation_without_weights_is_refused_as_0_3_3_fails(self) -> None:
        with pytest.raises(TypeError, match="validation needs weights for each time step"):
            steps().fit(SEQUENCES, ZEROS, validation_split=0.5, verbose=0)
        with pytest.raises(TypeError, match="validation needs weights for each time step"):
            steps().fit(SEQUENCES, ZEROS, validation_data=(SEQUENCES, ZEROS), verbose=0)


# Masks


class TestMasks:
    def test_masked_steps_do_not_count(self) -> None:
        model = Sequential([Masking(input_shape=(3, 1)), TimeDistributedDense(1, init="one")])
        model.compile("sgd", "mse")
        X = np.array([[[1.0], [2.0], [0.0]], [[4.0], [0.0], [0.0]]])

        (loss,) = model.test_on_batch(X, np.zeros((2, 3, 1)))

        # The mean over all steps, divided by the share of those that count.
        assert loss == pytest.approx((1 + 4 + 16) / 3, rel=1e-6)

    def test_masked_steps_have_no_gradient(self) -> None:
        models = []
        for target in (0.0, 100.0):
            np.random.seed(3)
            model = Sequential([Masking(input_shape=(3, 1)), GRU(2, return_sequences=True)])
            model.compile("sgd", "mse")
            X = np.array([[[1.0], [2.0], [0.0]]])
            y = np.zeros((1, 3, 2))
            y[0, 2] = target
            model.train_on_batch(X, y)
            models.append(model)

        for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_masks_and_weights_both_apply(self) -> None:
        model = Sequential([Masking(input_shape=(3, 1)), TimeDistributedDense(1, init="one")])
        model.compile("sgd", "mse", sample_weight_mode="temporal")
        X = np.array([[[1.0], [2.0], [0.0]], [[4.0], [0.0], [0.0]]])
        weights = np.array([[1.0, 0.0, 1.0], [2.0, 1.0, 1.0]])

        (loss,) = model.test_on_batch(X, np.zeros((2, 3, 1)), sample_weight=weights)

        share_of_mask, share_of_weights = 3 / 6, 5 / 6
        expected = (1 + 2 * 16) / 6 / share_of_mask / share_of_weights
        assert loss == pytest.approx(expected, rel=1e-6)

    def test_an_embedding_masks_zeros(self) -> None:
        model = Sequential(
            [Embedding(5, 1, init="one", mask_zero=True, input_length=3), Activation("linear")]
        )
        model.compile("sgd", "mse")

        (loss,) = model.test_on_batch(np.array([[1, 2, 0]]), np.array([[[1], [1], [9]]]))

        assert loss == 0

    def test_a_batch_that_is_masked_altogether_has_no_loss(self) -> None:
        model = Sequential([Masking(input_shape=(3, 1)), TimeDistributedDense(1)])
        model.compile("sgd", "mse")

        (loss,) = model.train_on_batch(np.zeros((2, 3, 1)), np.ones((2, 3, 1)))

        assert loss == 0
        assert np.isfinite(model.get_weights()[0]).all()
