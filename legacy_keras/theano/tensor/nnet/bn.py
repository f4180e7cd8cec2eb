"""theano.tensor.nnet.bn: batch normalization."""

from __future__ import annotations

from typing import Any

from ..._names import missing


def batch_normalization(
    inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem"
) -> Any:
    """Scale by ``gamma / std`` around ``mean``, and shift by ``beta``."""
    return (inputs - mean) * (gamma / std) + beta


__getattr__ = missing(__name__)
