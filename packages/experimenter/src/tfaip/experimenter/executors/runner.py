"""The small process above each run: it outlives the scheduler, and records how the run ended.

It is started anew for each run, so it imports next to nothing. In the folder of the attempt it leaves

    owner   its identity; the runner that creates this file first runs the attempt. On a cluster, it touches the file
            every few seconds, so that a scheduler on another machine sees that it lives
    child   identity of the run's process, whose number is that of its process group
    last word
            the last word of its command line, by which that process is known where it hides its environment
    exit    exit code, start, end, and by whom it was stopped, if by anybody
"""

# ruff: noqa: PTH105, PTH108, PTH118, PTH123 - pathlib would double the start-up

from __future__ import annotations

import os
import select
import signal
import sys
import time

from tfaip.experimenter.executors.process_identity import Process, identity_of, send_signal
from tfaip.experimenter.executors.process_tree import MARK, adopt_orphans, end_processes, end_with_parent, processes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHILD", "EXIT", "LAST_WORD", "NEVER", "OWNER", "main"]

OWNER, CHILD, LAST_WORD, EXIT = "owner", "child", "last word", "exit"
NEVER = "-"
SRUN, JOB = "srun", "SLURM_JOB_ID"
BEAT_SECONDS = 5.0
# In place of a signal's number: SIGTERM for the tasks that srun has started on the nodes of this job.
TASKS = 0
CANNOT_START = 127
# How long what a run leaves behind may take to end by itself.
LEFTOVERS_SECONDS = 2.0
# Who stops a whole job signals each of its processes. The run may end before its runner hears of that.
HEARING_SECONDS = 1.0
# Ends of a run by SIGINT or SIGTERM, and a shell's exit codes for them.
ENDS_BY_STOP = (-signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT, 128 + signal.SIGTERM)


def main(argv: list[str]) -> None:
    """Run a command line and record its end.

    Args:
        argv: Folder of the attempt. File for the console output. Seconds after which the run is stopped (`-` for
            never). Seconds between the signals that stop it. Descriptor that is written to at the end (`-` for none).
            Command line.
    """
    folder, console, timeout, grace, wake, *words = argv
    if not _take(folder):
        return
    if wake != NEVER:
        os.set_inheritable(int(wake), False)
    started = time.time()
    adopting = adopt_orphans()
    signals = _watch_signals()
    # The group must be led by the run itself: signals that end it must not end its runner.
    runner = os.getpid()
    pid = os.fork()
    if pid == 0:
        if wake == NEVER:
            # Nobody but a scheduler on this machine could end a run whose runner was killed.
            end_with_parent(runner)
        _become(words, folder, console)
    seconds = None if timeout == NEVER else float(timeout)

    def find() -> list[Process]:
        # If orphans aren't children of this process, only their environment tells whose they are.
        mark = None if adopting else os.environ.get(MARK)
        return processes_of(ancestor=os.getpid(), group=pid, mark=mark)

    beat = os.path.join(folder, OWNER) if wake == NEVER else None
    code, stopped = _watch(pid, signals, seconds, float(grace), find, _stopping(words), beat)
    # Children of the run would still hold the device. A daemon that is stopped may have something to save.
    if left := end_processes(find, float(grace) if stopped else LEFTOVERS_SECONDS):
        processes = "a process" if left == 1 else f"{left} processes"
        _tell(console, f"tfaip-experimenter: ended {processes} that the run had left behind\n")
    _write(folder, EXIT, f"{code} {started!r} {time.time()!r} {stopped}")
    if wake != NEVER:
        _report(int(wake))


def _report(wake: int) -> None:
    try:
        os.write(wake, b".")
    except OSError:
        return  # the scheduler that waited is no more


def _take(folder: str) -> bool:
    """Take the attempt, unless a scheduler has given it up meanwhile."""
    own = os.path.join(folder, f".{OWNER}.{os.getpid()}")
    with open(own, "w", encoding="utf-8") as file:
        file.write(identity_of(os.getpid()) or "")
    try:
        os.link(own, os.path.join(folder, OWNER))
    except OSError:
        return False
    finally:
        os.unlink(own)
    return True


