"""Configurations as JSON and YAML: dictionaries to text, byte for byte as 0.3.3, and back.

Text is not trusted: its size, depth and number of values are limited, YAML is put together
here from what the parser finds, so that a tag can make nothing but what `SCALARS` lists, and
an alias is counted each time it is used.
"""

from __future__ import annotations

import json
import types
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .._errors import UnsafeModelError
from . import code
from .python2 import in_order

MAX_TEXT = 8 << 20  # characters; the largest models of the time took a few hundred thousand
MAX_DEPTH = 100
MAX_VALUES = 200_000
MAX_NUMBER = 400  # digits: larger ones are not finite anyway

# Writing


def to_json(config: Mapping[str, Any], allow_code: bool = False, **kwargs: Any) -> str:
    """Return a configuration as JSON, keys in the order that they had under Python 2."""

    def plain(value: Any) -> Any:
        if allow_code and isinstance(value, types.FunctionType):
            return code.dump(value)
        return plain_value(value)

    if kwargs.get("indent") is not None:
        kwargs.setdefault("separators", (", ", ": "))  # Python 2 left a space at line ends
    kwargs.setdefault("default", plain)
    return json.dumps(in_order(config), **kwargs)


def plain_value(value: Any) -> Any:
    """Turn what JSON does not know into what it knows.

    Raises:
        TypeError: for functions and other objects, as in 0.3.3.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, range):
        return list(value)
    if isinstance(value, type):
        return value.__name__
    raise TypeError(
        f"Not JSON Serializable: {value!r}. A model with a Lambda is built by calls, and "
        "save_weights and load_weights work on it; to_json(allow_code=True) stores its code."
    )


def to_yaml(config: Mapping[str, Any], allow_code: bool = False, **kwargs: Any) -> str:
    """Return a configuration as YAML; tuples carry PyYAML's tag, as in 0.3.3."""
    import yaml  # imported here: most programs never use it

    class Dumper(yaml.Dumper):  # type: ignore[misc]
        """PyYAML's dumper, writing functions as code and numbers of NumPy as numbers."""

    def represent_code(dumper: Any, value: Any) -> Any:
        return dumper.represent_data(code.dump(value))

    if allow_code:
        Dumper.add_representer(types.FunctionType, represent_code)
    for kind in (np.generic, np.ndarray, range):
        Dumper.add_multi_representer(
            kind, lambda dumper, value: dumper.represent_data(plain_value(value))
        )
    text: str = yaml.dump(config, Dumper=Dumper, **kwargs)
    return text


# Reading


def from_json(text: str | bytes) -> Any:
    """Read a configuration from JSON.

    Raises:
        UnsafeModelError: if it is too large or too deep to be one.
        ValueError: if it is not JSON.
    """
    _check_size(text)
    try:
        value = json.loads(text, parse_int=_int)
    except RecursionError:
        raise _too_deep() from None
    return limited(value)


def from_yaml(text: str | bytes) -> Any:
    """Read a configuration from YAML.

    Raises:
        UnsafeModelError: if it asks for Python objects, or is too large or too deep.
        ValueError: if it is not YAML.
    """
    import yaml

    _check_size(text)
    try:
        return limited(_Composer(yaml).compose(text))
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"The text is not the YAML of a model: {error}") from error


def limited(value: Any) -> Any:
    """Return a value that is no deeper and has no more parts than a configuration may.

    Raises:
        UnsafeModelError: if it is or has.
    """
    parts: list[Iterator[Any]] = [iter([value])]
    number = 0
    while parts:
        for part in parts[-1]:
            number += 1
            if number > MAX_VALUES:
                raise UnsafeModelError(
                    f"The configuration has more than {MAX_VALUES} values. No model has; "
                    "nothing was built."
                )
            if isinstance(part, Mapping):
                parts.append(iter(part.values()))
                break
            if isinstance(part, (list, tuple)):
                parts.append(iter(part))
                break
        else:
            parts.pop()
        if len(parts) > MAX_DEPTH:
            raise _too_deep()
    return value


def _too_deep() -> UnsafeModelError:
    return UnsafeModelError(
        f"The configuration is nested more than {MAX_DEPTH} levels deep. No model is; nothing "
        "was built."
    )


def _check_size(text: Any) -> None:
    if not isinstance(text, (str, bytes)):
        raise TypeError(
            f"expected the text of a configuration, not {type(text).__name__}; read the file "
            "first: open(path).read()"
        )
    if len(text) > MAX_TEXT:
        raise UnsafeModelError(
            f"The text has {len(text)} characters; a configuration has at most {MAX_TEXT}."
        )


