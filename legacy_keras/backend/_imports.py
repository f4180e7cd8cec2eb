"""What the backend of Theano imports in 0.3.3, where scripts find it: ``K.T.batched_dot``.

Mirrors: keras 0.3.3, backend/theano_backend.py.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

PATHS = {
    "np": "numpy",
    "theano": "legacy_keras.theano",
    "T": "legacy_keras.theano.tensor",
    "downsample": "legacy_keras.theano.tensor.signal.downsample",
    "RandomStreams": "legacy_keras.theano.sandbox.rng_mrg:MRG_RandomStreams",
}


def look_up(name: str) -> Any:
    """Return what a façade of K has by this name beside its functions.

    Raises:
        AttributeError: for any other name.
    """
    if name not in PATHS:
        raise AttributeError(f"module 'legacy_keras.backend' has no attribute {name!r}")
    return resolve_name(PATHS[name])
