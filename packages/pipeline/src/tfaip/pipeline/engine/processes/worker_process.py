"""`WorkerProcess`: one worker, as the consumer's process sees it."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.engine.processes.cells import can_send_cells, pickled_with_cells
from tfaip.pipeline.engine.processes.channel import Channel
from tfaip.pipeline.engine.processes.forked_process import ForkedProcess
from tfaip.pipeline.engine.processes.messages import Board, Failed, Note
from tfaip.pipeline.engine.stream.portion import ShardChunk
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import socket
else:
    # Pipelines without workers need none.
    socket = loaded_later("socket")

__all__ = ["WorkerProcess"]

_MAIN = "tfaip.pipeline.engine.processes.worker_main"


class WorkerProcess:
    """A process that has imported nothing of the user, neither `__main__` nor what that imports.

    Args:
        plan: The pickled plan, sent as the first message.
        lifeline: The reading end of the lifeline.
        place: Its number among the workers, which decides on the lanes of shards that it reads.

    Raises:
        DefinitionError: This process is a worker that imports a module, so that each worker would start others.

    Attributes:
        channel: For messages; sending never waits.
        tasks: The tasks that it was given and has not done yet, by number, in order.
        served: How many tasks it was given so far.
        untold: How many it was given since the last one that it was asked to tell of at once.
        ready: Whether it has said that it is.
        failing: Its message about a failure whose error it pickles now.
    """

    def __init__(self, plan: bytes, lifeline: int, place: int = 0) -> None:
        _refuse_within_import()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        board: Board | None = None
        try:
            board = self._board = Board()
            self._process = ForkedProcess(theirs.fileno(), self._board.descriptor, lifeline)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            if board is not None:
                board.close()
        ours.setblocking(False)
        # Samples of a generator that runs here may be of classes that only cells define.
        self.channel = Channel(ours, dumps=pickled_with_cells) if can_send_cells() else Channel(ours)
        self.tasks: dict[int, Any] = {}
        self.place = place
        self._following: dict[int, tuple[int, int]] = {}
        self.served = 0
        self.untold = 0
        self.ready = False
        self.failing: Failed | None = None
        self.channel.send(plan, hold=True)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def refusal(self) -> int:
        """The number of the error for which there is no process; 0 if there is one, or will be."""
        return self._process.refusal

    def goes_on_with(self, chunk: ShardChunk) -> None:
        """Prepare a chunk for being sent: unless it follows the one before, the worker is told what is known."""
        goes_on = self._following.get(chunk.lane) == (chunk.epoch, chunk.number)
        chunk.known = () if goes_on or chunk.progress is None else chunk.progress.lengths_of(chunk.lane)
        self._following[chunk.lane] = (chunk.epoch, chunk.number + 1)

    def note(self) -> Note | None:
        """Task and element on which it works, or worked when it died."""
        return self._board.read()

    def hang_up(self) -> None:
        """Close the connection, at which the process ends after the sample that it works on."""
        self.channel.close()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def leave(self) -> None:
        """In a fork of the consumer's process: forget the process, which is that of the consumer."""
        self._process.leave()

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code (negative for a signal) once the process has ended; None if it has not within `timeout`."""
        return self._process.wait(timeout)


def _refuse_within_import() -> None:
    frames = []
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        frames.append((frame.f_globals.get("__name__"), frame))
    if not any(name == _MAIN for name, _ in frames):
        return
    for name, frame in frames:
        is_module = frame.f_code.co_name == "<module>" and not frame.f_code.co_filename.startswith("<")  # as of eval
        if is_module and name != "__main__":
            raise DefinitionError(
                f"{frame.f_code.co_filename}:{frame.f_lineno}: {name} runs a pipeline, or a training, when it is "
                'imported, and each worker process imports it: indent this code below `if __name__ == "__main__":`'
            )


def describe_exit(code: int | None) -> str:
    """An exit code in words."""
    if code is None:
        return "was ended"
    if code >= 0:
        return f"exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = " (as the kernel does when memory runs out)" if -code == signal.SIGKILL else ""
    return f"was killed by {name}{hint}"
