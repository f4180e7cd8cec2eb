"""Random data that a small model can learn, for tests.

Mirrors: keras 0.3.3, utils/test_utils.py.
"""

from __future__ import annotations

from math import prod

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]


def get_test_data(
    nb_train: int = 1000,
    nb_test: int = 500,
    input_shape: tuple[int, ...] = (10,),
    output_shape: tuple[int, ...] = (2,),
    classification: bool = True,
    nb_class: int = 2,
) -> tuple[Pair, Pair]:
    """Draw samples around their class, or around a number that the targets share.

    Shape:
        X: ``(nb, *input_shape)``, float64
        y: (nb,), int64, in [0, nb_class); or ``(nb, *output_shape)``, float64, without
            ``classification``

    Returns:
        ``(X_train, y_train), (X_test, y_test)``, from NumPy's global stream.

    Mirrors: keras 0.3.3, utils/test_utils.py, get_test_data.
    """
    nb_sample = nb_train + nb_test
    nb_inputs = prod(input_shape)
    y: np.ndarray
    if classification:
        y = np.random.randint(0, nb_class, size=nb_sample)
        drawn = _around(y, nb_inputs)
    else:
        centre = np.random.random(nb_sample)
        drawn = _around(centre, nb_inputs + prod(output_shape))
        y = drawn[:, nb_inputs:].reshape(nb_sample, *output_shape)
    X = drawn[:, :nb_inputs].reshape(nb_sample, *input_shape)
    return (X[:nb_train], y[:nb_train]), (X[nb_train:], y[nb_train:])


def _around(centre: np.ndarray, nb_values: int) -> np.ndarray:
    """Draw a row per sample, so that a sample's inputs and outputs follow each other."""
    return np.random.normal(centre[:, None], 0.7, size=(len(centre), nb_values))
