"""The workloads as one writes them by hand in PyTorch, for one model each and for speed.

Functions of tensors, all updates of an optimizer in a few ``foreach`` or fused calls, data
turned into tensors beforehand, no loss read back within an epoch; LSTM and GRU with the
backward pass of ``recurrent_by_hand.py``. Models and update rules are those of Keras 0.3.3, and
``tests/test_benchmarks.py`` compares the losses. These are taken from logits, which is faster,
and equal as long as no probability is clipped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from recurrent_by_hand import GRU, LSTM
from torch import Tensor
from workloads import CHARACTERS, WORDS, Arrays, Workload

MLP_SMALL = [(20, 64), (64,), (64, 64), (64,), (64, 1), (1,)]
MLP_MNIST = [(784, 512), (512,), (512, 512), (512,), (512, 10), (10,)]


def lstm_shapes(size: int, units: int) -> list[tuple[int, ...]]:
    return [(size, 4 * units), (units, 4 * units), (4 * units,)]


def gru_shapes(size: int, units: int) -> list[tuple[int, ...]]:
    return [(size, 3 * units), (units, 2 * units), (units, units), (3 * units,)]


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "mlp_small": MLP_SMALL,
    "train_on_batch": MLP_SMALL,
    "startup": MLP_SMALL,
    "mlp_mnist": MLP_MNIST,
    "predict": MLP_MNIST,
    "graph_two_towers": [
        *[(32, 64), (64,), (32, 64), (64,), (128, 64), (64,)],
        *[(64, 1), (1,), (64, 10), (10,)],
    ],
    "cnn_mnist": [
        *[(32, 1, 3, 3), (32,), (32, 32, 3, 3), (32,)],
        *[(32 * 12 * 12, 128), (128,), (128, 10), (10,)],
    ],
    "conv_vgg_block": [
        *[(64, 3, 3, 3), (64,), (64, 64, 3, 3), (64,), (64 * 32 * 32, 10), (10,)],
    ],
    "lstm_imdb": [(WORDS, 128), *lstm_shapes(128, 128), (128, 1), (1,)],
    "gru_char": [
        *gru_shapes(CHARACTERS, 256),
        *gru_shapes(256, 256),
        *[(256, CHARACTERS), (CHARACTERS,)],
    ],
}


def initial(shape: tuple[int, ...]) -> Tensor:
    """Return uniform weights of the variance of Glorot, or zeros for a bias."""
    if len(shape) == 1:
        return torch.zeros(shape)
    size = math.prod(shape[2:])
    limit = math.sqrt(6 / (size * (shape[0] + shape[1])))
    return torch.empty(shape).uniform_(-limit, limit)


def dense(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return torch.addmm(b, x, W)


# From the weights and a batch to the loss


def mlp(ps: Sequence[Tensor], x: Tensor, dropout: float = 0.0) -> Tensor:
    for W, b in zip(ps[:-2:2], ps[1:-2:2]):
        x = F.relu(dense(x, W, b))
        if dropout:
            x = F.dropout(x, dropout)
    return dense(x, ps[-2], ps[-1])


def regression(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(mlp(ps, x), y)


def digits(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    return F.cross_entropy(mlp(ps, x, 0.2), y)


def two_towers(
    ps: Sequence[Tensor], left: Tensor, right: Tensor, number: Tensor, label: Tensor
) -> Tensor:
    left, right = F.relu(dense(left, *ps[:2])), F.relu(dense(right, *ps[2:4]))
    both = F.relu(dense(torch.cat((left, right), 1), *ps[4:6]))
    return F.mse_loss(dense(both, *ps[6:8]), number) + F.cross_entropy(dense(both, *ps[8:]), label)


def cnn(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    x = F.relu(F.conv2d(x, *ps[:2]), inplace=True)
    x = F.relu(F.conv2d(x, *ps[2:4]), inplace=True)
    x = F.dropout(F.max_pool2d(x, 2), 0.25).flatten(1)
    x = F.dropout(F.relu(dense(x, *ps[4:6])), 0.5)
    return F.cross_entropy(dense(x, *ps[6:]), y)


def vgg_block(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    x = F.relu(F.conv2d(x, *ps[:2], padding=1), inplace=True)
    x = F.relu(F.conv2d(x, *ps[2:4], padding=1), inplace=True)
    return F.cross_entropy(dense(F.max_pool2d(x, 2).flatten(1), *ps[4:]), y)


def reviews(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    steps_first = F.embedding(x.t().contiguous(), ps[0])
    last = LSTM.apply(steps_first, *ps[1:4])[-1]
    return F.binary_cross_entropy_with_logits(dense(last, *ps[4:]), y)


def text(ps: Sequence[Tensor], x: Tensor, y: Tensor) -> Tensor:
    steps_first = x.transpose(0, 1).contiguous()
    last = GRU.apply(GRU.apply(steps_first, *ps[:4]), *ps[4:8])[-1]
    return F.cross_entropy(dense(last, *ps[8:]), y)


# Optimizers: functions that change weights in place, given their gradients


def sgd(ps: list[Tensor]) -> Callable[[Sequence[Tensor]], None]:
    def step(grads: Sequence[Tensor]) -> None:
        torch._foreach_add_(ps, grads, alpha=-0.01)

    return step


def rmsprop(ps: list[Tensor]) -> Callable[[Sequence[Tensor]], None]:
    squares = [torch.zeros_like(p) for p in ps]

    def step(grads: Sequence[Tensor]) -> None:
        torch._foreach_mul_(squares, 0.9)
        torch._foreach_addcmul_(squares, grads, grads, 0.1)
        roots = torch._foreach_add(squares, 1e-6)
        torch._foreach_sqrt_(roots)
        torch._foreach_addcdiv_(ps, grads, roots, -0.001)

    return step


def adadelta(ps: list[Tensor]) -> Callable[[Sequence[Tensor]], None]:
    squares, deltas = ([torch.zeros_like(p) for p in ps] for _ in range(2))

    def step(grads: Sequence[Tensor]) -> None:
        torch._foreach_mul_(squares, 0.95)
        torch._foreach_addcmul_(squares, grads, grads, 0.05)
        roots, changes = torch._foreach_add(squares, 1e-6), torch._foreach_add(deltas, 1e-6)
        torch._foreach_sqrt_(roots)
        torch._foreach_sqrt_(changes)
        torch._foreach_div_(changes, roots)
        torch._foreach_mul_(changes, grads)
        torch._foreach_sub_(ps, changes)
        torch._foreach_mul_(deltas, 0.95)
        torch._foreach_addcmul_(deltas, changes, changes, 0.05)

    return step


def adam(ps: list[Tensor]) -> Callable[[Sequence[Tensor]], None]:
    means, squares = ([torch.zeros_like(p) for p in ps] for _ in range(2))
    counts = [torch.zeros((), device=p.device) for p in ps]
    nb_steps = 0

    def step(grads: Sequence[Tensor]) -> None:
        nonlocal nb_steps
        nb_steps += 1
        torch._foreach_add_(counts, 1)
        # Keras adds epsilon to the root before its bias is corrected, PyTorch after.
        epsilon = 1e-8 / math.sqrt(1 - 0.999**nb_steps)
        torch._fused_adam_(
            *(ps, grads, means, squares, [], counts),
            lr=0.001,
            beta1=0.9,
            beta2=0.999,
            weight_decay=0.0,
            eps=epsilon,
            amsgrad=False,
            maximize=False,
        )

    return step


TRAINED: dict[str, tuple[Callable[..., Tensor], Callable[..., Callable[..., None]]]] = {
    "mlp_small": (regression, sgd),
    "train_on_batch": (regression, sgd),
    "startup": (regression, sgd),
    "graph_two_towers": (two_towers, adam),
    "mlp_mnist": (digits, rmsprop),
    "cnn_mnist": (cnn, adadelta),
    "conv_vgg_block": (vgg_block, sgd),
    "lstm_imdb": (reviews, adam),
    "gru_char": (text, rmsprop),
}


def from_keras(name: str, weights: Sequence[np.ndarray]) -> list[Tensor]:
    """Return the weights of the Keras model of a workload as they are taken here."""
    left, found = list(weights), []
    if name == "lstm_imdb":
        found.append(left.pop(0))
    for size in {"lstm_imdb": [12], "gru_char": [9, 9]}.get(name, []):
        gates, left = left[:size], left[size:]
        W, U, b = gates[::3], gates[1::3], gates[2::3]
        if size == 12:  # input, cell, forget, output; here the cell comes last
            W, U, b = ([part[i] for i in (0, 2, 3, 1)] for part in (W, U, b))
            found += [np.hstack(W), np.hstack(U), np.hstack(b)]
        else:
            found += [np.hstack(W), np.hstack(U[:2]), U[2], np.hstack(b)]
    found += [w[:, :, ::-1, ::-1].copy() if w.ndim == 4 else w for w in left]
    return [torch.from_numpy(np.ascontiguousarray(w)) for w in found]


class Runner:
    """Runs a workload.

    Args:
        name: of the workload.
        data: its arrays.
        device: "cpu" or "cuda".
        weights: those of the Keras model, to start with the same.
    """

    def __init__(
        self,
        name: str,
        workload: Workload,
        data: Arrays,
        device: str,
        weights: Sequence[np.ndarray] | None = None,
    ) -> None:
        self.name, self.batch_size, self.device = name, workload.batch_size, device
        self.data = data
        ps = list(map(initial, SHAPES[name])) if weights is None else from_keras(name, weights)
        self.ps = [p.to(device) for p in ps]
        if name == "predict":
            return
        for p in self.ps:
            p.requires_grad_()
        self.loss, optimizer = TRAINED[name]
        self.change = optimizer(self.ps)
        if name not in ("train_on_batch", "startup"):
            self.tensors = [self._tensor(k, a).to(device) for k, a in data.items()]

    def _tensor(self, key: str, array: np.ndarray) -> Tensor:
        is_one_hot = array.shape[1:] in ((10,), (CHARACTERS,)) and key in ("y", "class")
        tensor = torch.from_numpy(array.argmax(axis=1) if is_one_hot else array)
        return tensor.long() if tensor.dtype == torch.int32 else tensor

    def _step(self, *batch: Tensor) -> Tensor:
        loss = self.loss(self.ps, *batch)
        grads = torch.autograd.grad(loss, self.ps)
        with torch.no_grad():
            self.change(grads)
        return loss.detach()

    def first_batch(self) -> float:
        """Train, or predict, one batch; return a number that depends on it."""
        return self._batch(0)

    def _batch(self, start: int) -> float:
        rows = slice(start, start + self.batch_size)
        if self.name == "predict":
            return float(self._predict(self.data["X"][rows])[0, 0])
        if self.name in ("train_on_batch", "startup"):  # from arrays, as they come
            arrays = (torch.from_numpy(array[rows]) for array in self.data.values())
            return self._step(*(a.to(self.device) for a in arrays)).item()
        return self._step(*(t[rows] for t in self.tensors)).item()

    @torch.inference_mode()
    def _predict(self, X: np.ndarray) -> np.ndarray:
        output = np.empty((len(X), 10), "float32")
        x, y = torch.from_numpy(X), torch.from_numpy(output)
        for start in range(0, len(X), self.batch_size):
            rows = slice(start, start + self.batch_size)
            y[rows] = torch.softmax(mlp(self.ps, x[rows].to(self.device)), 1)
        return output

    def epoch(self) -> float:
        """Go over the data once; return the loss."""
        if self.name == "predict":
            return float(self._predict(self.data["X"])[:, 0].mean())
        if self.name in ("train_on_batch", "conv_vgg_block"):
            for start in range(0, len(self.data["X"]), self.batch_size):
                loss = self._batch(start)
            return loss
        nb_sample = len(self.tensors[0])
        total = torch.zeros((), device=self.device)
        for index in torch.randperm(nb_sample, device=self.device).split(self.batch_size):
            loss = self._step(*(t.index_select(0, index) for t in self.tensors))
            total.add_(loss, alpha=len(index))
        return total.item() / nb_sample
