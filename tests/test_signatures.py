"""Names, arguments, their order and defaults: those of Keras 0.3.3.

``golden/signatures.json`` was recorded from Keras 0.3.3. Further arguments may be added
behind a star; where 0.3.3 takes ``*args`` or ``**kwargs``, anything goes.
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

RECORDED: dict[str, str] = json.loads(
    (Path(__file__).parent / "golden" / "signatures.json").read_text(encoding="utf-8")
)
KNOWN: dict[str, str] = {}


def find(path: str) -> Any:
    """Return what a dotted name means in legacy_keras; a member of a class as it is defined."""
    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(["legacy_keras", *parts[:count]]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            found = inspect.getattr_static(found, part)
        return found
    raise AttributeError(path)


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


@pytest.mark.parametrize("path", RECORDED)
def test_the_signature_is_that_of_keras_0_3_3(path: str) -> None:
    assert described(find(path)) == RECORDED[path]
