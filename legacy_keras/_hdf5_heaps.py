"""Heaps in the bytes of an HDF5 file, looked at before libhdf5 walks them.

libhdf5 follows the sizes and offsets that it finds in a heap, forever if one leads back, and
takes memory for the length of a piece of text, up to 4 GiB, before it looks at the piece. It
offers no way to see them first.

Mirrors: the HDF5 file format, version 3: local and global heaps (III.D and E), attribute and
dataspace messages (IV.A.2.m and b).
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOCAL_HEAP = b"HEAP\0"  # three reserved bytes, and three numbers of 8 bytes follow
NO_BLOCK = 1  # the offset that ends a list of free blocks
HEAP = b"GCOL\1"  # a signature and a version; three reserved bytes and the size follow
HEADER = 16  # bytes, of a heap and of each piece in it
PIECE = 16  # bytes for each piece in an attribute: length, address of the heap, index in it


def check_local_heaps(file: Any) -> None:
    """Check that the lists of free blocks, in the heaps with names of members, end.

    Raises:
        ValueError: if one leads back to itself.
    """
    with _bytes(file.filename) as content:
        for heap in _places(content, LOCAL_HEAP):
            size, offset, data = (_number(content, heap + at, 8) for at in (8, 16, 24))
            data += file.userblock_size  # from where addresses count
            seen: set[int] = set()
            while offset != NO_BLOCK and offset < size and data + offset + 8 <= len(content):
                if offset in seen:
                    raise ValueError(f"{file.filename} is damaged: free space in it has no end.")
                seen.add(offset)
                offset = _number(content, data + offset, 8)


def longest_text(file: Any, attribute: str) -> int:
    """Return the length of the longest piece of text of that attribute or in a heap.

    Raises:
        ValueError: if the sizes in the file cannot be.
    """
    if file.id.get_create_plist().get_sizes() != (8, 8):
        raise ValueError(f"{file.filename} has addresses of an unusual size.")
    with _bytes(file.filename) as content:
        stored = max(_stored(content), default=0)
        declared = list(_declared(content, attribute.encode() + b"\0"))
    if not declared or max(declared) > stored:
        raise ValueError(
            f"{file.filename} declares text of {max(declared, default=0)} bytes in its attribute "
            f"{attribute!r}, and its longest has {stored}."
        )
    return stored


@contextmanager
def _bytes(path: str) -> Iterator[mmap.mmap]:
    with (
        open(path, "rb") as raw,
        mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        yield content


def _places(content: mmap.mmap, pattern: bytes) -> Iterator[int]:
    at = content.find(pattern)
    while at >= 0:
        yield at
        at = content.find(pattern, at + 1)


def _number(content: mmap.mmap, start: int, size: int) -> int:
    return int.from_bytes(content[start : start + size], "little")


def _stored(content: mmap.mmap) -> Iterator[int]:
    """Yield the sizes of all pieces in all heaps."""
    for heap in _places(content, HEAP):
        end = heap + _number(content, heap + 8, 8)
        at = heap + HEADER
        while at + HEADER <= end <= len(content):
            free, size = _number(content, at, 2) == 0, _number(content, at + 8, 8)
            step = size if free else HEADER + _padded(size)
            if not 0 < step <= end - at:
                raise ValueError("The text in the file has impossible sizes.")
            if not free:
                yield size
            at += step


def _declared(content: mmap.mmap, name: bytes) -> Iterator[int]:
    """Yield the lengths that attributes of that name declare, wherever they are."""
    for at in _places(content, name):
        for version, header in ((1, 8), (2, 8), (3, 9)):
            start = at - header
            if (
                start < 0
                or content[start] != version
                or _number(content, start + 2, 2) != len(name)
            ):
                continue
            pad = _padded if version == 1 else int
            dataspace = at + pad(len(name)) + pad(_number(content, start + 4, 2))
            data = dataspace + pad(_number(content, start + 6, 2))
            rank, dimensions = content[dataspace + 1], dataspace + (8, 4)[content[dataspace] == 2]
            number = math.prod(_number(content, dimensions + 8 * i, 8) for i in range(rank))
            if data + number * PIECE > len(content):
                raise ValueError("An attribute in the file is larger than the file.")
            yield from (_number(content, data + PIECE * i, 4) for i in range(number))


def _padded(size: int) -> int:
    return (size + 7) // 8 * 8
