"""A number in shared memory: all processes that hold the params read the value that one of them sets."""

from __future__ import annotations

import struct
import weakref
from multiprocessing.shared_memory import SharedMemory
from typing import Any

__all__ = ["SharedNumber"]

_DOUBLE = struct.Struct("d")


class SharedNumber:
    """A float that stays connected when it is pickled into a worker process; copies of it are numbers of their own.

    A field holds one to change what workers do while they run, as the strength of augmentation from epoch to epoch:
    `strength: SharedNumber = field(factory=lambda: SharedNumber(0.5))`. On the command line and in files it is a value.
    The memory is freed with the object that was made first, so that has to live as long as the workers do.
    """

    __slots__ = ("__weakref__", "_memory")

    def __init__(self, value: float = 0.0) -> None:
        self._memory = SharedMemory(create=True, size=_DOUBLE.size)
        weakref.finalize(self, _free, self._memory)
        self.value = value

    @property
    def _buffer(self) -> memoryview:
        buffer = self._memory.buf
        assert buffer is not None, "only a closed memory has none, and nobody closes it before the number is gone"
        return buffer

    @property
    def value(self) -> float:
        """The number as it is now."""
        return float(_DOUBLE.unpack_from(self._buffer)[0])

    @value.setter
    def value(self, value: float) -> None:
        # Eight aligned bytes: no reader sees half of a number.
        _DOUBLE.pack_into(self._buffer, 0, value)

    @classmethod
    def from_word(cls, word: str) -> SharedNumber:
        """A new number from the word for it."""
        return cls(float(word))

    def to_word(self) -> str:
        """The word for the number as it is now."""
        return repr(self.value)

    def __float__(self) -> float:
        return self.value

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, SharedNumber) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # equal by the values that change

    def __repr__(self) -> str:
        return f"SharedNumber({self.value!r})"

    def __copy__(self) -> SharedNumber:
        return SharedNumber(self.value)

    def __deepcopy__(self, _: Any) -> SharedNumber:
        return SharedNumber(self.value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _connect, (self._memory.name,)


def _connect(name: str) -> SharedNumber:
    number = SharedNumber.__new__(SharedNumber)
    number._memory = SharedMemory(name)
    return number


def _free(memory: SharedMemory) -> None:
    memory.close()
    memory.unlink()
