"""LSTM and GRU of Keras 0.3.3, with hard sigmoid gates and a backward pass by hand.

In the loops over time stands only what one step needs of the last; the products with inputs
and the gradients of weights are computed for all steps at once. The slope and the offset of the
hard sigmoid, 0.2 and 0.5, are put into the weights, so that a gate is a clamp.

Shapes: inputs (timesteps, nb_samples, features), outputs (timesteps, nb_samples, units).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def gate_scale(size: int, units: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return slope and offset for each column: those of gates, then of ``units`` others."""
    slope = torch.full((size,), 0.2, dtype=like.dtype, device=like.device)
    offset = torch.full_like(slope, 0.5)
    slope[size - units :], offset[size - units :] = 1.0, 0.0
    return slope, offset


def inside(gate: Tensor) -> Tensor:
    """Return 1 where a clamped gate follows its input, else 0."""
    return ((gate > 0) & (gate < 1)).to(gate.dtype)


class LSTM(torch.autograd.Function):
    """Gates in the order input, forget, output, cell.

    Args of ``apply``: inputs; W (features, 4 * units); U (units, 4 * units); b (4 * units,).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, W: Tensor, U: Tensor, b: Tensor) -> Tensor:  # type: ignore[override]
        (nb_step, nb_sample, size), units = x.shape, len(U)
        slope, offset = gate_scale(4 * units, units, U)
        W, U = W * slope, U * slope
        z = torch.addmm(b * slope + offset, x.reshape(-1, size), W)
        z = z.view(nb_step, nb_sample, 4, units)
        flat = z.view(nb_step, nb_sample, 4 * units)
        h = x.new_zeros(nb_step + 1, nb_sample, units)  # the state before, then all outputs
        c = torch.zeros_like(h)
        tanh_c = torch.empty_like(h[1:])
        for t in range(nb_step):
            if t:
                flat[t].addmm_(h[t], U)
            gates, g = z[t, :, :3].clamp_(0, 1), z[t, :, 3].tanh_()
            torch.mul(c[t], gates[:, 1], out=c[t + 1]).addcmul_(gates[:, 0], g)
            torch.tanh(c[t + 1], out=tanh_c[t])
            torch.mul(tanh_c[t], gates[:, 2], out=h[t + 1])
        ctx.save_for_backward(x, W, U, slope, z, h, c, tanh_c)
        return h[1:]

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        x, W, U, slope, z, h, c, tanh_c = ctx.saved_tensors
        (nb_step, nb_sample, size), units = x.shape, len(U)
        i, f, o, g = z.unbind(2)
        # What the gradients of c (first three) and of h are to be multiplied by.
        of_c = torch.stack((g * inside(i), c[:-1] * inside(f), i * (1 - g * g)), 2)
        of_h, h_to_c = tanh_c * inside(o), o * (1 - tanh_c * tanh_c)
        dz = torch.empty_like(z)
        flat = dz.view(nb_step, nb_sample, 4 * units)
        dh, dc, back = dy[-1], torch.zeros_like(c[0]), U.t()
        for t in range(nb_step - 1, -1, -1):
            dc = torch.addcmul(dc, dh, h_to_c[t])
            torch.mul(dc.unsqueeze(1), of_c[t, :, :2], out=dz[t, :, :2])
            torch.mul(dh, of_h[t], out=dz[t, :, 2])
            torch.mul(dc, of_c[t, :, 2], out=dz[t, :, 3])
            if t:
                dh = torch.addmm(dy[t - 1], flat[t], back)
                dc = dc * f[t]
        flat = flat.view(-1, 4 * units)
        dx = flat.mm(W.t()).view_as(x) if ctx.needs_input_grad[0] else None
        dW = x.reshape(-1, size).t().mm(flat) * slope
        dU = h[:-1].view(-1, units).t().mm(flat) * slope
        return dx, dW, dU, flat.sum(0) * slope  # type: ignore[return-value]


class GRU(torch.autograd.Function):
    """Gates in the order update, reset; the reset gate applies before the product.

    Args of ``apply``: inputs; W (features, 3 * units); U of the gates (units, 2 * units) and of
    the candidate (units, units); b (3 * units,).
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, x: Tensor, W: Tensor, U: Tensor, V: Tensor, b: Tensor
    ) -> Tensor:
        (nb_step, nb_sample, size), units = x.shape, len(V)
        slope, offset = gate_scale(3 * units, units, U)
        W, U = W * slope, U * 0.2
        z = torch.addmm(b * slope + offset, x.reshape(-1, size), W)
        z = z.view(nb_step, nb_sample, 3 * units)
        h = x.new_zeros(nb_step + 1, nb_sample, units)
        reset_h = torch.zeros_like(h[1:])
        for t in range(nb_step):
            gates, candidate = z[t, :, : 2 * units], z[t, :, 2 * units :]
            if t:
                gates.addmm_(h[t], U)
            gates.clamp_(0, 1)
            if t:
                torch.mul(h[t], gates[:, units:], out=reset_h[t])
                candidate.addmm_(reset_h[t], V)
            candidate.tanh_()
            torch.lerp(candidate, h[t], gates[:, :units], out=h[t + 1])
        ctx.save_for_backward(x, W, U, V, slope, z, h, reset_h)
        return h[1:]

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        x, W, U, V, slope, z, h, reset_h = ctx.saved_tensors
        (nb_step, _, size), units = x.shape, len(V)
        update, reset, candidate = z.split(units, 2)
        before = h[:-1]
        to_update = (before - candidate) * inside(update)
        to_reset = before * inside(reset)
        to_candidate = (1 - update) * (1 - candidate * candidate)
        dz = torch.empty_like(z)
        dh, back_U, back_V = dy[-1], U.t(), V.t()
        for t in range(nb_step - 1, -1, -1):
            du, dr, dc = dz[t].split(units, 1)
            torch.mul(dh, to_update[t], out=du)
            torch.mul(dh, to_candidate[t], out=dc)
            dreset_h = dc.mm(back_V)
            torch.mul(dreset_h, to_reset[t], out=dr)
            if t:
                dh = torch.addcmul(dy[t - 1], dh, update[t]).addcmul_(dreset_h, reset[t])
                dh.addmm_(dz[t, :, : 2 * units], back_U)
        flat = dz.view(-1, 3 * units)
        dx = flat.mm(W.t()).view_as(x) if ctx.needs_input_grad[0] else None
        dW = x.reshape(-1, size).t().mm(flat) * slope
        dU = before.reshape(-1, units).t().mm(flat[:, : 2 * units]) * 0.2
        dV = reset_h.view(-1, units).t().mm(flat[:, 2 * units :])
        return dx, dW, dU, dV, flat.sum(0) * slope  # type: ignore[return-value]
