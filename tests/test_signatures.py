"""Names, arguments, their order and defaults: those of Keras 0.3.3.

``golden/signatures.json`` was recorded from Keras 0.3.3. Further arguments may be added
behind a star; where 0.3.3 takes ``*args`` or ``**kwargs``, anything goes.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

RECORDED: dict[str, str] = json.loads(
    (Path(__file__).parent / "golden" / "signatures.json").read_text(encoding="utf-8")
)

# What is known to differ, by reason; * stands for anything.
KNOWN = {
    "the default dtype follows K.set_floatx, where 0.3.3 keeps that of the import": """
        backend.ones backend.placeholder backend.random_binomial backend.random_normal
        backend.random_uniform backend.variable backend.zeros
    """,
    "one default for train in all layers": """
        layers.advanced_activations.ELU.get_output
        layers.advanced_activations.*[yPd]ReLU.get_output
        layers.advanced_activations.PReLU.get_output
        layers.advanced_activations.ParametricSoftplus.get_output
        layers.advanced_activations.ThresholdedLinear.get_output
        layers.core.Layer.get_output_mask layers.core.LambdaMerge.get_output_mask
        layers.core.Merge.get_output_mask layers.core.Siamese.get_output_mask
        layers.embeddings.Embedding.get_output_mask layers.noise.GaussianDropout.get_output
        layers.normalization.BatchNormalization.get_output
    """,
    "expressions are recorded once, without a cache in the layer": """
        layers.containers.*.layer_cache layers.containers.*.shape_cache
        layers.core.*.layer_cache layers.core.*.shape_cache layers.core.Layer.cache_enabled
    """,
    "the modes of Siamese are the functions of Merge": """
        layers.core.Siamese.get_output_ave layers.core.Siamese.get_output_concat
        layers.core.Siamese.get_output_cos layers.core.Siamese.get_output_dot
        layers.core.Siamese.get_output_join layers.core.Siamese.get_output_mul
        layers.core.Siamese.get_output_sum layers.core.Siamese.set_layer_input
    """,
    "the step of a user's layer is of x": "layers.recurrent.SimpleRNN.step",
    "a default that cannot be changed by accident": "backend.Function.__init__",
    "the machinery of fit in 0.3.3; what it does is in _training here": "models.generator_queue",
    "it takes a layer; 0.3.3 calls it a node here alone": "layers.core.AutoEncoder.set_previous",
    "0.3.3 defines it on Python 2 alone": "utils.data_utils.urlretrieve",
}


def cases() -> Iterator[Any]:
    """Return all names as parameters, those that are known to differ marked."""
    for path in RECORDED:
        reasons = [r for r, names in KNOWN.items() if any(fnmatch(path, n) for n in names.split())]
        marks = [pytest.mark.xfail(reason=r, strict=True) for r in reasons]
        yield pytest.param(path, marks=marks)


@functools.cache
def module(path: str) -> ModuleType | None:
    """Return a module of legacy_keras, None if there is none of that name."""
    try:
        return importlib.import_module(f"legacy_keras.{path}")
    except ModuleNotFoundError:
        return None


def find(path: str) -> Any:
    """Return what a dotted name means in legacy_keras; a member of a class as it is defined."""
    parts = path.split(".")
    prefixes = [(".".join(parts[:n]), parts[n:]) for n in range(1, len(parts))]
    found: Any
    found, rest = next((m, rest) for p, rest in reversed(prefixes) if (m := module(p)))
    for part in rest:
        found = inspect.getattr_static(found, part)
    return found


def signature(function: Any) -> str:
    """Return "a, b=1": the arguments that may be given by position."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    empty = inspect.Parameter.empty
    return ", ".join(
        p.name if p.default is empty else f"{p.name}={p.default!r}"
        for p in inspect.signature(function).parameters.values()
        if p.kind in kinds
    )


def described(found: Any) -> str:
    if inspect.isclass(found):
        return "class"
    return signature(found) if callable(found) else "property"


@pytest.mark.parametrize("path", list(cases()))
def test_the_signature_is_that_of_keras_0_3_3(path: str) -> None:
    assert described(find(path)) == RECORDED[path]


@pytest.mark.parametrize("pattern", " ".join(KNOWN.values()).split())
def test_what_is_known_to_differ_was_recorded(pattern: str) -> None:
    assert any(fnmatch(path, pattern) for path in RECORDED)
