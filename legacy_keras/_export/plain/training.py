"""The training loop of an exported train.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn


def fit(
    model: nn.Module,
    loss: Callable[..., dict[str, Tensor]],
    optimizer: torch.optim.Optimizer,
    data: dict[str, np.ndarray],
    *,
    epochs: int,
    batch_size: int,
    update: Callable[[], object] | None = None,
    validation: dict[str, np.ndarray] | None = None,
    schedule: Callable[[int], float] | None = None,
) -> dict[str, list[float]]:
    """Train, and return the history: means over the samples of each epoch.

    Args:
        loss: returns the loss of a batch, and what else the history is to have.
        data: arrays of inputs and targets by their names.
        update: changes the weights by their gradients; the optimizer's step by default.
        validation: the same, to be tested on.
        schedule: returns the learning rate of an epoch.
    """
    history: dict[str, list[float]] = {}
    order = np.arange(len(next(iter(data.values()))))
    for epoch in range(epochs):
        if schedule is not None:
            for group in optimizer.param_groups:
                group["lr"] = schedule(epoch)
        np.random.shuffle(order)  # from one epoch to the next, as Keras 0.3.3 did
        model.train()
        results = []
        for batch, size in batches(model, data, order, batch_size):
            values = loss(model, batch)
            optimizer.zero_grad()
            values["loss"].backward()
            (update or optimizer.step)()
            results.append(({k: v.detach() for k, v in values.items()}, size))
        logs = means(results)
        if validation is not None:
            held_out = evaluate(model, loss, validation, batch_size)
            logs |= {f"val_{name}": value for name, value in held_out.items()}
        for name, value in logs.items():
            history.setdefault(name, []).append(value)
        shown = (f"{name}: {value:.4f}" for name, value in logs.items())
        print(f"Epoch {epoch + 1}/{epochs}", *shown, sep=" - ")
    return history


def evaluate(
    model: nn.Module,
    loss: Callable[..., dict[str, Tensor]],
    data: dict[str, np.ndarray],
    batch_size: int,
) -> dict[str, float]:
    """Return the means over some data, without training."""
    model.eval()
    order = np.arange(len(next(iter(data.values()))))
    made = batches(model, data, order, batch_size)
    with torch.no_grad():
        return means([(loss(model, batch), size) for batch, size in made])


def batches(
    model: nn.Module, data: dict[str, np.ndarray], order: np.ndarray, batch_size: int
) -> Iterator[tuple[dict[str, Tensor], int]]:
    """Yield batches in some order, as the model takes them, with their sizes."""
    like = next(model.parameters())
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch = {name: torch.as_tensor(a[rows]).to(like) for name, a in data.items()}
        yield batch, len(rows)


def means(results: list[tuple[dict[str, Tensor], int]]) -> dict[str, float]:
    """Return means of the results of batches, each sample counting once."""
    sizes = [size for _, size in results]
    columns = {name: [float(v[name]) for v, _ in results] for name in results[0][0]}
    return {
        name: float(np.average(numbers, weights=sizes))
        for name, numbers in columns.items()
    }
