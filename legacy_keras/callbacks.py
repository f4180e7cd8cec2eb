"""Callbacks: what 0.3.3 runs around training, besides the training itself.

The loop that fires the hooks is ``_training/loop.py``; ``logs`` is ``_training/logs.py``;
what a progress bar looks like is decided in ``_training/progress.py``.
"""

from __future__ import annotations

import json
import math
import os
import re
import string
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPException
from time import perf_counter
from typing import Any

import numpy as np
import torch

from . import backend as K
from ._errors import ArgumentError, MissingKeyError
from ._settings import settings
from ._training.progress import say, style
from .utils.generic_utils import _accumulate

SLOW_HOOK_SECONDS = 0.1
REMOTE_TIMEOUT_SECONDS = 5.0
OUTPUT_SAMPLES = 128


class Callback:
    """Base of callbacks: override the hooks that you need.

    Attributes:
        params: ``batch_size``, ``nb_epoch``, ``nb_sample``, ``verbose``,
            ``do_validation``, ``metrics``, as ``fit`` was called.
        model: the model in training. ``model.stop_training = True`` ends it after the epoch.

    ``logs`` holds ``batch`` and ``size`` when a batch begins, ``loss`` (and ``acc``) too
    when it ends, and their means with ``val_loss`` (and ``val_acc``) when an epoch ends.

    Mirrors: keras 0.3.3, callbacks.py, Callback.
    """

    params: dict[str, Any]
    model: Any

    def __init__(self) -> None:
        pass

    def _set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def _set_model(self, model: Any) -> None:
        self.model = model

    def _close(self) -> None:
        """Give back what was opened; called when training ended, by an error as well."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        pass

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        pass

    def on_batch_begin(self, batch: int, logs: dict[str, Any] = {}) -> None:
        pass

    def on_batch_end(self, batch: int, logs: dict[str, Any] = {}) -> None:
        pass

    def on_train_begin(self, logs: dict[str, Any] = {}) -> None:
        pass

    def on_train_end(self, logs: dict[str, Any] = {}) -> None:
        pass


class CallbackList:
    """Call the hooks of several callbacks, in order.

    The two hooks of a batch are called only where a callback replaces them (in its class
    or on the instance), looked up anew at each epoch. A hook that takes longer than the
    batch itself, and than 0.1 s, is warned about.

    Args:
        callbacks: the callbacks; the list is copied.
        queue_length: number of batches whose median duration decides about the warning.

    Mirrors: keras 0.3.3, callbacks.py, CallbackList.
    """

    def __init__(self, callbacks: Sequence[Any] = [], queue_length: int = 10) -> None:
        self.callbacks = list(callbacks)
        self.queue_length = queue_length

    def append(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def _set_params(self, params: dict[str, Any]) -> None:
        for callback in self.callbacks:
            callback._set_params(params)

    def _set_model(self, model: Any) -> None:
        for callback in self.callbacks:
            callback._set_model(model)

    def _close(self) -> None:
        for callback in self.callbacks:
            callback._close()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)
        self._batch_begin = _BatchHook("on_batch_begin", self.callbacks, self.queue_length)
        self._batch_end = _BatchHook("on_batch_end", self.callbacks, self.queue_length)
        self._batch_seconds = 0.0
        self._batch_entered = perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_batch_begin(self, batch: int, logs: dict[str, Any] = {}) -> None:
        self._batch_begin(batch, logs, self._batch_seconds)
        self._batch_entered = perf_counter()

    def on_batch_end(self, batch: int, logs: dict[str, Any] = {}) -> None:
        self._batch_seconds = perf_counter() - self._batch_entered
        self._batch_end(batch, logs, self._batch_seconds)

    def on_train_begin(self, logs: dict[str, Any] = {}) -> None:
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs: dict[str, Any] = {}) -> None:
        for callback in self.callbacks:
            callback.on_train_end(logs)


class _BatchHook:
    """One hook of a batch, timed: the bound methods that do something in it."""

    def __init__(self, name: str, callbacks: Sequence[Any], queue_length: int) -> None:
        methods = [getattr(callback, name) for callback in callbacks]
        inherited = getattr(Callback, name)
        self.name = name
        self.methods = [m for m in methods if getattr(m, "__func__", m) is not inherited]
        self.seconds: deque[float] = deque(maxlen=queue_length)

    def __call__(self, batch: int, logs: dict[str, Any], batch_seconds: float) -> None:
        if not self.methods:
            return
        start = perf_counter()
        for method in self.methods:
            method(batch, logs)
        self.seconds.append(perf_counter() - start)
        if max(self.seconds) > SLOW_HOOK_SECONDS:  # a median takes longer than the hooks
            self.warn_if_slow(batch_seconds)

    def warn_if_slow(self, batch_seconds: float) -> None:
        median = np.median(self.seconds)
        if median > SLOW_HOOK_SECONDS and median > 0.95 * batch_seconds > 0:
            warnings.warn(
                f"Method {self.name}() is slow compared to the batch update "
                f"({median:f}). Check your callbacks.",
                stacklevel=4,
            )


class BaseLogger(Callback):
    """Put the means over an epoch, weighted by batch size, into the logs of its end.

    Sums run in float64 on the device that the values are on. A loss of nan is warned about
    once: 0.3.3 trained on in silence.

    Mirrors: keras 0.3.3, callbacks.py, BaseLogger.
    """

    _warned = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        self.seen = 0
        self.totals: dict[str, Any] = {}

    def on_batch_end(self, batch: int, logs: dict[str, Any] = {}) -> None:
        size = logs.get("size", 0)
        self.seen += size
        totals = self.totals
        for name, value in dict.items(logs):  # unread: see Logs
            totals[name] = _accumulate(totals.get(name, 0.0), value, size)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        for name in self.params["metrics"]:
            if name in self.totals:
                logs[name] = self.totals[name] / self.seen
        if not self._warned and math.isnan(logs.get("loss", 0.0)):
            self._warned = True
            warnings.warn(
                f"The loss is nan in epoch {epoch}, counted from 0, and training goes on. "
                "Weights that are nan stay so: lower the learning rate or clip gradients "
                "(clipnorm=1.), and let EarlyStopping(monitor='loss') end such runs.",
                RuntimeWarning,
                stacklevel=2,
            )


class ProgbarLogger(Callback):
    """Print the progress of training, in the style that ``settings.log`` names.

    Mirrors: keras 0.3.3, callbacks.py, ProgbarLogger.
    """

    def on_train_begin(self, logs: dict[str, Any] = {}) -> None:
        self.verbose = self.params["verbose"]
        self.nb_epoch = self.params["nb_epoch"]
        self._style = style()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        if self.verbose:
            title = self._style.heading(epoch, self.nb_epoch)
            self.progbar = self._style(self.params["nb_sample"], self.verbose, title)
        self.seen = 0

    def on_batch_begin(self, batch: int, logs: dict[str, Any] = {}) -> None:
        if self.seen < self.params["nb_sample"]:
            self.log_values: list[tuple[str, Any]] = []

    def on_batch_end(self, batch: int, logs: dict[str, Any] = {}) -> None:
        self.seen += logs.get("size", 0)
        self._note(logs)
        # The last update comes with the means of the epoch.
        if self.verbose and self.seen < self.params["nb_sample"]:
            self.progbar.update(self.seen, self.log_values)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        self._note(logs)  # a mean of its own values and their mean: it stays what it is
        if self.verbose:
            self.progbar.update(self.seen, self.log_values)

    def _note(self, logs: dict[str, Any]) -> None:
        for name in self.params["metrics"]:
            if name in logs:
                self.log_values.append((name, dict.__getitem__(logs, name)))  # unread


class History(Callback):
    """Keep what every epoch ended with; ``fit`` returns it.

    Attributes:
        epoch: numbers of the epochs, counted from 0.
        history: name to a list of floats, one for each epoch.
        totals, seen: name to the sum over the samples of the last epoch, and how many these
            are, as in 0.2.

    Mirrors: keras 0.3.3, callbacks.py, History.
    """

    def on_train_begin(self, logs: dict[str, Any] = {}) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
        self.seen = getattr(self, "params", {}).get("nb_sample", 0)
        self.totals = {
            name: value * self.seen for name, value in logs.items() if not name.startswith("val_")
        }


def _improvement(monitor: str, mode: str) -> tuple[Callable[[Any, Any], Any], float]:
    """Return the comparison that finds a better value, and a value that any is better than.

    nan compares as false, so it never counts as better.
    """
    if mode == "max" or (mode == "auto" and "acc" in monitor):
        return np.greater, -math.inf
    return np.less, math.inf


def _warn_missing(message: str, logs: Mapping[str, Any]) -> None:
    """Warn in the words of 0.3.3, and say what could have been meant."""
    warnings.warn(message, RuntimeWarning, stacklevel=3)
    warnings.warn(
        f"Monitor one of: {', '.join(sorted(logs))}. val_loss needs validation data, "
        "acc needs show_accuracy=True.",
        RuntimeWarning,
        stacklevel=3,
    )


class _PlainFields(string.Formatter):
    """str.format without attributes and indices, so that a pattern reaches logs only."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        if not re.fullmatch(r"\w+", field_name):
            raise ValueError(
                f"ModelCheckpoint got a filepath with the field {{{field_name}}}; expected "
                f"plain names, of: {', '.join(sorted(kwargs))}. "
                "Example: 'weights.{epoch:02d}-{val_loss:.2f}.hdf5'."
            )
        if field_name not in kwargs:
            raise MissingKeyError(
                f"ModelCheckpoint got a filepath with the field {{{field_name}}}, and the "
                f"logs have: {', '.join(sorted(kwargs))}. val_loss needs validation data, "
                "acc needs show_accuracy=True."
            )
        return kwargs[field_name], field_name


