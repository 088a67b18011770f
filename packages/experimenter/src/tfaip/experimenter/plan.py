"""The plan: the runs that a workbook means, checked as a whole before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.interpreter import Interpreter
from tfaip.experimenter.results.workbook_file import Stamp, stamp_of
from tfaip.experimenter.sheet.rows import Sheet, read_sheet

__all__ = ["Plan", "PlannedRun", "read_plan"]


@dataclass(frozen=True)
class PlannedRun:
    """A run as it is to be started.

    Args:
        id: The user's name of it.
        row: Number of its row in the sheet.
        words: Command line.
        folder: Its output folder, relative to the current one unless absolute; `None` if its row names none.
        arguments: What of the command line changes a run that is gone on with.
        cleanup: Whether its checkpoints are removed once it has finished.
    """

    id: str
    row: int
    words: tuple[str, ...]
    folder: str | None
    arguments: tuple[str, ...]
    cleanup: bool


@dataclass(frozen=True)
class Plan:
    """All runs of a workbook.

    Args:
        workbook: Path of the workbook.
        sheet: What the sheet says.
        runs: The runs that are wanted, in the order of the rows.
        stamp: State of the file that they were read from.
    """

    workbook: Path
    sheet: Sheet
    runs: tuple[PlannedRun, ...]
    stamp: Stamp | None


def read_plan(workbook: Path, *, python: str | None = None, only: Sequence[str] = ()) -> Plan:
    """Read the runs of a workbook.

    Args:
        workbook: Path of the workbook.
        python: Interpreter that runs the rows; `None` takes the commands as they are found.
        only: IDs of the rows that are wanted; empty for all.

    Raises:
        ExperimenterError: The workbook can't be read, the sheet is wrong, an ID isn't there, or a command isn't
            installed for the interpreter.
    """
    # Before reading: what is saved meanwhile counts as changed.
    stamp = stamp_of(workbook)
    sheet = read_sheet(workbook)
    interpreter = Interpreter(python) if python else None
    _refuse_unknown(sheet, only)
    runs = []
    for row in sheet.rows:
        if only and row.id not in only:
            continue
        words = interpreter.words(row.words) if interpreter else row.words
        runs.append(PlannedRun(row.id, row.number, tuple(words), row.output_dir, row.arguments, row.cleanup))
    return Plan(workbook, sheet, tuple(runs), stamp)


def _refuse_unknown(sheet: Sheet, only: Sequence[str]) -> None:
    ids = [row.id for row in sheet.rows]
    for wanted in only:
        if wanted in sheet.skipped:
            raise ExperimenterError(
                f'--only: the row with the ID {wanted} of sheet "{sheet.title}" is excluded by SKIP'
            )
        if wanted not in ids:
            raise ExperimenterError(
                f'--only: sheet "{sheet.title}" has no run with the ID {wanted}; its IDs are {", ".join(ids) or "none"}'
            )
