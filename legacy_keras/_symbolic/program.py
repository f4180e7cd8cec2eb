"""Programs: expressions as one Python function over the recorded calls.

The calls are put in order, each once, and written out as the source of a function. That is
as fast as the same calls by hand, differentiates as usual and compiles as usual.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .expression import Expression, expressions_in, replace
from .expression import constant as as_constant
from .mode import computing

_numbers = itertools.count()


def in_order(outputs: Any, given: Sequence[Expression] = ()) -> list[Expression]:
    """Return the expressions that ``outputs`` need, each after what it needs itself."""
    done = {id(e) for e in given}
    order: list[Expression] = []
    stack: list[tuple[Expression, bool]] = [(e, False) for e in expressions_in(outputs)][::-1]
    while stack:
        expression, ready = stack.pop()
        if id(expression) in done:
            continue
        if ready:
            done.add(id(expression))
            order.append(expression)
        else:
            stack.append((expression, True))
            needed = list(expressions_in((expression.args, expression.kwargs)))
            stack += [(e, False) for e in reversed(needed)]
    return order


class Gradient:
    """The function behind `gradients`; programs look for it to know what to differentiate by."""

    __name__ = "gradients"

    def __init__(self, create_graph: bool) -> None:
        self.create_graph = create_graph

    def __call__(self, loss: Tensor, by: list[Tensor]) -> list[Tensor]:
        if not loss.requires_grad:
            return [torch.zeros_like(x) for x in by]
        if loss.ndim:
            raise ValueError(
                f"the loss to differentiate has the shape {tuple(loss.shape)}; expected one number."
            )
        grads = torch.autograd.grad(
            loss, by, retain_graph=True, create_graph=self.create_graph, allow_unused=True
        )
        return [torch.zeros_like(x) if g is None else g for x, g in zip(by, grads, strict=True)]


def _watched(x: Tensor) -> Tensor:
    """Return a tensor by which one can differentiate."""
    return x if x.requires_grad else x.detach().requires_grad_()


class Program:
    """A function of tensors made from expressions.

    Args:
        inputs: expressions that are given; placeholders, as a rule.
        outputs: what to return: an expression, or lists, tuples and dicts of them.

    Raises:
        ValueError: when called, if a placeholder that is needed is not among the inputs.
            Whatever a recorded call raises names the line that recorded it.
    """

    def __init__(self, inputs: Sequence[Expression], outputs: Any) -> None:
        self.inputs = list(inputs)
        self.outputs = outputs
        order = in_order(outputs, self.inputs)
        self.differentiated = [
            target for e in order if isinstance(e.function, Gradient) for target in e.args[1]
        ]
        self._write(order, outputs)

    def _write(self, order: list[Expression], outputs: Any) -> None:
        names = {id(e): f"x{i}" for i, e in enumerate(self.inputs)}
        self._objects: dict[str, Any] = {}

        def constant(value: Any) -> str:
            name = f"c{len(self._objects)}"
            self._objects[name] = value
            return name

        def written(value: Any) -> str:
            if isinstance(value, Expression):
                return names[id(value)]
            if type(value) is list:
                return "[" + ", ".join(map(written, value)) + "]"
            if type(value) is tuple:
                return "(" + "".join(f"{written(item)}, " for item in value) + ")"
            if type(value) is slice:
                return f"slice{written((value.start, value.stop, value.step))}"
            if isinstance(value, dict) and any(True for _ in expressions_in(value)):
                items = [(key, item) for key, item in value.items()]
                return f"{constant(type(value))}({written(items)})"
            return constant(as_constant(value))

        lines = [f"def program({', '.join(names.values())}):"]
        self.made_at: list[str] = [""]
        for e in self.inputs:
            if any(e is target for target in self.differentiated):
                lines.append(f"    {names[id(e)]} = {constant(_watched)}({names[id(e)]})")
                self.made_at.append("")
        for index, e in enumerate(order):
            arguments = [written(arg) for arg in e.args]
            arguments += [f"{key}={written(value)}" for key, value in e.kwargs.items()]
            names[id(e)] = f"v{index}"
            call = f"{constant(e.function)}({', '.join(arguments)})"
            if any(e is target for target in self.differentiated):
                call = f"{constant(_watched)}({call})"
            lines.append(f"    v{index} = {call}")
            self.made_at.append(e.made_at)
        lines.append(f"    return {written(outputs)}")
        self.source = "\n".join(lines) + "\n"
        self.filename = f"<program {next(_numbers)}>"
        self._run: Callable[..., Any] | None = None

    def _function(self) -> Callable[..., Any]:
        if self._run is None:
            linecache.cache[self.filename] = (
                len(self.source),
                None,
                self.source.splitlines(True),
                self.filename,
            )
            namespace = dict(self._objects)
            exec(compile(self.source, self.filename, "exec"), namespace)
            self._run = namespace["program"]
        return self._run

    def __call__(self, *values: Any) -> Any:
        if self.differentiated and not torch.is_grad_enabled():
            with torch.enable_grad():
                result = self(*values)
            return replace(result, lambda x: x.detach() if isinstance(x, Tensor) else x)
        try:
            with computing():
                return self._function()(*values)
        except Exception as error:
            where = self._blame(error)
            if where and where not in str(error):
                text = f"{error}\n(in the expression made at {where})"
                error.args = (text, *error.args[1:])
            raise

    def _blame(self, error: Exception) -> str:
        traceback = error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == self.filename:
                line = traceback.tb_lineno - 1
                return self.made_at[line] if line < len(self.made_at) else ""
            traceback = traceback.tb_next
        return ""

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_run": None}  # made again from the source
