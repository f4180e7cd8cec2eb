"""Recurrent layers that Keras 0.1 and 0.2 had and 0.3 dropped: JZS1 to JZS3, SimpleDeepRNN.

They keep the masks of 0.2: a masked step is computed like any other, and the step after it
starts from zeros. What 0.3 added to recurrent layers, ``go_backwards`` and ``stateful``,
they have, too.

Mirrors: keras 0.2.0, layers/recurrent.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from .. import activations
from .. import backend as K
from ..backend._variable import Variable
from .recurrent import Recurrent, States


class _OlderRecurrent(Recurrent):
    dropout_W = dropout_U = 0.0

    def masked_step(
        self, kept: Tensor, new: States, states: States, output: Tensor
    ) -> tuple[States, Tensor]:
        return [torch.where(kept, n, torch.zeros_like(n)) for n in new], new[0]


class _JZS(_OlderRecurrent):
    """Base class of the three: h = update candidate + (1 - update) h.

    The projection P is the identity where input_dim and output_dim are equal. Otherwise its
    entries are +-1 / sqrt(input_dim), drawn at random. It is trained like the other weights.
    """

    config_fields: ClassVar = (
        *Recurrent.config_fields,
        "output_dim",
        "init",
        "inner_init",
        "activation",
        "inner_activation",
    )
    gates = ("z", "r", "h")
    # What the inputs of update gate, reset gate and candidate are multiplied by.
    input_weights: ClassVar[tuple[str, str, str]]
    # In the order in which they are drawn, which is that of get_weights.
    weight_names: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        activation: Any = "tanh",
        inner_activation: Any = "sigmoid",
        weights: Any = None,
        truncate_gradient: int = -1,
        return_sequences: bool = False,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.inner_activation = activations.get(inner_activation)
        self.set_options(init=init, inner_init=inner_init)
        super().__init__(
            weights,
            return_sequences,
            input_dim=input_dim,
            input_length=input_length,
            truncate_gradient=truncate_gradient,
            **kwargs,
        )

    def build(self) -> None:
        self.input_dim = self.input_shape[2]
        self.make_states()
        for weight in self.weight_names:
            setattr(self, weight, self._first_value(weight, f"{self.name}_{weight}"))
        self.trainable_weights = [getattr(self, weight) for weight in self.weight_names]
        self.finish_build()

    def _first_value(self, weight: str, name: str) -> Variable:
        if weight == "Pmat":
            return K.variable(projection(self.input_shape[2], self.output_dim), name=name)
        if weight.startswith("W"):
            value: Variable = self.init((self.input_dim, self.output_dim), name=name)
        elif weight.startswith("U"):
            value = self.inner_init((self.output_dim, self.output_dim), name=name)
        else:
            value = K.zeros((self.output_dim,), name=name)
        return value

    def project(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the products for update gate, reset gate and candidate, without biases."""
        W = torch.cat([getattr(self, weight) for weight in self.input_weights], 1)
        return (x @ W).chunk(3, -1)

    def input_product(self, x: Tensor) -> Tensor:
        biases = (self.b_z, self.b_r, self.b_h)
        parts = self.project(x.transpose(0, 1))
        return torch.cat([part + b for part, b in zip(parts, biases, strict=True)], -1)

    def recurrent_weights(self) -> list[Tensor]:
        return [getattr(self, weight) for weight in ("U_h", "U_r", "U_z") if self._has(weight)]

    def _has(self, weight: str) -> bool:
        return weight in self.weight_names

    def update_input(self, z: Tensor, h: Tensor, U: list[Tensor]) -> Tensor:
        """Add to the input product of the update gate what comes from the state."""
        return z + h @ U[2]

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        (h,) = states
        z, r, candidate = z.chunk(3, 1)
        update = self.inner_activation(self.update_input(z, h, U))
        reset = self.inner_activation(r + h @ U[1])
        candidate = self.activation(candidate + (reset * h) @ U[0])
        return [candidate * update + h * (1 - update)]


def projection(input_dim: int, output_dim: int) -> np.ndarray:
    """Draw the projection P that JZS1 and JZS2 start from: (input_dim, output_dim)."""
    if input_dim == output_dim:
        return np.identity(output_dim)
    signs = np.random.binomial(1, 0.5, size=(input_dim, output_dim)) * 2 - 1
    return signs / np.sqrt(input_dim)


class JZS1(_JZS):
    """h = z activation(tanh(x P) + (r h) U_h + b_h) + (1 - z) h with gates z and r.

    z = inner_activation(x W_z + b_z) and r = inner_activation(x W_r + h U_r + b_r). It is
    MUT1 of Jozefowicz et al. 2015, "An Empirical Exploration of Recurrent Network
    Architectures".

    Shape:
        input: (nb_samples, timesteps, input_dim), floatx
        output: (nb_samples, output_dim), or (nb_samples, timesteps, output_dim) if
            ``return_sequences``, floatx

    Args:
        output_dim: int > 0, units of the state, which is the output.
        init, inner_init: names or functions, how W and U start; biases start at 0.
        activation: name or function of a tensor.
        inner_activation: the same, for the gates.

    The other arguments are those of `Recurrent`.

    Mirrors: keras 0.2.0, layers/recurrent.py, JZS1 (dropped in 0.3.0).
    """

    input_weights = ("W_z", "W_r", "Pmat")
    weight_names = ("W_z", "b_z", "W_r", "U_r", "b_r", "U_h", "b_h", "Pmat")

    def project(self, x: Tensor) -> tuple[Tensor, ...]:
        z, r, candidate = super().project(x)
        return z, r, torch.tanh(candidate)

    def update_input(self, z: Tensor, h: Tensor, U: list[Tensor]) -> Tensor:
        return z


