"""Steps that are recorded once and then replayed, without Python and autograd in between.

A small model spends most of a step in Python and in autograd's bookkeeping. Which operations
a step consists of depends on the shapes of a batch only, so after a while they are recorded,
those of the backward pass as well, written out as the source of one TorchScript function and
run by torch's interpreter, which needs no compiler. The operations are the same, in the same
order, on the same numbers: so are the results, and the first replays are compared to be sure.
Only what comes out alike at each step is computed once, and kept.

Whatever is not certain is computed as ever: layers that are a user's Python, operations whose
results decide what comes next. A replay that fails, for instance with a word that an Embedding
does not have, is computed again, and fails in the usual way. On a GPU the step is captured as a
CUDA graph instead (``cuda_graph.py``), where ``settings.cuda_graph`` asks for it.

Who asks: `Step` in ``step.py``, for training, testing and predicting. What changes weights or
states stays outside.
"""

from __future__ import annotations

import contextlib
import functools
import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

from .._settings import settings
from .._symbolic.mode import recording
from .._symbolic.pull import forward_by_pull
from ..layers._base import Layer, keep_output
from .batches import Batch
from .cuda_graph import Captured

PLAIN_STEPS = 10  # of the same shapes, before one is recorded
CHECKED_STEPS = 2
MOST_CALLS = 4000  # the time that TorchScript takes to read a function grows with its length
MOST_CONSTANT_BYTES = 1 << 16  # of a tensor that is held so as not to make it at each step
MOST_SHAPES = 8  # for which recordings are kept at a time
SECONDS_SAVED_PER_MODULE, SECONDS_SAVED_PER_CALL = 1e-5, 1.5e-6  # by a replay

aten: Any = torch.ops.aten

# Their results are numbers for Python, or they depend on where a tensor lies in memory.
UNREPEATABLE = frozenset(
    getattr(aten, name)
    for name in "_local_scalar_dense nonzero is_nonzero equal as_strided set_ resize_".split()
)
# Their results depend on the shape of a tensor only.
OF_SHAPES = frozenset({aten.ones_like, aten.zeros_like, aten.full_like})


@dataclass
class Computed:
    """What a batch asks for, before anything is changed.

    Attributes:
        results: the loss, and the accuracy if it was asked for.
        grads: one for each weight to train.
        updates: pairs of a variable and its next value.
    """

    results: list[Tensor]
    grads: list[Tensor]
    updates: list[tuple[Tensor, Tensor]]

    def tensors(self) -> list[Tensor]:
        return [*self.results, *self.grads, *(value for _, value in self.updates)]


def _is_repeatable(module: torch.nn.Module) -> bool:
    """Whether a module does the same each time: one of ours, or recorded from a user's."""
    ours = type(module).__module__.partition(".")[0] == __name__.partition(".")[0]
    return (ours or type(module).forward is forward_by_pull) and "forward" not in vars(module)


Compute = Callable[[Batch, bool], Computed]


