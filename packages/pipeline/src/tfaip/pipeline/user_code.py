"""Errors of user's code: told in words, and never taken for the end of the data or of the process."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import ProcessorError

__all__ = [
    "INTERRUPTIONS",
    "LONGEST_TEXT",
    "LONGEST_TRACEBACK",
    "add_note",
    "as_error",
    "call_user_code",
    "comes_from_function",
    "describe_sample",
    "in_words",
    "shortened",
    "substitute_for",
]

T = TypeVar("T")

INTERRUPTIONS: tuple[type[BaseException], ...] = (KeyboardInterrupt, GeneratorExit)
"""Ctrl-C and the closing of a generator, which pass through user's code in the user's own process."""

LONGEST_TEXT = 4096
"""Characters of an error's text that a message shows."""

LONGEST_TRACEBACK = 50_000

_LONGEST_META = 200

_ENDS = (StopIteration, StopAsyncIteration)


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
        return _caused_by(error, f"{where}: {in_words(error)}")
    return error


def add_note(error: BaseException, note: str) -> None:
    """Add a note to an error, also to one of a frozen class."""
    notes = [*getattr(error, "__notes__", ()), note]
    BaseException.__setattr__(error, "__notes__", notes)


def substitute_for(error: BaseException, where: str) -> ProcessorError | None:
    """Return what to raise instead of an error that would end an iteration or the process; None for any other error."""
    raised = _raised_in_generator(error)
    if isinstance(raised, Exception) and not isinstance(raised, _ENDS):
        return None
    ends = "the data" if isinstance(raised, _ENDS) else "the process"
    return _caused_by(error, f"{where}: {type(raised).__name__}({_text(raised)}), which would end {ends}")


def call_user_code(function: Callable[..., T], *arguments: Any) -> T:
    """Call a hook outside of the pipeline's own loops, such as that of an evaluator or a callback.

    Raises:
        ProcessorError: It has raised `StopIteration` or `StopAsyncIteration`, at which some loop would end silently.
    """
    try:
        return function(*arguments)
    except _ENDS as error:
        raise _caused_by(error, f"{_call_in_words(function, arguments)}: {in_words(error)}") from error


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


def _caused_by(error: BaseException, text: str) -> ProcessorError:
    made = ProcessorError(text)
    made.__cause__ = error
    return made


def _call_in_words(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", type(function).__name__)
    if isinstance(owner, ModuleType):  # a function of Python itself: `len`
        where = f"in {name}() of {', '.join(type(argument).__name__ for argument in arguments)}"
    else:
        where = f"in {name}" if owner is None else f"in {type(owner).__name__}.{name}"
    samples = [describe_sample(argument) for argument in arguments if isinstance(argument, Sample)]
    return ", ".join([where, *samples])


def _text(error: BaseException) -> str:
    try:
        return shortened(str(error), LONGEST_TEXT)
    except BaseException as failure:  # also SystemExit: nothing may hide which sample it is
        return f"<its text can't be had: __str__ raises {type(failure).__name__}>"


def _raised_in_generator(error: BaseException) -> BaseException:
    """Return the StopIteration behind the RuntimeError that Python makes of it in a generator, else the error."""
    cause = error.__cause__
    if type(error) is RuntimeError and isinstance(cause, _ENDS) and "raised Stop" in _text(error):
        return cause
    return error
