"""Recurrent layers: SimpleRNN, GRU and LSTM; those that 0.3 dropped are in _older_recurrent.py.

Layers of users derive from them by ``step``: see _steps.py. The input products of all time
steps and gates are one matrix product; a loop over time does the rest. Masked steps repeat
the output and the states before them. With ``go_backwards`` the outputs come in the order in
which the steps were taken.

Mirrors: keras 0.3.3, layers/recurrent.py.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from .. import activations
from .. import backend as K
from .._budget import reserve
from .._errors import ArgumentError, RegularizerError
from .._older import older_order
from .._settings import settings
from ..backend._nn import own_backward
from ..backend._random import drop
from ..backend._variable import Variable
from . import _over_time, _steps
from ._base import NoisyLayer, Shape, zeros_from
from ._steps import time_distributed_dense as time_distributed_dense

States = list[Tensor]


# What followed the activations in Keras 0.1.
_REST_OF_0_1 = ("weights", "truncate_gradient", "return_sequences")


class Recurrent(NoisyLayer, _steps.Steps):
    """Base class of recurrent layers.

    Shape:
        input: (nb_samples, timesteps, input_dim), floatx
        output: (nb_samples, output_dim), or (nb_samples, timesteps, output_dim) if
            ``return_sequences``, floatx

    Args:
        weights: list of arrays to start from, in the order of `get_weights`.
        return_sequences: whether to return every output, not only the last.
        go_backwards: whether to read the sequence from its end.
        stateful: whether a batch starts from the states in which the one before it
            ended; needs ``batch_input_shape``.
        input_dim, input_length: int, for a first layer.
        truncate_gradient: int, by keyword; only the last so many steps have a gradient, -1
            for all. An argument of 0.1 and 0.2 that 0.3.0 dropped.

    Raises:
        ValueError: if stateful and the batch size is not fixed.

    Mirrors: keras 0.3.3, layers/recurrent.py, Recurrent.
    """

    input_ndim = 3
    config_fields: ClassVar[tuple[str, ...]] = ("return_sequences", "go_backwards", "stateful")

    # Gates in the order in which their weights are drawn; W_i, U_i, b_i for a gate "i".
    gates: ClassVar[tuple[str, ...]] = ()
    # The order of their weights in get_weights and in files.
    weight_order: ClassVar[tuple[str, ...]]
    # The order in which their products stand side by side: equal activations together.
    product_order: ClassVar[tuple[str, ...]]
    nb_states: int = 1

    dropout_W: float = 0.0
    dropout_U: float = 0.0
    output_dim: int
    states: list[Any]
    activation: Callable[[Tensor], Tensor]
    inner_activation: Callable[[Tensor], Tensor]

    def __init__(
        self,
        weights: Any = None,
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.return_sequences = return_sequences
        self.initial_weights = weights
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.input_dim = input_dim
        self.input_length = input_length
        self.truncate_gradient = kwargs.pop("truncate_gradient", -1)
        if input_dim:
            kwargs["input_shape"] = (input_length, input_dim)
        super().__init__(**kwargs)

    # Weights and states

    def gate_weights(self, kind: str, gates: Sequence[str] | None = None) -> list[Tensor]:
        """Return the weights of one kind, "W", "U" or "b", of some gates or all."""
        return [
            getattr(self, f"{kind}_{gate}" if gate else kind)
            for gate in (self.product_order if gates is None else gates)
        ]

    def bias_init(self, gate: str) -> Callable[..., Variable]:
        """Return the initialization of a gate's bias."""
        return K.zeros

    def make_states(self) -> None:
        """Make the states that last from batch to batch, if any."""
        if self.stateful:
            self.reset_states()
        else:
            self.states = [None] * self.nb_states

    def build(self) -> None:
        self.input_dim = self.input_shape[2]
        self.make_states()
        for gate in self.gates:
            suffix = f"_{gate}" if gate else ""
            shapes = {
                "W": (self.init, (self.input_dim, self.output_dim)),
                "U": (self.inner_init, (self.output_dim, self.output_dim)),
                "b": (self.bias_init(gate), (self.output_dim,)),
            }
            for kind, (init, shape) in shapes.items():
                name = kind + suffix
                setattr(self, name, init(shape, name=f"{self.name}_{name}"))
        self.trainable_weights = [
            self.gate_weights(kind, [gate])[0] for gate in self.weight_order for kind in "WUb"
        ]
        self.finish_build(**{kind: self.gate_weights(kind) for kind in "WUb"})

    def reset_states(self) -> None:
        """Set the states to 0.

        Raises:
            ValueError: if the layer is not stateful or its batch size is not fixed.
        """
        if not self.stateful:
            raise ArgumentError(
                f"Layer must be stateful. Make it with {type(self).__name__}(stateful=True)."
            )
        nb_samples = self.input_shape[0]
        if not nb_samples:
            raise ValueError(
                "If a RNN is stateful, a complete input_shape must be provided (including "
                "batch size): pass batch_input_shape=(nb_samples, timesteps, input_dim)."
            )
        if self.__dict__.get("states"):
            for state in self.states:
                K.set_value(state, np.zeros((nb_samples, self.output_dim)))
        else:
            for _ in range(self.nb_states):
                reserve((nb_samples, self.output_dim))
            self.states = [K.zeros((nb_samples, self.output_dim)) for _ in range(self.nb_states)]
        # Nothing to change until a batch has been seen.
        self.updates = [(state, state) for state in self.states]

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        # States are no parameters, and move to a device with them.
        super()._apply(fn, recurse)
        for state in self.states if self.stateful else []:
            state.data = fn(state.data)
        return self

    # Shapes and masks

    @property
    def output_shape(self) -> Shape:
        nb_samples, timesteps, _ = self.input_shape
        if self.return_sequences:
            return nb_samples, timesteps, self.output_dim
        return nb_samples, self.output_dim

    @property
    def masks_output(self) -> bool:
        return self.return_sequences and super().masks_output

    def forward_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return mask if self.return_sequences else None

    # Dropout: first of the recurrent connections, then of the inputs, a draw for each gate

    @property
    def nb_draws(self) -> int:
        return len(self.gates) * sum(0 < p < 1 for p in (self.dropout_U, self.dropout_W))

    def _streams(self, p: float, first: int) -> list[Any]:
        if not self.training or not 0 < p < 1:
            return []
        return [self.stream(first + index) for index in range(len(self.gates))]

    def recurrent_dropout(self, x: Tensor) -> list[Tensor]:
        """Return for each gate the factors of the states' units; [] without dropout."""
        streams = self._streams(self.dropout_U, 0)
        ones = torch.ones(len(x), self.output_dim, device=x.device, dtype=x.dtype)
        return [drop(ones, self.dropout_U, stream) for stream in streams]

    def input_product(self, x: Tensor) -> Tensor:
        """Return x W + b of all gates: (timesteps, nb_samples, gates * output_dim)."""
        x = x.transpose(0, 1)
        first = self.nb_draws - len(self.gates)  # after those of the recurrent connections
        streams = self._streams(self.dropout_W, first)
        W, b = self.gate_weights("W"), self.gate_weights("b")
        if not streams:
            rows = torch.addmm(torch.cat(b), x.flatten(0, 1), torch.cat(W, 1))
            return rows.unflatten(0, x.shape[:2])
        ones = torch.ones_like(x[0])
        dropped = [x * drop(ones, self.dropout_W, stream) for stream in streams]
        return torch.cat([x @ w + c for x, w, c in zip(dropped, W, b, strict=True)], -1)

    # Computation

    def recurrent_weights(self) -> list[Tensor]:
        """Return the matrices that `cell` multiplies the states by."""
        return [torch.cat(self.gate_weights("U"), 1)]

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        """Take one step.

        Args:
            z: (nb_samples, gates * output_dim), the input product of this step.
            states: of the step before, each (nb_samples, output_dim).
            U: the recurrent weights, from `recurrent_weights`.
            drops: for each gate the factors of the states' units; [] without dropout.

        Returns:
            The new states; the first is the output.
        """
        raise NotImplementedError

    def masked_step(
        self, kept: Tensor, new: States, states: States, output: Tensor
    ) -> tuple[States, Tensor]:
        """Return the states and the output after a step that counts for some samples only.

        Args:
            kept: (nb_samples, 1), bool, the samples it counts for.
            new: what `cell` returned.
            states, output: of the step before.
        """
        return (
            [torch.where(kept, n, s) for n, s in zip(new, states, strict=True)],
            torch.where(kept, new[0], output),
        )

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        drops = self.recurrent_dropout(x)
        states: States = [zeros_from(x, len(x), self.output_dim) for _ in range(self.nb_states)]
        if self.stateful:
            self._check_nb_samples(x)
            states = [state.detach().clone() for state in self.states]
        kept = None if mask is None else mask.bool().t().unsqueeze(-1)
        if self.go_backwards:
            x, kept = x.flip(1), None if kept is None else kept.flip(0)
        outputs, states = self._all_steps(x, states, kept, drops)
        if self.stateful:
            self.pending_updates = [
                (s, n.detach()) for s, n in zip(self.states, states, strict=True)
            ]
        return outputs.transpose(0, 1) if self.return_sequences else outputs

    def _all_steps(
        self, x: Tensor, states: States, kept: Tensor | None, drops: list[Tensor]
    ) -> tuple[Tensor, States]:
        """Return the outputs, time first, or the last alone, and the last states.

        Args:
            kept: (timesteps, nb_samples, 1), bool, the steps that count; None for all.
        """
        z = self.input_product(x)
        by_hand = None if drops else self._by_hand()
        if by_hand is None or (self.stateful and kept is not None):
            return self._by_steps(z, states, kept, drops)
        outputs: tuple[Tensor, States] = by_hand(
            z, self.recurrent_weights(), states, kept, not self.return_sequences
        )
        return outputs

    def _by_hand(self) -> Any:
        """Return the function that takes all steps at once, if there is one."""
        if self.truncate_gradient != -1 or not own_backward():
            return None
        inner_activation = self.__dict__.get("inner_activation")
        return BY_HAND.get((type(self).cell, self.activation, inner_activation))

    def _by_steps(
        self, z: Tensor, states: States, kept: Tensor | None, drops: list[Tensor]
    ) -> tuple[Tensor, States]:
        """Take one step after the other; see `_all_steps`."""
        U = self.recurrent_weights()
        masks = None if kept is None else kept.unbind(0)
        output = zeros_from(z, *states[0].shape)
        outputs: list[Tensor] = []
        for t, step in enumerate(z.unbind(0)):
            if len(z) - t == self.truncate_gradient:
                states, outputs = [[y.detach() for y in ys] for ys in (states, outputs)]
                output = output.detach()
            new = self.cell(step, states, U, drops)
            if masks is None:
                states, output = new, new[0]
            else:
                states, output = self.masked_step(masks[t], new, states, output)
            outputs.append(output)
        return torch.stack(outputs) if self.return_sequences else output, states

    def _check_nb_samples(self, x: Tensor) -> None:
        expected = self.states[0].shape[0]
        if len(x) != expected:
            raise ValueError(
                f"The stateful layer {self.name!r} was built for batches of {expected} samples; "
                f"got {len(x)}. Use batch_size={expected} and a multiple of it in samples."
            )

    def gate_activation(self, z: Tensor, nb_gates: int) -> Sequence[Tensor]:
        """Apply the inner activation to gates side by side and return them apart."""
        if self.inner_activation in activations.ELEMENTWISE:
            return self.inner_activation(z).chunk(nb_gates, 1)
        return [self.inner_activation(gate) for gate in z.chunk(nb_gates, 1)]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.stateful:
            config["batch_input_shape"] = self.input_shape
        else:
            config["input_dim"] = self.input_dim
            config["input_length"] = self.input_length
        if self.truncate_gradient != -1:
            config["truncate_gradient"] = self.truncate_gradient
        return config


