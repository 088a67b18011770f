"""`SampleError`: an error together with the sample and the processor it comes from."""

from __future__ import annotations

import traceback
from typing import Any

from tfaip.pipeline.errors import DefinitionError, ProcessorError
from tfaip.pipeline.sample import Sample

__all__ = ["SampleError", "describe_sample", "no_sample"]


class SampleError(Exception):
    """Carries the error of a processor out of the engine; consumers see `original()`.

    Attributes:
        error: What was raised.
        where: The processor (or generator, or specs) and the sample.
    """

    def __init__(self, error: BaseException, where: str) -> None:
        super().__init__(f"{where}: {type(error).__name__}: {error}")
        self.error = error
        self.where = where

    def original(self) -> BaseException:
        """The error, with a note that says where it happened; `sys.exit` becomes an error as well."""
        if not isinstance(self.error, Exception):
            return ProcessorError(
                f"{self.where}: {type(self.error).__name__}({self.error}), which would end the process"
            )
        if self.where not in getattr(self.error, "__notes__", ()):
            self.error.add_note(self.where)
        return self.error

    def summary(self) -> str:
        """One line."""
        return str(self)

    def traceback_text(self) -> str:
        """The traceback as Python prints it."""
        return "".join(traceback.format_exception(self.error))


def describe_sample(sample: Sample | None) -> str:
    """Which sample, and its meta if that is short enough to help."""
    if sample is None or sample.identity is None:
        return "a sample without identity"
    meta: Any = sample.meta
    try:
        text = repr(meta) if meta else ""
    except Exception:
        text = ""
    return f"{sample.identity}" + (f" (meta {text})" if 0 < len(text) <= 200 else "")


def no_sample(giver: str, given: object) -> DefinitionError:
    """The error of a generator that gives something else than it should."""
    return DefinitionError(
        f"{giver} must give samples (or lists of samples where yields_batches() is True), got {type(given).__name__}"
    )
