"""Mistakes that a user can mend: wrong cells, wrong arguments, files that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfaip.params import UserError

__all__ = ["INTERRUPTED", "ExperimenterError", "SheetError", "SheetMistake"]

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class ExperimenterError(UserError):
    """A mistake of the user, told in one message; a command ends with exit code 2."""


@dataclass(frozen=True)
class SheetMistake:
    """A mistake in one cell.

    Args:
        sheet: Title of the worksheet.
        row: Number of the row, from 1.
        column: Number of the column, from 1; `None` where a whole row is meant.
        label: Name of the column: its header, or its parameter.
        problem: The mistake, the value received, and the allowed values.
    """

    sheet: str
    row: int
    column: int | None
    label: str
    problem: str

    def __str__(self) -> str:
        from openpyxl.utils import get_column_letter

        place = f'sheet "{self.sheet}", row {self.row}'
        if self.column is not None:
            label = f" ({self.label})" if self.label else ""
            place += f", column {get_column_letter(self.column)}{label}"
        return f"{place}: {self.problem}"


class SheetError(ExperimenterError):
    """The sheet can't be run as it is.

    Args:
        mistakes: All that is wrong with it, so that a user mends it once.
    """

    def __init__(self, mistakes: Sequence[SheetMistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = list(mistakes)