def recurrent_product(h: Tensor, U: Tensor, drops: list[Tensor]) -> Tensor:
    """Return h U of several gates, with dropout of h for each gate where there is any."""
    if not drops:
        return h @ U
    parts = zip(drops, U.chunk(len(drops), 1), strict=True)
    return torch.cat([(h * factors) @ u for factors, u in parts], 1)


class SimpleRNN(Recurrent, _steps.SimpleRNNSteps):
    """h = activation(x W + h U + b).

    Args:
        output_dim: int > 0, units of the state, which is the output.
        init, inner_init: names or functions, how W and U start; b starts at 0.
        activation: name or function of a tensor.
        dropout_W, dropout_U: float in [0, 1), fraction of inputs and of state units to
            drop in training, the same ones at every time step.

    The other arguments are those of `Recurrent`.

    Raises:
        ValueError: for a regularizer of U or b alone, which fail in 0.3.3, unless
            ``settings.simplernn_regularizers`` is True.

    Mirrors: keras 0.3.3, layers/recurrent.py, SimpleRNN.
    """

    gates = ("",)
    weight_order = product_order = ("",)
    config_fields: ClassVar = (
        *Recurrent.config_fields,
        "output_dim",
        "init",
        "inner_init",
        "activation",
        "W_regularizer",
        "U_regularizer",
        "b_regularizer",
        "dropout_W",
        "dropout_U",
    )
    W: Variable
    U: Variable
    b: Variable

    @older_order(
        "input_dim",
        "output_dim",
        "init",
        "inner_init",
        "activation",
        *_REST_OF_0_1,
        at=1,
        activation="sigmoid",
    )
    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        activation: Any = "tanh",
        W_regularizer: Any = None,
        U_regularizer: Any = None,
        b_regularizer: Any = None,
        dropout_W: float = 0.0,
        dropout_U: float = 0.0,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.set_options(
            init=init,
            inner_init=inner_init,
            W_regularizer=W_regularizer,
            U_regularizer=U_regularizer,
            b_regularizer=b_regularizer,
            dropout_W=dropout_W,
            dropout_U=dropout_U,
        )
        super().__init__(**kwargs)

    def build(self) -> None:
        alone = self.W_regularizer is None and (self.U_regularizer or self.b_regularizer)
        if alone and not settings.simplernn_regularizers:
            raise RegularizerError(
                "SimpleRNN got a U_regularizer or b_regularizer without a W_regularizer, which "
                "Keras 0.3.3 cannot build. To penalise U and b all the same: "
                "legacy_keras.settings.simplernn_regularizers = True"
            )
        super().build()

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        return [self.activation(z + recurrent_product(states[0], U[0], drops))]


