"""Class vectors and matrices, norms and scores, in NumPy.

Losses on tensors are in ``objectives.py``.

Mirrors: keras 0.3.3, utils/np_utils.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def to_categorical(y: Any, nb_classes: int | None = None) -> np.ndarray:
    """Turn class numbers into rows with a 1 in the column of the class.

    Shape:
        y: (nb_samples,) or (nb_samples, 1), integers; floats are cut to int32
        output: (nb_samples, nb_classes), float64

    Args:
        nb_classes: None takes the highest class + 1.

    Raises:
        IndexError: if a class is too high for nb_classes. Negative ones count from the end.

    Mirrors: keras 0.3.3, utils/np_utils.py, to_categorical.
    """
    y = np.asarray(y).astype("int32")
    if not nb_classes:
        nb_classes = int(np.max(y)) + 1
    elif y.size and not -nb_classes <= np.min(y) <= np.max(y) < nb_classes:
        raise IndexError(
            f"to_categorical got classes from {np.min(y)} to {np.max(y)} and "
            f"nb_classes={nb_classes}; expected classes from 0 to {nb_classes - 1}. "
            "Raise nb_classes, or number the classes from 0."
        )
    categorical = np.zeros((len(y), nb_classes))
    samples = np.arange(len(y)).reshape(-1, *(1,) * (y.ndim - 1))
    categorical[samples, y] = 1.0
    return categorical


def normalize(a: Any, axis: int = -1, order: float = 2) -> Any:
    """Divide by the norm of that order along an axis; zeros stay zeros.

    A vector comes back as a matrix of one row, as in 0.3.3.

    Mirrors: keras 0.3.3, utils/np_utils.py, normalize.
    """
    norms = np.atleast_1d(np.linalg.norm(a, order, axis))
    norms[norms == 0] = 1
    return a / np.expand_dims(norms, axis)


def binary_logloss(p: Any, y: Any) -> Any:
    """Return the mean negative log-likelihood of classes 0 and 1.

    Args:
        p: probabilities of class 1; clipped to [1e-15, 1 - 1e-15].
        y: classes, an array.

    Mirrors: keras 0.3.3, utils/np_utils.py, binary_logloss.
    """
    p = np.clip(p, 1e-15, 1 - 1e-15)
    likelihoods = y * np.log(p) + np.subtract(1, y) * np.log(1 - p)
    return -sum(likelihoods) / len(y)


def multiclass_logloss(P: Any, Y: Any) -> Any:
    """Return the mean negative log-likelihood of classes that are numbered from 1.

    Args:
        P: (nb_samples, nb_classes), probabilities.
        Y: nb_samples classes; class 1 is the first column.

    Mirrors: keras 0.3.3, utils/np_utils.py, multiclass_logloss.
    """
    return -np.mean(np.log([P[i][label - 1] for i, label in enumerate(Y)]))


def accuracy(p: Any, y: Any) -> Any:
    """Return the share of predictions that equal their target.

    Mirrors: keras 0.3.3, utils/np_utils.py, accuracy.
    """
    return np.mean([a == b for a, b in zip(p, y, strict=False)])


def probas_to_classes(y_pred: np.ndarray) -> np.ndarray:
    """Return the most likely class of each row, or 1 where a single column exceeds 0.5.

    Shape:
        y_pred: (nb_samples, nb_classes), (nb_samples, 1) or (nb_samples,)
        output: (nb_samples,), int64

    Mirrors: keras 0.3.3, utils/np_utils.py, probas_to_classes.
    """
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return categorical_probas_to_classes(y_pred)
    return (np.asarray(y_pred).reshape(len(y_pred)) > 0.5).astype("int64")


def categorical_probas_to_classes(p: np.ndarray) -> np.ndarray:
    """Return the most likely class of each row.

    Mirrors: keras 0.3.3, utils/np_utils.py, categorical_probas_to_classes.
    """
    return np.asarray(np.argmax(p, axis=1))
