"""theano.tensor.slinalg: linear algebra of SciPy."""

from __future__ import annotations

from typing import Any

import torch

from ...backend import _theano_math as ops
from .._names import missing, record

_TABLE: dict[str, Any] = {
    "cholesky": ops.unary(torch.linalg.cholesky),
    "expm": ops.unary(torch.linalg.matrix_exp),
    "kron": lambda a, b: torch.kron(ops.as_tensor(a), ops.as_tensor(b)),
    "solve": lambda a, b: torch.linalg.solve(ops.as_tensor(a), ops.as_tensor(b)),
}
globals().update(record(_TABLE))

__getattr__ = missing(__name__)
