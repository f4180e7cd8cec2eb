"""The MNIST digits: 70,000 grey pictures of 28 by 28.

Mirrors: keras 0.3.3, datasets/mnist.py.
"""

from __future__ import annotations

from typing import Any

from .data_utils import find, load_pickle


def load_data(path: str = "mnist.pkl.gz") -> Any:
    """Return ``(X_train, y_train), (X_test, y_test)``.

    Shape:
        X: (nb_samples, 28, 28), uint8; 60,000 samples to train and 10,000 to test
        y: (nb_samples,), uint8

    Args:
        path: name in the cache, or the full path of the file.

    Mirrors: keras 0.3.3, datasets/mnist.py, load_data.
    """
    return load_pickle(find(path, "https://s3.amazonaws.com/img-datasets/mnist.pkl.gz"))
