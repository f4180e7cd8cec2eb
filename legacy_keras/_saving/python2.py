"""The order in which 0.3.3 wrote the keys of a configuration: Python 2's, see ``_python2.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._python2 import key_order

# A layer of 0.3.3 adds its own options to those of its base classes, each class with a
# dictionary of its own; these are the options of the bases.
LAYER = "name batch_input_shape input_shape trainable cache_enabled custom_name".split()
RECURRENT = """name return_sequences go_backwards stateful batch_input_shape input_dim
    input_length""".split()


def in_order(value: Any) -> Any:
    """Return a configuration with the keys of all its dictionaries in that order."""
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in _keys(value)}
    if isinstance(value, (list, tuple)):
        return [in_order(part) for part in value]
    return value


def _keys(config: Mapping[Any, Any]) -> list[Any]:
    if "custom_name" not in config:
        return key_order(config)
    layer = key_order(key for key in config if key in LAYER)
    if "return_sequences" in config:
        recurrent = key_order(key for key in RECURRENT if key in config)
        own = [key for key in config if key not in (*LAYER, *RECURRENT)]
        return key_order([*key_order([*layer, *recurrent]), *key_order(own, len(own))])
    own = ["name", *(key for key in config if key not in LAYER)]
    return key_order([*layer, *key_order(own, len(own))])
