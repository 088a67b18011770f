"""The limits of the system that keep a pipeline from its worker processes, in words."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import resource
else:
    # Windows, which has no workers, lacks it.
    resource = loaded_later("resource")

__all__ = ["in_words", "is_limit", "most_files"]

_REMEDIES = {
    errno.EMFILE: "raise the limit (ulimit -n)",
    errno.ENFILE: "end other programs, or raise fs.file-max",
    errno.ENOMEM: "free memory",
    errno.ENOSPC: "free memory, or the space of /dev/shm",
    errno.EAGAIN: "raise the limit of processes (ulimit -u)",
}


def most_files() -> int:
    """How many files this process may have open at once."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def is_limit(error: OSError) -> bool:
    """Whether an error says that there is no more of something."""
    return error.errno in _REMEDIES


def in_words(number: int) -> str:
    """One sentence about an error number: the lack, its limit and the remedy."""
    limit = f" (limit {most_files()})" if number == errno.EMFILE else ""
    remedy = _REMEDIES.get(number)
    what = f"a worker process can't be started: {os.strerror(number)}{limit}"
    return f"{what}; {remedy}, or set fewer num_processes" if remedy else f"{what}; set num_processes=0"
