"""What the kernel knows about our processes and their memory."""

from __future__ import annotations

import os
from pathlib import Path

ENTRY = b"tfaip.pipeline.engine.processes.worker_main"


def workers_of(parent: int | None = None) -> set[int]:
    """The ids of the worker processes that live, of one parent or of anybody."""
    found = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if ENTRY not in (folder / "cmdline").read_bytes():
                continue
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent_id = stat.rpartition(")")[2].split()[:2]
        if state != "Z" and (parent is None or int(parent_id) == parent):
            found.add(int(folder.name))
    return found


def own_shared_memory() -> list[str]:
    """The blocks of shared memory that this process has mapped."""
    maps = Path("/proc/self/maps").read_text().splitlines()
    return [line for line in maps if "memfd:tfaip-pipeline" in line]


def open_descriptors() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder changes while it is read
