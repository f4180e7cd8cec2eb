"""CIFAR-10: 60,000 colour pictures of 32 by 32, in 10 classes.

Mirrors: keras 0.3.3, datasets/cifar10.py.
"""

from __future__ import annotations

import os

import numpy as np

from ..utils.data_utils import get_file
from .cifar import Pair, load_batch


def load_data() -> tuple[Pair, Pair]:
    """Return ``(X_train, y_train), (X_test, y_test)``.

    Shape:
        X: (nb_samples, 3, 32, 32), uint8; 50,000 samples to train and 10,000 to test
        y: (nb_samples, 1); uint8 to train, int64 to test

    Mirrors: keras 0.3.3, datasets/cifar10.py, load_data.
    """
    origin = "http://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    folder = get_file("cifar-10-batches-py", origin=origin, untar=True)
    parts = [load_batch(os.path.join(folder, f"data_batch_{i}")) for i in range(1, 6)]
    X_train = np.concatenate([data for data, _ in parts])
    y_train = np.concatenate([labels for _, labels in parts]).astype("uint8")
    X_test, y_test = load_batch(os.path.join(folder, "test_batch"))
    return (X_train, y_train.reshape(-1, 1)), (X_test, np.reshape(y_test, (-1, 1)))
