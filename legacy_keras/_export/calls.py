"""Tables of calls: what a recorded function of K, Theano or torch is in plain PyTorch.

Each entry makes the source of a call from the sources of its arguments.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import backend as K
from .._symbolic import expression as recorded
from .._symbolic.scan import _last, _stacked

Text = Callable[..., str]


def binary(sign: str) -> Text:
    return lambda x, y: f"{x} {sign} {y}"


def power(x: str, y: str) -> str:
    base = f"({x})" if x.startswith("-") else x
    return f"{base}**{y}"


def compared(sign: str) -> Text:
    return lambda x, y: f"({x} {sign} {y}).to(torch.int8)"


def called(name: str) -> Text:
    def text(*args: str, **kwargs: str) -> str:
        parts = [*args, *(f"{key}={value}" for key, value in kwargs.items())]
        return f"{name}({', '.join(parts)})"

    return text


def method_of(name: str) -> Text:
    def text(x: str, *args: str, **kwargs: str) -> str:
        return called(f"{x}.{name}")(*args, **kwargs)

    return text


def reduced(name: str) -> Text:
    def text(x: str, axis: str = "None", keepdims: str = "False") -> str:
        parts = [] if axis == "None" else [axis]
        if keepdims == "True":
            parts = [axis if parts else "list(range(" + x + ".ndim))", "keepdim=True"]
        return f"{x}.{name}({', '.join(parts)})"

    return text


def std(x: str, axis: str = "None", keepdims: str = "False") -> str:
    keep = ", keepdim=True" if keepdims == "True" else ""
    return f"{x}.std({axis}, correction=0{keep})"


def axes_text(axes: str) -> str:
    return axes.strip("()[]").rstrip(",")


def dimshuffled(x: str, *pattern: str) -> str:
    """Write Theano's dimshuffle of axes that all stay: an index for each new axis."""
    items = [part.strip() for part in axes_text(", ".join(pattern)).split(",")]
    kept = [item for item in items if "x" not in item]
    order = [int(item) for item in kept]
    value = x if order == sorted(order) else f"{x}.permute({', '.join(kept)})"
    if len(kept) == len(items):
        return value
    return f"{value}[{', '.join('None' if 'x' in item else ':' for item in items)}]"


def relu(x: str, alpha: str = "0.0", max_value: str = "None") -> str:
    text = f"relu({x})" if alpha in ("0.0", "0") else f"leaky_relu({x}, {alpha})"
    return text if max_value == "None" else f"torch.clamp_max({text}, {max_value})"


def expanded(x: str, dim: str = "-1") -> str:
    return f"{x}.unsqueeze({dim})"


def pack(x: str) -> str:
    return f"torch.stack({x})"


# Function of K -> its source, from the sources of its arguments.
K_TEXTS: dict[str, Text] = {
    "abs": method_of("abs"),
    "argmax": lambda x, axis="-1": f"{x}.argmax({axis})",
    "argmin": lambda x, axis="-1": f"{x}.argmin({axis})",
    "batch_flatten": lambda x: f"{x}.flatten(1)",
    "cast": lambda x, dtype: f"{x}.to(torch.{dtype.strip(chr(34))})",
    "clip": lambda x, low, high: f"torch.clamp({x}, {low}, {high})",
    "concatenate": lambda x, axis="-1": f"torch.cat({x}, {axis})",
    "equal": binary("=="),
    "exp": called("torch.exp"),
    "expand_dims": expanded,
    "flatten": lambda x: f"{x}.flatten()",
    "gather": lambda x, rows: f"{x}[{rows}.long()]",
    "hard_sigmoid": called("hard_sigmoid"),
    "l2_normalize": lambda x, axis: f"{x} / torch.sqrt({x}.square().sum({axis}, keepdim=True))",
    "log": called("torch.log"),
    "max": reduced("amax"),
    "maximum": lambda x, y: called("torch.clamp_min" if is_number(y) else "torch.maximum")(x, y),
    "mean": reduced("mean"),
    "min": reduced("amin"),
    "minimum": lambda x, y: called("torch.clamp_max" if is_number(y) else "torch.minimum")(x, y),
    "not_equal": binary("!="),
    "ones_like": called("torch.ones_like"),
    "pack": pack,
    "permute_dimensions": lambda x, axes: f"{x}.permute({axes_text(axes)})",
    "pow": power,
    "prod": lambda x, axis="None", keepdims="False": (
        f"{x}.prod()" if axis == "None" else f"{x}.prod({axis}, keepdim={keepdims})"
    ),
    "relu": relu,
    "repeat": lambda x, n: f"{x}.unsqueeze(1).expand(-1, {n}, -1)",
    "repeat_elements": lambda x, rep, axis: f"{x}.repeat_interleave({rep}, {axis})",
    "reshape": lambda x, shape: f"{x}.reshape({shape})",
    "round": lambda x: f"torch.sign({x}) * torch.floor({x}.abs() + 0.5)",
    "shape": lambda x: f"{x}.shape",
    "sigmoid": called("torch.sigmoid"),
    "sign": called("torch.sign"),
    "softmax": lambda x: f"F.softmax({x}, -1)",
    "softplus": called("F.softplus"),
    "sqrt": lambda x: f"torch.sqrt(torch.clamp_min({x}, 0.0))",
    "square": method_of("square"),
    "squeeze": lambda x, axis: f"{x}.squeeze({axis})",
    "std": std,
    "sum": reduced("sum"),
    "switch": lambda c, x, y: f"torch.where({c}.bool(), {x}, {y})",
    "tanh": called("torch.tanh"),
    "temporal_padding": lambda x, padding="1": f"F.pad({x}, (0, 0, {padding}, {padding}))",
    "tile": called("torch.tile"),
    "transpose": lambda x: f"{x}.permute(*reversed(range({x}.ndim)))",
    "zeros_like": called("torch.zeros_like"),
}

