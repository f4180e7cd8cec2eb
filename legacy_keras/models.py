"""Sequential and Graph as models: compile, fit, evaluate, predict, save.

The methods have 0.3.3's signatures. They check and pack their arguments into `Data` or
`GeneratorBatches` and hand over to ``_training``; files are the business of ``_saving``.

Mirrors: keras 0.3.3, models.py.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from . import objectives
from ._errors import ArgumentError, DimensionError, MissingKeyError
from ._model import Model, get_function_name  # noqa: F401 - 0.3.3 has it here
from ._older import older_keywords
from ._saving import config as configs
from ._saving import hdf5, text, writing
from ._symbolic.expression import operation
from ._symbolic.trace import traced
from ._training.batches import (
    Data,
    batch_shuffle,  # noqa: F401 - 0.3.3 has it here
    is_loadable,
)
from ._training.step import Output
from ._training.weighting import plain_weights, weigh, weighted_loss
from .callbacks import History
from .layers import containers


def standardize_y(y: Any) -> Any:
    """Return targets as an array with at least two axes; HDF5 data stays as it is.

    Mirrors: keras 0.3.3, models.py, standardize_y.
    """
    if not hasattr(y, "shape"):
        y = np.asarray(y)
    if len(y.shape) == 1:
        y = y.unsqueeze(1) if isinstance(y, Tensor) else np.expand_dims(y, 1)
    return y


def standardize_X(X: Any) -> list[Any]:
    """Return a list of inputs; a list is taken as one array for each input.

    Mirrors: keras 0.3.3, models.py, standardize_X.
    """
    return X if isinstance(X, list) else [X]


def standardize_weights(
    y: Any,
    sample_weight: Any = None,
    class_weight: Any = None,
    sample_weight_mode: str | None = None,
) -> np.ndarray:
    """Check weights and return one for each sample or time step.

    Mirrors: keras 0.3.3, models.py, standardize_weights.
    """
    weights = weigh(y, sample_weight, class_weight, sample_weight_mode)
    return plain_weights(y, weights, sample_weight_mode)


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the (start, stop) of each batch.

    Mirrors: keras 0.3.3, models.py, make_batches.
    """
    return [(i, min(size, i + batch_size)) for i in range(0, size, batch_size)]


def slice_X(X: Any, start: Any = None, stop: Any = None) -> Any:
    """Return some samples of an array, or of each array in a list.

    Args:
        start: index of the first sample, or the indices of all.
        stop: index after the last sample.

    Mirrors: keras 0.3.3, models.py, slice_X.
    """
    if hasattr(start, "__len__"):  # HDF5 data take lists
        rows = start.tolist() if hasattr(start, "shape") else start
    else:
        rows = slice(start, stop)
    return [x[rows] for x in X] if isinstance(X, list) else X[rows]