class GRU(Recurrent, _steps.GRUSteps):
    """h = z h + (1 - z) activation(x W_h + (r h) U_h + b_h) with gates z and r.

    z and r are inner_activation(x W + h U + b). The reset gate r comes before the
    product, unlike in torch.nn.GRU.

    Args:
        inner_activation: name or function of a tensor, for the gates.

    The other arguments are those of `SimpleRNN`.

    Mirrors: keras 0.3.3, layers/recurrent.py, GRU.
    """

    gates = weight_order = ("z", "r", "h")
    product_order = _over_time.GRU_GATES
    config_fields: ClassVar = (*SimpleRNN.config_fields, "inner_activation")

    @older_order(
        "input_dim",
        "output_dim",
        "init",
        "inner_init",
        "activation",
        "inner_activation",
        *_REST_OF_0_1,
        at=1,
        activation="sigmoid",
    )
    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        activation: Any = "tanh",
        inner_activation: Any = "hard_sigmoid",
        W_regularizer: Any = None,
        U_regularizer: Any = None,
        b_regularizer: Any = None,
        dropout_W: float = 0.0,
        dropout_U: float = 0.0,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.inner_activation = activations.get(inner_activation)
        self.set_options(
            init=init,
            inner_init=inner_init,
            W_regularizer=W_regularizer,
            U_regularizer=U_regularizer,
            b_regularizer=b_regularizer,
            dropout_W=dropout_W,
            dropout_U=dropout_U,
        )
        super().__init__(**kwargs)

    def recurrent_weights(self) -> list[Tensor]:
        return [torch.cat(self.gate_weights("U", "rz"), 1), *self.gate_weights("U", "h")]

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        (h,) = states
        gates, z_h = z.split([2 * self.output_dim, self.output_dim], 1)
        gates = gates + recurrent_product(h, U[0], drops[:2])
        reset, update = self.gate_activation(gates, 2)
        candidate = self.activation(z_h + recurrent_product(reset * h, U[1], drops[2:]))
        return [update * h + (1 - update) * candidate]


