"""`SampleError`: an error together with the sample and the processor it comes from."""

from __future__ import annotations

import traceback

from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.user_code import LONGEST_TRACEBACK, as_error, in_words, shortened

__all__ = ["SampleError", "no_sample"]


class SampleError(Exception):
    """Carries the error of a processor out of the engine; consumers see `original()`.

    Attributes:
        error: What was raised.
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
