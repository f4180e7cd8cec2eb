"""Recurrent layers that differ from torch's in their gates, masks, states or dropout.

Weights are laid out as in torch: the rows of a gate stand together, in torch's order.
There is one bias, where torch has two.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .noise import Noise


class Recurrent(nn.Module):
    """Base class of the recurrent layers: goes through (batch, steps, features)."""

    nb_gates = 1
    nb_states = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: Callable[[Tensor], Tensor],
        gate_activation: Callable[[Tensor], Tensor] = torch.sigmoid,
        *,
        return_sequences: bool = False,
    ) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.activation = activation
        self.gate_activation = gate_activation
        self.return_sequences = return_sequences
        rows = self.nb_gates * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias = nn.Parameter(torch.empty(rows))

    def forward(self, x: Tensor) -> Tensor:
        outputs, _ = self.steps(x, self.first_states(x))
        return torch.stack(outputs, 1) if self.return_sequences else outputs[-1]

    def first_states(self, x: Tensor) -> list[Tensor]:
        return [
            x.new_zeros(x.shape[0], self.hidden_size) for _ in range(self.nb_states)
        ]

    def steps(
        self, x: Tensor, states: list[Tensor], mask: Tensor | None = None
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return the outputs of all steps, and the last states."""
        outputs = []
        for step in self.input_product(x).unbind(1):
            states = self.cell(step, states)
            outputs.append(states[0])
        return outputs, states

    def input_product(self, x: Tensor) -> Tensor:
        """Return what the inputs add to the gates, for all steps at once."""
        return F.linear(x, self.weight_ih, self.bias)

    def hidden_product(
        self, h: Tensor, first: int = 0, last: int | None = None
    ) -> Tensor:
        """Return what the state adds to all gates, or those from first up to last."""
        gates = self.weight_hh.unflatten(0, (-1, self.hidden_size))[first:last]
        return F.linear(h, gates.flatten(0, 1))

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        """Return the states after a step; the first one is the output."""
        raise NotImplementedError