class LSTM(Recurrent, _steps.LSTMSteps):
    """c = f c + i activation(x W_c + h U_c + b_c), h = o activation(c) with gates i, f, o.

    The gates are inner_activation(x W + h U + b).

    Args:
        forget_bias_init: name or function, how the bias of f starts.
        inner_activation: name or function of a tensor, for the gates.

    The other arguments are those of `SimpleRNN`.

    Mirrors: keras 0.3.3, layers/recurrent.py, LSTM.
    """

    gates = ("i", "f", "c", "o")
    weight_order = ("i", "c", "f", "o")
    product_order = _over_time.LSTM_GATES
    nb_states = 2
    config_fields: ClassVar = (
        *SimpleRNN.config_fields,
        "forget_bias_init",
        "inner_activation",
    )

    @older_order(
        "input_dim",
        "output_dim",
        "init",
        "inner_init",
        "forget_bias_init",
        "activation",
        "inner_activation",
        *_REST_OF_0_1,
        at=1,
    )
    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        forget_bias_init: Any = "one",
        activation: Any = "tanh",
        inner_activation: Any = "hard_sigmoid",
        W_regularizer: Any = None,
        U_regularizer: Any = None,
        b_regularizer: Any = None,
        dropout_W: float = 0.0,
        dropout_U: float = 0.0,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.inner_activation = activations.get(inner_activation)
        self.set_options(
            init=init,
            inner_init=inner_init,
            forget_bias_init=forget_bias_init,
            W_regularizer=W_regularizer,
            U_regularizer=U_regularizer,
            b_regularizer=b_regularizer,
            dropout_W=dropout_W,
            dropout_U=dropout_U,
        )
        super().__init__(**kwargs)

    def bias_init(self, gate: str) -> Callable[..., Variable]:
        return self.forget_bias_init if gate == "f" else super().bias_init(gate)

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        h, c = states
        z = z + recurrent_product(h, U[0], drops)
        gates, z_c = z.split([3 * self.output_dim, self.output_dim], 1)
        o, i, f = self.gate_activation(gates, 3)
        c = f * c + i * self.activation(z_c)
        return [o * self.activation(c), c]

    def _all_steps(
        self, x: Tensor, states: States, kept: Tensor | None, drops: list[Tensor]
    ) -> tuple[Tensor, States]:
        if kept is not None or drops or not self._is_torchs():
            return super()._all_steps(x, states, kept, drops)
        W, U, b = (self.gate_weights(kind, _over_time.TORCH_LSTM_GATES) for kind in "WUb")
        return _over_time.torch_lstm(
            x.transpose(0, 1),
            torch.cat(W, 1),
            torch.cat(U, 1),
            torch.cat(b),
            states,
            not self.return_sequences,
        )

    def _is_torchs(self) -> bool:
        """Whether this is the LSTM that torch has: sigmoid gates and nothing else."""
        return (
            self._by_hand() is not None
            and self.inner_activation is K.sigmoid
            and not self._streams(self.dropout_W, 0)
        )


# The formulas that are also written out over time: cell, activation, inner activation.
BY_HAND: dict[tuple[Any, Any, Any], Callable[..., tuple[Tensor, States]]] = {
    (SimpleRNN.cell, activation, None): functools.partial(_over_time.rnn, activation)
    for activation in _over_time.ACTIVATIONS
}
for _inner in _over_time.GATES:
    BY_HAND[LSTM.cell, K.tanh, _inner] = functools.partial(_over_time.lstm, _inner)
    BY_HAND[GRU.cell, K.tanh, _inner] = functools.partial(_over_time.gru, _inner)

# Last, for they build on what is above.
from ._older_recurrent import JZS1 as JZS1  # noqa: E402
from ._older_recurrent import JZS2 as JZS2  # noqa: E402
from ._older_recurrent import JZS3 as JZS3  # noqa: E402
from ._older_recurrent import SimpleDeepRNN as SimpleDeepRNN  # noqa: E402
