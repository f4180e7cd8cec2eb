"""Layers that multiply by one matrix.

Mirrors: keras 0.3.3, layers/core.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from .. import activations
from .. import backend as K
from .._older import older_order
from ..backend._variable import Variable
from ._base import Layer, MaskedLayer, Shape

PENALTIES = (
    "W_regularizer",
    "b_regularizer",
    "activity_regularizer",
    "W_constraint",
    "b_constraint",
)

# What Dense and its kin took in Keras 0.1, the size of the input first.
_ORDER_OF_0_1 = ("input_dim", "output_dim", "init", "activation", "weights", *PENALTIES)


TALL = 8  # times as many rows as columns


def _by_columns(W: Variable) -> Variable:
    """Keep the columns of a tall matrix together in memory, as torch.nn.Linear does.

    The product with 512 x 10, and the one that makes its gradient, take a third of the time so;
    with 12250 x 250 three quarters. Of other matrices they take as long either way.
    """
    rows, columns = W.shape
    if rows >= TALL * columns and columns > 1:
        W.data = W.data.t().contiguous().t()
    return W


class Dense(Layer):
    """activation(x W + b).

    Shape:
        input: (nb_samples, input_dim), floatx
        output: (nb_samples, output_dim), floatx

    Args:
        output_dim: int > 0.
        init: name or function, how W starts; b starts at 0.
        activation: name or function of a tensor; "linear" changes nothing.
        weights: list of two arrays to start from instead, W and b.
        input_dim: int, for a first layer; the same as ``input_shape=(input_dim,)``.

    Mirrors: keras 0.3.3, layers/core.py, Dense.
    """

    input_ndim = 2
    config_fields: ClassVar = ("output_dim", "init", "activation", *PENALTIES, "input_dim")
    W: Variable
    b: Variable

    @older_order(*_ORDER_OF_0_1, at=1)
    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        activation: Any = "linear",
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        input_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
            input_dim=input_dim,
        )
        if input_dim:
            kwargs["input_shape"] = (input_dim,)
        super().__init__(**kwargs)

    def build(self) -> None:
        self.W = _by_columns(
            self.init((self.input_shape[1], self.output_dim), name=f"{self.name}_W")
        )
        self.b = K.zeros((self.output_dim,), name=f"{self.name}_b")
        self.trainable_weights = [self.W, self.b]
        self.finish_build(W=self.W, b=self.b)

    @property
    def output_shape(self) -> Shape:
        return self.input_shape[0], self.output_dim

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return activations.in_place(self.activation)(torch.addmm(self.b, x, self.W))


class TimeDistributedDense(MaskedLayer):
    """The same Dense at every time step: activation(x W + b).

    Shape:
        input: (nb_samples, timesteps, input_dim), floatx
        output: (nb_samples, timesteps, output_dim), floatx

    Args:
        input_length: int or None, the number of time steps if it is fixed.

    The other arguments are those of `Dense`.

    Mirrors: keras 0.3.3, layers/core.py, TimeDistributedDense.
    """

    input_ndim = 3
    config_fields: ClassVar = (*Dense.config_fields, "input_length")
    W: Variable
    b: Variable

    @older_order(*_ORDER_OF_0_1, at=1)
    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        activation: Any = "linear",
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
            input_dim=input_dim,
            input_length=input_length,
        )
        if input_dim:
            kwargs["input_shape"] = (input_length, input_dim)
        super().__init__(**kwargs)

    def build(self) -> None:
        self.W = _by_columns(
            self.init((self.input_shape[2], self.output_dim), name=f"{self.name}_W")
        )
        self.b = K.zeros((self.output_dim,), name=f"{self.name}_b")
        self.trainable_weights = [self.W, self.b]
        self.finish_build(W=self.W, b=self.b)

    @property
    def output_shape(self) -> Shape:
        nb_samples, timesteps, _ = self.input_shape
        return nb_samples, timesteps, self.output_dim

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return activations.in_place(self.activation)(torch.matmul(x, self.W) + self.b)


class MaxoutDense(Layer):
    """The largest of several linear maps: max_k(x W_k + b_k).

    Shape:
        input: (nb_samples, input_dim), floatx
        output: (nb_samples, output_dim), floatx
        W: (nb_feature, input_dim, output_dim); b: (nb_feature, output_dim)

    Args:
        nb_feature: int > 0, the number of linear maps.

    The other arguments are those of `Dense`.

    Mirrors: keras 0.3.3, layers/core.py, MaxoutDense.
    """

    input_ndim = 2
    config_fields: ClassVar = ("output_dim", "init", "nb_feature", *PENALTIES, "input_dim")
    W: Variable
    b: Variable

    @older_order("input_dim", "output_dim", "nb_feature", "init", "weights", *PENALTIES, at=2)
    def __init__(
        self,
        output_dim: int,
        nb_feature: int = 4,
        init: Any = "glorot_uniform",
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        input_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.nb_feature = nb_feature
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
            input_dim=input_dim,
        )
        if input_dim:
            kwargs["input_shape"] = (input_dim,)
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = (self.nb_feature, self.input_shape[1], self.output_dim)
        self.W = self.init(shape, name=f"{self.name}_W")
        self.b = K.zeros((self.nb_feature, self.output_dim), name=f"{self.name}_b")
        self.trainable_weights = [self.W, self.b]
        self.finish_build(W=self.W, b=self.b)

    @property
    def output_shape(self) -> Shape:
        return self.input_shape[0], self.output_dim

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.max(K.dot(x, self.W) + self.b, axis=1)


class Highway(Layer):
    """t activation(x W + b) + (1 - t) x with the gate t = sigmoid(x W_carry + b_carry).

    Shape:
        input: (nb_samples, input_dim), floatx
        output: (nb_samples, input_dim), floatx

    Args:
        transform_bias: float, where b_carry starts.

    The other arguments are those of `Dense`. The constraints have no effect, as in 0.3.3.

    Mirrors: keras 0.3.3, layers/core.py, Highway.
    """

    input_ndim = 2
    config_fields: ClassVar = ("init", "transform_bias", "activation", *PENALTIES, "input_dim")
    W: Variable
    b: Variable
    W_carry: Variable
    b_carry: Variable

    def __init__(
        self,
        init: Any = "glorot_uniform",
        transform_bias: float = -2,
        activation: Any = "linear",
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        input_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.transform_bias = transform_bias
        self.activation = activations.get(activation)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
            input_dim=input_dim,
        )
        if input_dim:
            kwargs["input_shape"] = (input_dim,)
        super().__init__(**kwargs)

    def build(self) -> None:
        size = self.input_shape[1]
        self.W = self.init((size, size), name=f"{self.name}_W")
        self.W_carry = self.init((size, size), name=f"{self.name}_W_carry")
        self.b = K.zeros((size,), name=f"{self.name}_b")
        self.b_carry = K.variable([self.transform_bias] * size, name=f"{self.name}_b_carry")
        self.trainable_weights = [self.W, self.b, self.W_carry, self.b_carry]
        self.finish_build(W=self.W, b=self.b)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        gate = torch.sigmoid(torch.addmm(self.b_carry, x, self.W_carry))
        return gate * self.activation(torch.addmm(self.b, x, self.W)) + (1 - gate) * x
