"""The file format that cifar10 and cifar100 share.

Mirrors: keras 0.3.3, datasets/cifar.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .data_utils import load_pickle

Pair = tuple[np.ndarray, np.ndarray]


def load_batch(fpath: str, label_key: str = "labels") -> tuple[np.ndarray, Any]:
    """Return the pictures, (nb_samples, 3, 32, 32) and uint8, and the labels of one file.

    Mirrors: keras 0.3.3, datasets/cifar.py, load_batch.
    """
    batch = load_pickle(fpath)
    data = batch["data"]
    return data.reshape(len(data), 3, 32, 32), batch[label_key]
