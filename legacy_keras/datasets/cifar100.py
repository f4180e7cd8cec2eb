"""CIFAR-100: 60,000 colour pictures of 32 by 32, in 100 classes or 20 groups of them.

Mirrors: keras 0.3.3, datasets/cifar100.py.
"""

from __future__ import annotations

import os

import numpy as np

from ..utils.data_utils import get_file
from .cifar import Pair, load_batch


def load_data(label_mode: str = "fine") -> tuple[Pair, Pair]:
    """Return ``(X_train, y_train), (X_test, y_test)``.

    Shape:
        X: (nb_samples, 3, 32, 32), uint8; 50,000 samples to train and 10,000 to test
        y: (nb_samples, 1), int64

    Args:
        label_mode: ``"fine"`` for classes, ``"coarse"`` for groups.

    Raises:
        ValueError: for another label_mode.

    Mirrors: keras 0.3.3, datasets/cifar100.py, load_data.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f'label_mode must be one of "fine" "coarse", not {label_mode!r}.')
    origin = "http://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    folder = get_file("cifar-100-python", origin=origin, untar=True)
    X_train, y_train = load_batch(os.path.join(folder, "train"), label_mode + "_labels")
    X_test, y_test = load_batch(os.path.join(folder, "test"), label_mode + "_labels")
    return (X_train, np.reshape(y_train, (-1, 1))), (X_test, np.reshape(y_test, (-1, 1)))