def weighted_objective(fn: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """Return an objective of (y_true, y_pred, weights, mask) that gives one number.

    Mirrors: keras 0.3.3, models.py, weighted_objective.
    """

    def weighted(y_true: Tensor, y_pred: Tensor, weights: Any, mask: Any = None) -> Tensor:
        return operation(weighted_loss)(fn, y_true, y_pred, weights, mask)

    return weighted


@older_keywords(custom_layers="custom_objects")  # 0.2
def model_from_config(
    config: Any, custom_objects: Mapping[str, Any] = {}, *, allow_code: bool = False
) -> Any:
    """Make a model from a configuration, compiled if the configuration is of one that was.

    Args:
        config: what ``model.get_config()`` returned.
        custom_objects: the user's layers, losses and other functions by name. They win over
            what has the same name here.
        allow_code: whether to run the functions of Lambda layers that are stored as code,
            which may do anything. Only for a file of your own.

    Raises:
        UnsafeModelError: for code, unless it is allowed.
        ValueError: for unknown names, and whatever else cannot be used.

    Mirrors: keras 0.3.3, models.py, model_from_config.
    """
    return configs.model_from_config(
        config, {"Sequential": Sequential, "Graph": Graph}, custom_objects, allow_code
    )


@older_keywords(custom_layers="custom_objects")  # 0.2
def model_from_json(
    json_string: str, custom_objects: Mapping[str, Any] = {}, *, allow_code: bool = False
) -> Any:
    """Make a model from JSON; see `model_from_config`."""
    return model_from_config(text.from_json(json_string), custom_objects, allow_code=allow_code)


@older_keywords(custom_layers="custom_objects")  # 0.2
def model_from_yaml(
    yaml_string: str, custom_objects: Mapping[str, Any] = {}, *, allow_code: bool = False
) -> Any:
    """Make a model from YAML, read safely; see `model_from_config`."""
    return model_from_config(text.from_yaml(yaml_string), custom_objects, allow_code=allow_code)


def _check_one_output(nb_output: int, argument: str) -> None:
    if nb_output != 1:
        raise ValueError(
            f'In a Graph model, "{argument}" can only be used if your Graph has exactly one '
            f"output. Otherwise accuracy is ill-defined. This one has {nb_output}."
        )


def _refuse_beside_loader(**options: Any) -> None:
    """Refuse what only arrays can be given with."""
    for name, value in options.items():
        if value is not None and not (isinstance(value, (dict, float, int)) and not value):
            raise ValueError(
                f'The data are a DataLoader or Dataset; "{name}" cannot be given with it, and is '
                f"a {type(value).__name__}. What the loader yields has targets, and weights "
                'too if wanted; "validation_data" takes another loader, or arrays.'
            )


class Sequential(Model, containers.Sequential):
    """A stack of layers that trains.

    Mirrors: keras 0.3.3, models.py, Sequential.
    """

    loss: Any
    sample_weight_mode: str | None

    @older_keywords(theano_mode="mode")
    def compile(
        self,
        optimizer: Any,
        loss: Any,
        class_mode: str | None = None,
        sample_weight_mode: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Get ready to train.

        Args:
            optimizer: name, one of `legacy_keras.optimizers`, or a ``torch.optim`` class or
                instance.
            loss: name, function of (y_true, y_pred), or a ``torch.nn`` loss.
            class_mode: has no effect since 0.3.3.
            sample_weight_mode: None, or "temporal" for weights of each time step.
            kwargs: ``device``; options of theano.function are accepted, without effect.

        Raises:
            ValueError: for an unknown name or option.
        """
        if class_mode is not None:
            warnings.warn(
                'The "class_mode" argument is deprecated, please remove it from your code.',
                stacklevel=2,
            )
        objective = objectives.get(loss)
        outputs = [Output("", traced(objective), 1.0)]
        self._compile(optimizer, outputs, [self.output_shape], kwargs)
        self.loss = objective
        self.sample_weight_mode = sample_weight_mode

    def run_batch(self, inputs: list[Tensor]) -> tuple[list[Any], list[Any]]:
        output, mask = self.run(inputs[0] if len(inputs) == 1 else inputs)
        return [output], [mask]

    def _weight_modes(self) -> list[str | None]:
        return [self.sample_weight_mode]

    # Packing arguments

    def _pack(self, X: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Data:
        self.step  # noqa: B018 - tells first if the model is not compiled
        if isinstance(X, list):
            if len({len(a) for a in [*X, y]}) != 1:
                raise ValueError(
                    "All input arrays and the target array must have the same number of "
                    f"samples. Found: {[len(a) for a in X]} and {len(y)}. A list is taken as "
                    "one array for each input."
                )
        elif len(X) != len(y):
            raise ValueError(
                "The input data tensor (X) and the target tensor (y) must have the same number "
                f"of samples. Found: len(X) = {len(X)}, len(y) = {len(y)}"
            )
        if sample_weight is not None and len(sample_weight) != len(y):
            raise ArgumentError(
                '"sample_weight" must have the same number of samples as X and y. Found: '
                f"len(sample_weight) = {len(sample_weight)}, len(y) = {len(y)}"
            )
        y = standardize_y(y)
        weights = weigh(y, sample_weight, class_weight, self.sample_weight_mode)
        return Data(self._check_inputs(standardize_X(X)), [y], [weights])

    def _pack_validation(self, validation_data: Any) -> Data:
        if len(validation_data) not in (2, 3):
            raise ValueError(
                "Invalid format for validation data; provide a tuple (X_val, y_val) or (X_val, "
                "y_val, sample_weight). X_val may be a numpy array or a list of numpy arrays "
                f"depending on your model input. Got {len(validation_data)} elements."
            )
        X, y, *weights = validation_data
        lengths = {len(a) for a in [*standardize_X(X), y, *weights]}
        if len(lengths) != 1:
            raise ArgumentError(
                "The arrays of validation_data must have the same number of samples; found "
                f"{sorted(lengths)}."
            )
        if not weights:
            self._refuse_temporal()
        return self._pack(X, y, *weights)

    def _refuse_temporal(self) -> None:
        """Refuse what 0.3.3 cannot do: validate time steps without weights of them."""
        if self.sample_weight_mode == "temporal":
            raise DimensionError(
                'With sample_weight_mode="temporal", validation needs weights for each time '
                "step: pass validation_data=(X_val, y_val, sample_weight), for instance with "
                "np.ones(y_val.shape[:2])."
            )

    def fit(
        self,
        X: Any,
        y: Any,
        batch_size: int = 128,
        nb_epoch: int = 100,
        verbose: int = 1,
        callbacks: Sequence[Any] = [],
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        show_accuracy: bool = False,
        class_weight: Any = None,
        sample_weight: Any = None,
    ) -> History:
        """Train for a number of epochs.

        Args:
            X: array, or list of arrays for several inputs; or a ``torch.utils.data.DataLoader``
                of (X, y) or (X, y, sample_weight), or a ``Dataset`` of such samples.
            y: array of targets; None with a loader or data set.
            batch_size: samples for each update; a DataLoader has its own, and its own order.
            nb_epoch: times to go over the data.
            verbose: 0 prints nothing, 1 a bar, 2 a line an epoch.
            callbacks: list of `legacy_keras.callbacks.Callback`.
            validation_split: fraction of the data, its end, to hold out; taken before any
                shuffling.
            validation_data: (X, y) or (X, y, sample_weight), or a loader or data set, in place
                of a split.
            shuffle: whether to shuffle the samples in each epoch; "batch" shuffles whole
                batches, for HDF5 data.
            show_accuracy: whether to compute the accuracy, too.
            class_weight: dict from class to weight, in training only.
            sample_weight: array of a weight for each sample, or each time step with
                ``sample_weight_mode="temporal"``; it counts in the validation split, too.

        Returns:
            A History, whose ``history`` has a list of numbers for each quantity.

        Raises:
            ValueError: if arrays do not go together, or with the model; nothing is
                trained then.
        """
        data, validation = X, validation_data or None
        if is_loadable(X):
            _refuse_beside_loader(
                y=y,
                validation_split=validation_split,
                class_weight=class_weight,
                sample_weight=sample_weight,
            )
        else:
            data = self._pack(X, y, sample_weight, class_weight)
        if validation is not None:
            if not is_loadable(validation):
                validation = self._pack_validation(validation)
        elif 0 < validation_split < 1:
            if sample_weight is None:
                self._refuse_temporal()
            split_at, read = (
                int(len(data) * (1 - validation_split)),
                shuffle not in (False, "batch"),
            )
            # Weights of classes count in training only; the whole is split, then weighed.
            _, validation = self._pack(X, y, sample_weight).split(split_at, read)
            data, _ = data.split(split_at, read)
        return self._fit(
            data,
            validation,
            batch_size=batch_size,
            nb_epoch=nb_epoch,
            verbose=verbose,
            callbacks=callbacks,
            shuffle=shuffle,
            accuracy=show_accuracy,
            validate_accuracy=show_accuracy,
            metrics=["loss", "acc", "val_loss", "val_acc"],
        )

    def predict(self, X: Any, batch_size: int = 128, verbose: int = 0) -> np.ndarray:
        """Return the outputs, as float64 like 0.3.3.

        Args:
            X: as in `fit`; of what a loader yields, targets and weights are left out.
        """
        return self._predict(X, batch_size, verbose)[0]

    def _generated_inputs(self, output: Any) -> Any:
        if not isinstance(output, (list, tuple)):
            return output
        alone = len(self.own_input_layers) > 1 and not isinstance(output[0], (list, tuple))
        X = output if alone else output[0]
        return list(X) if isinstance(X, tuple) else X

    def _pack_inputs(self, data: Any) -> Data:
        return Data(self._check_inputs(standardize_X(data)), [], [])

    def predict_proba(self, X: Any, batch_size: int = 128, verbose: int = 1) -> np.ndarray:
        """Return the outputs, and warn if they are no probabilities."""
        preds = self.predict(X, batch_size, verbose)
        if preds.min() < 0 or preds.max() > 1:
            warnings.warn("Network returning invalid probability values.", stacklevel=2)
        return preds

    def predict_classes(self, X: Any, batch_size: int = 128, verbose: int = 1) -> np.ndarray:
        """Return the number of the largest output, or whether a single one exceeds 0.5."""
        preds = self.predict(X, batch_size, verbose)
        if self.class_mode == "categorical":
            return preds.argmax(axis=-1)
        return (preds > 0.5).astype("int32")

    def evaluate(
        self,
        X: Any,
        y: Any,
        batch_size: int = 128,
        show_accuracy: bool = False,
        verbose: int = 1,
        sample_weight: Any = None,
    ) -> Any:
        """Return the loss, or [loss, accuracy], on some data; X and y as in `fit`."""
        if is_loadable(X):
            _refuse_beside_loader(y=y, sample_weight=sample_weight)
            data = X
        else:
            data = self._pack(X, y, sample_weight)
        return self._evaluate(data, batch_size, show_accuracy, verbose)

    def train(self, mode: Any = True, *batch: Any, **options: Any) -> Any:
        """Set PyTorch's training mode; with arrays X and y, `train_on_batch`, as in Keras 0.1."""
        if isinstance(mode, bool) and not batch and not options:
            return super().train(mode)
        return self.train_on_batch(mode, *batch, **options)

    def test(self, X: Any, y: Any, accuracy: bool = False) -> list[np.ndarray]:
        """Do `test_on_batch`, by its name in Keras 0.1."""
        return self.test_on_batch(X, y, accuracy)

    def train_on_batch(
        self,
        X: Any,
        y: Any,
        accuracy: bool = False,
        class_weight: Any = None,
        sample_weight: Any = None,
    ) -> list[np.ndarray]:
        """Take one step; return [loss], or [loss, accuracy], as they were before it."""
        return self._one_batch(self._pack(X, y, sample_weight, class_weight), True, accuracy)

    def test_on_batch(
        self, X: Any, y: Any, accuracy: bool = False, sample_weight: Any = None
    ) -> list[np.ndarray]:
        """Return [loss], or [loss, accuracy], of one batch."""
        return self._one_batch(self._pack(X, y, sample_weight), False, accuracy)

    def predict_on_batch(self, X: Any) -> list[np.ndarray]:
        """Return a list with the outputs for one batch."""
        step = self.step
        batch = self._caster.batch(self._pack_inputs(X))
        return [y.cpu().numpy() for y in step.predict(batch)]

    def _pack_generated(self, output: Any) -> Data:
        if not hasattr(output, "__len__"):
            raise ValueError(
                f"The generator output must be a tuple. Found: {type(output).__name__}; expected "
                "(X, y) or (X, y, sample_weight)."
            )
        if len(output) not in (2, 3):
            raise ValueError(
                f"The generator output tuple must have 2 or 3 elements; got {len(output)}."
            )
        X, y, *weights = output
        X = list(X) if isinstance(X, tuple) else X
        lengths = {len(a) for a in [*standardize_X(X), y, *weights]}
        if len(lengths) != 1:
            raise ArgumentError(
                "The arrays of a batch must have the same number of samples; found "
                f"{sorted(lengths)}."
            )
        return self._pack(X, y, *weights)

    def evaluate_generator(
        self,
        generator: Iterator[Any],
        val_samples: int,
        show_accuracy: bool = False,
        verbose: int = 1,
        **kwargs: Any,
    ) -> Any:
        """Return the loss, or [loss, accuracy], on what a generator yields.

        Args:
            generator: yields (X, y) or (X, y, sample_weight).
            val_samples: number of samples after which to stop.
            kwargs: ``nb_worker``, ``max_q_size``.
        """
        return self._evaluate_generator(generator, val_samples, show_accuracy, verbose, **kwargs)

    def fit_generator(
        self,
        generator: Iterator[Any],
        samples_per_epoch: int,
        nb_epoch: int,
        verbose: int = 1,
        show_accuracy: bool = False,
        callbacks: Sequence[Any] = [],
        validation_data: Any = None,
        nb_val_samples: int | None = None,
        class_weight: Any = None,
        nb_worker: int = 1,
        nb_val_worker: int | None = None,
    ) -> History:
        """Train on what a generator yields, fetched ahead by threads.

        Args:
            generator: yields (X, y) or (X, y, sample_weight) without end.
            samples_per_epoch: number of samples after which an epoch is over.
            validation_data: a tuple, or a generator of them.
            nb_val_samples: number of samples to take from a validation generator.
            class_weight: has no effect, as in 0.3.3.
            nb_worker: number of threads; with one the batches keep their order.
            nb_val_worker: the same for validation; None for ``nb_worker``.

        The other arguments are those of `fit`.

        Raises:
            ValueError: if the generator ends or yields something else. What it raises
                itself reaches the caller.
        """

        def on_excess() -> None:
            warnings.warn(
                "Epoch contained too many samples which might affect learning results. Set "
                '"samples_per_epoch" correctly to avoid this warning.',
                stacklevel=2,
            )

        return self._fit_generator(
            generator,
            samples_per_epoch,
            nb_epoch,
            verbose=verbose,
            callbacks=callbacks,
            accuracy=show_accuracy,
            validation_data=validation_data,
            nb_val_samples=nb_val_samples,
            nb_worker=nb_worker,
            nb_val_worker=nb_val_worker,
            metrics=["loss", "acc", "val_loss", "val_acc"],
            on_excess=on_excess,
        )

    def save_weights(self, filepath: Any, overwrite: bool = False) -> None:
        """Write all weights to an HDF5 file.

        Raises:
            FileExistsError: if the file exists, ``overwrite`` is False and nobody answers.
        """
        arrays = [layer.get_weights() for layer in self.layers]
        writing.save(filepath, overwrite, lambda path: hdf5.save_stack(path, arrays))


class Graph(Model, containers.Graph):
    """A graph of layers that trains, each output with a loss of its own.

    Mirrors: keras 0.3.3, models.py, Graph.
    """

    loss: dict[str, Any]
    sample_weight_modes: dict[str, Any]
    loss_weights: dict[str, float]

    @older_keywords(theano_mode="mode")
    def compile(
        self,
        optimizer: Any,
        loss: Mapping[str, Any],
        sample_weight_modes: Mapping[str, Any] = {},
        loss_weights: Mapping[str, float] = {},
        **kwargs: Any,
    ) -> None:
        """Get ready to train.

        Args:
            optimizer: as in `Sequential.compile`.
            loss: dict from output name to loss.
            sample_weight_modes: dict from output name to "temporal" or None.
            loss_weights: dict from output name to a factor of its loss, 1 if missing.
            kwargs: as in `Sequential.compile`.

        Raises:
            ValueError: for an unknown name or option, or an output without a loss.
        """
        for name, argument in (("loss", loss), ("sample_weight_modes", sample_weight_modes)):
            if not isinstance(argument, dict):
                raise ArgumentError(
                    f'The "{name}" argument should be a dictionary, by output name; got '
                    f"{argument!r}."
                )
        outputs, shapes = [], []
        for name in self.output_order:
            objective = objectives.get(_entry(loss, name, "loss"))
            outputs.append(Output(name, traced(objective), loss_weights.get(name, 1.0)))
            shapes.append(self.outputs[name].output_shape)
        self._compile(optimizer, outputs, shapes, kwargs)
        self.loss = dict(loss)
        self.sample_weight_modes = dict(sample_weight_modes)
        self.loss_weights = dict(loss_weights)

    def run_batch(self, inputs: list[Tensor]) -> tuple[list[Any], list[Any]]:
        outputs, masks = self.run(inputs)
        if len(self.output_order) == 1:
            return [outputs], [masks]
        return [outputs[n] for n in self.output_order], [masks[n] for n in self.output_order]

    def _weight_modes(self) -> list[str | None]:
        return [self.sample_weight_modes.get(name) for name in self.output_order]

    # Packing arguments

    def _inputs(self, data: Mapping[str, Any]) -> list[Any]:
        return [_entry(data, name, "data") for name in self.input_order]

    def _pack(
        self,
        data: Mapping[str, Any],
        sample_weight: Mapping[str, Any] = {},
        class_weight: Mapping[str, Any] = {},
    ) -> Data:
        self.step  # noqa: B018 - tells first if the model is not compiled
        inputs = self._inputs(data)
        targets = [standardize_y(_entry(data, name, "data")) for name in self.output_order]
        _check_lengths([*inputs, *targets])
        weights = [
            weigh(y, (sample_weight or {}).get(name), (class_weight or {}).get(name), mode)
            for name, y, mode in zip(self.output_order, targets, self._weight_modes(), strict=True)
        ]
        _check_lengths([*inputs, *(w for w in weights if w is not None)])
        return Data(inputs, targets, weights)

    def _pack_validation(self, data: Mapping[str, Any]) -> Data:
        """Pack held-out data; 0.3.3 goes by the first input, and never reads what is beyond it."""
        nb_samples = len(self._inputs(data)[0])
        longer = {
            name: len(data[name])
            for name in [*self.input_order, *self.output_order]
            if name in data and len(data[name]) > nb_samples
        }
        if longer:
            warnings.warn(
                f"The validation data have {nb_samples} samples of {self.input_order[0]!r}, and "
                f"more of others: {longer}. What is beyond is not used, as in Keras 0.3.3.",
                stacklevel=3,
            )
            data = {**data, **{name: data[name][:nb_samples] for name in longer}}
        return self._pack(data)

    def fit(
        self,
        data: Mapping[str, Any],
        batch_size: int = 128,
        nb_epoch: int = 100,
        verbose: int = 1,
        callbacks: Sequence[Any] = [],
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        show_accuracy: bool = False,
        class_weight: Mapping[str, Any] = {},
        sample_weight: Mapping[str, Any] = {},
    ) -> History:
        """Train for a number of epochs.

        Args:
            data: dict from input and output names to arrays; or a
                ``torch.utils.data.DataLoader`` of such dicts, or of (dict, dict of sample
                weights), or a ``Dataset`` of such samples.
            validation_data: such a dict, loader or data set, in place of a split.
            show_accuracy: only for a graph with one output; not of validation data.
            class_weight: has no effect, as in 0.3.3; `train_on_batch` heeds it.
            sample_weight: dict from output name to array of weights.

        The other arguments are those of `Sequential.fit`.

        Returns:
            A History, whose ``history`` has a list of numbers for each quantity.

        Raises:
            ValueError: if arrays do not go together, or with the model; nothing is
                trained then.
        """
        if show_accuracy:
            _check_one_output(len(self.output_order), "show_accuracy")
        packed: Any = data
        if is_loadable(data):
            _refuse_beside_loader(
                validation_split=validation_split,
                class_weight=class_weight,
                sample_weight=sample_weight,
            )
        else:
            packed = self._pack(data, sample_weight)
        validation = validation_data or None
        if validation is not None:
            if not is_loadable(validation):
                validation = self._pack_validation(validation)
        elif 0 < validation_split < 1:
            split_at, read = (
                int(len(packed) * (1 - validation_split)),
                shuffle not in (False, "batch"),
            )
            packed, validation = packed.split(split_at, read)
        metrics = ["loss", "acc", "val_loss", "val_acc"] if show_accuracy else ["loss", "val_loss"]
        return self._fit(
            packed,
            validation,
            batch_size=batch_size,
            nb_epoch=nb_epoch,
            verbose=verbose,
            callbacks=callbacks,
            shuffle=shuffle,
            accuracy=show_accuracy,
            validate_accuracy=False,
            metrics=metrics,
        )

    def evaluate(
        self,
        data: Mapping[str, Any],
        batch_size: int = 128,
        show_accuracy: bool = False,
        verbose: int = 0,
        sample_weight: Mapping[str, Any] = {},
    ) -> Any:
        """Return the loss, or [loss, accuracy], on some data, given as in `fit`."""
        packed: Any = data
        if is_loadable(data):
            _refuse_beside_loader(sample_weight=sample_weight)
        else:
            packed = self._pack(data, sample_weight)
        if show_accuracy:
            _check_one_output(len(self.output_order), "show_accuracy")
        return self._evaluate(packed, batch_size, show_accuracy, verbose)

    def predict(
        self, data: Mapping[str, Any], batch_size: int = 128, verbose: int = 0
    ) -> dict[str, np.ndarray]:
        """Return a dict from output name to array, as float64 like 0.3.3.

        Args:
            data: as in `fit`; outputs in it are left out.
        """
        outputs = self._predict(data, batch_size, verbose)
        return dict(zip(self.output_order, outputs, strict=True))

    def _generated_inputs(self, output: Any) -> Any:
        return output[0] if isinstance(output, (list, tuple)) else output

    def _pack_inputs(self, data: Any) -> Data:
        inputs = self._inputs(data)
        _check_lengths(inputs)
        return Data(inputs, [], [])

    def train_on_batch(
        self,
        data: Mapping[str, Any],
        accuracy: bool = False,
        class_weight: Mapping[str, Any] = {},
        sample_weight: Mapping[str, Any] = {},
    ) -> list[np.ndarray]:
        """Take one step; return [loss], or [loss, accuracy], as they were before it."""
        packed = self._pack(data, sample_weight, class_weight)
        if accuracy:
            _check_one_output(len(self.output_order), "accuracy")
        return self._one_batch(packed, True, accuracy)

    def test_on_batch(
        self,
        data: Mapping[str, Any],
        accuracy: bool = False,
        sample_weight: Mapping[str, Any] = {},
    ) -> list[np.ndarray]:
        """Return [loss], or [loss, accuracy], of one batch."""
        packed = self._pack(data, sample_weight)
        if accuracy:
            _check_one_output(len(self.output_order), "accuracy")
        return self._one_batch(packed, False, accuracy)

    def predict_on_batch(self, data: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return a dict from output name to array, for one batch."""
        step = self.step
        outputs = step.predict(self._caster.batch(self._pack_inputs(data)))
        return {name: y.cpu().numpy() for name, y in zip(self.output_order, outputs, strict=True)}

    def _pack_generated(self, output: Any) -> Data:
        sample_weight: Any = {}
        if isinstance(output, (list, tuple)):
            if len(output) != 2:
                raise ValueError(
                    "The generator output tuple must have 2 dictionary elements: (data, "
                    f"sample_weight); got {len(output)}."
                )
            output, sample_weight = output
        if not isinstance(output, dict) or not isinstance(sample_weight, dict):
            raise ArgumentError(
                "The generator output must be a data dictionary or a tuple (data, "
                f"sample_weight) of dictionaries; got {type(output).__name__}."
            )
        _check_lengths([*output.values(), *sample_weight.values()])
        return self._pack(output, sample_weight)

    def evaluate_generator(
        self,
        generator: Iterator[Any],
        nb_val_samples: int,
        show_accuracy: bool = False,
        verbose: int = 1,
        **kwargs: Any,
    ) -> Any:
        """Return the loss, or [loss, accuracy], on what a generator yields.

        Args:
            generator: yields a dict of arrays, or (dict, dict of sample weights).
            nb_val_samples: number of samples after which to stop.
            kwargs: ``nb_worker``, ``max_q_size``.
        """
        if show_accuracy:
            _check_one_output(len(self.output_order), "show_accuracy")
        return self._evaluate_generator(generator, nb_val_samples, show_accuracy, verbose, **kwargs)

    def fit_generator(
        self,
        generator: Iterator[Any],
        samples_per_epoch: int,
        nb_epoch: int,
        verbose: int = 1,
        show_accuracy: bool = False,
        callbacks: Sequence[Any] = [],
        validation_data: Any = None,
        nb_val_samples: int | None = None,
        class_weight: Mapping[str, Any] = {},
        nb_worker: int = 1,
        nb_val_worker: int | None = None,
    ) -> History:
        """Train on what a generator yields, fetched ahead by threads.

        Args:
            generator: yields a dict of arrays, or (dict, dict of sample weights).

        The other arguments are those of `Sequential.fit_generator`.
        """
        if show_accuracy:
            _check_one_output(len(self.output_order), "show_accuracy")
        metrics = ["loss", "acc", "val_loss", "val_acc"] if show_accuracy else ["loss", "val_loss"]
        return self._fit_generator(
            generator,
            samples_per_epoch,
            nb_epoch,
            verbose=verbose,
            callbacks=callbacks,
            accuracy=show_accuracy,
            validation_data=validation_data,
            nb_val_samples=nb_val_samples,
            nb_worker=nb_worker,
            nb_val_worker=nb_val_worker,
            metrics=metrics,
        )

    def save_weights(self, filepath: Any, overwrite: bool = False) -> None:
        """Write all weights to an HDF5 file.

        Raises:
            FileExistsError: if the file exists, ``overwrite`` is False and nobody answers.
        """
        arrays = self.get_weights()
        writing.save(filepath, overwrite, lambda path: hdf5.save_graph(path, arrays))


def _entry(table: Mapping[str, Any], name: str, argument: str) -> Any:
    """Return ``table[name]``.

    Raises:
        ValueError: naming what is missing.
    """
    try:
        return table[name]
    except KeyError:
        raise MissingKeyError(
            f"The argument {argument!r} has no entry {name!r}; it has {sorted(table)}."
        ) from None


def _check_lengths(arrays: Sequence[Any]) -> None:
    if len({len(a) for a in arrays}) != 1:
        raise ValueError(
            "All input arrays and target arrays must have the same number of samples; found "
            f"{[len(a) for a in arrays]}."
        )


# What has been imported stays for good. Otherwise the first full garbage collection walks
# through all of torch in the middle of training, for as long as hundreds of small steps.
gc.freeze()
