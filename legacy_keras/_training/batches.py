"""Where batches come from: arrays in some order, a DataLoader, or a generator run by threads.

All are iterated once an epoch and yield `Batch`. Arrays are not copied: rows are read, turned
into tensors, cast and moved to the device batch by batch.
"""

from __future__ import annotations

import functools
import inspect
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from .._arrays import as_tensor, is_viewable

# Data up to this size moves to a GPU once and for all.
RESIDENT_BYTES = 1 << 28


@dataclass
class Batch:
    """The tensors of one batch.

    Attributes:
        inputs: one for each input layer.
        targets: one for each output; none to predict.
        weights: one for each output; None where all weights are 1.
        size: number of samples.
    """

    inputs: list[Tensor]
    targets: list[Tensor]
    weights: list[Tensor | None]
    size: int

    def tensors(self) -> list[Tensor]:
        """Return the tensors that there are, in order."""
        return [t for t in (*self.inputs, *self.targets, *self.weights) if t is not None]


@dataclass
class Data:
    """Whole arrays of as many samples each, in the roles of a `Batch`."""

    inputs: list[Any]
    targets: list[Any]
    weights: list[Any]

    def __len__(self) -> int:
        return len(self.inputs[0])

    def split(self, at: int, read: bool) -> tuple[Data, Data]:
        """Return the samples before ``at``, and those from there on.

        Args:
            read: whether to read both parts of data that lie in a file, for good. Otherwise
                they are read batch by batch.
        """
        before, after = slice(0, at), slice(at, len(self))
        return self._part(before, read), self._part(after, read)

    def _part(self, rows: slice, read: bool) -> Data:
        def part(array: Any) -> Any:
            in_memory = isinstance(array, (np.ndarray, Tensor, list, tuple))
            return array[rows] if read or in_memory else Part(array, rows)

        roles = (self.inputs, self.targets, self.weights)
        parts = {id(a): part(a) for arrays in roles for a in arrays if a is not None}
        return Data(*([parts.get(id(a)) for a in arrays] for arrays in roles))


