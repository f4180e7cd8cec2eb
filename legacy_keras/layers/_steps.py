"""Recurrent layers one time step at a time, in expressions, as 0.3.3 wrote its own.

Our layers compute a whole sequence in one ``forward``. A user's layer may write ``step`` and
what goes with it instead, or derive from SimpleRNN, GRU or LSTM and override one of these
methods, or call them on a layer that it has inside. Which way a class computes follows from
its MRO, as for ``forward`` and ``get_output``: what is defined nearest to it decides.

Mirrors: keras 0.3.3, layers/recurrent.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .. import backend as K
from .._symbolic.pull import first_to_define
from ._base import MaskedLayer


def time_distributed_dense(
    x: Any,
    w: Any,
    b: Any = None,
    dropout: float | None = None,
    input_dim: int | None = None,
    output_dim: int | None = None,
    timesteps: int | None = None,
) -> Any:
    """Return x w + b for every time step.

    Args:
        x: tensor or expression, (nb_samples, timesteps, input_dim).
        dropout: fraction of the inputs to drop, the same ones at every time step.
        input_dim, output_dim, timesteps: known from ``x`` and ``w``; accepted for old callers.

    Mirrors: keras 0.3.3, layers/recurrent.py, time_distributed_dense.
    """
    if dropout:
        x = x * K.expand_dims(K.dropout(K.ones_like(x[:, 0]), dropout), 1)
    product = K.dot(x, w)
    return product if b is None else product + b


class Steps(MaskedLayer):
    """Base class of layers that K.rnn takes through a sequence, one call of ``step`` a time."""

    input_dim: int | None
    output_dim: int
    return_sequences: bool
    go_backwards: bool
    stateful: bool
    states: list[Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        nearest = first_to_define(cls, "forward", "get_output", *METHODS)
        if not nearest.keys() & {"forward", "get_output"}:
            cls.get_output = get_output_by_steps
        super().__init_subclass__(**kwargs)

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        """Return the output of one time step and the new states, as expressions.

        Args:
            x: (nb_samples, ...), one time step of what `preprocess_input` returned.
            states: those of the step before, then what `get_constants` returned.
        """
        raise NotImplementedError(f"{type(self).__name__} has neither step() nor forward().")

    def get_constants(self, x: Any, train: bool = False) -> list[Any]:
        """Return what every step is given after its states."""
        return []

    def get_initial_states(self, x: Any) -> list[Any]:
        """Return zeros of shape (nb_samples, output_dim) for each of ``states``."""
        nothing = K.sum(K.zeros_like(x), axis=1)
        state = K.dot(nothing, K.zeros((self.input_dim, self.output_dim)))
        return [state for _ in self.states]

    def preprocess_input(self, x: Any, train: bool = False) -> Any:
        """Return the sequence that is stepped through."""
        return x

    def get_padded_shuffled_mask(self, train: bool, X: Any, pad: int = 0) -> Any:
        """Return the mask for a scan over time: (pad + timesteps, nb_samples, 1), int8.

        Mirrors: keras 0.2.0, layers/recurrent.py, Recurrent; ``_step`` below likewise.
        """
        mask = self.get_input_mask(train)
        mask = K.ones_like(K.sum(X, axis=-1)) if mask is None else mask
        mask = K.permute_dimensions(K.expand_dims(K.cast(mask, "int8")), (1, 0, 2))
        return K.concatenate([K.zeros_like(mask[:1])] * pad + [mask], axis=0)


METHODS = ("step", "get_constants", "get_initial_states", "preprocess_input")


def get_output_by_steps(layer: Any, train: bool = False) -> Any:
    """Return the expression of the output of a layer that is written by ``step``."""
    x, mask = layer.get_input(train), layer.get_input_mask(train)
    states = layer.states if layer.stateful else layer.get_initial_states(x)
    constants = layer.get_constants(x, train)  # first, for it may draw a seed
    last_output, outputs, states = K.rnn(
        layer.step,
        layer.preprocess_input(x, train),
        states,
        go_backwards=layer.go_backwards,
        mask=mask,
        constants=constants,
    )
    if layer.stateful:
        layer.updates = list(zip(layer.states, states, strict=True))
    return outputs if layer.return_sequences else last_output


class GateSteps(Steps):
    """What the steps of SimpleRNN, GRU and LSTM share.

    The products of the inputs stand side by side in the order of ``gates``:
    (nb_samples, timesteps, gates * output_dim).
    """

    gates: ClassVar[tuple[str, ...]]
    activation: Callable[..., Any]
    inner_activation: Callable[..., Any]
    dropout_W: float
    dropout_U: float

    def get_constants(self, x: Any, train: bool = False) -> list[Any]:
        """Return, in training with dropout, the factors of the states' units: one per gate."""
        if not (train and 0 < self.dropout_U < 1):
            return []
        ones = K.concatenate([K.ones_like(x[:, 0, :1])] * self.output_dim, 1)
        drops = [K.dropout(ones, self.dropout_U) for _ in self.gates]
        return [drops if len(drops) > 1 else drops[0]]

    def preprocess_input(self, x: Any, train: bool = False) -> Any:
        """Return the products of the inputs, dropped for each gate in training."""
        dropout = self.dropout_W if train and 0 < self.dropout_W < 1 else None
        products = [
            time_distributed_dense(x, self._weight("W", gate), self._weight("b", gate), dropout)
            for gate in self.gates
        ]
        return K.concatenate(products, axis=2) if len(products) > 1 else products[0]

    def _weight(self, kind: str, gate: str) -> Any:
        return getattr(self, f"{kind}_{gate}" if gate else kind)

    def _parts(self, x: Any) -> list[Any]:
        n = self.output_dim
        return [x[:, n * index : n * (index + 1)] for index in range(len(self.gates))]