# Method of Theano's symbols, and function of theano.tensor -> its source.
THEANO_TEXTS: dict[str, Text] = {
    "sum": reduced("sum"),
    "mean": reduced("mean"),
    "max": reduced("amax"),
    "min": reduced("amin"),
    "prod": K_TEXTS["prod"],
    "clip": K_TEXTS["clip"],
    "cast": K_TEXTS["cast"],
    "reshape": lambda x, *shape: f"{x}.reshape({', '.join(map(axes_text, shape))})",
    "transpose": lambda x, *axes: (
        f"{x}.permute({axes_text(', '.join(axes))})" if axes else K_TEXTS["transpose"](x)
    ),
    "swapaxes": lambda x, a, b: f"{x}.transpose({a}, {b})",
    "_dimshuffle": dimshuffled,
    "dot": binary("@"),
    "zeros_like": called("torch.zeros_like"),
    "ones_like": called("torch.ones_like"),
    "copy": lambda x: f"{x}.clone()",
    "ravel": lambda x: f"{x}.flatten()",
    "sqr": method_of("square"),
    "sqrt": called("torch.sqrt"),
    "exp": called("torch.exp"),
    "log": called("torch.log"),
    "tanh": called("torch.tanh"),
    "eq": lambda x, y: f"({x} == {y}).to(torch.int8)",
    "neq": lambda x, y: f"({x} != {y}).to(torch.int8)",
    "switch": lambda c, x, y: f"torch.where({c}.bool(), {x}, {y})",
    "concatenate": lambda x, axis="0": f"torch.cat({x}, {axis})",
    "stack": lambda x, axis="0": f"torch.stack({x}, {axis})",
}


def is_number(text: str) -> bool:
    """Tell whether the source of an argument is a number."""
    return text.replace(".", "", 1).replace("-", "", 1).replace("e", "", 1).isdigit()


def function_texts() -> dict[Any, Text]:
    """Return the table by the functions that recorded calls have."""
    signs = {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%"}
    signs |= {"and": "&", "or": "|", "xor": "^", "truediv": "/"}
    table: dict[Any, Text] = {recorded.BINARY[name]: binary(sign) for name, sign in signs.items()}
    table[recorded.BINARY["pow"]] = power
    comparisons = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    table |= {recorded.COMPARISONS[n]: compared(sign) for n, sign in comparisons.items()}
    table |= {
        operator.neg: lambda x: f"-{x}",
        operator.abs: method_of("abs"),
        operator.invert: lambda x: f"~{x}",
        recorded._shape: lambda x: f"{x}.shape",
        recorded._numel: lambda x: f"{x}.numel()",
        _stacked: lambda values, index, axis: f"torch.stack({values}[{index}], {axis})",
        _last: lambda values, index: f"{values}[{index}][-1]",
    }
    for name, text in K_TEXTS.items():
        function = getattr(K, name)
        table[getattr(function, "__wrapped__", function)] = text
    return table


FUNCTION_TEXTS = function_texts()


def resolved_name(function: Any) -> str | None:
    """Return how a function of torch is called in source, or None if it is none."""
    name = torch.overrides.resolve_name(function)
    if not name:
        module = getattr(function, "__module__", "") or ""
        if not module.startswith("torch") or not hasattr(function, "__name__"):
            return None
        name = f"{module}.{function.__name__}"
    name = (
        str(name)
        .replace("torch.nn.functional.", "F.")
        .replace("torch._VariableFunctions.", "torch.")
    )
    return name.replace("torch._C._nn.", "F.")


TENSOR_OPERATORS = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__truediv__": "/",
    "__matmul__": "@",
    "__floordiv__": "//",
    "__mod__": "%",
}


def tensor_method(name: str) -> Text:
    """Return the source of a method of torch's tensors."""
    if name in TENSOR_OPERATORS:
        return binary(TENSOR_OPERATORS[name])
    if name.startswith("__r") and f"__{name[3:]}" in TENSOR_OPERATORS:
        return lambda x, y: f"{y} {TENSOR_OPERATORS[f'__{name[3:]}']} {x}"
    if name == "__pow__":
        return power
    if name == "__neg__":
        return lambda x: f"-{x}"
    if name.startswith("__"):
        return called(f"torch.Tensor.{name}")
    return method_of(name)


def einsum(ndims: Sequence[int], dot_axes: Any) -> str:
    """Return the equation that sums over pairs of axes, the samples apart."""
    letters = iter("ijklmnopqrstuvwxyz")
    axes = [[int(axis) % n for axis in pair] for n, pair in zip(ndims, dot_axes, strict=True)]
    summed = [next(letters) for _ in axes[0]]
    terms, kept = [], ""
    for n, own in zip(ndims, axes, strict=True):
        term = "b"
        for axis in range(1, n):
            if axis in own:
                term += summed[own.index(axis)]
            else:
                term += next(letters)
                kept += term[-1]
        terms.append(term)
    return f"{','.join(terms)}->b{kept}"
