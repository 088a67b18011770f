"""The lifeline: a pipe that ties workers to the process that started them.

Nothing is ever written to it. Its writing end is open in the consumer's process only, so that it closes when that
process ends, however it ends; the kernel then sends SIGIO to each worker, whose default action ends it, whatever the
worker is doing (a thread that waits for the pipe would need the interpreter lock, which a processor may hold for long).
`prctl(PR_SET_PDEATHSIG)` is no replacement: it fires when the starting *thread* ends.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal

__all__ = ["hold_on_to"]


def hold_on_to(descriptor: int) -> None:
    """Called in a worker: end this process when the other end of the pipe closes."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGIO])
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK | os.O_ASYNC)
    # It may have closed before we asked for the signal.
    waiting = select.poll()
    waiting.register(descriptor, 0)
    if waiting.poll(0):
        os._exit(1)
