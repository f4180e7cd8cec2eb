"""Expressions: calls that are recorded instead of made.

An `Expression` holds a function and its arguments, other expressions among them;
`Placeholder` stands for an input. `program.py` turns them into a function of tensors.
What methods and operators an expression has follows Theano; the functions behind them are
registered by ``backend``.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import operator
import sys
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from torch import Tensor

from .._arrays import as_tensor
from .indexing import get_item
from .mode import computing, mode

F = TypeVar("F", bound=Callable[..., Any])

# In the place of a size that is not fixed, to find out how many axes a result has.
ANY_SIZE = 12

# AttributeError, too: within a property it would be told of the property.
_REFUSALS = (
    RuntimeError, ValueError, IndexError, TypeError, AttributeError, NotImplementedError
)  # fmt: skip

_serial_numbers = itertools.count()


class Expression:
    """A recorded call.

    Args:
        function: of tensors, called when the expression is evaluated.
        args, kwargs: its arguments; lists, tuples, dicts and slices may hold expressions.
        shape: the static shape if it is known, None where a size is not fixed.
    """

    # Filled by backend: Theano's methods of a symbolic tensor, by name.
    methods: ClassVar[dict[str, Callable[..., Any]]] = {}

    # NumPy arrays leave operators with an expression to it.
    __array_priority__ = 1000
    __array_ufunc__ = None

    name: str | None = None

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] = {},
        shape: tuple[int | None, ...] | None = None,
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = dict(kwargs)
        self.static_shape = shape
        self.made_at = _caller()
        self.serial_number = next(_serial_numbers)

    # What is known without computing

    @property
    def meta(self) -> Any:
        """The result on tensors without memory: its dtype, and how many axes it has."""
        if "_meta" not in self.__dict__:
            self._meta = self._infer()
        return self._meta

    def _infer(self) -> Any:
        if self.static_shape is not None:
            sizes = [ANY_SIZE if size is None else size for size in self.static_shape]
            return torch.empty(sizes, device="meta")
        try:
            args, kwargs = replace((self.args, self.kwargs), _to_meta)
            with computing(), torch.no_grad():
                return replace(self.function(*args, **kwargs), _to_meta)
        except _REFUSALS as error:
            if isinstance(error, ValueError) and _raised_here(error):
                raise  # a wrong argument, told where it is written as in 0.3.3
            # Sizes that do not meet: then it has as many axes as the largest argument.
            metas = [e.meta for e in expressions_in((self.args, self.kwargs))]
            tensors = [m for m in metas if isinstance(m, Tensor)]
            return max(tensors, key=lambda m: m.ndim, default=torch.empty((), device="meta"))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        if self.static_shape is not None:
            return len(self.static_shape)
        return 1 if isinstance(self.meta, tuple) else getattr(self.meta, "ndim", 0)

    @property
    def dtype(self) -> str:
        """Name of the dtype, as NumPy spells it."""
        dtype = getattr(self.meta, "dtype", None)
        return str(dtype).removeprefix("torch.") if dtype is not None else "int64"

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """For each axis whether its size is known to be 1."""
        if self.static_shape is not None:
            return tuple(size == 1 for size in self.static_shape)
        if isinstance(self.meta, tuple):
            return (False,)
        return tuple(size == 1 for size in getattr(self.meta, "shape", ()))

    @property
    def type(self) -> Expression:
        """Itself: in Theano the type has ndim, dtype and broadcastable."""
        return self

    @property
    def shape(self) -> Expression:
        """The shape, as an expression to index."""
        return Expression(_shape, (self,))

    @property
    def size(self) -> Expression:
        """The number of elements."""
        return Expression(_numel, (self,))

    @functools.cached_property
    def tag(self) -> SimpleNamespace:
        """For the user to note things on, such as Theano's test values."""
        return SimpleNamespace()

    @property
    def T(self) -> Any:
        """The transpose."""
        return self.methods["transpose"](self)

    # Operators and methods

    def __getattr__(self, name: str) -> Any:
        method = None if name.startswith("_") else type(self).methods.get(name)
        if method is None and not name.startswith("_") and callable(getattr(Tensor, name, None)):
            method = _of_tensor(name)
        if method is None:
            close = difflib.get_close_matches(name, type(self).methods, n=1)
            near = f" Did you mean {close[0]!r}?" if close else ""
            raise AttributeError(
                f"an expression has no attribute {name!r}; it was made at "
                f"{self.__dict__.get('made_at')}.{near}"
            )
        return functools.partial(method, self)

    def __getitem__(self, index: Any) -> Expression:
        return Expression(get_item, (self, index))

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.meta, tuple):  # rows, columns = x.shape
            return iter([self[axis] for axis in range(len(self.meta))])
        raise TypeError(f"an expression cannot be iterated over; it was made at {self.made_at}")

    def __bool__(self) -> bool:
        if self.function not in COMPARISONS.values():  # ``if bias:`` asks whether there is one
            return True
        raise TypeError(
            "a comparison is neither true nor false until it is evaluated; use K.switch, or "
            f"'is not None'. It was made at {self.made_at}"
        )

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Expression:
        return Expression(function, args, kwargs or {})

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", str(self.function))
        return f"<{type(self).__name__} {self.name or name}>"


def _of_tensor(name: str) -> Callable[..., Any]:
    """Return a method of torch's tensors, to be recorded."""

    def method(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, name)(*args, **kwargs)

    method.__name__ = name
    return lambda self, *args, **kwargs: Expression(method, (self, *args), kwargs)


