"""Reads the sheet of results back before the new file replaces the user's, who could not open a broken one."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from itertools import zip_longest

import openpyxl

from tfaip.experimenter.results.table import ResultsTable, Value
from tfaip.experimenter.sheet.cells import RESULTS_TITLE
from tfaip.experimenter.workbook.cell_text import cell_text

__all__ = ["ReadBackError", "read_back"]


class ReadBackError(ValueError):
    """The file that was written can't be read, or reads differently."""


def read_back(content: bytes, table: ResultsTable, others: Sequence[str] = ()) -> None:
    """Check that a workbook's file can be opened, and holds the results.

    Args:
        content: The file.
        table: The results that were written into it.
        others: Titles of the sheets that must be there beside.

    Raises:
        ReadBackError: It can't be opened, or holds something else.
    """
    try:
        with warnings.catch_warnings():
            # openpyxl warns of parts that it doesn't keep when it saves.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            titles = [sheet.title for sheet in book]
            ours = [title for title in titles if title.casefold() == RESULTS_TITLE]
            rows = [row for title in ours for row in book[title].iter_rows(values_only=True)]
            book.close()
    except Exception as error:
        raise ReadBackError(f"the new file can't be opened: {type(error).__name__}: {error}") from error
    if missing := set(others).difference(titles):
        raise ReadBackError(f"the new file lacks the sheet {min(missing)}")
    # Titles are made such that they are read as they were written.
    wanted = [[column.title, *map(_stored, column.values)] for column in table.columns]
    for number, values in enumerate(zip(*wanted, strict=True), 1):
        found = rows[number - 1] if number <= len(rows) else ()
        for expected, value in zip_longest(values, found):
            if not _are_equal(value, expected):
                raise ReadBackError(f"row {number} of the sheet of results reads {value!r} instead of {expected!r}")


def _are_equal(value: object, expected: Value) -> bool:
    """Numbers are written with the digits that spreadsheet programs have."""
    if isinstance(expected, float) and isinstance(value, int | float):
        return math.isclose(value, expected, rel_tol=1e-14)
    return bool(value == expected)


def _stored(value: Value) -> Value:
    return cell_text(value) or None if isinstance(value, str) else value
