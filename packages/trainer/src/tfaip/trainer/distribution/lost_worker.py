"""The end of the other workers where one is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from tfaip.trainer.errors import LostWorkerError

__all__ = ["lost_workers"]

# Errors of TensorFlow where a collective operation loses a partner, or ends because a health check failed.
SIGNS = ("Collective ops is aborted", "/job:worker/replica:0/task:", "coordination service", "Socket closed")


@contextmanager
def lost_workers() -> Iterator[None]:
    """Turn TensorFlow's errors about another worker into one sentence.

    Raises:
        LostWorkerError: Another worker is gone, or can't be reached any more.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if not any(sign in error.message for sign in SIGNS):
            raise
        found = re.search(r"remote target /job:worker/replica:0/task:(\d+)", error.message)
        which = f"worker {found.group(1)}" if found else "another worker"
        raise LostWorkerError(
            f"{which} is lost, and the training can't go on without it; start all workers again with "
            "`tfaip-resume-training` and the folder of the run: they go on from its last checkpoint"
        ) from error