class JZS2(_JZS):
    """h = z activation(x W_h + (r h) U_h + b_h) + (1 - z) h with gates z and r.

    z = inner_activation(x W_z + h U_z + b_z) and r = inner_activation(x P + h U_r + b_r).
    It is MUT2 of Jozefowicz et al. 2015. Shapes and arguments are those of `JZS1`.

    Mirrors: keras 0.2.0, layers/recurrent.py, JZS2 (dropped in 0.3.0).
    """

    input_weights = ("W_z", "Pmat", "W_h")
    weight_names = ("W_z", "U_z", "b_z", "U_r", "b_r", "W_h", "U_h", "b_h", "Pmat")


class JZS3(_JZS):
    """h = z activation(x W_h + (r h) U_h + b_h) + (1 - z) h with gates z and r.

    z = inner_activation(x W_z + tanh(h) U_z + b_z) and
    r = inner_activation(x W_r + h U_r + b_r). It is MUT3 of Jozefowicz et al. 2015. Shapes
    and arguments are those of `JZS1`.

    Mirrors: keras 0.2.0, layers/recurrent.py, JZS3 (dropped in 0.3.0).
    """

    input_weights = ("W_z", "W_r", "W_h")
    weight_names = ("W_z", "U_z", "b_z", "W_r", "U_r", "b_r", "W_h", "U_h", "b_h")

    def update_input(self, z: Tensor, h: Tensor, U: list[Tensor]) -> Tensor:
        return z + torch.tanh(h) @ U[2]


class SimpleDeepRNN(_OlderRecurrent):
    """h_t = activation(x_t W + b + sum_i inner_activation(h_(t-i) U_i)), i = 1 to depth.

    Steps before the first one and masked ones add nothing to the sum.

    Args:
        output_dim: int > 0, units of the state, which is the output.
        depth: int > 0, how many outputs it looks back on.
        init, inner_init: names or functions, how W and each U start; b starts at 0.
        activation, inner_activation: names or functions of a tensor.

    The other arguments are those of `Recurrent`. Shapes are those of `JZS1`.

    Mirrors: keras 0.2.0, layers/recurrent.py, SimpleDeepRNN (dropped in 0.3.0).
    """

    gates = product_order = ("",)
    config_fields: ClassVar = (*_JZS.config_fields, "depth")
    W: Variable
    b: Variable

    def __init__(
        self,
        output_dim: int,
        depth: int = 3,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        activation: Any = "sigmoid",
        inner_activation: Any = "hard_sigmoid",
        weights: Any = None,
        truncate_gradient: int = -1,
        return_sequences: bool = False,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        if depth < 1:
            raise ValueError(
                f"SimpleDeepRNN got depth={depth!r}; expected an int >= 1, the number of "
                "outputs to look back on. Dense takes none."
            )
        self.output_dim = output_dim
        self.depth = depth
        # The outputs, the last one first; then for each 1, or 0 where there was none.
        self.nb_states = 2 * depth
        self.activation = activations.get(activation)
        self.inner_activation = activations.get(inner_activation)
        self.set_options(init=init, inner_init=inner_init)
        super().__init__(
            weights,
            return_sequences,
            input_dim=input_dim,
            input_length=input_length,
            truncate_gradient=truncate_gradient,
            **kwargs,
        )

    @property
    def Us(self) -> list[Variable]:
        """The recurrent weights, that of the last output first."""
        return [getattr(self, f"U_{i + 1}") for i in range(self.depth)]

    def build(self) -> None:
        self.input_dim = self.input_shape[2]
        self.make_states()
        self.W = self.init((self.input_dim, self.output_dim), name=f"{self.name}_W")
        for i in range(self.depth):
            name = f"U_{i + 1}"
            shape = (self.output_dim, self.output_dim)
            setattr(self, name, self.inner_init(shape, name=f"{self.name}_{name}"))
        self.b = K.zeros((self.output_dim,), name=f"{self.name}_b")
        self.trainable_weights = [self.W, *self.Us, self.b]
        self.finish_build()

    def recurrent_weights(self) -> list[Tensor]:
        return list(self.Us)

    def cell(self, z: Tensor, states: States, U: list[Tensor], drops: list[Tensor]) -> States:
        outputs, present = states[: self.depth], states[self.depth :]
        for h, u, there in zip(outputs, U, present, strict=True):
            z = z + there * self.inner_activation(h @ u)
        h = self.activation(z)
        return [h, *outputs[:-1], torch.ones_like(h), *present[:-1]]

    def masked_step(
        self, kept: Tensor, new: States, states: States, output: Tensor
    ) -> tuple[States, Tensor]:
        states = list(new)
        states[self.depth] = kept.to(output.dtype).expand_as(output)
        return states, new[0]
