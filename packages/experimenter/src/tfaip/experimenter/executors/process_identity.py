"""The identity of a process, which unlike its number is never given away again."""

# ruff: noqa: PTH123 - pathlib would double the runner's start-up

from __future__ import annotations

import os
import sys

__all__ = ["identity_of", "is_alive"]


def identity_of(pid: int) -> str | None:
    """Return number, start time and boot of a process; `None` if there is no such process, or it is a zombie."""
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                stat = file.read()
        except OSError:
            return None
        # The command's name, in parentheses, may hold spaces and parentheses itself.
        state, *fields = stat.rpartition(b")")[2].split()
        if state in (b"Z", b"X"):
            return None
        return f"{pid} {fields[18].decode()} {_boot()}"
    return _identity_by_ps(pid)


def is_alive(identity: str) -> bool:
    """Whether the process of this identity, and no other with its number, still runs."""
    number = identity.partition(" ")[0]
    return number.isdigit() and identity_of(int(number)) == identity


def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "-"


def _identity_by_ps(pid: int) -> str | None:
    import subprocess

    environment = {**os.environ, "LC_ALL": "C"}
    line = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    words = subprocess.run(line, capture_output=True, text=True, env=environment).stdout.split()
    if not words or words[0].startswith("Z"):
        return None
    return f"{pid} {'-'.join(words[1:])} -"
