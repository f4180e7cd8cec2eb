"""Vectors for integers; WordContextProduct is one that 0.3.0 dropped.

Mirrors: keras 0.3.3, layers/embeddings.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from .. import activations
from ..backend._variable import Variable
from ._base import Layer, NoisyLayer, Shape


class Embedding(NoisyLayer):
    """Row x of W for each integer x.

    Shape:
        input: (nb_samples, input_length), integers from 0 to input_dim - 1
        output: (nb_samples, input_length, output_dim), floatx

    Args:
        input_dim: int > 0, one more than the largest integer.
        output_dim: int > 0, length of a vector.
        mask_zero: whether 0 is padding; then the output has a mask.
        input_length: int or None, if it is fixed.
        dropout: float in [0, 1), the fraction of rows to set to zero in training; in
            tests W is scaled by 1 - dropout instead.

    The other arguments are those of Dense.

    Mirrors: keras 0.3.3, layers/embeddings.py, Embedding.
    """

    input_ndim = 2
    config_fields: ClassVar = (
        "input_dim",
        "output_dim",
        "init",
        "input_length",
        "mask_zero",
        "activity_regularizer",
        "W_regularizer",
        "W_constraint",
        "dropout",
    )
    W: Variable
    initial_weights: Any

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        init: Any = "uniform",
        input_length: int | None = None,
        W_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.input_length = input_length
        self.mask_zero = mask_zero
        self.dropout = dropout
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            initial_weights=weights,
        )
        kwargs["input_shape"] = (input_dim,)
        super().__init__(**kwargs)

    def build(self) -> None:
        self.W = self.init((self.input_dim, self.output_dim), name=f"{self.name}_W")
        self.trainable_weights = [self.W]
        # A Graph builds it a second time, when it has an input: the weights given stay.
        initial = self.initial_weights
        self.finish_build(W=self.W)
        self.initial_weights = initial

    @property
    def input_dtype(self) -> str:
        return "int32"

    @property
    def masks_output(self) -> bool:
        return self.mask_zero

    def forward_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return x != 0 if self.mask_zero else None

    @property
    def output_shape(self) -> Shape:
        return self.input_shape[0], self.input_length, self.output_dim

    @property
    def nb_draws(self) -> int:
        return int(self.dropout > 0)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        W: Tensor = self.W
        if self.dropout:
            retain = 1.0 - self.dropout
            W = W * (self.stream().keep(W[:, :1], retain) if self.training else retain)
        return F.embedding(x.long(), W)


class WordContextProduct(Layer):
    """activation(w . c) for the vectors w of a word and c of a word in its context.

    Trained on pairs that occur and pairs that do not, it gives the vectors of word2vec:
    Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space".

    Shape:
        input: (nb_samples, 2), integers from 0 to input_dim - 1, the word and the context
        output: (nb_samples, 1), floatx
        W_w, W_c: (input_dim, proj_dim), the words' vectors and the contexts'

    Args:
        input_dim: int > 0, one more than the largest integer.
        proj_dim: int > 0, length of a vector.
        init: name or function, how W_w and W_c start.
        activation: name or function of a tensor.
        weights: list of two arrays to start from instead.

    Mirrors: keras 0.2.0, layers/embeddings.py, WordContextProduct (dropped in 0.3.0).
    """

    input_ndim = 2
    config_fields: ClassVar = ("input_dim", "proj_dim", "init", "activation")
    W_w: Variable
    W_c: Variable

    def __init__(
        self,
        input_dim: int,
        proj_dim: int = 128,
        init: Any = "uniform",
        activation: Any = "sigmoid",
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        self.input_dim = input_dim
        self.proj_dim = proj_dim
        self.activation = activations.get(activation)
        self.set_options(init=init, initial_weights=weights)
        kwargs.setdefault("input_shape", (2,))
        super().__init__(**kwargs)
        # Not in build: they need no input shape, and were drawn once, whatever came before.
        self.W_w = self.init((input_dim, proj_dim), name=f"{self.name}_W_w")
        self.W_c = self.init((input_dim, proj_dim), name=f"{self.name}_W_c")
        self.trainable_weights = [self.W_w, self.W_c]
        self.finish_build()

    @property
    def input_dtype(self) -> str:
        return "int32"

    @property
    def output_shape(self) -> Shape:
        return self.input_shape[0], 1

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        word, context = x.long().unbind(1)
        product = F.embedding(word, self.W_w) * F.embedding(context, self.W_c)
        output: Tensor = self.activation(product.sum(1, keepdim=True))
        return output
