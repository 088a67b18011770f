"""`Channel`: objects between two processes, whose arrays travel through shared memory."""

from __future__ import annotations

import os
import pickle
import struct
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tfaip.pipeline.batching.layout import ALIGNMENT
from tfaip.pipeline.engine.processes.shared_memory import Arena, Block, MappedBlocks
from tfaip.pipeline.engine.processes.system_limits import most_files
from tfaip.pipeline.errors import PipelineError
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.pipeline.user_code import INTERRUPTIONS, in_words

if TYPE_CHECKING:
    import socket
else:
    # Pipelines without workers need none.
    socket = loaded_later("socket")

__all__ = ["SMALL", "Channel"]

SMALL = 4096
"""Bytes up to which an array is sent within the message: shared memory costs a few system calls more than a copy."""

Dumps = Callable[[Any, Callable[[pickle.PickleBuffer], Any]], bytes]

_LENGTH = struct.Struct("<Q")
_RECEIVE = 1 << 18
_MOST_LEASES = 4096
"""Blocks that a consumer may keep. One that collects more gets copies, as a process can map only so many blocks."""

_SHARE_OF_FILES = 16
"""The part of all files of a process that the blocks of one worker may be: each mapped block is an open file."""


def _dumps(content: Any, buffer_callback: Callable[[pickle.PickleBuffer], Any]) -> bytes:
    return pickle.dumps(content, 5, buffer_callback=buffer_callback)


class Channel:
    """One end of a socket between the consumer's process and a worker.

    Args:
        connection: The socket. Sending never waits if it is non-blocking; the rest is kept.
        dumps: Pickles an object, its arrays given to a callback.
    """

    def __init__(self, connection: socket.socket, *, dumps: Dumps = _dumps) -> None:
        self._socket = connection
        self._dumps = dumps
        self._arena = Arena()
        self._mapped = MappedBlocks()
        self._most_leases = min(_MOST_LEASES, most_files() // _SHARE_OF_FILES)
        self._incoming = bytearray()
        self._descriptors: deque[int] = deque()
        self._outgoing: deque[tuple[memoryview, list[Block]]] = deque()

    def fileno(self) -> int:
        """The file descriptor of the socket."""
        return self._socket.fileno()

    def allocate(self, size: int) -> Block:
        """Shared memory for arrays that will be sent."""
        return self._arena.allocate(size)

    def take_back(self, block: Block) -> None:
        """A block that was allocated is not going to be sent."""
        self._arena.take_back(block)

    def send(self, content: Any, block: Block | None = None, *, hold: bool = False) -> None:
        """Send an object.

        Args:
            content: The object; it must be picklable.
            block: Where its large arrays are already. Without it, they are copied into one.
            hold: Wait for `flush`, so that several small messages share a system call.
        """
        arrays: list[tuple[int, int]] = []
        copies: list[np.ndarray] = []

        def placed(buffer: pickle.PickleBuffer) -> bool:
            """Called with the memory of each array; True leaves it in the message."""
            view = buffer.raw()
            if view.nbytes <= SMALL:
                return True
            raw = np.frombuffer(view, np.uint8)
            if block is None:
                copies.append(raw)
                return False
            offset = raw.__array_interface__["data"][0] - block.address
            if not 0 <= offset <= block.size - raw.nbytes:
                return True
            arrays.append((offset, raw.nbytes))
            return False

        data = self._dumps(content, placed)
        if copies:
            block = self._copied(copies, arrays)
        fresh = block is not None and block.descriptor is not None
        envelope = (
            None if block is None else (block.number, block.size, fresh),
            self._arena.take_dropped(),
            self._mapped.take_released(),
            arrays,
            data,
        )
        message = pickle.dumps(envelope, 5)
        self._outgoing.append((memoryview(_LENGTH.pack(len(message)) + message), [block] if block and fresh else []))
        if not hold:
            self.flush()

    def flush(self) -> bool:
        """Send what is waiting; whether all of it went out."""
        while self._outgoing:
            message, fresh = self._joined()
            descriptors = [block.descriptor for block in fresh if block.descriptor is not None]
            try:
                if descriptors:
                    sent = socket.send_fds(self._socket, [message], descriptors)
                else:
                    sent = self._socket.send(message)
            except BlockingIOError:
                return False
            for block in fresh:
                block.announced()
            if sent < len(message):
                self._outgoing[0] = (message[sent:], [])
            else:
                self._outgoing.popleft()
        return True

    def _joined(self) -> tuple[memoryview, list[Block]]:
        """The first of the waiting messages, together with those behind it that can go out in the same system call."""
        first, fresh = self._outgoing[0]
        joined = [first]
        size = len(first)
        while len(self._outgoing) > 1 and not self._outgoing[1][1] and size < _RECEIVE:
            self._outgoing.popleft()
            joined.append(self._outgoing[0][0])
            size += len(joined[-1])
        if len(joined) > 1:
            self._outgoing[0] = (memoryview(b"".join(joined)), fresh)
        return self._outgoing[0]

    def receive(self) -> list[Any]:
        """The objects that have arrived; waits for some bytes if the socket is blocking.

        Raises:
            EOFError: The other end is closed.
            BlockingIOError: Nothing has arrived, and the socket is non-blocking.
        """
        data, descriptors, flags, _ = socket.recv_fds(self._socket, _RECEIVE, 16)
        self._descriptors.extend(descriptors)
        if flags & socket.MSG_CTRUNC:
            raise PipelineError(
                "shared memory of a batch is lost, since this process has too many open files: raise the limit "
                "(ulimit -n), or keep fewer batches and files open"
            )
        if not data:
            raise EOFError
        incoming = self._incoming
        incoming += data
        contents = []
        start = 0
        while len(incoming) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(incoming, start)
            end = start + _LENGTH.size + length
            if len(incoming) < end:
                break
            contents.append(self._opened(bytes(incoming[start + _LENGTH.size : end])))
            start = end
        del incoming[:start]
        return contents

    def close(self) -> None:
        """Close the socket. Arrays that were received stay valid."""
        self._socket.close()
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()

    def _copied(self, copies: list[np.ndarray], arrays: list[tuple[int, int]]) -> Block:
        offsets = []
        size = 0
        for raw in copies:
            offsets.append(size)
            size += -(-raw.nbytes // ALIGNMENT) * ALIGNMENT
        block = self._arena.allocate(size)
        for offset, raw in zip(offsets, copies, strict=True):
            block.memory[offset : offset + raw.nbytes] = raw
            arrays.append((offset, raw.nbytes))
        return block

    def _opened(self, message: bytes) -> Any:
        place, dropped, released, arrays, data = pickle.loads(message)
        self._arena.release(released)
        for number in dropped:
            self._mapped.detach(number)
        if place is None:
            return _restored(data, [])
        number, size, fresh = place
        if fresh:
            self._mapped.attach(number, self._descriptors.popleft(), size)
        memory = self._mapped.lease(number)
        if self._mapped.leased > self._most_leases:
            memory = memory.copy()
        return _restored(data, [memory[offset : offset + length] for offset, length in arrays])


def _restored(data: bytes, buffers: list[np.ndarray]) -> Any:
    try:
        return pickle.loads(data, buffers=buffers)
    except INTERRUPTIONS:
        raise
    except BaseException as error:  # of a class of the user's, whose errors have no meaning here
        raise PipelineError(
            f"samples must be as they were after pickling, to go from process to process ({in_words(error)}): "
            f"keep plain data in their meta, or set num_processes=0"
        ) from error