class Part:
    """Some consecutive samples of data that are read when indexed, such as HDF5 data."""

    def __init__(self, data: Any, rows: slice) -> None:
        self.data = data
        self.rows = range(rows.start, rows.stop)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> Any:
        """Read a sample, a slice of samples, or a list of samples."""
        if isinstance(key, slice):
            rows = self.rows[key]
            return self.data[rows.start : rows.stop : rows.step]
        if isinstance(key, (list, np.ndarray)):
            return self.data[[self.rows[index] for index in key]]
        return self.data[self.rows[key]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of these samples."""
        return (len(self), *self.data.shape[1:])


class Caster:
    """Turns arrays into tensors of the dtypes and on the device that a model takes."""

    def __init__(self, input_dtypes: Sequence[torch.dtype], floatx: torch.dtype, device: Any):
        self.input_dtypes = list(input_dtypes)
        self.floatx = floatx
        self.device = torch.device(device)

    def batch(self, data: Data) -> Batch:
        """Return all of ``data`` as one batch."""
        return self.cast(
            [_tensor(a) for a in data.inputs],
            [_tensor(a) for a in data.targets],
            [None if a is None else _tensor(a) for a in data.weights],
        )

    def cast(
        self, inputs: list[Tensor], targets: list[Tensor], weights: list[Tensor | None]
    ) -> Batch:
        """Return tensors as a batch."""
        return Batch(
            [self.move(x, dtype) for x, dtype in zip(inputs, self.input_dtypes, strict=True)],
            [self.move(y, self.floatx) for y in targets],
            [None if w is None else self.move(w, self.floatx) for w in weights],
            inputs[0].shape[0],
        )

    def move(self, x: Tensor, dtype: torch.dtype) -> Tensor:
        """Return a tensor in a dtype and on the device."""
        if self.device.type == "cpu" or x.device == self.device:
            return x if x.dtype == dtype else x.to(dtype)
        # Pinned memory lets the copy run beside the computation.
        x = x.to(dtype).pin_memory() if self.device.type == "cuda" else x.to(dtype)
        return x.to(self.device, non_blocking=True)


TORCH_KINDS = frozenset("biuf")


def _check_numbers(array: np.ndarray) -> None:
    if array.dtype.kind not in TORCH_KINDS or array.dtype.itemsize > 8:
        raise TypeError(
            f"got an array of dtype {array.dtype} and shape {array.shape}; expected numbers. "
            "Sequences of unequal length go through keras.preprocessing.sequence.pad_sequences."
        )


def _tensor(array: Any) -> Tensor:
    """View an array of numbers as a tensor, where torch can."""
    if isinstance(array, Tensor):
        return array
    array = np.asarray(array)
    _check_numbers(array)
    return as_tensor(array)


def batch_shuffle(index_array: np.ndarray, batch_size: int) -> np.ndarray:
    """Shuffle whole batches; what is left over stays at the end.

    Mirrors: keras 0.3.3, models.py, batch_shuffle.
    """
    nb_batch = len(index_array) // batch_size
    head, tail = np.split(index_array, [nb_batch * batch_size])
    blocks = head.reshape(nb_batch, batch_size)
    np.random.shuffle(blocks)
    return np.append(blocks.ravel(), tail)


class Order:
    """The indices of each batch, drawn anew for each epoch from NumPy's global stream.

    Args:
        nb_sample: int, the samples of an epoch.
        batch_size: int > 0.
        shuffle: True, False, or "batch" to shuffle whole batches, for HDF5 data.
    """

    def __init__(self, nb_sample: int, batch_size: int, shuffle: Any = False) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size got {batch_size!r}; expected an int >= 1.")
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.indices = np.arange(nb_sample)

    def __len__(self) -> int:
        return -(-len(self.indices) // self.batch_size)

    def __iter__(self) -> Iterator[np.ndarray]:
        if self.shuffle == "batch":
            self.indices = batch_shuffle(self.indices, self.batch_size)
        elif self.shuffle:
            np.random.shuffle(self.indices)
        for start in range(0, len(self.indices), self.batch_size):
            yield self.indices[start : start + self.batch_size]


class ArrayBatches:
    """Batches of arrays, in some order.

    Args:
        data: the arrays: NumPy, or anything with ``len`` and slices, such as HDF5 data. One
            that is both input and target is read once.
        caster: the model's.
        batch_size, shuffle: as in `Order`.

    Raises:
        TypeError: for arrays of anything but numbers; while iterating, if the data cannot be
            indexed in this order.
    """

    def __init__(self, data: Data, caster: Caster, batch_size: int, shuffle: Any = False) -> None:
        self.caster = caster
        self.nb_sample = len(data)
        self.order = Order(self.nb_sample, batch_size, shuffle)
        self.readers: dict[tuple[int, torch.dtype], Callable[[Any], Tensor]] = {}
        self.inputs = list(map(self._register, data.inputs, caster.input_dtypes))
        self.targets = [self._register(y, caster.floatx) for y in data.targets]
        self.weights = [
            None if w is None else self._register(w, caster.floatx) for w in data.weights
        ]

    def __iter__(self) -> Iterator[Batch]:
        for picked in self.order:
            index: Any = slice(int(picked[0]), int(picked[-1]) + 1)
            if self.order.shuffle:
                index = torch.from_numpy(picked)
            rows: Any = {key: read(index) for key, read in self.readers.items()}
            yield Batch(
                [rows[x] for x in self.inputs],
                [rows[y] for y in self.targets],
                [None if w is None else rows[w] for w in self.weights],
                len(picked),
            )

    def _register(self, array: Any, dtype: torch.dtype) -> tuple[int, torch.dtype]:
        """See to it that the rows of an array are read, and return the key they will have."""
        key = id(array), dtype
        if key not in self.readers:
            self.readers[key] = self._reader(self._view(array), dtype)
        return key

    def _view(self, array: Any) -> Any:
        """Return what batches are to be read from."""
        if isinstance(array, np.ndarray):
            _check_numbers(array)
            if not is_viewable(array):
                return array
        elif not isinstance(array, Tensor):
            return array
        tensor = _tensor(array)
        device = self.caster.device
        if device.type == "cuda" and tensor.nbytes <= RESIDENT_BYTES:
            return tensor.to(device)
        return tensor

    def _reader(self, array: Any, dtype: torch.dtype) -> Callable[[Any], Tensor]:
        """Return a function from the index of a batch, a slice or a tensor, to its rows."""
        move, device = self.caster.move, self.caster.device
        if not isinstance(array, Tensor):
            return lambda index: move(_tensor(_rows(array, index)), dtype)
        pick = functools.partial(array.index_select, 0) if self.order.shuffle else array.__getitem__
        if array.device == device and array.dtype == dtype and device.type == "cpu":
            return pick
        if array.device.type == "cpu":
            return lambda index: move(pick(index), dtype)
        return lambda index: move(pick(_moved(index, device)), dtype)


def _rows(array: Any, index: Any) -> Any:
    """Read the rows of something that need not be an array, such as HDF5 data."""
    if isinstance(index, slice):
        return array[index]
    try:
        return array[index.tolist()]
    except TypeError as error:
        raise TypeError(
            "TypeError while preparing batch. If using HDF5 input data, pass "
            f'shuffle="batch". ({error})'
        ) from error


def _moved(index: Any, device: torch.device) -> Any:
    return index if isinstance(index, slice) else index.to(device, non_blocking=True)


def is_loadable(data: Any) -> bool:
    """Whether data are a DataLoader, or a Dataset for which one will be made."""
    return isinstance(data, (DataLoader, Dataset))


class _Lists(Order):
    """The same as lists of Python's numbers, which data sets are used to."""

    def __iter__(self) -> Iterator[Any]:
        return (picked.tolist() for picked in super().__iter__())


class LoaderBatches:
    """Batches of a ``torch.utils.data.DataLoader``, which an epoch goes over once.

    Args:
        data: the loader; or a data set, which is loaded in the order that arrays have.
        convert: turns what the loader yields into a `Batch`; raises for what it should not
            yield.
        batch_size, shuffle: as in `Order`, for a data set; a loader has its own.

    Raises:
        ValueError: if the number of samples is not known; while iterating, if there are more.
    """

    def __init__(
        self, data: Any, convert: Callable[[Any], Batch], batch_size: int, shuffle: Any = False
    ) -> None:
        nb_sample = _nb_sample(data)
        if isinstance(data, IterableDataset):
            data = DataLoader(data, batch_size)
        elif not isinstance(data, DataLoader):
            data = DataLoader(data, batch_sampler=_Lists(nb_sample, batch_size, shuffle))
        self.loader = data
        self.convert = convert
        self.nb_sample = nb_sample

    def __iter__(self) -> Iterator[Batch]:
        seen = 0
        for output in self.loader:
            batch = self.convert(output)
            seen += batch.size
            if seen > self.nb_sample:
                raise ValueError(
                    f"The loader gave {seen} samples or more in an epoch; expected "
                    f"{self.nb_sample}, which is the length of its data."
                )
            yield batch


def _nb_sample(data: Any) -> int:
    """Return how many samples an epoch has."""
    sized = data
    if isinstance(data, DataLoader):
        if data.batch_size is None and data.batch_sampler is None:
            raise ValueError(
                "got a DataLoader with batch_size=None; expected one that makes batches of "
                "samples. Pass iter(loader) to fit_generator, with samples_per_epoch."
            )
        stream = isinstance(data.dataset, IterableDataset)
        sized = data.dataset if stream else data.sampler
    try:
        nb_sample = len(sized)
    except TypeError:
        raise ValueError(
            f"got data without a length, {type(sized).__name__}; expected a Dataset with "
            "__len__, or a DataLoader over one. A generator goes to fit_generator, with "
            "samples_per_epoch."
        ) from None
    if isinstance(data, DataLoader) and data.drop_last:
        nb_sample -= nb_sample % (data.batch_size or 1)
    return nb_sample


PATIENCE_SECONDS = 1.0  # to wait for a generator after an error or an interrupt
SLOW_SECONDS = 60.0  # without a batch, after which a warning says so


class GeneratorBatches:
    """Batches that a generator yields, fetched ahead by threads.

    With one worker the batches keep their order, and the generator is advanced no
    further than the samples asked for. The threads end with `close`, or the ``with`` block.

    Args:
        generator: an iterator.
        convert: turns what it yields into a `Batch`; raises for what it should not yield.
        samples_per_epoch: int > 0, the samples after which an epoch is over.
        nb_epoch: int > 0.
        nb_worker: int > 0; more than one only helps an iterator that can be advanced by
            several threads at a time, which a generator function's cannot.
        ahead: how many batches to fetch ahead.
        on_excess: called in each epoch that has more than ``samples_per_epoch``.
    """

    def __init__(
        self,
        generator: Iterator[Any],
        convert: Callable[[Any], Batch],
        samples_per_epoch: int,
        nb_epoch: int = 1,
        nb_worker: int = 1,
        ahead: int = 10,
        on_excess: Callable[[], None] | None = None,
    ) -> None:
        self.on_excess = on_excess
        self.convert = convert
        self.samples_per_epoch = samples_per_epoch
        self.nb_epoch = nb_epoch
        self._generator = generator
        self._queue: queue.Queue[Any] = queue.Queue()
        self._room = threading.Semaphore(ahead)
        self._stop = threading.Event()
        # A generator function's frame runs in one thread at a time; other iterators may
        # have locks of their own, finer than this one.
        self._lock = threading.Lock() if inspect.isgenerator(generator) else None
        self._counter = threading.Lock()
        self._seen, self._epochs_left = 0, nb_epoch
        self._threads = [
            threading.Thread(target=self._work, daemon=True, name=f"batches-{i}")
            for i in range(max(1, nb_worker))
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while True:
            self._room.acquire()
            if self._stop.is_set() or not self._fetch():
                return

    def _fetch(self) -> bool:
        """Put one batch, or the exception instead of it, into the queue."""
        try:
            if self._lock is None:
                batch = self.convert(next(self._generator))
                with self._counter:
                    self._queue.put(batch)
                    return self._count(batch.size)
            with self._lock:
                if self._stop.is_set():
                    return False
                batch = self.convert(next(self._generator))
                self._queue.put(batch)
                return self._count(batch.size)
        except BaseException as error:  # handed to the caller of fit, traceback and all
            self._stop.set()
            self._queue.put(error)
            return False

    def _count(self, nb_sample: int) -> bool:
        """Count samples as the loop will; return whether more are wanted."""
        self._seen += nb_sample
        if self._seen >= self.samples_per_epoch:
            self._seen, self._epochs_left = 0, self._epochs_left - 1
        if self._epochs_left <= 0:
            self._stop.set()
            for _ in self._threads:  # wake those that wait for room
                self._room.release()
        return self._epochs_left > 0

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches of one epoch."""
        seen = 0
        while seen < self.samples_per_epoch:
            item = self._wait()
            self._room.release()
            if isinstance(item, StopIteration):
                raise ValueError(
                    f"The generator ended after {seen} samples of an epoch; expected "
                    f"{self.samples_per_epoch}. It should loop over its data indefinitely."
                ) from item
            if isinstance(item, BaseException):
                raise item
            seen += item.size
            yield item
        if seen > self.samples_per_epoch and self.on_excess is not None:
            self.on_excess()

    def _wait(self) -> Any:
        try:
            return self._queue.get(timeout=SLOW_SECONDS)
        except queue.Empty:
            warnings.warn(
                f"The generator has made no batch for {SLOW_SECONDS} seconds; training waits on.",
                RuntimeWarning,
                stacklevel=2,
            )
            return self._queue.get()

    def close(self, patience: float | None = None) -> None:
        """Stop the threads and wait for what they are fetching now, at most ``patience`` s."""
        self._stop.set()
        for _ in self._threads:
            self._room.release()
        deadline = None if patience is None else time.monotonic() + patience
        for thread in self._threads:
            thread.join(None if deadline is None else max(0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            warnings.warn(
                "The generator is still making a batch, which nobody will take; until it has, it "
                "cannot be used again.",
                RuntimeWarning,
                stacklevel=2,
            )

    def __enter__(self) -> GeneratorBatches:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        # An interrupt, or an error, does not wait for a generator that may never go on.
        self.close(None if kind is None else PATIENCE_SECONDS)