class Masked(Recurrent):
    """A recurrent layer with a mask (batch, steps): where it is 0, nothing changes."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        outputs, _ = self.steps(x, self.first_states(x), mask)
        return torch.stack(outputs, 1) if self.return_sequences else outputs[-1]

    def steps(
        self, x: Tensor, states: list[Tensor], mask: Tensor | None = None
    ) -> tuple[list[Tensor], list[Tensor]]:
        if mask is None:
            return super().steps(x, states)
        outputs = [torch.zeros_like(states[0])]
        for t, step in enumerate(self.input_product(x).unbind(1)):
            kept = mask[:, t].bool().unsqueeze(1)
            new = self.cell(step, states)
            states, output = self.masked(kept, new, states, outputs[-1])
            outputs.append(output)
        return outputs[1:], states

    def masked(
        self, kept: Tensor, new: list[Tensor], old: list[Tensor], output: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        """Return states and output where a step counts for some samples only."""
        states = [torch.where(kept, n, o) for n, o in zip(new, old, strict=True)]
        return states, torch.where(kept, new[0], output)


class SimpleRNN(Recurrent):
    """h = activation(W x + U h + b)."""

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        return [self.activation(step + self.hidden_product(states[0]))]


class LSTM(Recurrent):
    """nn.LSTM with other activations, of Keras 0.3.3. The gates are i, f, g, o."""

    nb_gates = 4
    nb_states = 2

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        h, c = states
        i, f, g, o = (step + self.hidden_product(h)).chunk(4, 1)
        c = self.gate_activation(f) * c + self.gate_activation(i) * self.activation(g)
        return [self.gate_activation(o) * self.activation(c), c]


class GRU(Recurrent):
    """nn.GRU, but with the reset gate before the product. The gates are r, z, n."""

    nb_gates = 3

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        (h,) = states
        r, z, n = step.chunk(3, 1)
        hidden_r, hidden_z = self.hidden_product(h, 0, 2).chunk(2, 1)
        r, z = self.gate_activation(r + hidden_r), self.gate_activation(z + hidden_z)
        n = self.activation(n + self.hidden_product(r * h, 2, 3))
        return [z * h + (1 - z) * n]


class WithDropout(Noise, Recurrent):
    """Dropout of a recurrent layer's inputs and states, the same ones at every step.

    Each gate has draws of its own: first those of the states, then those of the inputs.
    """

    dropout_states = 0.0
    dropout_inputs = 0.0

    def first_states(self, x: Tensor) -> list[Tensor]:
        states = super().first_states(x)
        self.draws = 0
        self.state_factors = self.factors(states[0], self.dropout_states)
        self.input_factors = self.factors(x[:, 0], self.dropout_inputs)
        return states

    def factors(self, x: Tensor, p: float) -> list[Tensor]:
        """Draw for each gate what to multiply x by; nothing without dropout."""
        if not self.training or not p:
            return []
        first, ones = self.draws, torch.ones_like(x)
        self.draws += self.nb_gates
        return [
            self.kept(ones, 1 - p, first + i) / (1 - p) for i in range(self.nb_gates)
        ]

    def input_product(self, x: Tensor) -> Tensor:
        if not self.input_factors:
            return super().input_product(x)
        gates = zip(
            self.input_factors, self.weight_ih.chunk(self.nb_gates), strict=True
        )
        parts = [F.linear(x * factor.unsqueeze(1), weight) for factor, weight in gates]
        return torch.cat(parts, -1) + self.bias

    def hidden_product(
        self, h: Tensor, first: int = 0, last: int | None = None
    ) -> Tensor:
        if not self.state_factors:
            return super().hidden_product(h, first, last)
        gates = list(enumerate(self.state_factors))[first:last]
        return torch.cat(
            [
                super(WithDropout, self).hidden_product(h * f, i, i + 1)
                for i, f in gates
            ],
            1,
        )


class Stateful(Recurrent):
    """A recurrent layer that starts from the states in which the last batch ended.

    Call ``reset_states`` before a batch that does not go on where the last one ended.
    """

    states: Tensor

    def make_states(self, nb_samples: int) -> None:
        """Make the states, for batches of so many samples."""
        states = torch.zeros(self.nb_states, nb_samples, self.hidden_size)
        self.register_buffer("states", states)

    def reset_states(self) -> None:
        """Set the states to 0."""
        self.states.zero_()

    def first_states(self, x: Tensor) -> list[Tensor]:
        super().first_states(x)
        return list(self.states.clone().unbind(0))

    def steps(
        self, x: Tensor, states: list[Tensor], mask: Tensor | None = None
    ) -> tuple[list[Tensor], list[Tensor]]:
        outputs, states = super().steps(x, states, mask)
        self.states.copy_(torch.stack(states).detach())
        return outputs, states


class JZS(Masked):
    """Base class of three units of Jozefowicz et al. 2015. The gates are z, r, h.

    A masked step is computed like any other, and the step after it starts from zeros.
    """

    nb_gates = 3

    def masked(
        self, kept: Tensor, new: list[Tensor], old: list[Tensor], output: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        return [torch.where(kept, n, 0) for n in new], new[0]

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        (h,) = states
        z, r, n = step.chunk(3, 1)
        z = self.gate_activation(z + self.update_product(h))
        r = self.gate_activation(r + self.hidden_product(h, 1, 2))
        n = self.activation(n + self.hidden_product(r * h, 2, 3))
        return [z * n + (1 - z) * h]

    def update_product(self, h: Tensor) -> Tensor:
        """Return what the state adds to the update gate."""
        return self.hidden_product(h, 0, 1)


class JZS1(JZS):
    """MUT1: the update gate does not see the state, the candidate sees tanh(P x)."""

    def input_product(self, x: Tensor) -> Tensor:
        weights, biases = self.weight_ih.chunk(3), self.bias.chunk(3)
        z, r = F.linear(x, weights[0], biases[0]), F.linear(x, weights[1], biases[1])
        return torch.cat([z, r, torch.tanh(F.linear(x, weights[2])) + biases[2]], -1)

    def update_product(self, h: Tensor) -> Tensor:
        return torch.zeros_like(h)


class JZS2(JZS):
    """MUT2: the reset gate sees P x."""


class JZS3(JZS):
    """MUT3: the update gate sees tanh(h)."""

    def update_product(self, h: Tensor) -> Tensor:
        return super().update_product(torch.tanh(h))


class SimpleDeepRNN(Masked):
    """h = activation(W x + b + sum_i gate_activation(U_i h_i)) of the last outputs h_i.

    Steps before the first one, and masked ones, add nothing to the sum.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: Callable[[Tensor], Tensor],
        gate_activation: Callable[[Tensor], Tensor],
        *,
        depth: int,
        return_sequences: bool = False,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            activation,
            gate_activation,
            return_sequences=return_sequences,
        )
        self.depth = depth
        self.nb_states = 2 * depth  # the outputs, then for each whether there is one
        self.weight_hh = nn.Parameter(torch.empty(depth * hidden_size, hidden_size))

    def cell(self, step: Tensor, states: list[Tensor]) -> list[Tensor]:
        outputs, present = states[: self.depth], states[self.depth :]
        for i, (h, there) in enumerate(zip(outputs, present, strict=True)):
            step = step + there * self.gate_activation(self.hidden_product(h, i, i + 1))
        h = self.activation(step)
        return [h, *outputs[:-1], torch.ones_like(h), *present[:-1]]

    def masked(
        self, kept: Tensor, new: list[Tensor], old: list[Tensor], output: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        there = kept.to(output.dtype).expand_as(output)
        return [*new[: self.depth], there, *new[self.depth + 1 :]], new[0]
