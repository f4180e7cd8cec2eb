"""Layers that rearrange their input.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from .. import backend as K
from .._errors import DimensionError
from .._older import older_sizes
from ._base import Layer, Shape


class Reshape(Layer):
    """Give each sample another shape.

    Shape:
        input: (nb_samples, ...), all sizes fixed
        output: ``(nb_samples, *dims)``

    Args:
        dims: tuple of int without the samples axis; one may be -1, for what remains.

    Raises:
        ValueError: if the sizes do not multiply to the same number, or one is not known.

    Mirrors: keras 0.3.3, layers/core.py, Reshape.
    """

    config_fields: ClassVar = ("dims",)

    @older_sizes
    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)

    @property
    def output_shape(self) -> Shape:
        nb_samples, *sizes = self.input_shape
        dims = list(self.dims)
        if dims.count(-1) > 1 or any(d < -1 for d in dims):
            raise ValueError(f"can only specify one unknown dimension; Reshape got dims={dims}.")
        if None in sizes:
            raise DimensionError(
                f"Reshape got samples of shape {tuple(sizes)}; all sizes must be known. An "
                "Embedding knows its length by input_length, other layers by input_shape."
            )
        size = math.prod(sizes)
        known = math.prod([d for d in dims if d != -1])
        if -1 in dims and known and size % known == 0:
            dims[dims.index(-1)] = size // known
        elif -1 in dims or size != known:
            raise ValueError(
                f"total size of new array must be unchanged; Reshape got dims={self.dims} for "
                f"samples of shape {tuple(sizes)}."
            )
        return nb_samples, *dims

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x.reshape(-1, *self.output_shape[1:])


class Permute(Layer):
    """Reorder the axes of each sample.

    Args:
        dims: tuple of int: axis i of the output is axis ``dims[i - 1]`` of the input,
            the samples axis being 0. ``(2, 1)`` swaps the first two.

    Mirrors: keras 0.3.3, layers/core.py, Permute.
    """

    config_fields: ClassVar = ("dims",)

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)

    @property
    def output_shape(self) -> Shape:
        shape = self.input_shape
        return (shape[0], *(shape[d] for d in self.dims))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x.permute(0, *self.dims)


class Flatten(Layer):
    """Turn each sample into one row.

    Shape:
        input: (nb_samples, ...), all sizes fixed
        output: (nb_samples, their product)

    Raises:
        ValueError: if a size is not fixed.

    Mirrors: keras 0.3.3, layers/core.py, Flatten.
    """

    @property
    def output_shape(self) -> Shape:
        nb_samples, *sizes = self.input_shape
        if not all(sizes):
            raise ValueError(
                'The shape of the input to "Flatten" is not fully defined (got '
                f'{tuple(sizes)}. Make sure to pass a complete "input_shape" or '
                '"batch_input_shape" argument to the first layer in your model.'
            )
        return nb_samples, math.prod(sizes)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x.flatten(1)


class RepeatVector(Layer):
    """Repeat each sample as ``n`` time steps.

    Shape:
        input: (nb_samples, features), floatx
        output: (nb_samples, n, features), floatx

    Mirrors: keras 0.3.3, layers/core.py, RepeatVector.
    """

    config_fields: ClassVar = ("n",)

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = n

    @property
    def output_shape(self) -> Shape:
        nb_samples, features = self.input_shape
        return nb_samples, self.n, features

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.repeat(x, self.n)


class TimeDistributedMerge(Layer):
    """Sum, average or multiply the time steps.

    Shape:
        input: (nb_samples, timesteps, features), floatx
        output: (nb_samples, features), floatx

    Args:
        mode: "sum", "ave" or "mul".

    Mirrors: keras 0.3.3, layers/core.py, TimeDistributedMerge.
    """

    input_ndim = 3
    config_fields: ClassVar = ("mode",)
    reductions: ClassVar[dict[str, Any]] = {"sum": torch.sum, "ave": torch.mean, "mul": torch.prod}

    def __init__(self, mode: str = "sum", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode = mode

    def prepare(self) -> None:
        if self.mode not in self.reductions:
            raise ValueError(
                f"Unknown merge mode: {self.mode!r}; TimeDistributedMerge takes 'sum', 'ave' "
                "or 'mul'."
            )

    @property
    def output_shape(self) -> Shape:
        return None, self.input_shape[2]

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.reductions[self.mode](x, 1)
