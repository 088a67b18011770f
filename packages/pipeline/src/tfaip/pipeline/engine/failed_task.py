"""From the message about a failure back to the error itself."""

from __future__ import annotations

import pickle

from tfaip.pipeline.errors import ProcessorError

from .failure import SampleError
from .messages import Failed

__all__ = ["error_of"]


def error_of(message: Failed) -> SampleError:
    """The failure as if it had happened here, the worker's traceback being a note of the error."""
    error: BaseException
    if message.error is None:
        error = ProcessorError(f"{message.where}: {message.summary}")
    else:
        error = pickle.loads(message.error)
    error.add_note(f"Traceback of the worker:\n{message.traceback}")
    return SampleError(error, message.where)
