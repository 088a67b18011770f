"""Whether this system has what workers need; Linux has."""

from __future__ import annotations

import mmap
import os
import select
import signal
import socket
from importlib.util import find_spec

__all__ = ["missing_for_workers"]

_NEEDED = [
    (os, "memfd_create"),
    (os, "posix_fallocate"),
    (os, "O_ASYNC"),
    (mmap, "MAP_POPULATE"),
    (select, "poll"),
    (signal, "SIGIO"),
    (socket, "AF_UNIX"),
    (socket, "send_fds"),
]


def missing_for_workers() -> str | None:
    """Return what of it is missing, in words; None where workers can run."""
    for module, name in _NEEDED:
        if not hasattr(module, name):
            return f"{module.__name__}.{name}"
    if find_spec("fcntl") is None:
        return "fcntl"
    try:
        os.close(os.memfd_create("tfaip-pipeline"))
    except OSError as error:  # as some sandboxes have it
        return f"os.memfd_create ({error.strerror})"
    return None
