"""SimpleRNN, LSTM and GRU over all time steps, with a backward pass written by hand.

Autograd saves and visits a dozen small tensors for each step. Here the loops hold only what a
step needs from the one before; the rest is done for all steps at once, before or after them. The
functions are those of ``cell`` in ``recurrent.py``: of an LSTM and a GRU with tanh as activation
and sigmoid or hard sigmoid gates, of a SimpleRNN with the activations in ``ACTIVATIONS``; a layer
with anything else takes its steps by ``cell``. An LSTM with sigmoid gates and nothing else to it is
the one that torch has a kernel for.

Tensors are time first: input products z (timesteps, nb_samples, gates * units), states
(timesteps, nb_samples, units), kept (timesteps, nb_samples, 1), bool: the steps that count. The
memory of z is used up: it becomes the sums in front of the gates, then the gates. No backward
pass needs the products themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..backend import _nn, hard_sigmoid, relu, sigmoid, tanh

aten: Any = torch.ops.aten

# In these orders gates that are computed alike are neighbours: those with a sigmoid come first,
# and those whose gradients have the same factor last (that of c; that of h).
LSTM_GATES = ("o", "i", "f", "c")
GRU_GATES = ("r", "z", "h")
TORCH_LSTM_GATES = ("i", "f", "c", "o")


class SigmoidGates:
    """sigmoid(a), in the memory of ``a``, the sums in front of them."""

    def __init__(self, a: Tensor) -> None:
        self.before = self.values = a

    @staticmethod
    def step(a: Tensor, gates: Tensor) -> None:
        """Compute the gates of one step."""
        torch.sigmoid(a, out=gates)

    def derivative(self, factor: Tensor, gate: slice, out: Tensor) -> None:
        """Set ``out`` to ``factor`` times the derivative of a gate at all steps."""
        aten.sigmoid_backward(factor, self.values[..., gate], grad_input=out)


class HardSigmoidGates:
    """clip(0.2 a + 0.5, 0, 1), beside ``a``, which becomes what is clipped."""

    def __init__(self, a: Tensor) -> None:
        self.before = a
        self.values = torch.empty_like(a, memory_format=torch.contiguous_format)

    @staticmethod
    def step(a: Tensor, gates: Tensor) -> None:
        """Compute the gates of one step."""
        torch.add(_nn.HALF, a, alpha=0.2, out=a)
        torch.clamp(a, 0.0, 1.0, out=gates)

    def derivative(self, factor: Tensor, gate: slice, out: Tensor) -> None:
        """Set ``out`` to ``factor`` times the derivative of a gate at all steps."""
        # The kernel leaves its bounds out; a clip passes gradients at its bounds, too.
        low, high = -torch.finfo(factor.dtype).tiny, 1 + torch.finfo(factor.dtype).eps
        aten.hardtanh_backward(factor, self.before[..., gate], low, high, grad_input=out)
        out.mul_(0.2)


GATES: dict[Any, Any] = {sigmoid: SigmoidGates, hard_sigmoid: HardSigmoidGates}


class Activation(NamedTuple):
    """An activation y of a, and its derivative in terms of both."""

    compute: Callable[..., Tensor]
    derivative: Callable[[Tensor, Tensor], Tensor]


ACTIVATIONS: dict[Any, Activation] = {
    tanh: Activation(torch.tanh, lambda a, y: 1 - y * y),
    sigmoid: Activation(torch.sigmoid, lambda a, y: y * (1 - y)),
    relu: Activation(
        lambda a, out: torch.clamp_min(a, 0, out=out),
        lambda a, y: torch.add(_nn.HALF, torch.sign(a), alpha=0.5),
    ),
}


def _steps(x: Tensor | None) -> Any:
    """Return views of all steps, made at once: in the loop they would cost as much as it."""
    return None if x is None else x.unbind(0)


def _states(first: Tensor, steps: int) -> Tensor:
    """Make room for the states before the first step and after each."""
    states = first.new_empty(steps + 1, *first.shape)
    states[0] = first
    return states


class _RNN(torch.autograd.Function):
    """See `rnn`."""

    @staticmethod
    def forward(
        ctx: Any,
        z: Tensor,
        U: Tensor,
        h0: Tensor,
        kept: Tensor | None,
        activation: Activation,
        only_last: bool,
    ) -> Tensor:
        z = z.detach()  # as memory, not as a result of what came before
        h = _states(h0, len(z))
        zs, hs, keep = map(_steps, (z, h, kept))
        for t in range(len(z)):
            zs[t].addmm_(hs[t], U)
            activation.compute(zs[t], out=hs[t + 1])
            if keep is not None:
                torch.where(keep[t], hs[t + 1], hs[t], out=hs[t + 1])
        ctx.activation, ctx.only_last = activation, only_last
        ctx.save_for_backward(U, kept, z, h)
        return h[-1] if only_last else h[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        U, kept, z, h = ctx.saved_tensors
        dz = ctx.activation.derivative(z, h[1:])  # the loop multiplies dh in
        if kept is not None:
            dz.mul_(kept)
        dh, transposed = torch.zeros_like(h[0]), U.t()
        dzs, passed = _steps(dz), None if kept is None else _steps(~kept)
        d_outputs = None if ctx.only_last else _steps(grads[0])
        if ctx.only_last:
            dh.copy_(grads[0])
        for t in reversed(range(len(z))):
            if d_outputs is not None:
                dh.add_(d_outputs[t])
            dzs[t].mul_(dh)
            if passed is None:
                torch.mm(dzs[t], transposed, out=dh)
            else:
                dh.mul_(passed[t]).addmm_(dzs[t], transposed)
        dU = h[:-1].flatten(0, 1).t() @ dz.flatten(0, 1)
        return dz, dU, None, None, None, None


class _LSTM(torch.autograd.Function):
    """See `lstm`."""

    @staticmethod
    def forward(
        ctx: Any,
        z: Tensor,
        U: Tensor,
        h0: Tensor,
        c0: Tensor,
        kept: Tensor | None,
        inner_activation: Any,
        only_last: bool,
    ) -> tuple[Tensor, Tensor]:
        n, z = U.shape[0], z.detach()  # as memory, not as a result of what came before
        gates = GATES[inner_activation](z[..., : 3 * n])
        o, i, f = gates.values.split(n, -1)
        g = z[..., 3 * n :]
        h, c = _states(h0, len(z)), _states(c0, len(z))
        tanh_c = torch.empty_like(c[1:])
        zs, sums, values, os, is_, fs, gs = map(_steps, (z, gates.before, gates.values, o, i, f, g))
        hs, cs, tanhs, keep = map(_steps, (h, c, tanh_c, kept))
        for t in range(len(z)):
            zs[t].addmm_(hs[t], U)
            gates.step(sums[t], values[t])
            gs[t].tanh_()
            torch.mul(fs[t], cs[t], out=cs[t + 1])
            cs[t + 1].addcmul_(is_[t], gs[t])
            torch.tanh(cs[t + 1], out=tanhs[t])
            torch.mul(os[t], tanhs[t], out=hs[t + 1])
            if keep is not None:
                torch.where(keep[t], cs[t + 1], cs[t], out=cs[t + 1])
                torch.where(keep[t], hs[t + 1], hs[t], out=hs[t + 1])
        ctx.gates, ctx.only_last = gates, only_last
        ctx.save_for_backward(U, kept, g, h, c, tanh_c)
        ctx.mark_non_differentiable(c[-1])
        return h[-1] if only_last else h[1:], c[-1]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        U, kept, g, h, c, tanh_c = ctx.saved_tensors
        gates, only_last = ctx.gates, ctx.only_last
        steps, nb_samples, n = tanh_c.shape
        o, i, f = gates.values.split(n, -1)
        # Of each gate, what its gradient is made of besides dh or dc; the loop multiplies them in.
        dz = h.new_empty(steps, nb_samples, 4, n)
        gates.derivative(tanh_c, slice(0, n), dz[:, :, 0])
        gates.derivative(g, slice(n, 2 * n), dz[:, :, 1])
        gates.derivative(c[:-1], slice(2 * n, 3 * n), dz[:, :, 2])
        aten.tanh_backward(i, g, grad_input=dz[:, :, 3])
        of_c = aten.tanh_backward(o, tanh_c)
        if kept is not None:
            dz.mul_(kept.unsqueeze(-1))
            of_c.mul_(kept)
            f = torch.where(kept, f, 1.0)
        dh, dc = torch.zeros_like(tanh_c[0]), torch.zeros_like(tanh_c[0])
        wide_dc, transposed = dc.unsqueeze(1), U.t()
        dzs, d_os, d_ifcs = map(_steps, (dz.flatten(2), dz[:, :, 0], dz[:, :, 1:]))
        of_cs, fs = map(_steps, (of_c, f))
        passed = None if kept is None else _steps(~kept)
        d_outputs = None if only_last else _steps(grads[0])
        if only_last:
            dh.copy_(grads[0])
        for t in reversed(range(steps)):
            if d_outputs is not None:
                dh.add_(d_outputs[t])
            dc.addcmul_(dh, of_cs[t])
            d_os[t].mul_(dh)
            d_ifcs[t].mul_(wide_dc)
            dc.mul_(fs[t])
            if passed is None:
                torch.mm(dzs[t], transposed, out=dh)
            else:
                dh.mul_(passed[t]).addmm_(dzs[t], transposed)
        d_products = dz.flatten(2)
        dU = h[:-1].flatten(0, 1).t() @ d_products.flatten(0, 1)
        return d_products, dU, None, None, None, None, None


class _GRU(torch.autograd.Function):
    """See `gru`."""

    @staticmethod
    def forward(
        ctx: Any,
        z: Tensor,
        U: Tensor,
        U_h: Tensor,
        h0: Tensor,
        kept: Tensor | None,
        inner_activation: Any,
        only_last: bool,
    ) -> Tensor:
        n, z = U_h.shape[0], z.detach()  # as memory, not as a result of what came before
        gates = GATES[inner_activation](z[..., : 2 * n])
        reset, update = gates.values.split(n, -1)
        g = z[..., 2 * n :]
        h = _states(h0, len(z))
        reset_h = torch.empty_like(h[1:])
        sums, values, resets, updates, gs = map(
            _steps, (gates.before, gates.values, reset, update, g)
        )
        hs, reset_hs, keep = map(_steps, (h, reset_h, kept))
        for t in range(len(z)):
            sums[t].addmm_(hs[t], U)
            gates.step(sums[t], values[t])
            torch.mul(resets[t], hs[t], out=reset_hs[t])
            gs[t].addmm_(reset_hs[t], U_h).tanh_()
            torch.lerp(gs[t], hs[t], updates[t], out=hs[t + 1])
            if keep is not None:
                torch.where(keep[t], hs[t + 1], hs[t], out=hs[t + 1])
        ctx.gates, ctx.only_last = gates, only_last
        ctx.save_for_backward(U, U_h, kept, g, h, reset_h)
        return h[-1] if only_last else h[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        U, U_h, kept, g, h, reset_h = ctx.saved_tensors
        gates, only_last = ctx.gates, ctx.only_last
        steps, nb_samples, n = reset_h.shape
        before = h[:-1]
        reset, update = gates.values.split(n, -1)
        # Of each gate, what its gradient is made of besides dh or d(reset h); see above.
        dz = h.new_empty(steps, nb_samples, 3, n)
        gates.derivative(before, slice(0, n), dz[:, :, 0])
        gates.derivative(before - g, slice(n, 2 * n), dz[:, :, 1])
        aten.tanh_backward(1 - update, g, grad_input=dz[:, :, 2])
        if kept is not None:
            dz.mul_(kept.unsqueeze(-1))
            update = torch.where(kept, update, 1.0)
        dh, d_reset_h = torch.zeros_like(before[0]), torch.empty_like(before[0])
        wide_dh, transposed, transposed_h = dh.unsqueeze(1), U.t(), U_h.t()
        d_gates, d_rs, d_zhs, d_gs = map(
            _steps, (dz[:, :, :2].flatten(2), dz[:, :, 0], dz[:, :, 1:], dz[:, :, 2])
        )
        updates, resets = map(_steps, (update, reset))
        d_outputs = None if only_last else _steps(grads[0])
        if only_last:
            dh.copy_(grads[0])
        for t in reversed(range(steps)):
            if d_outputs is not None:
                dh.add_(d_outputs[t])
            d_zhs[t].mul_(wide_dh)
            torch.mm(d_gs[t], transposed_h, out=d_reset_h)
            d_rs[t].mul_(d_reset_h)
            dh.mul_(updates[t]).addcmul_(d_reset_h, resets[t])
            dh.addmm_(d_gates[t], transposed)
        d_products = dz.flatten(2)
        rows = d_products.flatten(0, 1)
        dU = before.flatten(0, 1).t() @ rows[:, : 2 * n]
        dU_h = reset_h.flatten(0, 1).t() @ rows[:, 2 * n :]
        return d_products, dU, dU_h, None, None, None, None


def rnn(
    activation: Any,
    z: Tensor,
    U: list[Tensor],
    states: list[Tensor],
    kept: Tensor | None,
    only_last: bool,
) -> tuple[Tensor, list[Tensor]]:
    """Take all steps of a SimpleRNN.

    Args:
        activation: a key of ``ACTIVATIONS``.
        z: input products.
        U: [(units, units)].
        states: those before the first step; no gradient flows to them.
        kept: None, or False where a step leaves the states of a sample as they are.
        only_last: whether to return the last output alone.

    Returns:
        The outputs of all steps or of the last, and the last states.
    """
    outputs: Tensor = _RNN.apply(z, *U, *states, kept, ACTIVATIONS[activation], only_last)
    return outputs, [outputs if only_last else outputs[-1]]


def lstm(
    inner_activation: Any,
    z: Tensor,
    U: list[Tensor],
    states: list[Tensor],
    kept: Tensor | None,
    only_last: bool,
) -> tuple[Tensor, list[Tensor]]:
    """Take all steps of an LSTM; see `rnn`.

    Args:
        inner_activation: a key of ``GATES``.
        z: input products, the gates in the order of ``LSTM_GATES``.
        U: [(units, 4 * units)], the same order.
        states: h and c.
    """
    outputs, c = _LSTM.apply(z, *U, *states, kept, inner_activation, only_last)
    return outputs, [outputs if only_last else outputs[-1], c]


def gru(
    inner_activation: Any,
    z: Tensor,
    U: list[Tensor],
    states: list[Tensor],
    kept: Tensor | None,
    only_last: bool,
) -> tuple[Tensor, list[Tensor]]:
    """Take all steps of a GRU; see `rnn`.

    Args:
        inner_activation: a key of ``GATES``.
        z: input products, the gates in the order of ``GRU_GATES``.
        U: [(units, 2 * units), (units, units)], those of the gates and of the candidate.
    """
    outputs: Tensor = _GRU.apply(z, *U, *states, kept, inner_activation, only_last)
    return outputs, [outputs if only_last else outputs[-1]]


def torch_lstm(
    x: Tensor, W: Tensor, U: Tensor, b: Tensor, states: list[Tensor], only_last: bool
) -> tuple[Tensor, list[Tensor]]:
    """Take all steps of an LSTM with sigmoid gates by torch's kernel: oneDNN, or cuDNN on a GPU.

    Args:
        x: (timesteps, nb_samples, features).
        W, U, b: the gates in the order of ``TORCH_LSTM_GATES``.

    The rest is as for `rnn`.
    """
    weights = [W.t(), U.t(), b, torch.zeros_like(b)]
    first = tuple(state.unsqueeze(0) for state in states)
    with warnings.catch_warnings():  # cuDNN would rather have the weights in one piece
        warnings.filterwarnings("ignore", message="RNN module weights are not part of")
        outputs, h, c = torch.lstm(
            x, first, weights, True, 1, 0.0, torch.is_grad_enabled(), False, False
        )
    return (h[0] if only_last else outputs), [h[0], c[0]]