class ModelCheckpoint(Callback):
    """Save the weights after every epoch.

    Args:
        filepath: where to; ``{epoch}`` and the names in the epoch's logs are filled in, as in
            ``"weights.{epoch:02d}-{val_loss:.2f}.hdf5"``.
        monitor: what decides, with ``save_best_only``.
        verbose: 1 prints a line for every epoch.
        save_best_only: save only if the monitored value is the best so far.
        mode: ``"min"`` or ``"max"`` is best; ``"auto"`` is max for a name with ``acc``.

    Raises:
        ValueError: at the end of an epoch, for a field that is no plain name, or that the
            logs lack.

    Mirrors: keras 0.3.3, callbacks.py, ModelCheckpoint.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
    ) -> None:
        super().__init__()
        self.monitor = monitor
        self.verbose = verbose
        self.filepath = filepath
        self.save_best_only = save_best_only
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"ModelCheckpoint mode {mode} is unknown, fallback to auto mode.",
                RuntimeWarning,
                stacklevel=2,
            )
            mode = "auto"
        self.monitor_op, self.best = _improvement(monitor, mode)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        fields = {**logs, "epoch": epoch}
        filepath = _PlainFields().vformat(os.fspath(self.filepath), (), fields)
        if not self.save_best_only:
            self._save(filepath, f"Epoch {epoch:05d}: saving model to {filepath}")
            return
        current = logs.get(self.monitor)
        if current is None:
            _warn_missing(
                f"Can save best model only with {self.monitor} available, skipping.", logs
            )
        elif self.monitor_op(current, self.best):
            before, self.best = self.best, current
            self._save(
                filepath,
                f"Epoch {epoch:05d}: {self.monitor} improved from {before:0.5f} to "
                f"{current:0.5f}, saving model to {filepath}",
            )
        elif self.verbose > 0:
            say(f"Epoch {epoch:05d}: {self.monitor} did not improve")

    def _save(self, filepath: str, message: str) -> None:
        if self.verbose > 0:
            say(message)
        self.model.save_weights(filepath, overwrite=True)


class ModeError(ValueError, AttributeError):
    """An unknown mode, where 0.3.3 failed while making its warning."""


class EarlyStopping(Callback):
    """Stop training when a value does not get better any more.

    As in 0.3.3, training ends at the ``patience + 1``-th epoch in a row without a better
    value (at the first with ``patience=0``), and the count lives on into the next ``fit``
    with the same object.

    Args:
        monitor: what is watched.
        patience: epochs without a better value that are let pass.
        verbose: 1 prints a line when training is stopped.
        mode: ``"min"`` or ``"max"`` is best; ``"auto"`` is max for a name with ``acc``.

    Raises:
        ValueError: for another mode.

    Mirrors: keras 0.3.3, callbacks.py, EarlyStopping.
    """

    def __init__(
        self, monitor: str = "val_loss", patience: int = 0, verbose: int = 0, mode: str = "auto"
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise ModeError(f"EarlyStopping got mode={mode!r}; expected 'auto', 'min' or 'max'.")
        self.monitor = monitor
        self.patience = patience
        self.verbose = verbose
        self.wait = 0
        self.monitor_op, self.best = _improvement(monitor, mode)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        current = logs.get(self.monitor)
        if current is None:
            # 0.3.3 goes on to compare None as Python 2 does, and stops for no reason.
            _warn_missing(f"Early stopping requires {self.monitor} available!", logs)
        elif self.monitor_op(current, self.best):
            self.best = current
            self.wait = 0
        else:
            if self.wait >= self.patience:
                if self.verbose > 0:
                    say(f"Epoch {epoch:05d}: early stopping")
                self.model.stop_training = True
            self.wait += 1


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its data, somewhere else."""

    def redirect_request(self, *args: Any) -> None:
        return None