class Replayer:
    """Calls a function of a batch, or what was recorded of it for batches of that shape.

    Args:
        compute: the function.
        modules: all modules that take part in it.
    """

    def __init__(self, compute: Compute, modules: Sequence[torch.nn.Module]) -> None:
        self.compute = compute
        self.hooks = [
            hooks
            for module in modules
            for hooks in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
        ]
        self.nb_modules = len(modules)
        self.nb_own_hooks = sum(h is keep_output for hooks in self.hooks for h in hooks.values())
        self.params: list[Tensor] = [p for m in modules for p in m.parameters(recurse=False)]
        wanted = {"cpu": settings.replay, "cuda": settings.cuda_graph}
        self.devices = {device for device, is_wanted in wanted.items() if is_wanted}
        self.enabled = not settings.compile and all(map(_is_repeatable, modules))
        self.nb_plain_steps = PLAIN_STEPS
        self.nb_changes = Layer.nb_changes
        self.shapes: dict[Any, _Shape] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "shapes": {}}  # recordings are made again

    def __call__(self, batch: Batch, accuracy: bool) -> Computed:
        enabled = self.enabled and batch.inputs[0].device.type in self.devices
        hooked = sum(map(len, self.hooks)) != self.nb_own_hooks
        if not enabled or hooked or torch.is_anomaly_enabled() or torch.is_autocast_enabled("cpu"):
            return self.compute(batch, accuracy)
        if self.nb_changes != Layer.nb_changes:
            self._forget()
        tensors = (*batch.inputs, *batch.targets, *batch.weights)
        key = (accuracy, *[None if t is None else t.shape for t in tensors])
        shape = self.shapes.get(key)
        if shape is None:
            if len(self.shapes) == MOST_SHAPES:
                self._forget()
            shape = self.shapes[key] = _Shape()
        if shape.recording is None or shape.seen < shape.pays_from:
            shape.seen += 1
            if shape.seen == self.nb_plain_steps:
                return self._record(shape, batch, accuracy)
            start = perf_counter()
            computed = self.compute(batch, accuracy)
            shape.seconds = min(shape.seconds, perf_counter() - start)
            return computed
        if shape.checked < CHECKED_STEPS:
            return self._check(shape, batch, accuracy)
        try:
            return shape.recording.run(batch)
        except RuntimeError:
            return self.compute(batch, accuracy)

    def _forget(self) -> None:
        """Start anew: a layer is not what it was, or there are too many shapes."""
        if any(shape.recording for shape in self.shapes.values()):
            self.nb_plain_steps *= 2  # if that happens often, recording does not pay
        self.nb_changes = Layer.nb_changes
        self.shapes.clear()

    def _record(self, shape: _Shape, batch: Batch, accuracy: bool) -> Computed:
        recorder = _Recorder(batch)
        with recording(), recorder:
            computed = self.compute(batch, accuracy)
        if recorder.repeatable and batch.inputs[0].is_cuda:
            with contextlib.suppress(Exception):  # what waits for the GPU cannot be captured
                generators = recorder.generators()
                shape.recording = Captured(self.compute, batch, accuracy, generators, self.params)
        elif recorder.repeatable and recorder.calls:
            shape.recording = recorder.finish(computed)
            # Its check takes some steps twice: first others should have lost as much.
            saved = SECONDS_SAVED_PER_MODULE * self.nb_modules
            saved += SECONDS_SAVED_PER_CALL * len(recorder.calls)
            shape.pays_from = shape.seen + CHECKED_STEPS * shape.seconds / saved
        self.nb_changes = Layer.nb_changes
        return computed

    def _check(self, shape: _Shape, batch: Batch, accuracy: bool) -> Computed:
        """Compute in both ways; give the recording up if they differ."""
        assert shape.recording is not None
        generators = shape.recording.generators()
        states = [generator.get_state() for generator in generators]
        replayed: list[Tensor] = []
        # TorchScript lacks some operations, and later releases of torch may lack it. The plain
        # step is always there.
        with contextlib.suppress(Exception), warnings.catch_warnings(), _without_optimizing():
            warnings.simplefilter("ignore")
            replayed = shape.recording.run(batch).tensors()
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
        computed = self.compute(batch, accuracy)
        shape.checked += 1
        if not _same(computed.tensors(), replayed):
            shape.recording = None
        return computed


@dataclass
class _Shape:
    """What is known of batches of one shape.

    Attributes:
        seen: the number of plain steps.
        seconds: what one took at least.
        pays_from: the number from which on a recording pays.
        checked: the number of steps that were computed in both ways.
    """

    seen: int = 0
    seconds: float = math.inf
    pays_from: float = 0
    checked: int = 0
    recording: _Recording | Captured | None = None


def _same(tensors: list[Tensor], others: list[Tensor]) -> bool:
    # On a GPU sums may be taken in another order each time.
    return len(tensors) == len(others) and all(
        torch.allclose(a, b, rtol=1e-4 * a.is_cuda, atol=1e-6 * a.is_cuda, equal_nan=True)
        for a, b in zip(tensors, others, strict=True)
    )


@contextlib.contextmanager
def _without_optimizing() -> Iterator[None]:
    """Context in which a TorchScript function is run for the first time, and so ever after.

    Optimized, it would regroup products, and the last bit would be another.
    """
    before = torch._C._jit_set_profiling_mode(False)
    try:
        yield
    finally:
        torch._C._jit_set_profiling_mode(before)


