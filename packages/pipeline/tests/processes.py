"""What the kernel knows about our processes and their memory."""

from __future__ import annotations

import os
from pathlib import Path

ENTRY = b"tfaip.pipeline.engine.processes.fork_server"


def workers_of(parent: int | None = None) -> set[int]:
    """The ids of the worker processes that live, of one consumer or of anybody."""
    parents = _ours()
    return {
        pid
        for pid, server in parents.items()
        # A fork server is a child of the consumer; the workers are its forks, or orphans.
        if (server in parents or server == 1) and (parent is None or parents.get(server) == parent)
    }


def fork_servers_of(parent: int) -> set[int]:
    """The ids of the fork servers of one consumer."""
    return {pid for pid, started_by in _ours().items() if started_by == parent}


def _ours() -> dict[int, int]:
    """The ids of fork servers and workers that live, with those of their parents."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if ENTRY not in (folder / "cmdline").read_bytes():
                continue
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state != "Z":
            found[int(folder.name)] = int(parent)
    return found


def own_shared_memory() -> list[str]:
    """The blocks of shared memory that this process has mapped."""
    maps = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in maps if "memfd:tfaip-pipeline" in line]


def open_descriptors() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder changes while it is read
