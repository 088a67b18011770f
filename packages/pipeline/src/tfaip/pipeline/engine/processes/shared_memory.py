"""Memory that two processes share without a name: it is gone with the last process that has it mapped, however it ends.

The writer owns *blocks*; the reader maps each block once and hands out *leases*. A block is written again only after
the reader has said that its lease is over, which happens when no array refers to it any more.
"""

from __future__ import annotations

import mmap
import os
from collections import deque
from typing import Any

import numpy as np

from tfaip.pipeline.engine.recycled_memory import Lease, take_smallest

__all__ = ["Arena", "Block", "MappedBlocks"]

_PAGE = mmap.PAGESIZE


class Block:
    """A piece of memory that another process reads.

    Attributes:
        number: Its name between writer and reader.
        memory: uint8 of shape `[size]`, page-aligned.
        address: Where it begins in this process.
        descriptor: Until the reader has it, the file descriptor to send.
    """

    __slots__ = ("address", "descriptor", "memory", "number", "size")

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self.descriptor: int | None = None
        try:
            self.descriptor = os.memfd_create("tfaip-pipeline", os.MFD_CLOEXEC)
            # Reserves the pages now: a lack of memory is an error here, and no SIGBUS in the midst of a write.
            os.posix_fallocate(self.descriptor, 0, size)
            flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
            self.memory = np.frombuffer(mmap.mmap(self.descriptor, size, flags=flags), np.uint8)
        except OSError as error:
            self.announced()
            raise MemoryError(f"no {size} bytes of shared memory for a batch: {error}") from error
        self.address: int = self.memory.__array_interface__["data"][0]

    def announced(self) -> None:
        """The reader has the file descriptor, or nobody needs it any more."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


class Arena:
    """The blocks that this process writes for one reader; a block is used again as soon as the reader released it."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}
        self._free: list[Block] = []
        self._next_number = 0
        self._dropped: list[int] = []

    def allocate(self, size: int) -> Block:
        """The smallest free block of at least `size` bytes, or a new one.

        Raises:
            MemoryError: There is no memory for it.
        """
        if (fitting := take_smallest(self._free, size)) is not None:
            return fitting
        if self._free:
            # Too small: give one back, so that the memory follows the size of the batches.
            outgrown = self._free.pop()
            del self._blocks[outgrown.number]
            self._dropped.append(outgrown.number)
            # Padded batches differ in size: a quarter more than asked for will do for most of them.
            size += size // 4
        block = Block(self._next_number, -(-size // _PAGE) * _PAGE)
        self._next_number += 1
        self._blocks[block.number] = block
        return block

    def release(self, numbers: list[int]) -> None:
        """The reader does not use these blocks any more."""
        for number in numbers:
            block = self._blocks.get(number)
            if block is not None:
                self._free.append(block)

    def take_back(self, block: Block) -> None:
        """A block that was allocated is not going to be sent."""
        self._free.append(block)

    def take_dropped(self) -> list[int]:
        """The numbers of blocks that were given up since the last call; the reader shall do so too."""
        dropped, self._dropped = self._dropped, []
        return dropped


class MappedBlocks:
    """The blocks of a writer in the process that reads them."""

    def __init__(self) -> None:
        # With each memory what NumPy asks it for, which it makes anew each time.
        self._memories: dict[int, tuple[np.ndarray, dict[str, Any]]] = {}
        self._released: deque[int] = deque()
        self._leased = 0

    def attach(self, number: int, descriptor: int, size: int) -> None:
        """Map a block; its file descriptor is not needed afterwards."""
        try:
            memory = np.frombuffer(mmap.mmap(descriptor, size), np.uint8)
            self._memories[number] = memory, memory.__array_interface__
        finally:
            os.close(descriptor)

    def detach(self, number: int) -> None:
        """Give up a block; its memory stays until the last array is gone."""
        self._memories.pop(number, None)

    def lease(self, number: int) -> np.ndarray:
        """The memory of a block, uint8 of shape `[size]`. Arrays made of it keep the block."""
        self._leased += 1
        return np.asarray(Lease(*self._memories[number], number, self._released))

    @property
    def leased(self) -> int:
        """How many leases there are whose end was not yet taken note of."""
        return self._leased

    def take_released(self) -> list[int]:
        """The blocks whose leases have ended since the last call."""
        released = []
        while self._released:
            released.append(self._released.popleft())
        self._leased -= len(released)
        return released