def _raised_here(error: BaseException) -> bool:
    """Whether this package raised an error, and not torch."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    name = traceback.tb_frame.f_globals.get("__name__", "") if traceback else ""
    return str(name).split(".")[0] == __name__.split(".")[0]


def _shape(x: Any) -> Any:
    return x.shape


def _is_shape(x: Any) -> bool:
    """Whether an argument is the shape of something, or a slice of one."""
    if not isinstance(x, Expression):
        return False
    if x.function is get_item:
        return isinstance(x.args[1], slice) and _is_shape(x.args[0])
    return x.function is _shape


def tensors(value: Any) -> Any:
    """Return an argument with each shape as a tensor: a tuple times two is not twice its sizes."""
    if _is_shape(value):
        return Expression(torch.as_tensor, (value,))
    if type(value) in (list, tuple):
        return type(value)(map(tensors, value))
    return value


def _numel(x: Any) -> int:
    return x.numel() if isinstance(x, Tensor) else len(x)


def _divide(x: Any, y: Any) -> Any:
    return x / y


def _int8(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Give comparisons the dtype they have in Theano, with which one can calculate."""

    @functools.wraps(compare)
    def comparison(x: Any, y: Any) -> Any:
        result = compare(x, y)
        return result.to(torch.int8) if isinstance(result, Tensor) else result

    return comparison


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": _divide,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "lt": _int8(operator.lt),
    "le": _int8(operator.le),
    "gt": _int8(operator.gt),
    "ge": _int8(operator.ge),
}
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg,
    "abs": operator.abs,
    "invert": operator.invert,
}


def _add_operators() -> None:
    """Give expressions the operators of the tables. ``==`` stays identity, as in Theano."""

    def method(function: Callable[..., Any], swap: bool) -> Callable[..., Expression]:
        if swap:
            return lambda self, other: Expression(function, tensors((other, self)))
        return lambda self, *other: Expression(function, tensors((self, *other)))

    tables: tuple[Mapping[str, Callable[..., Any]], ...] = (BINARY, COMPARISONS, UNARY)
    for name, function in (item for table in tables for item in table.items()):
        setattr(Expression, f"__{name}__", method(function, swap=False))
        if name in BINARY:
            setattr(Expression, f"__r{name}__", method(function, swap=True))


_add_operators()


class Placeholder(Expression):
    """A value that is given when a function is called.

    Args:
        shape: sizes, None where any will do.
        dtype: NumPy dtype name.
        name: for messages.
    """

    def __init__(
        self, shape: tuple[int | None, ...], dtype: str = "float32", name: str | None = None
    ) -> None:
        super().__init__(_no_value, shape=shape)
        self.placeholder_dtype = dtype
        self.name = name

    def _infer(self) -> Tensor:
        sizes = [ANY_SIZE if size is None else size for size in self.static_shape or ()]
        dtype = getattr(torch, self.placeholder_dtype)
        return torch.empty(sizes, device="meta", dtype=dtype)

    def describe(self) -> str:
        """Return name and shape for a message."""
        return f"{self.name or 'a placeholder'} of shape {self.static_shape}"


def _no_value() -> Any:
    raise ValueError("a placeholder has no value; pass it to K.function as an input")


def _caller() -> str:
    """Return file and line of the code that records, outside this package."""
    frame = sys._getframe(2)
    package = __name__.split(".")[0]
    while frame.f_back is not None:
        if frame.f_globals.get("__name__", "").split(".")[0] != package:
            break
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


# Expressions within arguments


def expressions_in(value: Any) -> Iterator[Expression]:
    """Iterate over the expressions in an argument, in order."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from expressions_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from expressions_in(item)
    elif isinstance(value, slice):
        yield from expressions_in((value.start, value.stop, value.step))


def replace(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return an argument with ``change`` applied to all that it holds."""
    if isinstance(value, torch.Size):
        return value
    if isinstance(value, (list, tuple)):
        items = [replace(item, change) for item in value]
        return type(value)(items) if type(value) in (list, tuple) else items
    if isinstance(value, dict):
        return type(value)((key, replace(item, change)) for key, item in value.items())
    if isinstance(value, slice):
        return slice(*(replace(part, change) for part in (value.start, value.stop, value.step)))
    return change(value)


# Filled by backend: the float type of constants.
float_type: Callable[[], torch.dtype] = torch.get_default_dtype


def constant(value: Any) -> Any:
    """Return an array in an expression as a tensor, floats in the type of all the others."""
    if not isinstance(value, np.ndarray):
        return value
    tensor = as_tensor(value)
    return tensor.to(float_type()) if tensor.is_floating_point() else tensor


def _to_meta(value: Any) -> Any:
    if isinstance(value, Expression):
        return value.meta
    value = constant(value)
    return value.to("meta") if isinstance(value, Tensor) else value


def is_symbolic(value: Any) -> bool:
    """Whether an argument has an expression, or a variable that is written about."""
    if isinstance(value, Expression):
        return True
    if isinstance(value, torch.nn.Parameter):
        return True
    if isinstance(value, (list, tuple)):
        return any(map(is_symbolic, value))
    if isinstance(value, dict):
        return any(map(is_symbolic, value.values()))
    return False


def recorded(function: F) -> F:
    """Let a function of tensors be recorded wherever nothing is computed yet."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if mode.eager:
            return function(*args, **kwargs)
        expression = Expression(function, args, kwargs)
        expression.meta  # noqa: B018 - refuses wrong arguments here, not when it is evaluated
        return expression

    return call  # type: ignore[return-value]


def operation(function: F) -> F:
    """Let a function of tensors be recorded where it is given expressions."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if mode.eager or not (is_symbolic(args) or is_symbolic(kwargs)):
            return function(*args, **kwargs)
        expression = Expression(function, (*tensors(args[:1]), *args[1:]), kwargs)
        expression.meta  # noqa: B018 - refuses wrong arguments here, not when it is evaluated
        return expression

    return call  # type: ignore[return-value]
