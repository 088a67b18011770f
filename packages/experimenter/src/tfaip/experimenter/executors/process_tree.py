"""All processes of a run, also in sessions of their own, and without their parents."""

# ruff: noqa: PTH123 - pathlib would double the runner's start-up

from __future__ import annotations

import os
import signal
import sys
import time

from tfaip.experimenter.executors.process_identity import PROC, Process, living_processes, send_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MARK", "adopt_orphans", "carries_mark", "end_processes", "end_with_parent", "processes_of"]

# A variable of the environment identifies the processes of an attempt where their ancestor is gone.
MARK = "TFAIP_EXPERIMENTER_ATTEMPT"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LOOK_SECONDS = 0.02
# Helpers of a run (a resource tracker, the end of a pipe) end a moment after it.
SETTLE_SECONDS = 0.05
# A process that can't be killed within this time waits for a dead disk, or belongs to another user.
KILL_SECONDS = 10.0


def adopt_orphans() -> bool:
    """Become the parent of descendants whose own parents end, as a daemon's does.

    Returns:
        Whether the system can do that, as Linux can.
    """
    return _set(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent(parent: int) -> bool:
    """Let the system kill this process once its parent ends, also if that is killed itself.

    Args:
        parent: Number of the parent, which may have ended already.

    Returns:
        Whether the system can do that, as Linux can.
    """
    can = _set(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return can


def _set(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
    except (AttributeError, ImportError, OSError):
        return False


def processes_of(*, ancestor: int | None, group: int | None, mark: str | None) -> list[Process]:
    """Return the living processes of a run, without this one.

    Args:
        ancestor: Number of the process that starts the run.
        group: Number of the run's process group, which must not be given away meanwhile.
        mark: Value of the variable that they were started with; `None` looks for no variable.
    """
    processes = living_processes()
    below = {ancestor}
    found: dict[int, Process] = {}
    grown = True
    while grown:
        grown = False
        for process in processes:
            if process.number not in found and (process.parent in below or process.group == group):
                found[process.number] = process
                below.add(process.number)
                grown = True
    if mark is not None:
        found |= {process.number: process for process in processes if carries_mark(process.number, mark)}
    found.pop(os.getpid(), None)
    return list(found.values())


def end_processes(find: Callable[[], list[Process]], seconds: float) -> int:
    """End processes: ask them, then kill them and the children that they start meanwhile.

    Args:
        find: Tells which are there.
        seconds: Time for them to end by themselves; 0 kills at once.

    Returns:
        How many were asked.
    """
    found = find()
    if found and seconds > 0:
        time.sleep(SETTLE_SECONDS)
        found = find()
    asked = len(found)
    if seconds > 0:
        for process in found:
            send_signal(process.identity, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while found and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
            found = find()
    deadline = time.monotonic() + KILL_SECONDS
    while found and time.monotonic() < deadline:
        for process in found:
            send_signal(process.identity, signal.SIGKILL)
        time.sleep(LOOK_SECONDS / 2)
        found = find()
    return asked


def carries_mark(pid: int, mark: str) -> bool:
    """Whether a process was started with the variable of an attempt."""
    try:
        with open(f"{PROC}/{pid}/environ", "rb") as file:
            return f"{MARK}={mark}".encode() in file.read().split(b"\0")
    except OSError:
        return False
