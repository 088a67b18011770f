"""How messages are written to console and train.log: as text, in which nothing passes for a line that tools parse."""

from __future__ import annotations

import logging
from typing import Any

from tfaip.params.shown_text import clean_text

__all__ = ["RESULTS", "RESULTS_RECORD", "LogFormatter", "without_results"]

RESULTS = "Results of epoch"
"""Beginning of the line of an epoch's results, which tools parse."""

RESULTS_RECORD: dict[str, Any] = {"is_results": True}
"""Is given as `extra` with the one message that holds this line."""


class LogFormatter(logging.Formatter):
    """Shows control characters as their escapes, and the words of the results line likewise in all other messages.

    Names, paths and texts of samples come from files: one of them could hold a line end and a results line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines of a record."""
        text = clean_text(super().format(record))
        return text if getattr(record, "is_results", False) else without_results(text)


def without_results(text: str) -> str:
    """Return the text with the words of the results line as an escape, so that no tool parses them."""
    return text.replace(RESULTS, RESULTS.replace(" ", "\\u0020"))
