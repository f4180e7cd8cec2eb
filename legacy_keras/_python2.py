"""Hashes of Python 2.7, and the order that they gave to the keys of a dictionary or a set.

The order looks random and is not: it follows from the hashes of the keys, the size of the table
and, where two keys want the same place, who came first. JSON of 0.3.3 has it, word indices and
the seeds of scripts rest on it. Text was UTF-8 bytes; the words are those of a 64-bit Python.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

WORD = (1 << 64) - 1


def hash_of(key: Any) -> int:
    """Return the hash of a value, without a sign."""
    if isinstance(key, (str, bytes)):
        value = _hash_of_bytes(
            key if isinstance(key, bytes) else key.encode("utf-8", "surrogatepass")
        )
    elif isinstance(key, float) and not key.is_integer() and math.isfinite(key):
        fraction, exponent = math.frexp(key)
        high = int(fraction * 2.0**31)
        low = int((fraction * 2.0**31 - high) * 2.0**31)
        value = (high + low + (exponent << 15)) & WORD
    elif isinstance(key, tuple):
        value, factor = 0x345678, 1000003
        for left, item in zip(range(len(key) - 1, -1, -1), key):
            value = ((value ^ hash_of(item)) * factor) & WORD
            factor += 82520 + 2 * left
        value = (value + 97531) & WORD
    else:
        value = hash(key) & WORD
    return WORD - 1 if value == WORD else value  # -1 means an error in C


def _hash_of_bytes(data: bytes) -> int:
    if not data:
        return 0
    value = data[0] << 7
    for byte in data:
        value = (1000003 * value ^ byte) & WORD
    return value ^ len(data)


def key_order(keys: Iterable[Any], size: int = 0) -> list[Any]:
    """Return the order of keys that were inserted one by one into a dictionary.

    Args:
        keys: in the order of insertion.
        size: number of keys that the table was made for, as a dictionary display does.
    """
    return table_order(dict.fromkeys(keys), table_size(size) if size > 5 else 8)


def table_order(keys: Iterable[Any], size: int = 8) -> list[Any]:
    """Return the order of unlike keys that were inserted into a table of ``size`` places."""
    table: list[Any] = [None] * size
    for used, key in enumerate(keys, 1):
        entry = (hash_of(key), key)
        table[_place(table, entry[0])] = entry
        if used * 3 >= len(table) * 2:
            old, table = table, [None] * table_size(used * (2 if used > 50000 else 4))
            for entry in filter(None, old):
                table[_place(table, entry[0])] = entry
    return [entry[1] for entry in filter(None, table)]


def table_size(used: int) -> int:
    """Return how many places a table for more than ``used`` keys has."""
    return max(8, 1 << used.bit_length())


def _place(table: list[Any], key_hash: int) -> int:
    """Return the index of the first free place for a key."""
    mask = len(table) - 1
    perturb = key_hash
    index = perturb & mask
    while table[index] is not None:
        index = (index * 5 + perturb + 1) & mask
        perturb >>= 5
    return index
