"""theano.tensor.subtensor: where Theano defines part of what ``theano.tensor`` offers."""

from __future__ import annotations

from .._names import offers

__getattr__ = offers(__name__, "tensor")