class _Recording:
    """A recorded function.

    Args:
        source: TorchScript of a function ``step`` of the batch, the draws and the other tensors;
            it returns a list.
        draws: calls of random functions, made before it.
        others: tensors that are neither of the batch nor computed: weights, states, constants.
        nb_results, nb_grads: how its results are to be read.
        variables: those that the remaining results are the next values of.
    """

    def __init__(
        self,
        source: str,
        draws: list[tuple[Any, Any, Any]],
        others: list[Tensor],
        nb_results: int,
        nb_grads: int,
        variables: list[Tensor],
    ) -> None:
        self.source = source
        self.draws = draws
        self.others = others
        self.nb_results = nb_results
        self.end_of_grads = nb_results + nb_grads
        self.variables = variables

    @functools.cached_property
    def function(self) -> Callable[..., list[Tensor]]:
        """What was recorded, compiled when it is run for the first time."""
        step: Callable[..., list[Tensor]] = torch.jit.CompilationUnit(self.source).step
        return step

    def run(self, batch: Batch) -> Computed:
        draws = [draw(*args, **kwargs) for draw, args, kwargs in self.draws]
        with torch._C._AutoDispatchBelowAutograd():
            tensors = self.function(*batch.tensors(), *draws, *self.others)
        n, end = self.nb_results, self.end_of_grads
        values = zip(self.variables, tensors[end:], strict=True) if self.variables else ()
        return Computed(tensors[:n], tensors[n:end], list(values))

    def generators(self) -> list[torch.Generator]:
        """Return the generators that the draws come from."""
        return _generators(self.draws)


def _generators(draws: list[Any]) -> list[torch.Generator]:
    found = (kwargs.get("generator") or torch.default_generator for _, _, kwargs in draws)
    return list({id(generator): generator for generator in found}.values())


@dataclass
class _Call:
    """One operation, as it was called.

    Attributes:
        function: the operation.
        numbers: its arguments by position that are no tensors.
        text: the call as TorchScript writes it.
        inputs, outputs: names of tensors.
        target: what the result is assigned to.
    """

    function: Any
    numbers: list[Any]
    text: str
    inputs: list[str]
    outputs: list[str]
    target: str