class SimpleRNNSteps(GateSteps):
    """The step of SimpleRNN."""

    U: Any

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        drop = states[1] if len(states) == 2 else 1.0
        h = self.activation(x + K.dot(states[0] * drop, self.U))
        return h, [h]

    def _step(self, x: Any, mask: Any, h: Any, U: Any) -> Any:
        return self.activation(x + mask * K.dot(h, U))


class GRUSteps(GateSteps):
    """The step of GRU."""

    U_z: Any
    U_r: Any
    U_h: Any

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        h = states[0]
        drops = states[1] if len(states) == 2 else [1.0] * 3
        x_z, x_r, x_h = self._parts(x)
        z = self.inner_activation(x_z + K.dot(h * drops[0], self.U_z))
        r = self.inner_activation(x_r + K.dot(h * drops[1], self.U_r))
        candidate = self.activation(x_h + K.dot(r * h * drops[2], self.U_h))
        h = z * h + (1 - z) * candidate
        return h, [h]

    def _step(
        self, x_z: Any, x_r: Any, x_h: Any, mask: Any, h: Any, U_z: Any, U_r: Any, U_h: Any
    ) -> Any:
        h = mask * h
        z = self.inner_activation(x_z + K.dot(h, U_z))
        r = self.inner_activation(x_r + K.dot(h, U_r))
        return z * h + (1 - z) * self.activation(x_h + K.dot(r * h, U_h))


class LSTMSteps(GateSteps):
    """The step of LSTM."""

    U_i: Any
    U_f: Any
    U_c: Any
    U_o: Any

    def step(self, x: Any, states: Any) -> tuple[Any, list[Any]]:
        h, c = states[:2]
        drops = states[2] if len(states) == 3 else [1.0] * 4
        x_i, x_f, x_c, x_o = self._parts(x)
        i = self.inner_activation(x_i + K.dot(h * drops[0], self.U_i))
        f = self.inner_activation(x_f + K.dot(h * drops[1], self.U_f))
        c = f * c + i * self.activation(x_c + K.dot(h * drops[2], self.U_c))
        o = self.inner_activation(x_o + K.dot(h * drops[3], self.U_o))
        h = o * self.activation(c)
        return h, [h, c]

    def _step(
        self, x_i: Any, x_f: Any, x_o: Any, x_c: Any, mask: Any, h: Any, c: Any, *U: Any
    ) -> tuple[Any, Any]:
        h, c = mask * h, mask * c
        U_i, U_f, U_o, U_c = U
        i = self.inner_activation(x_i + K.dot(h, U_i))
        f = self.inner_activation(x_f + K.dot(h, U_f))
        c = f * c + i * self.activation(x_c + K.dot(h, U_c))
        return self.inner_activation(x_o + K.dot(h, U_o)) * self.activation(c), c