def _watch_signals() -> int:
    """Turn signals into bytes that can be waited for."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _become(words: list[str], folder: str, console: str) -> None:
    """Turn this process, a fork, into the run."""
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        # Ignored signals stay ignored across exec, and a child of nohup in a script ignores SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        # A pipe that nobody reads would be waited for.
        output = os.open(console, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o666)
        os.set_blocking(output, True)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        # Before the command begins: should the runner be killed, the run can still be found.
        _write(folder, LAST_WORD, words[-1])
        _write(folder, CHILD, identity_of(os.getpid()) or "")
        os.execvp(words[0], words)
    except OSError as error:
        message = f"{words[0]} cannot be started: {error.strerror}\n"
        os.write(2, message.encode())
    finally:
        os._exit(CANNOT_START)


def _watch(
    pid: int,
    signals: int,
    timeout: float | None,
    grace: float,
    find: Callable[[], list[Process]],
    to_send: list[int],
    beat: str | None,
) -> tuple[int, str]:
    """Wait for the end; stop the run when asked to, or when its time is over."""
    deadline = None if timeout is None else time.monotonic() + timeout
    stopped = ""
    to_send = [*to_send]
    while (code := _ended(pid)) is None:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if beat is not None:
            _touch(beat)
            left = BEAT_SECONDS if left is None else min(left, BEAT_SECONDS)
        ready, _, _ = select.select([signals], [], [], left)
        asked = bool(ready) and any(number != signal.SIGCHLD for number in os.read(signals, 64))
        overdue = deadline is not None and time.monotonic() >= deadline
        if to_send and (overdue or (asked and not stopped)):
            stopped = stopped or ("cancel" if asked else "timeout")
            _signal_run(pid, to_send.pop(0), find)
            deadline = time.monotonic() + grace if to_send else None
    if not stopped and code in ENDS_BY_STOP and _is_stopped_soon(signals):
        stopped = "cancel"
    return code, stopped


def _touch(path: str) -> None:
    try:
        os.utime(path)
    except OSError:
        return  # the next one may succeed


def _is_stopped_soon(signals: int) -> bool:
    deadline = time.monotonic() + HEARING_SECONDS
    while select.select([signals], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if any(number != signal.SIGCHLD for number in os.read(signals, 64)):
            return True
    return False


def _stopping(words: list[str]) -> list[int]:
    """Return the signals that stop a run, one after the other."""
    # A training ends cleanly on Ctrl-C; a program that ignores it is asked again, then killed.
    signals: list[int] = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
    if JOB not in os.environ:
        return signals
    for word in map(os.path.basename, words):
        if word == SRUN:
            return [TASKS, *signals[1:]]
        if word.startswith(("tfaip-", "tfaip.")):
            # Slurm may have sent it SIGTERM too. A training takes that twice, but ends at once on a SIGINT behind it.
            return [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]
    return signals


def _signal_tasks() -> bool:
    """Let Slurm send SIGTERM to the tasks of this job; srun itself passes on neither SIGINT nor SIGTERM."""
    try:
        os.posix_spawnp("scancel", ["scancel", "--signal=TERM", os.environ[JOB]], os.environ)
    except OSError:
        return False
    return True


def _signal_run(pid: int, number: int, find: Callable[[], list[Process]]) -> None:
    """Signal the group, as a terminal does; SIGTERM and SIGKILL also reach children in sessions of their own."""
    if number == TASKS:
        if _signal_tasks():
            return
        number = signal.SIGTERM
    _signal_group(pid, number)
    if number != signal.SIGINT:
        for process in find():
            if process.group != pid:
                send_signal(process.identity, number)


def _signal_group(group: int, number: int) -> None:
    """The number is the run's own, as long as nobody has asked for its exit code."""
    try:
        os.killpg(group, number)
    except OSError:
        return  # it has become another user's


def _ended(pid: int) -> int | None:
    """Return the exit code once the run has ended; the kernel keeps its number as long as it is a zombie."""
    if not hasattr(os, "waitid"):
        ended, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while (found := os.waitid(os.P_ALL, 0, flags)) is not None and found.si_pid != pid:
        os.waitpid(found.si_pid, 0)  # an orphan that was adopted
    if found is None:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def _tell(console: str, text: str) -> None:
    try:
        descriptor = os.open(console, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        os.write(descriptor, text.encode())
        os.close(descriptor)
    except OSError:
        return


def _write(folder: str, name: str, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    beside = os.path.join(folder, f".{name}.writing")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, os.path.join(folder, name))


if __name__ == "__main__":
    main(sys.argv[1:])
