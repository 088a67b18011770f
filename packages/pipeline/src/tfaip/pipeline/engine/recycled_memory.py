"""Memory that is written again once no array refers to it: `Lease` tells when, `RecycledMemory` holds it.

New memory costs more than the arrays that are written into it: the kernel clears each page first.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Protocol, TypeVar

import numpy as np

from tfaip.pipeline.batching.layout import allocate_private

__all__ = ["Lease", "RecycledMemory", "take_smallest"]

_LEAST = 1 << 17
"""Bytes from which on memory is used again; C's allocator keeps smaller pieces itself."""


class _Sized(Protocol):
    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=_Sized)


def take_smallest(free: list[T], size: int) -> T | None:
    """Take the smallest of the free pieces of memory that have at least `size` bytes; None if there is none."""
    fitting = [number for number, piece in enumerate(free) if piece.size >= size]
    return free.pop(min(fitting, key=lambda number: free[number].size)) if fitting else None


class Lease:
    """The right to use memory, which lasts as long as some array refers to it. NumPy keeps it as the arrays' base.

    Args:
        memory: The memory.
        interface: Its `__array_interface__`, which NumPy makes anew each time that it is asked for.
        name: Is added to `released` in the end.
        released: The pieces that are free again.
    """

    __slots__ = ("__array_interface__", "_memory", "_name", "_released")

    def __init__(self, memory: np.ndarray, interface: dict[str, Any], name: Any, released: deque[Any]) -> None:
        self._memory = memory
        self._name = name
        self._released = released
        self.__array_interface__ = interface

    def __del__(self) -> None:
        # From whichever thread drops the last array: appending to a deque is atomic.
        self._released.append(self._name)


class RecycledMemory:
    """Memory of this process for batches, for any thread."""

    def __init__(self) -> None:
        self._free: list[np.ndarray] = []
        self._released: deque[np.ndarray] = deque()
        self._lock = threading.Lock()

    def allocate(self, size: int) -> np.ndarray:
        """An aligned uint8 array of at least `size` bytes, see `Allocate`."""
        if size < _LEAST:
            return allocate_private(size)
        with self._lock:
            while self._released:
                self._free.append(self._released.popleft())
            memory = take_smallest(self._free, size)
            if memory is None and self._free:
                # As for shared memory: a small piece goes, and a quarter more will do for most padded batches.
                self._free.pop()
                size += size // 4
        if memory is None:
            memory = allocate_private(size)
        return np.asarray(Lease(memory, memory.__array_interface__, memory, self._released))
