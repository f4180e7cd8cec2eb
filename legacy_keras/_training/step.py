"""One batch: forward, loss, regularizers, backward, optimizer, constraints, updates.

Mirrors: keras 0.3.3, models.py, what ``compile`` makes of a model.
"""

from __future__ import annotations

import copy
import functools
import threading
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from .. import backend as K
from .. import objectives, optimizers
from .._errors import DimensionError
from .._settings import settings
from .._symbolic.mode import mode
from .._symbolic.trace import traced
from ..backend.common import torch_dtype
from ..constraints import CONSTRAINTS, Constraint
from ..layers._base import Layer
from .batches import Batch
from .replay import Computed, Replayer
from .weighting import weighted_loss

BUILT_IN = frozenset(objectives.OBJECTIVES.values())
HARMLESS = frozenset({type(None), *CONSTRAINTS.values()})


@dataclass
class Output:
    """What is asked of one output of a model.

    Attributes:
        name: as in a Graph; empty for a Sequential.
        objective: function of (y_true, y_pred), one score for each sample.
        weight: factor of its loss.
    """

    name: str
    objective: Callable[[Tensor, Tensor], Tensor]
    weight: float


def _formulas(module: torch.nn.Module) -> Collection[str]:
    return module._formulas if isinstance(module, Layer) else ()


