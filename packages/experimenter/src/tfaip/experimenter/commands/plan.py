"""The plan: the runs that a workbook means, checked as a whole before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tfaip.experimenter.commands.interpreter import Interpreter
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.sheet.row import Row, Search
from tfaip.experimenter.sheet.rows import Sheet, read_sheet
from tfaip.experimenter.workbook.workbook_file import Stamp, stamp_of

__all__ = ["Plan", "PlannedRun", "read_plan"]


@dataclass(frozen=True)
class PlannedRun:
    """A run as it is to be started.

    Args:
        id: The user's name of it.
        row: Number of its row in the sheet.
        words: Command line.
        folder: Its output folder, relative to the current one unless absolute; `None` if its row names none.
        arguments: Words of the command line that change a resumed run.
        cleanup: Whether its checkpoints are removed once it has finished.
        resources: Words that say what it gets from the executor.
        search: The search that the row means in place of a run; its trials are planned one by one.
    """

    id: str
    row: int
    words: tuple[str, ...]
    folder: str | None
    arguments: tuple[str, ...]
    cleanup: bool
    resources: tuple[str, ...] = ()
    search: Search | None = None


@dataclass(frozen=True)
class Plan:
    """All runs of a workbook.

    Args:
        workbook: Path of the workbook.
        sheet: The runs as the sheet describes them.
        runs: The runs that are wanted, in the order of the rows.
        stamp: State of the file that they were read from.
        hidden: Runs of rows that the user doesn't see: they aren't started, but go on if they have been.
        interpreter: Python interpreter that runs the rows; `None` takes the commands as they are found.
    """

    workbook: Path
    sheet: Sheet
    runs: tuple[PlannedRun, ...]
    stamp: Stamp | None
    hidden: tuple[PlannedRun, ...] = ()
    interpreter: Interpreter | None = None

    def planned(self, row: Row) -> PlannedRun:
        """Return the run of a row: of a trial, say."""
        return _planned(row, self.interpreter)

    @property
    def left_out(self) -> str:
        """The rows of the sheet that aren't run, in words; `""` if all are."""
        told = [
            f"{_counted(rows, 'row')} {'is' if len(rows) == 1 else 'are'} {why} ({_numbers(rows)})"
            for rows, why in ((self.sheet.skipped_rows, "skipped by SKIP"), (self.sheet.hidden_rows, "hidden"))
            if rows
        ]
        return ", ".join(told)

    @property
    def emptiness(self) -> str:
        """Why there are no runs, in words."""
        return self.left_out or f'sheet "{self.sheet.title}" has no runs from row 4 on'


def read_plan(workbook: Path, *, python: str | None = None, only: Sequence[str] = ()) -> Plan:
    """Read the runs of a workbook.

    Args:
        workbook: Path of the workbook.
        python: Python interpreter that runs the rows; `None` takes the commands as they are found.
        only: IDs of the rows that are wanted; empty for all.

    Raises:
        ExperimenterError: The workbook can't be read, the sheet is wrong, an ID isn't there, or a command isn't
            installed for the interpreter.
    """
    # Before reading: a change that is saved meanwhile counts as one.
    stamp = stamp_of(workbook)
    sheet = read_sheet(workbook)
    interpreter = Interpreter(python) if python else None
    _refuse_unknown(sheet, only)
    runs = [_planned(row, interpreter) for row in sheet.rows if not only or row.id in only]
    return Plan(
        workbook, sheet, tuple(runs), stamp, () if only else tuple(_hidden_runs(sheet, interpreter)), interpreter
    )


def _hidden_runs(sheet: Sheet, interpreter: Interpreter | None) -> Iterator[PlannedRun]:
    for row in sheet.left_out:
        if row.number in sheet.hidden_rows:
            # Nothing that the user doesn't see may stop the rest.
            with suppress(ExperimenterError):
                yield _planned(row, interpreter)


def _planned(row: Row, interpreter: Interpreter | None) -> PlannedRun:
    words = interpreter.words(row.words) if interpreter else row.words
    return PlannedRun(
        row.id, row.number, tuple(words), row.output_dir, row.arguments, row.cleanup, row.resources, row.search
    )


def _counted(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"


def _numbers(rows: Sequence[int]) -> str:
    """Rows in short: 4-6, 9."""
    parts: list[list[int]] = []
    for number in rows:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _refuse_unknown(sheet: Sheet, only: Sequence[str]) -> None:
    ids = [row.id for row in sheet.rows]
    hidden = [row.id for row in sheet.left_out if row.number in sheet.hidden_rows]
    for wanted in only:
        if wanted in hidden:
            raise ExperimenterError(f'--only: the row with the ID {wanted} of sheet "{sheet.title}" is hidden')
        if wanted in sheet.skipped:
            raise ExperimenterError(
                f'--only: the row with the ID {wanted} of sheet "{sheet.title}" is excluded by SKIP'
            )
        if wanted not in ids:
            raise ExperimenterError(
                f'--only: sheet "{sheet.title}" has no run with the ID {wanted}; its IDs are {", ".join(ids) or "none"}'
            )
