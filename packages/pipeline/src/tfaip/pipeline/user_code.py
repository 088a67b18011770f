"""Errors of users' code: told in words, with their sample, and never taken for an end of data or process.

Internal API between the packages.
"""

from __future__ import annotations

import traceback
from typing import Any

from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DefinitionError, ProcessorError

__all__ = [
    "ENDS",
    "INTERRUPTIONS",
    "LONGEST_TEXT",
    "LONGEST_TRACEBACK",
    "SampleError",
    "add_note",
    "as_error",
    "caused_by",
    "comes_from_function",
    "describe_sample",
    "in_words",
    "no_sample",
    "shortened",
    "substitute_for",
]

INTERRUPTIONS: tuple[type[BaseException], ...] = (KeyboardInterrupt, GeneratorExit)
"""Ctrl-C and the closing of a generator, which pass through user's code in the user's own process."""

LONGEST_TEXT = 4096
"""Characters of an error's text that a message shows."""

LONGEST_TRACEBACK = 50_000

_LONGEST_META = 200

ENDS = (StopIteration, StopAsyncIteration)
"""Errors that a loop takes for the end of its data."""


def in_words(error: BaseException) -> str:
    """Return the class and the text of an error, whatever its `__str__` does, shortened to `LONGEST_TEXT`."""
    return f"{type(error).__name__}: {_text(error)}"


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters, followed by its whole length where it was longer."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def as_error(error: BaseException, where: str) -> Exception:
    """Return what consumers of data see of an error: the error itself, with a note that says where it happened.

    A `ProcessorError` stands for errors that end iterations or the process, for those whose text can't be had, and for
    those of frozen classes, as context managers set attributes of errors.
    """
    substitute = substitute_for(error, where)
    if substitute is not None:
        return substitute
    assert isinstance(error, Exception)
    if isinstance(error, ProcessorError) and str(error).startswith(where):
        return error
    try:
        str(error)  # what can't be printed would hide where it happened
        error.__traceback__ = error.__traceback__  # a frozen one would fail so in each context manager
        if where not in getattr(error, "__notes__", ()):
            add_note(error, where)
    except BaseException:
        return caused_by(error, f"{where}: {in_words(error)}")
    return error


def add_note(error: BaseException, note: str) -> None:
    """Add a note to an error, also to one of a frozen class."""
    notes = [*getattr(error, "__notes__", ()), note]
    BaseException.__setattr__(error, "__notes__", notes)


def substitute_for(error: BaseException, where: str) -> ProcessorError | None:
    """Return what to raise instead of an error that would end an iteration or the process; None for any other error."""
    raised = _raised_in_generator(error)
    if isinstance(raised, Exception) and not isinstance(raised, ENDS):
        return None
    ends = "the data" if isinstance(raised, ENDS) else "the process"
    return caused_by(error, f"{where}: {type(raised).__name__}({_text(raised)}), which would end {ends}")


def comes_from_function(end: StopIteration) -> bool:
    """Return whether an iterator such as `map` has let a StopIteration through that a function of it has raised.

    Call it where `next` was called. Classes with a `__next__` of their own are trusted: it may call what it likes.
    """
    called = end.__traceback__.tb_next if end.__traceback__ else None
    return called is not None and called.tb_frame.f_code.co_name != "__next__"


def describe_sample(sample: Sample | None) -> str:
    """Return which sample it is, and its meta if that is short enough to help."""
    if sample is None or sample.identity is None:
        return "a sample without identity"
    meta: Any = sample.meta
    try:
        text = repr(meta) if meta else ""
    except BaseException:  # nothing may hide which sample it is
        text = ""
    return f"{sample.identity}" + (f" (meta {text})" if 0 < len(text) <= _LONGEST_META else "")


class SampleError(Exception):
    """Carries the error of a processor out of the engine; consumers see `original()`.

    Attributes:
        error: The error.
        where: The processor (or generator, or specs) and the sample.
    """

    def __init__(self, error: BaseException, where: str) -> None:
        super().__init__(where)
        self.error = error
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {in_words(self.error)}"

    def original(self) -> Exception:
        """The error as consumers see it, see `as_error`."""
        return as_error(self.error, self.where)

    def summary(self) -> str:
        """One line."""
        return str(self)

    def traceback_text(self) -> str:
        """The traceback as Python prints it, as far as it is not too long."""
        return shortened("".join(traceback.format_exception(self.error)), LONGEST_TRACEBACK)


def no_sample(giver: str, given: object) -> DefinitionError:
    """The error of a generator that gives something else than it should."""
    return DefinitionError(
        f"{giver} must give samples (or lists of samples where yields_batches() is True), got {type(given).__name__}"
    )


def caused_by(error: BaseException, text: str) -> ProcessorError:
    """Return what is raised in place of an error, which it names as its cause."""
    made = ProcessorError(text)
    made.__cause__ = error
    return made


def _text(error: BaseException) -> str:
    try:
        return shortened(str(error), LONGEST_TEXT)
    except BaseException as failure:  # also SystemExit: nothing may hide which sample it is
        return f"<its text can't be had: __str__ raises {type(failure).__name__}>"


def _raised_in_generator(error: BaseException) -> BaseException:
    """Return the StopIteration behind the RuntimeError that Python makes of it in a generator, else the error."""
    cause = error.__cause__
    if type(error) is RuntimeError and isinstance(cause, ENDS) and "raised Stop" in _text(error):
        return cause
    return error