class Turn:
    """Context of a batch: one thread at a time, variables compute, gradients are not recorded.

    It copies and pickles: as a lock that nobody holds.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a callback of the user's may predict
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._lock.acquire()
        self._before.append((mode.eager, torch.is_grad_enabled()))
        mode.eager = True
        torch.set_grad_enabled(False)

    def __exit__(self, *exception: Any) -> None:
        mode.eager, with_grad = self._before.pop()
        torch.set_grad_enabled(with_grad)
        self._lock.release()

    def __reduce__(self) -> Any:
        return Turn, ()


Run = TypeVar("Run", bound=Callable[..., Any])


def naming_the_batch(run: Run) -> Run:
    """Let an error of a method that runs a batch say how large it was, if memory ran out."""

    @functools.wraps(run)
    def call(step: Step, batch: Batch, *args: Any) -> Any:
        try:
            return run(step, batch, *args)
        except RuntimeError as error:
            if not (isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)):
                raise
            raise type(error)(
                f"{error}\nThe batch has {len(batch.inputs[0])} samples; pass a smaller "
                "batch_size. Weights and optimizer are as before it."
            ) from error

    return call  # type: ignore[return-value]


class Step:
    """Trains, tests and predicts single batches of a compiled model.

    A batch that fails leaves weights, optimizer and layer states as they were: nothing is
    changed before forward and backward are through, and what is, is put back if one of the
    user's constraints fails. Threads take turns, a batch at a time: a prediction in one sees
    the weights between two training steps of another.

    Args:
        model: a Sequential or Graph with ``run_batch``.
        outputs: one for each output of the model.
        optimizer: bound to ``params``.
        params: the weights to train.
        constraints: one for each of them.
        binary: whether accuracy compares rounded outputs, not the largest.
    """

    def __init__(
        self,
        model: Any,
        outputs: list[Output],
        optimizer: torch.optim.Optimizer,
        params: list[Tensor],
        constraints: list[Any],
        binary: bool,
    ) -> None:
        self.model = model
        self.outputs = outputs
        self.optimizer = optimizer
        self.params = params
        self.binary = binary
        self.regularizers = [traced(r) for r in model.regularizers]
        self.constraints = [
            (p, traced(c))
            for p, c in zip(params, constraints, strict=True)
            if c is not None and type(c) is not Constraint
        ]
        # Ours do not fail, and a copy of the weights for each batch would cost.
        self.may_fail_late = not all(type(c) in HARMLESS for c in constraints)
        self.inputs = model.own_input_layers
        self.updating = model.updating_layers()
        self.stateful = model.stateful_layers()
        self.compiler, self.bf16, self.floatx = settings.compile, settings.bf16, torch_dtype()
        self._run: Callable[..., Any] | None = None
        self._turn = Turn()
        modules = list(model.modules())
        self._weights = [(m, name, p) for m in modules for name, p in m._parameters.items()]
        self._replaced: list[tuple[torch.nn.Module, str, Any]] = []
        self._nb_changes = Layer.nb_changes
        self.compute = Replayer(self._compute, modules)
        self.compute_test = Replayer(self._compute_test, modules)
        self.compute_predictions = Replayer(self._compute_predictions, modules)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_run": None}  # what torch.compile returns cannot be copied

    @naming_the_batch
    def train(self, batch: Batch, accuracy: bool = False) -> list[Tensor]:
        """Change the weights by one step; return [loss], or [loss, accuracy] before it."""
        with self._turn, self._as_compiled():
            if not self.model.training:
                self.model.train()
            computed = self.compute(batch, accuracy)
            if self.may_fail_late:
                with self._undoing():
                    self._change_weights(computed.grads)
            else:
                self._change_weights(computed.grads)
            for variable, value in computed.updates:
                variable.copy_(value)
        return computed.results

    def _compute(self, batch: Batch, accuracy: bool) -> Computed:
        for p in self.params:  # a model compiled later may have frozen weights that they share
            p.requires_grad_()
        with torch.enable_grad():
            predictions, masks = self._forward(batch)
            loss = self._loss(batch, predictions, masks)
            for regularizer in self.regularizers:
                loss = regularizer(loss)
            grads = self._gradients(loss)
        results = [loss.detach()]
        if accuracy:
            results.append(self._accuracy(batch, predictions[0]))
        return Computed(results, grads, _pending_updates(self.updating))

    @naming_the_batch
    def test(self, batch: Batch, accuracy: bool = False) -> list[Tensor]:
        """Return [loss], or [loss, accuracy], of a batch in test mode."""
        return self._in_test_mode(self.compute_test, batch, accuracy)

    def _compute_test(self, batch: Batch, accuracy: bool) -> Computed:
        predictions, masks = self._forward(batch)
        results = [self._loss(batch, predictions, masks)]
        if accuracy:
            results.append(self._accuracy(batch, predictions[0]))
        return Computed(results, [], _pending_updates(self.stateful))

    @naming_the_batch
    def predict(self, batch: Batch) -> list[Tensor]:
        """Return the outputs for a batch in test mode."""
        return self._in_test_mode(self.compute_predictions, batch, False)

    def _compute_predictions(self, batch: Batch, accuracy: bool) -> Computed:
        return Computed(self._forward(batch)[0], [], _pending_updates(self.stateful))

    def _in_test_mode(self, compute: Replayer, batch: Batch, accuracy: bool) -> list[Tensor]:
        with self._turn, self._as_compiled():
            if self.model.training:
                self.model.eval()
            computed = compute(batch, accuracy)
            for state, value in computed.updates:
                state.copy_(value)
        return computed.results

    def _as_compiled(self) -> AbstractContextManager[None]:
        """Return a context in which layers have the weights that the model was compiled with.

        A layer is built anew when its model is put behind another one. What 0.3.3 compiled
        before goes on with the variables of that time.
        """
        if self._nb_changes != Layer.nb_changes:
            self._nb_changes = Layer.nb_changes
            replaced = [
                (module, name, p)
                for module, name, p in self._weights
                if p is not None
                and (module._parameters.get(name, p) is not p or name in _formulas(module))
            ]
            if len(replaced) > len(self._replaced):
                names = sorted({f"{module.name}.{name}" for module, name, _ in replaced})
                warnings.warn(
                    f"{', '.join(names)} were made anew after this model was compiled, by build() "
                    "of a layer that was put behind another one. As in Keras 0.3.3 the model goes "
                    "on with the weights of that time, which get_weights() does not show; to use "
                    "the present ones, compile it again.",
                    stacklevel=2,
                )
            self._replaced = replaced
        return self._exchanging() if self._replaced else nullcontext()

    @contextmanager
    def _exchanging(self) -> Iterator[None]:
        present = [module._parameters.get(name) for module, name, _ in self._replaced]
        for module, name, p in self._replaced:
            module._parameters[name] = p
        try:
            yield
        finally:
            for (module, name, _), p in zip(self._replaced, present, strict=True):
                if p is None:
                    del module._parameters[name]
                else:
                    module._parameters[name] = p

    def _forward(self, batch: Batch) -> tuple[list[Tensor], list[Tensor | None]]:
        for x, layer in zip(batch.inputs, self.inputs, strict=True):
            self._check_ndim("input", layer.name, x, len(layer.input_shape))
        try:
            if not self.bf16:
                return self.run(batch.inputs)
            with torch.autocast(batch.inputs[0].device.type, torch.bfloat16):
                predictions, masks = self.run(batch.inputs)
            return [y.to(self.floatx) for y in predictions], masks
        except RuntimeError as error:
            problem = self._explain(batch)
            if problem:
                raise ValueError(problem) from error
            raise

    @property
    def run(self) -> Callable[..., Any]:
        """The model's ``run_batch``, compiled if ``settings.compile`` said so."""
        if self._run is None:
            self._run = self.model.run_batch
            if self.compiler:
                backend = "inductor" if self.compiler is True else self.compiler
                self._run = torch.compile(self._run, backend=backend)
        return self._run

    def _check_ndim(self, role: str, name: str, x: Tensor, ndim: int) -> None:
        if x.ndim != ndim:
            raise DimensionError(
                f"The {role} {name!r} has {x.ndim} axes, with the shape {tuple(x.shape)}; "
                f"expected {ndim}, samples included."
            )

    def _explain(self, batch: Batch) -> str:
        """Say which input has another shape than its layer was built for, if one has."""
        for x, layer in zip(batch.inputs, self.inputs, strict=True):
            sizes = zip(x.shape[1:], layer.input_shape[1:], strict=True)
            if layer.input_dtype != "int32" and any(b and a != b for a, b in sizes):
                return (
                    f"The input {layer.name!r} has the shape {tuple(x.shape)}; the model was "
                    f"built for {layer.input_shape}."
                )
        return ""

    def _loss(self, batch: Batch, predictions: list[Tensor], masks: list[Tensor | None]) -> Tensor:
        total: Any = None
        for output, y, y_pred, weights, mask in zip(
            self.outputs, batch.targets, predictions, batch.weights, masks, strict=True
        ):
            if y.shape != y_pred.shape:
                self._check_target(output, y, y_pred)
            loss = weighted_loss(output.objective, y, y_pred, weights, mask)
            if output.weight != 1.0:
                loss = loss * output.weight
            total = loss if total is None else total + loss
        return total

    def _check_target(self, output: Output, y: Tensor, y_pred: Tensor) -> None:
        """Refuse what torch would broadcast, and Theano would not."""
        self._check_ndim("target", output.name, y, y_pred.ndim)
        if output.objective in BUILT_IN:
            raise ValueError(
                f"The target {output.name!r} has the shape {tuple(y.shape)}; the output has "
                f"{tuple(y_pred.shape)}. Class numbers become rows of 0 and 1 by "
                "keras.utils.np_utils.to_categorical."
            )

    def _gradients(self, loss: Tensor) -> list[Tensor]:
        if not self.params:
            return []
        grads = torch.autograd.grad(loss, self.params, allow_unused=True)
        return [
            torch.zeros_like(p) if g is None else g for p, g in zip(self.params, grads, strict=True)
        ]

    def _change_weights(self, grads: list[Tensor]) -> None:
        if isinstance(self.optimizer, optimizers.Optimizer):
            self.optimizer.apply_gradients(grads)
        else:
            for p, g in zip(self.params, grads, strict=True):
                p.grad = g
            self.optimizer.step()
        for p, constraint in self.constraints:
            p.copy_(constraint(p))

    @contextmanager
    def _undoing(self) -> Iterator[None]:
        """Put weights and optimizer back if something fails."""
        optimizer = self.optimizer
        state: Any
        restore: Any
        if isinstance(optimizer, optimizers.Optimizer):
            state, restore = optimizer.get_state(), optimizer.set_state
        else:
            state, restore = copy.deepcopy(optimizer.state_dict()), optimizer.load_state_dict
        weights = [p.clone() for p in self.params]
        try:
            yield
        except BaseException:
            restore(state)
            for p, weight in zip(self.params, weights, strict=True):
                p.copy_(weight)
            raise

    def _accuracy(self, batch: Batch, y_pred: Tensor) -> Tensor:
        y = batch.targets[0]
        if self.binary:
            hits = y == K.round(y_pred)
        else:
            hits = y.argmax(-1) == y_pred.argmax(-1)
        return hits.to(y_pred.dtype).mean()


def _pending_updates(layers: list[Any]) -> list[tuple[Tensor, Tensor]]:
    return [update for layer in layers for update in layer.pending_updates]
