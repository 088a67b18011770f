"""One training at a time in a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tfaip.trainer.errors import ConcurrentTrainingError

__all__ = ["only_training"]

_guard = threading.Lock()
# A process that is forked off a training runs none itself.
_running_in: int | None = None


@contextmanager
def only_training() -> Iterator[None]:
    """Refuse a second training while the context of a first one lasts in this process.

    Layers draw their seeds from one generator of Keras, so that two trainings at a time would change each other's
    weights and dropout.

    Raises:
        ConcurrentTrainingError: Another training is running.
    """
    global _running_in
    with _guard:
        if _running_in == os.getpid():
            raise ConcurrentTrainingError(
                "a process must run one training at a time, since all layers draw from one seed of Keras, but another "
                "training is running: wait for its end, or start this one in another process"
            )
        _running_in = os.getpid()
    try:
        yield
    finally:
        _running_in = None