class _Recorder(TorchDispatchMode):
    """Writes down each operation below autograd, as one line of a TorchScript function."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self.names = WeakIdKeyDictionary()  # of the tensors, which are not held for that
        self.shapes: dict[str, torch.Size] = {}
        self.storages: dict[str, int] = {}
        self.calls: list[_Call] = []
        self.draws: list[tuple[Any, Any, Any]] = []
        self.drawn: list[str] = []
        self.changed: set[str] = set()  # what is written to
        self.constants: dict[str, Tensor] = {}  # what depends on numbers and shapes alone
        self.others: dict[str, Tensor] = {}
        self.repeatable = True
        self.given = [self._new_name(t) for t in batch.tensors()]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # or torch imports its compiler, which takes longer than itself

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        result = function(*args, **kwargs)
        if self.repeatable:
            self._note(function, args, kwargs, result)
        return result

    def _note(self, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        name = function._schema.name
        if function.overloadpacket in UNREPEATABLE or len(self.calls) == MOST_CALLS:
            self.repeatable = False
        elif name == "aten::detach":
            self.names[result] = self._name(args[0])
        elif torch.Tag.nondeterministic_seeded in function.tags:
            # A generator cannot be handed to TorchScript; these draw before the rest.
            self.repeatable = not any(isinstance(arg, Tensor) for arg in args)
            self.draws.append((function, args, kwargs))
            self.drawn.append(self._new_name(result))
        else:
            given = {k: v for k, v in kwargs.items() if v is not None}
            inputs = [self._name(x) for x in _tensors([*args, *given.values()])]
            written = [self._written(arg) for arg in args]
            written += [f"{k}={self._written(v)}" for k, v in given.items()]
            text = f"torch.ops.{name.replace('::', '.')}({', '.join(written)})"
            results = _tensors(result)
            self.changed.update(self.names[x] for x in results if x in self.names)
            outputs = [self.names.get(x) or self._new_name(x) for x in results]
            target = self._target(result)
            kind = function.overloadpacket
            numbers = [arg for arg in args if not _tensors(arg)]
            self.calls.append(_Call(kind, numbers, text, inputs, outputs, target))
            if kind in OF_SHAPES or self.constants.keys() >= set(inputs):
                small = (x.untyped_storage().nbytes() <= MOST_CONSTANT_BYTES for x in results)
                self.constants.update(zip(outputs, results) if all(small) else ())

    def _new_name(self, tensor: Tensor) -> str:
        name = f"t{len(self.shapes)}"
        self.names[tensor], self.shapes[name] = name, tensor.shape
        self.storages[name] = tensor.untyped_storage().data_ptr()
        return name

    def _name(self, tensor: Tensor) -> str:
        """Return the name of a tensor that is given to an operation, or returned at the end."""
        if tensor not in self.names:
            self.others[self._new_name(tensor)] = tensor
        name: str = self.names[tensor]
        return name

    def _target(self, result: Any) -> str:
        if isinstance(result, Tensor):
            name: str = self.names[result]
            return name
        if isinstance(result, (tuple, list)):
            parts = [
                self._target(part) if part is not None else f"n{len(self.calls)}" for part in result
            ]
            return ", ".join(parts) if len(parts) != 1 else f"({parts[0]},)"
        self.repeatable = False
        return "_"

    def _written(self, value: Any) -> str:
        if isinstance(value, Tensor):
            return self._name(value)
        if isinstance(value, (tuple, list)):
            return f"[{', '.join(map(self._written, value))}]"
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f"float('{value!r}')"
        if isinstance(value, torch.device):
            return f"torch.device('{value}')"
        if value is None or isinstance(
            value, (bool, int, str, torch.dtype, torch.layout, torch.memory_format)
        ):
            return repr(value)
        self.repeatable = False
        return "_"

    def generators(self) -> list[torch.Generator]:
        """Return the generators that were drawn from."""
        return _generators(self.draws)

    def finish(self, computed: Computed) -> _Recording:
        """Return the recording of what gave ``computed``."""
        returned = [self._name(tensor) for tensor in computed.tensors()]
        calls = self._without_views_of_sums(self._without_constants(returned), returned)
        made = {name for call in calls for name in call.outputs}
        held = {name: x for name, x in self.constants.items() if name not in made} | self.others
        read = [name for call in calls for name in call.inputs] + returned
        others = [name for name in dict.fromkeys(read) if name in held]
        given = [*self.given, *self.drawn, *others]
        source = "\n    ".join(
            [
                f"def step({', '.join(f'{name}: Tensor' for name in given)}) -> List[Tensor]:",
                *(f"{call.target} = {call.text}" for call in calls),
                f"return [{', '.join(returned)}]\n",
            ]
        )
        return _Recording(
            source,
            self.draws,
            [held[name] for name in others],
            len(computed.results),
            len(computed.grads),
            [variable for variable, _ in computed.updates],
        )

    def _without_constants(self, returned: list[str]) -> list[_Call]:
        """Leave out calls whose results are the same at each step: they are held, instead.

        What is written to, or returned, is made anew.
        """
        anew = {self.storages[name] for name in [*self.changed, *returned]}
        constants: set[str] = set()
        calls = []
        for call in self.calls:
            of_constants = call.function in OF_SHAPES or constants.issuperset(call.inputs)
            stays = self.constants.keys() >= {*call.outputs} and of_constants
            if stays and anew.isdisjoint(self.storages[name] for name in call.outputs):
                constants.update(call.outputs)
            else:
                calls.append(call)
        return calls

    def _without_views_of_sums(self, calls: list[_Call], returned: list[str]) -> list[_Call]:
        """Sum without keeping axes where autograd keeps them and takes them out by a view."""
        nb_uses = Counter(returned)
        for call in calls:
            nb_uses.update(call.inputs)
        sums = {
            call.target: call
            for call in calls
            if call.text.startswith("torch.ops.aten.sum(")
            and call.text.endswith("], True)")
            and nb_uses[call.target] == 1
        }
        unused = set()
        for call in calls:
            kept = sums.get(call.inputs[0]) if call.function is aten.view else None
            if kept is not None:
                (x,), (axes, _) = kept.inputs, kept.numbers
                ndim = len(self.shapes[x])
                removed = {axis % ndim for axis in axes}
                left = (n for axis, n in enumerate(self.shapes[x]) if axis not in removed)
                if self.shapes[call.target] == tuple(left):
                    call.text = kept.text.removesuffix("True)") + "False)"
                    call.inputs = [x]
                    unused.add(kept.target)
        return [call for call in calls if call.target not in unused]


def _tensors(value: Any) -> list[Tensor]:
    """Return the tensors in nested lists and tuples."""
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]
