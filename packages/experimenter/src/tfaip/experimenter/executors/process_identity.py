"""The identity of a process, which unlike its number is never given away again."""

# ruff: noqa: PTH110, PTH123, PTH208 - pathlib would double the runner's start-up

from __future__ import annotations

import os
import signal

__all__ = ["PROC", "Process", "command_of", "identity_of", "is_alive", "living_processes", "send_signal"]

PROC = "/proc"


class Process:
    """A process as it was seen.

    Args:
        identity: Its number, start time and boot.
        parent: Number of its parent.
        group: Number of its process group.
    """

    __slots__ = ("group", "identity", "number", "parent")

    def __init__(self, identity: str, parent: int, group: int) -> None:
        self.identity = identity
        self.number = int(identity.partition(" ")[0])
        self.parent = parent
        self.group = group


def identity_of(pid: int) -> str | None:
    """Return number, start time and boot of a process; `None` if there is no such process, or it is a zombie."""
    found = _by_proc(pid, _boot()) if _has_proc() else next(iter(_by_ps("-p", str(pid))), None)
    return None if found is None else found.identity


def is_alive(identity: str) -> bool:
    """Whether the process of this identity, and no other with its number, still runs."""
    number = identity.partition(" ")[0]
    return number.isdigit() and identity_of(int(number)) == identity


def living_processes() -> list[Process]:
    """Return all processes that can be seen, without zombies."""
    if not _has_proc():
        return _by_ps("-A")
    boot = _boot()
    found = (_by_proc(int(name), boot) for name in os.listdir(PROC) if name.isdigit())
    return [process for process in found if process is not None]


def send_signal(identity: str, number: int) -> bool:
    """Send a signal to the process of this identity, and to no other that has its number by now.

    Returns:
        Whether it was sent.
    """
    pid = int(identity.partition(" ")[0])
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        descriptor = None
    try:
        # Only now: the descriptor stays with the process that had the number when it was opened.
        if not is_alive(identity):
            return False
        if descriptor is None:
            os.kill(pid, number)
        else:
            signal.pidfd_send_signal(descriptor, number)
    except OSError:
        return False
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return True


def command_of(pid: int) -> str:
    """Return the command line of a process, its words with spaces between; `""` if it can't be seen."""
    if not _has_proc():
        import subprocess

        line = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(line, capture_output=True, text=True, errors="replace").stdout.strip()
    try:
        with open(f"{PROC}/{pid}/cmdline", "rb") as file:
            return file.read().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _has_proc() -> bool:
    return os.path.exists(f"{PROC}/self/stat")


def _by_proc(pid: int, boot: str) -> Process | None:
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:
            stat = file.read()
    except OSError:
        return None
    # The command's name, in parentheses, may hold spaces and parentheses itself.
    state, *fields = stat.rpartition(b")")[2].split()
    if state in (b"Z", b"X"):
        return None
    return Process(f"{pid} {fields[18].decode()} {boot}", int(fields[0]), int(fields[1]))


def _boot() -> str:
    try:
        with open(f"{PROC}/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "-"


def _by_ps(*selection: str) -> list[Process]:
    import subprocess

    environment = {**os.environ, "LC_ALL": "C"}
    line = ["ps", "-o", "pid=,ppid=,pgid=,stat=,lstart=", *selection]
    told = subprocess.run(line, capture_output=True, text=True, env=environment).stdout
    found = [words for words in map(str.split, told.splitlines()) if len(words) > 4 and not words[3].startswith("Z")]
    return [Process(f"{words[0]} {'-'.join(words[4:])} -", int(words[1]), int(words[2])) for words in found]
