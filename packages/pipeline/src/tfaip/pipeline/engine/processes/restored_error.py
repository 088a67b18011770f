"""An error on its way from a worker to the consumer: it comes back as what it was, or not at all."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tfaip.pipeline.engine.processes.messages import Failed
from tfaip.pipeline.errors import ProcessorError
from tfaip.pipeline.user_code import SampleError, add_note

__all__ = ["error_of", "tell"]

_LONGEST_TO_RESTORE = 100_000
"""Characters of a text; a longer one is shortened, so that it is no longer that of the error."""


def tell(task: int, failure: SampleError, send: Callable[[Failed], None]) -> None:
    """Send the message about a failure.

    First comes one that tells about the error in words, then one that holds it, if it can be restored. There are two,
    since code of the error's class runs between them, which may end this process.
    """
    original = failure.original()
    in_words_only = original is not failure.error
    message = Failed(
        task,
        failure.where,
        error=None,
        text=str(original) if in_words_only else str(failure),
        notes=[note for note in getattr(original, "__notes__", ()) if isinstance(note, str)],
        traceback=failure.traceback_text(),
        is_final=in_words_only,
    )
    send(message)
    if not in_words_only:
        send(replace(message, error=_pickled(failure.error), is_final=True))


def error_of(message: Failed) -> SampleError:
    """The failure as if it had happened here, the worker's traceback being a note of the error."""
    error = None if message.error is None else _restored(message.error)
    if error is None or str(SampleError(error, message.where)) != message.text:
        error = ProcessorError(message.text)
    else:
        # Some classes restore their errors without the notes.
        for note in message.notes:
            if note not in getattr(error, "__notes__", ()):
                add_note(error, note)
    add_note(error, f"Traceback of the worker:\n{message.traceback}")
    return SampleError(error, message.where)


def _pickled(error: BaseException) -> bytes | None:
    """The pickled error; None if its class does not restore it with the same text and attributes."""
    try:
        if len(str(error)) > _LONGEST_TO_RESTORE:
            return None
        data = pickle.dumps(error)
        restored = pickle.loads(data)
        is_same = (
            type(restored) is type(error)
            and str(restored) == str(error)
            and _equal(restored.args, error.args)
            and _equal(_attributes(restored), _attributes(error))
        )
    except BaseException:  # whatever its class does, also SystemExit: the error is told in words
        return None
    return data if is_same else None


def _restored(data: bytes) -> BaseException | None:
    try:
        error: Any = pickle.loads(data)
    except (Exception, SystemExit):
        return None
    return error if isinstance(error, BaseException) else None


def _attributes(error: BaseException) -> dict[str, Any]:
    return {name: value for name, value in vars(error).items() if name != "__notes__"}


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are equal, as far as they can be compared, or else are pickled to the same bytes."""
    try:
        if one == other:
            return True
    except Exception:  # arrays among them
        pass
    return pickle.dumps(one) == pickle.dumps(other)
