"""Whether this system has what worker processes need, as Linux has; the number of cores; and an early start.

Commands import it before they load anything that takes long.

Internal API between the packages.
"""

from __future__ import annotations

import errno
import logging
import mmap
import os
import select
import signal
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tfaip.pipeline.data.pipeline_params import DataPipelineParams
from tfaip.pipeline.engine.processes.forked_process import start_fork_server
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import socket
else:
    # Pipelines without workers need none.
    socket = loaded_later("socket")

__all__ = ["available_cores", "missing_for_workers", "possible_process_count", "prepare_workers"]

logger = logging.getLogger(__name__)

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


def available_cores() -> int:
    """The number of cores that this process may run on, or of all where the system does not tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def possible_process_count(wanted: int) -> int:
    """The number of workers that was asked for, or 0, with one warning, where the system has no workers."""
    if wanted == 0 or (missing := missing_for_workers()) is None:
        return wanted
    _warn_of_missing(missing)
    return 0


@cache
def _warn_of_missing(missing: str) -> None:
    logger.warning(
        "Pipelines run in this process only, as with num_processes=0: worker processes need %s, which this system "
        "does not have",
        missing,
    )


def prepare_workers(params: DataPipelineParams) -> None:
    """Let worker processes start sooner, where a pipeline with these parameters may have some.

    The server that forks them loads its modules in parallel. Call it before something that takes long.
    """
    wanted = params.num_processes != 0 and params.workers != "threads"
    if wanted and available_cores() > 1 and missing_for_workers() is None:
        start_fork_server()


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
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            return None  # which says nothing about the system: the start of a worker reports it
        return f"os.memfd_create ({error.strerror})"
    return None
