"""The epoch loop that serves fit and fit_generator, Sequential and Graph.

Mirrors: keras 0.3.3, models.py, Model._fit and fit_generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from ..callbacks import BaseLogger, CallbackList, History, ProgbarLogger
from . import progress
from .batches import Batch
from .logs import Logs
from .step import Step

Results = Sequence[float]


def train(
    model: Any,
    batches: Iterable[Batch],
    *,
    params: dict[str, Any],
    callbacks: Sequence[Any],
    accuracy: bool,
    validate: Callable[[], Results] | None,
) -> History:
    """Train for ``params["nb_epoch"]`` epochs and return the history.

    Args:
        batches: iterated once an epoch.
        params: what callbacks see; "nb_epoch", "nb_sample", "verbose" and "metrics".
        callbacks: the user's.
        accuracy: whether to compute the accuracy beside the loss.
        validate: returns the loss, and the accuracy, on validation data.
    """
    step: Step = model.step
    labels = ["loss", "acc"] if accuracy else ["loss"]
    model.history = History()
    logger = [ProgbarLogger()] if params["verbose"] else []
    tell = CallbackList([BaseLogger(), *callbacks, model.history, *logger])
    tell._set_model(model)
    tell._set_params(params)
    try:
        tell.on_train_begin()
        model.stop_training = False
        for epoch in range(params["nb_epoch"]):
            tell.on_epoch_begin(epoch)
            for index, batch in enumerate(batches):
                logs = Logs(batch=index, size=batch.size)
                tell.on_batch_begin(index, logs)
                for label, value in zip(labels, step.train(batch, accuracy), strict=True):
                    logs[label] = _log_value(value)
                tell.on_batch_end(index, logs)
            epoch_logs = Logs()
            if validate is not None:
                for label, result in zip(labels, validate(), strict=False):
                    epoch_logs[f"val_{label}"] = result
            tell.on_epoch_end(epoch, epoch_logs)
            if model.stop_training:
                break
        tell.on_train_end()
    finally:
        tell._close()
    return model.history


def _log_value(value: Tensor) -> Any:
    # A number costs nothing on the CPU; on a GPU it would wait for the step to finish.
    return value if value.is_cuda else value.item()


def evaluate(
    step: Step, batches: Iterable[Batch], *, accuracy: bool, nb_sample: int, verbose: int = 0
) -> list[float]:
    """Return the means of [loss], or [loss, accuracy], over samples."""
    bar = progress.bar(nb_sample) if verbose == 1 else None
    totals: list[Any] = []
    seen = 0
    for batch in batches:
        results = step.test(batch, accuracy)
        totals = totals or [0.0] * len(results)
        totals = [
            total + _log_value(result.double()) * batch.size
            for total, result in zip(totals, results, strict=True)
        ]
        seen += batch.size
        if bar is not None:
            bar.update(seen)
    return [float(total) / seen for total in totals]


def predict(
    step: Step, batches: Iterable[Batch], *, nb_sample: int, verbose: int = 0
) -> list[np.ndarray]:
    """Return all outputs as arrays of float64, which is what 0.3.3 returns."""
    bar = progress.bar(nb_sample) if verbose == 1 else None
    arrays: list[np.ndarray] = []
    start = 0
    for batch in batches:
        outputs = step.predict(batch)
        arrays = arrays or [np.empty((nb_sample, *y.shape[1:])) for y in outputs]
        for array, output in zip(arrays, outputs, strict=True):
            array[start : start + batch.size] = output.cpu().numpy()
        start += batch.size
        if bar is not None:
            bar.update(start)
    if start < nb_sample:  # a loader may give less than it says
        return [array[:start] for array in arrays]
    return arrays
