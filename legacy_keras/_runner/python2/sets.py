"""``set`` of Python 2: the same order in each run, and the one that Python 2 gave.

Exact for sets that are made and added to; after a removal the order is that of a set which
never had the element.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Any

from ..._python2 import key_order, table_order, table_size


class _Kind(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, builtins.set)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, builtins.set)


class set(builtins.set, metaclass=_Kind):  # type: ignore[type-arg]
    """What ``set(values)`` makes in a Python 2 program."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        super().__init__()
        # The elements as they came since the table last grew, its size then, and their order.
        self._keys: dict[Any, None] = {}
        self._size = 8
        self._order: list[Any] | None = []
        self.update(values)

    def __iter__(self) -> Iterator[Any]:
        if self._order is None:
            self._order = table_order(self._keys, self._size)
        return iter(self._order)

    def __repr__(self) -> str:
        return f"set({list(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return builtins.set, (list(self),)  # a pickle is for other programs, too

    def add(self, element: Any) -> None:
        super().add(element)
        self._keys[element] = None
        self._order = None

    def update(self, *others: Iterable[Any]) -> None:
        for other in others:
            if isinstance(other, (builtins.set, frozenset, dict)):
                self._make_room(len(other))
                other = key_order(other) if isinstance(other, dict) else other
            for element in other:
                self.add(element)

    def _make_room(self, more: int) -> None:
        """Let the table grow for elements that come all at once."""
        wanted = table_size((len(self) + more) * 2)
        if (len(self) + more) * 3 >= self._size * 2 and wanted > self._size:
            self._keys = dict.fromkeys(self)
            self._size = wanted

    def discard(self, element: Any) -> None:
        super().discard(element)
        self._keys.pop(element, None)
        self._order = None

    def remove(self, element: Any) -> None:
        super().remove(element)
        self.discard(element)

    def pop(self) -> Any:
        for element in self:
            self.discard(element)
            return element
        raise KeyError("pop from an empty set")

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]
        super().clear()

    def copy(self) -> set:
        return set(self)

    __copy__ = copy

    def union(self, *others: Iterable[Any]) -> set:
        result = set(self)
        result.update(*others)
        return result

    def intersection(self, *others: Iterable[Any]) -> set:
        result: Any = self
        for other in others:
            if isinstance(other, (builtins.set, frozenset)) and len(other) > len(result):
                result, other = other, result
            kept = result if isinstance(result, (builtins.set, frozenset)) else set(result)
            result = set(element for element in other if element in kept)
        return set(self) if result is self else result

    def difference(self, *others: Iterable[Any]) -> set:
        gone = builtins.set().union(*others)
        return set(element for element in self if element not in gone)

    def symmetric_difference(self, other: Iterable[Any]) -> set:
        result = set(other)
        for element in self:
            (result.discard if element in result else result.add)(element)
        return result

    def intersection_update(self, *others: Iterable[Any]) -> None:
        self._become(self.intersection(*others))

    def difference_update(self, *others: Iterable[Any]) -> None:
        for other in others:
            for element in list(other):
                self.discard(element)

    def symmetric_difference_update(self, other: Iterable[Any]) -> None:
        self._become(self.symmetric_difference(other))

    def _become(self, other: set) -> None:
        self.clear()
        self.update(list(other))

    def __or__(self, other: Any) -> Any:
        return self.union(other) if isinstance(other, (builtins.set, frozenset)) else NotImplemented

    def __and__(self, other: Any) -> Any:
        if not isinstance(other, (builtins.set, frozenset)):
            return NotImplemented
        return self.intersection(other)

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, (builtins.set, frozenset)):
            return NotImplemented
        return self.difference(other)

    def __xor__(self, other: Any) -> Any:
        if not isinstance(other, (builtins.set, frozenset)):
            return NotImplemented
        return self.symmetric_difference(other)

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __iand__(self, other: Any) -> Any:
        self.intersection_update(other)
        return self

    def __isub__(self, other: Any) -> Any:
        self.difference_update(other)
        return self

    def __ixor__(self, other: Any) -> Any:
        self.symmetric_difference_update(other)
        return self
