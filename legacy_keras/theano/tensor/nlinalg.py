"""theano.tensor.nlinalg: linear algebra of NumPy."""

from __future__ import annotations

from typing import Any

import torch

from ..._symbolic.expression import Expression
from ...backend import _theano_math as ops
from .._names import missing, record
from ._types import as_tensor_variable

_TABLE: dict[str, Any] = {
    "alloc_diag": ops.diag,
    "det": ops.unary(torch.linalg.det),
    "diag": ops.diag,
    "extract_diag": ops.unary(torch.diagonal),
    "matrix_dot": ops.matrix_dot,
    "matrix_inverse": ops.unary(torch.linalg.inv),
    "norm": lambda x, ord=None: torch.linalg.norm(ops.as_tensor(x), ord),
    "pinv": ops.unary(torch.linalg.pinv),
    "trace": ops.trace,
}
globals().update(record(_TABLE))


def _several(function: Any, count: int) -> Any:
    def call(a: Any, *args: Any, **kwargs: Any) -> list[Expression]:
        results = Expression(function, (as_tensor_variable(a), *args), kwargs)
        return [results[index] for index in range(count)]

    return call


eigh = _several(lambda a, UPLO="L": list(torch.linalg.eigh(a, UPLO)), 2)
qr = _several(lambda a, mode="reduced": list(torch.linalg.qr(a, mode)), 2)


svd = _several(lambda a, full_matrices=1: list(torch.linalg.svd(a, bool(full_matrices))), 3)

__getattr__ = missing(__name__)
