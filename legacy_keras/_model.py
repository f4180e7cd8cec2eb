"""What Sequential and Graph share: compiling, training, predicting, configuration and files.

Arguments come here packed, as `Data` or `GeneratorBatches`; ``_training`` does the rest.

Mirrors: keras 0.3.3, models.py, Model.
"""

from __future__ import annotations

import pprint
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import objectives, optimizers
from ._errors import NotCompiledError
from ._saving import text
from ._saving import weights as stored_weights
from ._settings import settings
from ._symbolic.function import check_options
from ._training import loop, progress
from ._training.batches import (
    ArrayBatches,
    Batch,
    Caster,
    Data,
    GeneratorBatches,
    LoaderBatches,
    is_loadable,
)
from ._training.results import batch_results
from ._training.step import Output, Step
from ._training.weighting import plain_weights
from .backend.common import torch_dtype
from .callbacks import History
from .layers import containers
from .utils.layer_utils import model_summary


def get_function_name(o: Any) -> str:
    """Return the name of a function; a name is returned as it is.

    Mirrors: keras 0.3.3, models.py, get_function_name.
    """
    return o if isinstance(o, str) else str(o.__name__)


def _is_generator(data: Any) -> bool:
    return hasattr(data, "__next__")


class Model(containers.Container):
    """What Sequential and Graph models share.

    Mirrors: keras 0.3.3, models.py, Model.
    """

    optimizer: Any
    history: History
    class_mode: str | None
    stop_training: bool
    training_data: list[Any]
    validation_data: list[Any] | None

    # Compiling

    def _compile(
        self, optimizer: Any, outputs: list[Output], shapes: list[Any], options: dict[str, Any]
    ) -> None:
        """Move to the device, bind the optimizer and make the step."""
        device = torch.device(options.pop("device", None) or settings.torch_device())
        check_options(options, "compile() takes device='cpu' or 'cuda', too")
        self.register_members()
        self.class_mode = None
        if len(outputs) == 1:
            self.class_mode = "binary" if shapes[0][-1] == 1 else "categorical"
            if self.class_mode == "binary":
                self._warn_of_one_class(outputs[0], shapes[0])
        self.prepare()
        settings.prepare_device(device)
        self.to(device)
        params = self.trainable_weights
        trained = {id(p) for p in params}
        for p in self.parameters():
            p.requires_grad_(id(p) in trained)
        constraints = self.constraints
        # 0.3.3 zips the two: what is beyond the constraints, as in a LambdaMerge with weights that
        # the user added in build, is not trained.
        params = params[: len(constraints)]
        self.optimizer = optimizers.bind(optimizers.get(optimizer), self, params, constraints)
        dtypes = [torch_dtype(layer.input_dtype) for layer in self.own_input_layers]
        self._caster = Caster(dtypes, torch_dtype(), device)
        if getattr(self.optimizer, "is_written_by_updates", False):
            constraints = [None] * len(params)  # its updates apply them
        self._step = Step(
            self, outputs, self.optimizer, params, constraints, self.class_mode == "binary"
        )

    def _warn_of_one_class(self, output: Output, shape: Any) -> None:
        if output.objective is objectives.categorical_crossentropy:
            warnings.warn(
                f"Your model output has shape {shape} (1-dimensional features), but you are "
                "using  the `categorical_crossentropy` loss. You almost certainly want to use "
                "`binary_crossentropy` instead.",
                stacklevel=4,
            )

    @property
    def step(self) -> Step:
        """What trains, tests and predicts batches.

        Raises:
            RuntimeError: before ``compile``.
        """
        step: Step | None = self.__dict__.get("_step")
        if step is None:
            raise NotCompiledError(
                f"This {type(self).__name__} is not compiled; call compile(optimizer, loss) first."
            )
        return step

    def run_batch(self, inputs: list[Tensor]) -> tuple[list[Any], list[Any]]:
        """Return the outputs for a batch, and their masks, as lists."""
        raise NotImplementedError

    # Training and testing, once arguments are packed

    def _fit(
        self,
        data: Any,
        validation: Any,
        *,
        batch_size: int,
        nb_epoch: int,
        verbose: int,
        callbacks: Sequence[Any],
        shuffle: Any,
        accuracy: bool,
        validate_accuracy: bool,
        metrics: list[str],
    ) -> History:
        """Train on what `_batches` takes; ``validation`` may also be None."""
        batches = self._batches(data, batch_size, shuffle)
        self.training_data = self._arrays(data)
        self.validation_data = None
        validate: Callable[[], list[float]] | None = None
        if validation is not None:
            self.validation_data = self._arrays(validation)
            held_out = self._batches(validation, batch_size)
            if verbose:
                progress.announce(batches.nb_sample, held_out.nb_sample)

            def validate() -> list[float]:
                return loop.evaluate(
                    self.step,
                    held_out,
                    accuracy=validate_accuracy,
                    nb_sample=held_out.nb_sample,
                )

        return loop.train(
            self,
            batches,
            params={
                "batch_size": batch_size,
                "nb_epoch": nb_epoch,
                "nb_sample": batches.nb_sample,
                "verbose": verbose,
                "do_validation": validation is not None,
                "metrics": metrics,
            },
            callbacks=callbacks,
            accuracy=accuracy,
            validate=validate,
        )

    def _batches(
        self, data: Any, batch_size: int, shuffle: Any = False
    ) -> ArrayBatches | LoaderBatches:
        """Return the batches of packed arrays, or of a DataLoader or Dataset."""
        self.step  # noqa: B018 - tells first if the model is not compiled
        if isinstance(data, Data):
            return ArrayBatches(data, self._caster, batch_size, shuffle)
        return LoaderBatches(data, self._convert_generated, batch_size, shuffle)

    def _convert_generated(self, output: Any) -> Batch:
        return self._caster.batch(self._pack_generated(output))

    def _arrays(self, data: Any) -> list[Any]:
        """Return what 0.3.3 lets callbacks see: inputs, targets and weights in one list."""
        if not isinstance(data, Data):
            return []  # of a loader
        modes = self._weight_modes()
        weights = [
            plain_weights(y, w, mode)
            for y, w, mode in zip(data.targets, data.weights, modes, strict=True)
        ]
        return [*data.inputs, *data.targets, *weights]

    def _weight_modes(self) -> list[str | None]:
        raise NotImplementedError

    def _pack_generated(self, output: Any) -> Data:
        """Check what a generator yielded, or validation data given in the same form."""
        raise NotImplementedError

    def _fit_generator(
        self,
        generator: Iterator[Any],
        samples_per_epoch: int,
        nb_epoch: int,
        *,
        verbose: int,
        callbacks: Sequence[Any],
        accuracy: bool,
        validation_data: Any,
        nb_val_samples: int | None,
        nb_worker: int,
        nb_val_worker: int | None,
        metrics: list[str],
        on_excess: Callable[[], None] | None = None,
    ) -> History:
        step = self.step
        from_generator = _is_generator(validation_data)
        if from_generator and not nb_val_samples:
            raise ValueError(
                "When using a generator for validation data, you must specify a value for "
                '"nb_val_samples".'
            )

        convert = self._convert_generated
        self.validation_data = None
        with ExitStack() as sources:
            source = sources.enter_context(
                GeneratorBatches(
                    generator, convert, samples_per_epoch, nb_epoch, nb_worker, on_excess=on_excess
                )
            )
            validate: Callable[[], list[float]] | None = None
            if from_generator:
                count = int(nb_val_samples or 0)
                held_out = sources.enter_context(
                    GeneratorBatches(
                        validation_data, convert, count, nb_epoch, nb_val_worker or nb_worker
                    )
                )

                def validate() -> list[float]:
                    return loop.evaluate(step, held_out, accuracy=accuracy, nb_sample=count)

            elif validation_data:
                data = validation_data
                if not is_loadable(data):
                    data = self._pack_generated(data)
                self.validation_data = self._arrays(data)
                batches = self._batches(data, 128)

                def validate() -> list[float]:
                    return loop.evaluate(
                        step, batches, accuracy=accuracy, nb_sample=batches.nb_sample
                    )

            return loop.train(
                self,
                source,
                params={
                    "nb_epoch": nb_epoch,
                    "nb_sample": samples_per_epoch,
                    "verbose": verbose,
                    "do_validation": validate is not None,
                    "metrics": metrics,
                },
                callbacks=callbacks,
                accuracy=accuracy,
                validate=validate,
            )

    def _evaluate(self, data: Any, batch_size: int, accuracy: bool, verbose: int) -> Any:
        batches = self._batches(data, batch_size)
        results = loop.evaluate(
            self.step, batches, accuracy=accuracy, nb_sample=batches.nb_sample, verbose=verbose
        )
        return results if accuracy else results[0]

    def _evaluate_generator(
        self,
        generator: Iterator[Any],
        nb_sample: int,
        accuracy: bool,
        verbose: int,
        nb_worker: int = 1,
        max_q_size: int = 10,
        wait_time: float = 0.05,
    ) -> Any:
        """Evaluate batch by batch; ``wait_time`` is 0.3.3's and not needed."""
        step = self.step
        source = GeneratorBatches(
            generator,
            self._convert_generated,
            nb_sample,
            nb_worker=nb_worker,
            ahead=max_q_size,
        )
        results, sizes = [], []
        with source:
            for batch in source:
                results.append(
                    loop.evaluate(
                        step, [batch], accuracy=accuracy, nb_sample=batch.size, verbose=verbose
                    )
                )
                sizes.append(batch.size)
        means = list(np.average(np.asarray(results), axis=0, weights=sizes))
        return means if accuracy else means[0]

    def _predict(self, data: Any, batch_size: int, verbose: int) -> list[np.ndarray]:
        """Return the outputs for inputs as `_pack_inputs` takes them, or a loader of such."""
        step = self.step
        batches: ArrayBatches | LoaderBatches
        if is_loadable(data):
            batches = LoaderBatches(data, self._convert_inputs, batch_size)
        else:
            batches = ArrayBatches(self._pack_inputs(data), self._caster, batch_size)
        return loop.predict(step, batches, nb_sample=batches.nb_sample, verbose=verbose)

    def _convert_inputs(self, output: Any) -> Batch:
        return self._caster.batch(self._pack_inputs(self._generated_inputs(output)))

    def _generated_inputs(self, output: Any) -> Any:
        """Return the inputs in what a loader yields, which may have targets and weights too."""
        raise NotImplementedError

    def _pack_inputs(self, data: Any) -> Data:
        raise NotImplementedError

    def _check_inputs(self, inputs: list[Any]) -> list[Any]:
        expected = len(self.own_input_layers)
        if len(inputs) != expected:
            raise ValueError(
                f"This model has {expected} inputs; got {len(inputs)}. Pass a list with one "
                "array for each input, and an array, not a list, for a single one."
            )
        return inputs

    def _one_batch(self, data: Data, train: bool, accuracy: bool) -> list[np.ndarray]:
        step = self.step
        batch = self._caster.batch(data)
        results = step.train(batch, accuracy) if train else step.test(batch, accuracy)
        return batch_results(result.cpu().numpy() for result in results)

    # Configuration and files

    def get_config(self, verbose: int = 0) -> dict[str, Any]:
        """Return the configuration, with optimizer and loss if the model is compiled.

        Args:
            verbose: 1 prints it, too.
        """
        config = super().get_config()
        for name in ("sample_weight_mode", "sample_weight_modes", "loss_weights"):
            if name in self.__dict__:
                config[name] = self.__dict__[name]
        if "optimizer" in self.__dict__:
            config["optimizer"] = _optimizer_config(self.optimizer)
        if "loss" in self.__dict__:
            loss = self.__dict__["loss"]
            config["loss"] = (
                {name: get_function_name(f) for name, f in loss.items()}
                if isinstance(loss, dict)
                else get_function_name(loss)
            )
        if verbose:
            pprint.PrettyPrinter(indent=4).pprint(config)
        return config

    def to_json(self, *, allow_code: bool = False, **kwargs: Any) -> str:
        """Return the configuration as JSON, with the order and the spaces of 0.3.3.

        Args:
            allow_code: whether to store the functions of Lambda layers as code, for this
                version of Python.
            kwargs: go to ``json.dumps``.

        Raises:
            TypeError: for a Lambda, unless code is allowed.
        """
        return text.to_json(self.get_config(), allow_code, **kwargs)

    def to_yaml(self, *, allow_code: bool = False, **kwargs: Any) -> str:
        """Return the configuration as YAML; ``kwargs`` go to ``yaml.dump``.

        Args:
            allow_code: as in `to_json`. Otherwise there are the names of functions, and
                ``custom_objects`` has to supply them.
        """
        return text.to_yaml(self.get_config(), allow_code, **kwargs)

    def load_weights(
        self,
        filepath: Any,
        *,
        dim_ordering: str | None = None,
        flip_kernels: bool = False,
        variances: bool | None = None,
    ) -> None:
        """Read all weights from an HDF5 file of Keras 0.1 to 1.2.

        A file with fewer layers than a Sequential sets the first ones. The layers of Keras 1
        are taken in their order, those of a Graph by name.

        Args:
            filepath: the file.
            dim_ordering: of the kernels in the file, "th" or "tf"; None for that of the model.
            flip_kernels: whether to turn kernels by 180 degrees, for a file that was trained
                on the other backend: Theano convolves with the kernel turned, TensorFlow does
                not.
            variances: whether ``running_std`` holds variances, as Keras 1.0.6 and later
                wrote; None takes this from the version in the file.

        Raises:
            OSError: if the file cannot be opened.
            UnsafeModelError: if it refers to other files or declares impossible sizes.
            ValueError: if it does not fit; the weights stay as they were.
        """
        stored_weights.load(
            self,
            filepath,
            dim_ordering=dim_ordering,
            flip_kernels=flip_kernels,
            variances=variances,
        )

    # Plain PyTorch

    def to_torch(self, name: str = "Model") -> torch.nn.Module:
        """Return the model as a module of torch's own layers, which needs nothing of this package.

        Weights are copies in torch's layout, kernels turned round where Theano turned them. A
        Graph's inputs become parameters of ``forward``, in the order of `add_input`; several
        outputs come in a dict by name. ``inspect.getsource`` of its class shows the source.

        Args:
            name: of the class.

        Raises:
            ExportError: a ValueError that names the layer that cannot be written, and says why.
        """
        from ._export.modules import to_torch

        return to_torch(self, name)

    def export(
        self,
        folder: Any,
        *,
        name: str = "Model",
        batch_size: int = 128,
        nb_epoch: int = 100,
        seed: int | None = None,
        onnx: bool = False,
        pt2: bool = False,
        overwrite: bool = False,
    ) -> Any:
        """Write ``model.py``, its weights, ``train.py`` and a report; return the folder's path.

        Args:
            folder: path; it is made if there is none.
            name: of the class in ``model.py``.
            batch_size, nb_epoch: those of ``fit``, for ``train.py``.
            seed: where ``train.py`` starts the order of the data; None for where NumPy's
                global stream is now.
            onnx, pt2: whether to write ``model.onnx`` or ``model.pt2`` (torch.export), too.
            overwrite: whether to replace files of these names that are there.

        Raises:
            ExportError: as in `to_torch`.
            FileExistsError: if a file is there, and ``overwrite`` is False.
            ImportError: without the extra ``export``.
        """
        from ._export.folder import export

        return export(
            self,
            folder,
            name=name,
            batch_size=batch_size,
            nb_epoch=nb_epoch,
            seed=seed,
            onnx=onnx,
            pt2=pt2,
            overwrite=overwrite,
        )

    def summary(self) -> None:
        """Print the layers with their output shapes and numbers of weights."""
        model_summary(self)


def _optimizer_config(optimizer: Any) -> dict[str, Any]:
    if isinstance(optimizer, optimizers.Optimizer):
        return optimizer.get_config()
    numbers = {k: v for k, v in optimizer.defaults.items() if isinstance(v, (bool, int, float))}
    return {"name": type(optimizer).__name__, **numbers}
