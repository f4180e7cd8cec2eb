"""The order that Python 2.7 gave to the keys of a dictionary.

0.3.3 wrote JSON in it. It looks random and is not: it follows from the hashes of the keys,
the size of the table and, where two keys want the same place, who came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WORD = (1 << 64) - 1  # hashes are those of a 64-bit Python


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


def key_order(keys: Iterable[Any], size: int = 0) -> list[Any]:
    """Return the order of keys that were inserted one by one.

    Args:
        keys: in the order of insertion.
        size: number of keys that the table was made for, as a dictionary display does.
    """
    table: list[Any] = [None] * (_larger(size) if size > 5 else 8)
    for used, key in enumerate(dict.fromkeys(keys), 1):
        table[_place(table, key)] = (key,)
        if used * 3 >= len(table) * 2:
            old, table = table, [None] * _larger(used * 4)
            for entry in filter(None, old):
                table[_place(table, entry[0])] = entry
    return [entry[0] for entry in filter(None, table)]


def _larger(size: int) -> int:
    return max(8, 1 << size.bit_length())


def _place(table: list[Any], key: Any) -> int:
    """Return the index of the first free place for a key."""
    mask = len(table) - 1
    perturb = hash_of(key)
    index = perturb & mask
    while table[index & mask] is not None:
        index = index * 5 + perturb + 1
        perturb >>= 5
    return index & mask


def hash_of(key: Any) -> int:
    """Return the hash of a string in Python 2.7, without a sign."""
    text = str(key)
    if not text:
        return 0
    value = ord(text[0]) << 7
    for character in text:
        value = (1000003 * value ^ ord(character)) & WORD
    value ^= len(text)
    return WORD - 1 if value == WORD else value  # -1 means an error in C
