"""The constants of 0.3.3's backend: float type, fuzz factor, and whose convolutions.

They start from ``keras.json`` and ``KERAS_BACKEND`` as in 0.3.3; nothing is written back.

Mirrors: keras 0.3.3, backend/common.py and backend/__init__.py.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
import torch

from .._settings import KERAS_JSON

FLOAT_TYPES = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
BACKENDS = ("theano", "tensorflow")


def _configured(key: str, valid: Any, default: Any) -> Any:
    value = KERAS_JSON.get(key, default)
    if valid(value):
        return value
    warnings.warn(
        f"keras.json has {key}={value!r}, which is not valid; going on with {default!r}.",
        stacklevel=3,
    )
    return default


def _backend_name() -> str:
    name = os.environ.get("KERAS_BACKEND", "")
    if not name:
        return str(_configured("backend", lambda v: v in BACKENDS, "theano"))
    if name not in BACKENDS:
        raise ValueError(
            f"KERAS_BACKEND is {name!r}; expected 'theano' or 'tensorflow', which choose "
            "whose convolution semantics PyTorch computes."
        )
    return name


_FLOATX: str = _configured("floatx", lambda v: v in FLOAT_TYPES, "float32")
_EPSILON: float = _configured("epsilon", lambda v: type(v) is float and 0 <= v < 1, 10e-8)

_BACKEND = _backend_name()

# 0.3.3 binds the clip of its cross-entropies at import: set_epsilon() does not move it.
CLIP = _EPSILON


def epsilon() -> float:
    """Return the fuzz factor, 1e-7 unless ``keras.json`` or `set_epsilon` say otherwise."""
    return _EPSILON


def set_epsilon(e: float) -> None:
    """Set the fuzz factor of constraints and objectives; cross-entropies keep theirs."""
    global _EPSILON
    _EPSILON = e


def floatx() -> str:
    """Return the default float type as a string, such as ``"float32"``."""
    return _FLOATX


def set_floatx(floatx: str) -> None:
    """Set the float type of weights and inputs made from now on.

    Raises:
        ValueError: unless ``floatx`` is float16, float32 or float64.
    """
    global _FLOATX
    if floatx not in FLOAT_TYPES:
        raise ValueError(
            f"Unknown floatx type: {floatx!r}; expected one of {', '.join(FLOAT_TYPES)}."
        )
    _FLOATX = str(floatx)


def cast_to_floatx(x: Any) -> np.ndarray:
    """Return ``x`` as a NumPy array of the default float type."""
    return np.asarray(x, dtype=_FLOATX)


def torch_dtype(dtype: Any = None) -> torch.dtype:
    """Return the torch dtype for whatever NumPy takes for one, by default that of `floatx`."""
    if isinstance(dtype, torch.dtype):
        return dtype
    try:
        return getattr(torch, np.dtype(_FLOATX if dtype is None else dtype).name)
    except (AttributeError, TypeError):
        raise ValueError(
            f"Unknown dtype {dtype!r}; expected a name such as 'float32' or 'int32'."
        ) from None
