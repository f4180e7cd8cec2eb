"""Expected values are those of Keras 0.3.3."""

import numpy as np
import pytest

from legacy_keras.utils.np_utils import (
    accuracy,
    binary_logloss,
    categorical_probas_to_classes,
    multiclass_logloss,
    normalize,
    probas_to_classes,
    to_categorical,
)


@pytest.mark.parametrize(
    ("y", "nb_classes", "expected"),
    [
        ([0, 2, 1], None, [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
        ([1, 0], 3, [[0, 1, 0], [1, 0, 0]]),
        (np.array([[2], [0]]), None, [[0, 0, 1], [1, 0, 0]]),
        (np.array([1.9, 0.0]), None, [[0, 1], [1, 0]]),
        ([-1, 0], 3, [[0, 0, 1], [1, 0, 0]]),
        ([], 2, []),
    ],
    ids=["list", "more classes", "column", "floats", "negative", "empty"],
)
def test_to_categorical_puts_a_one_in_the_column_of_the_class(y, nb_classes, expected):
    categorical = to_categorical(y, nb_classes)

    assert categorical.tolist() == expected
    assert categorical.dtype == "float64"


def test_to_categorical_refuses_a_class_beyond_nb_classes():
    with pytest.raises(IndexError, match=r"from 0 to 5 and nb_classes=3; expected .* 0 to 2"):
        to_categorical([0, 5], nb_classes=3)


@pytest.mark.parametrize(
    ("a", "options", "expected"),
    [
        (np.array([[3, 4], [0, 0]]), {}, [[0.6, 0.8], [0.0, 0.0]]),
        (np.array([3.0, 4.0]), {}, [[0.6, 0.8]]),
        (np.float32([[3, 1], [1, 1]]), {"axis": 0, "order": 1}, [[0.75, 0.5], [0.25, 0.5]]),
    ],
    ids=["rows", "vector", "columns"],
)
def test_normalize_divides_by_the_norm_and_keeps_zeros(a, options, expected):
    normalized = normalize(a, **options)

    np.testing.assert_allclose(normalized, expected, rtol=1e-7)
    assert normalized.dtype == ("float32" if a.dtype == "float32" else "float64")


def test_binary_logloss_clips_probabilities():
    loss = binary_logloss(np.array([0.9, 0.2, 1.0, 0.0]), np.array([1, 0, 1, 1]))

    assert loss == pytest.approx(8.71682011547068, rel=1e-12)


def test_multiclass_logloss_numbers_classes_from_one():
    loss = multiclass_logloss(np.array([[0.2, 0.8], [0.5, 0.5]]), [2, 1])

    assert loss == pytest.approx(0.4581453659370775, rel=1e-12)


@pytest.mark.parametrize(
    ("p", "y", "expected"),
    [
        ([1, 2, 3], [1, 0, 3], 2 / 3),
        (np.array([[1, 2], [3, 4]]), np.array([[1, 0], [3, 4]]), 0.75),
    ],
)
def test_accuracy_is_the_share_of_equal_values(p, y, expected):
    assert accuracy(p, y) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("y_pred", "expected"),
    [
        ([[0.2, 0.8], [0.5, 0.5]], [1, 0]),
        ([[0.2], [0.5], [0.6]], [0, 0, 1]),
        ([0.2, 0.6], [0, 1]),
    ],
    ids=["classes", "one column", "vector"],
)
def test_probas_to_classes_takes_the_likeliest(y_pred, expected):
    classes = probas_to_classes(np.array(y_pred))

    assert classes.tolist() == expected
    assert classes.dtype == "int64"


def test_categorical_probas_to_classes_takes_the_first_of_equals():
    assert categorical_probas_to_classes(np.array([[0.5, 0.5], [0.1, 0.9]])).tolist() == [0, 1]
