"""theano.tensor.nnet.nnet: where Theano defines what ``theano.tensor.nnet`` offers."""

from __future__ import annotations

from ..._names import offers

__getattr__ = offers(__name__, "tensor.nnet")