class RemoteMonitor(Callback):
    """Send the logs of each epoch to a server.

    A POST to ``root + "/publish/epoch/end/"`` whose form field ``data`` is a JSON object
    with ``epoch`` and the logs. It waits 5 s at most, follows no redirect, and does not
    look at the answer; a server out of reach is a line on stdout and nothing more.

    Args:
        root: address of the server, ``http://`` or ``https://``.

    Mirrors: keras 0.3.3, callbacks.py, RemoteMonitor (there with ``requests``).
    """

    def __init__(self, root: str = "http://localhost:9000") -> None:
        super().__init__()
        self.root = root

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        send = json.dumps({"epoch": epoch, **logs}, default=float)
        data = urllib.parse.urlencode({"data": send}).encode()
        open_url = urllib.request.build_opener(_NoRedirect).open
        try:
            open_url(self.root + "/publish/epoch/end/", data, REMOTE_TIMEOUT_SECONDS).close()
        except urllib.error.HTTPError as answer:  # reached, and not our concern
            answer.close()
        except (OSError, ValueError, HTTPException):
            say(f"Warning: could not reach RemoteMonitor root server at {self.root}")


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of every epoch.

    Args:
        schedule: function of the epoch, counted from 0, that returns a float.

    Raises:
        ValueError: at the beginning of an epoch, if the optimizer has no ``lr`` or the
            schedule returns anything but a float.

    Mirrors: keras 0.3.3, callbacks.py, LearningRateScheduler.
    """

    def __init__(self, schedule: Callable[[int], float]) -> None:
        super().__init__()
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        optimizer = self.model.optimizer
        if not hasattr(optimizer, "lr"):
            raise ArgumentError(
                'Optimizer must have a "lr" attribute; '
                f"{type(optimizer).__name__} has none, and no schedule can set it."
            )
        lr = self.schedule(epoch)
        if type(lr) is not float:  # 0.3.3 refuses ints and NumPy's floats as well
            raise ArgumentError(
                'The output of the "schedule" function should be float. '
                f"Epoch {epoch} gave {lr!r} ({type(lr).__name__}); return float(...)."
            )
        K.set_value(optimizer.lr, lr)


class TensorBoard(Callback):
    """Write the logs of each epoch, and histograms of weights and outputs, for TensorBoard.

    Written through ``torch.utils.tensorboard``. As in 0.3.3, it works with the backend of
    TensorFlow; with Theano's where ``settings.tensorboard_on_theano`` is True. Scalars have the
    name that they have in the logs; histograms are called ``0_dense_W``, ``0_dense_b``,
    ``0_dense_out`` in a Sequential and ``name_W`` in a Graph.

    Args:
        log_dir: directory of the event files.
        histogram_freq: write histograms every so many epochs; 0 writes none. Outputs are
            those for the first 128 samples of the validation data, if there are any.

    Raises:
        ValueError: with the backend of Theano, unless the setting allows it.
        ImportError: if the package ``tensorboard`` is missing.

    Mirrors: keras 0.3.3, callbacks.py, TensorBoard.
    """

    writer: Any = None

    def __init__(self, log_dir: str | os.PathLike[str] = "./logs", histogram_freq: int = 0) -> None:
        super().__init__()
        if K._BACKEND == "theano" and not settings.tensorboard_on_theano:
            raise ValueError(
                "TensorBoard works with the TensorFlow backend only, as in 0.3.3; the backend is "
                "theano. Set KERAS_BACKEND=tensorflow if the script ran on TensorFlow (it decides "
                "what convolutions compute, too), or legacy_keras.settings.tensorboard_on_theano "
                "= True to write the logs nevertheless."
            )
        _summary_writer()  # fail now, not when the model is built
        self.log_dir = log_dir
        self.histogram_freq = histogram_freq

    def on_train_begin(self, logs: dict[str, Any] = {}) -> None:
        self.writer = _summary_writer()(self.log_dir)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] = {}) -> None:
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for name, values in self._histograms():
                self.writer.add_histogram(_safe_tag(name), values, epoch)
        for name, value in logs.items():
            if name not in ("batch", "size"):
                self.writer.add_scalar(_safe_tag(name), value, epoch)
        self.writer.flush()

    def on_train_end(self, logs: dict[str, Any] = {}) -> None:
        self._close()

    def _close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def _histograms(self) -> Iterator[tuple[str, np.ndarray]]:
        layers = _named_layers(self.model)
        tensors = [
            (f"{name}_{weight}", getattr(layer, weight, None))
            for name, layer in layers.items()
            for weight in ("W", "b")
        ]
        for name, tensor in tensors + _outputs(self.model, layers):
            if isinstance(tensor, torch.Tensor):
                values = tensor.detach().float().cpu().numpy()
                values = values[np.isfinite(values)]  # the writer refuses nan and inf
                if values.size:
                    yield name, values


def _summary_writer() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ImportError(
            "TensorBoard needs the package tensorboard. "
            'Run: pip install "legacy-keras[tensorboard]"'
        ) from error
    return SummaryWriter


def _safe_tag(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _named_layers(model: Any) -> dict[str, Any]:
    """Return the layers of a Sequential numbered, those of a Graph by their names."""
    if hasattr(model, "nodes"):
        return dict(model.nodes)
    return {f"{i}_{layer.name}": layer for i, layer in enumerate(model.layers)}


def _outputs(model: Any, layers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what each layer computes for the first validation samples."""
    data = [array[:OUTPUT_SAMPLES] for array in model.validation_data or []]
    # Predicting moves the states of stateful layers, which training goes on with.
    if not data or any(getattr(layer, "stateful", False) for layer in layers.values()):
        return []
    found: list[tuple[str, Any]] = []
    hooks = [
        layer.register_forward_hook(lambda *call, name=name: found.append((name, call[-1])))
        for name, layer in layers.items()
    ]
    try:
        if hasattr(model, "nodes"):
            model.predict(dict(zip(model.input_order, data, strict=False)))
        else:
            inputs = data[:-2]  # after them: targets, sample weights
            model.predict(inputs if len(inputs) > 1 else inputs[0])
    finally:
        for hook in hooks:
            hook.remove()
    return [(f"{name}_out", output) for name, output in found]