def _int(digits: str) -> int:
    if len(digits) > MAX_NUMBER:
        raise UnsafeModelError(f"The configuration has a number of {len(digits)} digits.")
    return int(digits)


class _Composer:
    """Puts a document together from the events of PyYAML's parser, without recursion.

    The parser knows neither tags nor aliases as anything but text.
    """

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml
        self.loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.resolver = yaml.SafeLoader("")
        self.anchors: dict[str, Any] = {}
        self.open: list[_Collection] = []
        self.result: Any = None

    def compose(self, text: str | bytes) -> Any:
        """Return the value of the first and only document."""
        documents = 0
        for number, event in enumerate(self.yaml.parse(text, Loader=self.loader)):
            if number > 2 * MAX_VALUES:
                raise UnsafeModelError(f"The YAML has more than {MAX_VALUES} values.")
            documents += isinstance(event, self.yaml.DocumentStartEvent)
            if documents > 1:
                raise ValueError("The text has several YAML documents; expected one model.")
            self._take(event)
        return self.result

    def _take(self, event: Any) -> None:
        if isinstance(event, self.yaml.CollectionStartEvent):
            if len(self.open) >= MAX_DEPTH:
                raise _too_deep()
            kind = "mapping" if isinstance(event, self.yaml.MappingStartEvent) else "sequence"
            self.open.append(_Collection(_collection(event, kind), event.anchor))
        elif isinstance(event, self.yaml.CollectionEndEvent):
            done = self.open.pop()
            self._place(done.value(), done.anchor)
        elif isinstance(event, self.yaml.ScalarEvent):
            self._place(self._scalar(event), event.anchor)
        elif isinstance(event, self.yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise ValueError(f"The YAML refers to {event.anchor!r}, which it does not define.")
            self._place(self.anchors[event.anchor], None)

    def _place(self, value: Any, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = value
        if self.open:
            self.open[-1].parts.append(value)
        else:
            self.result = value

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag in (None, "!"):
            tag = self.resolver.resolve(self.yaml.ScalarNode, event.value, event.implicit)
        name = tag.replace("tag:yaml.org,2002:", "")
        if name.startswith("python/name:"):
            path = urllib.parse.unquote(name.partition(":")[2])
            return code.FunctionName(path.rpartition(".")[2])
        if name not in SCALARS:
            raise _unsafe_tag(tag)
        if name in ("int", "float") and len(event.value) > MAX_NUMBER:
            raise UnsafeModelError(f"The YAML has a number of {len(event.value)} digits.")
        make = SCALARS[name]
        if make is not None:
            return make(event.value)
        node = self.yaml.ScalarNode(f"tag:yaml.org,2002:{name}", event.value)
        return self.resolver.construct_object(node)


# What a scalar may be; None leaves the reading of it to PyYAML's safe loader.
SCALARS: dict[str, Callable[[str], Any] | None] = {
    "null": lambda text: None,
    "bool": None,
    "int": None,
    "float": None,
    "binary": None,  # the code of a Lambda, from Keras 0.3.0 to 0.3.2
    "str": str,
    "python/str": str,
    "python/unicode": str,
    "timestamp": str,
    "value": str,
    "merge": str,
}
SEQUENCES: dict[str, Callable[[list[Any]], Any]] = {
    "seq": list,
    "python/list": list,
    "python/tuple": tuple,
}


def _collection(event: Any, kind: str) -> Callable[[list[Any]], Any]:
    name = "" if event.tag in (None, "!") else event.tag.replace("tag:yaml.org,2002:", "")
    if kind == "mapping" and name in ("", "map", "python/dict"):
        return _mapping
    if kind == "sequence" and name in ("", *SEQUENCES):
        return SEQUENCES[name or "seq"]
    raise _unsafe_tag(event.tag)


def _mapping(parts: list[Any]) -> dict[Any, Any]:
    keys = parts[::2]
    if not all(isinstance(key, (str, int, float, bool, type(None))) for key in keys):
        raise ValueError("The YAML has a list or a mapping as a key; expected names.")
    return dict(zip(keys, parts[1::2], strict=True))


class _Collection:
    """A list or mapping whose end has not been read."""

    def __init__(self, make: Callable[[list[Any]], Any], anchor: str | None) -> None:
        self.make = make
        self.anchor = anchor
        self.parts: list[Any] = []

    def value(self) -> Any:
        """Return it, now that all is there."""
        return self.make(self.parts)


def _unsafe_tag(tag: str) -> UnsafeModelError:
    return UnsafeModelError(
        f"The YAML asks for {tag}; a model is made of plain values, lists and tuples. Nothing "
        "was built."
    )
