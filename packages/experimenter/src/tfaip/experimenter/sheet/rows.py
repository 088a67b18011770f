"""The rows of the sheet: one run each."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tfaip.experimenter.command_words import is_resume_command
from tfaip.experimenter.errors import SheetError, SheetMistake
from tfaip.experimenter.sheet.cells import Cell, Cells, read_cells
from tfaip.experimenter.sheet.columns import FIRST_RUN_ROW, Columns, Parameter, read_columns

__all__ = ["Row", "Sheet", "read_sheet"]


@dataclass(frozen=True)
class Row:
    """A row that means a run.

    Args:
        number: Number of the row, from 1.
        id: The user's name of the run.
        words: The command line.
        output_dir: Folder of the run as the row has it, `None` if it has none.
        arguments: Words of the command line behind command and scenario, without the folder's: what a command that
            goes on with the run may take as well.
        values: What the sheet shows for each parameter, `""` for an empty cell.
        cleanup: Whether the checkpoints are removed once the run has finished.
    """

    number: int
    id: str
    words: tuple[str, ...]
    output_dir: str | None
    arguments: tuple[str, ...]
    values: dict[str, str]
    cleanup: bool


@dataclass(frozen=True)
class Sheet:
    """The sheet of runs.

    Args:
        title: Its title.
        command_header: Header of the column with the commands.
        command_column: Its number.
        parameters: Names of the parameters in the order of the columns.
        rows: The rows that are to be run.
        skipped: IDs of the rows that SKIP excludes.
    """

    title: str
    command_header: str
    command_column: int
    parameters: tuple[str, ...]
    rows: tuple[Row, ...]
    skipped: tuple[str, ...]


def read_sheet(path: str | os.PathLike[str]) -> Sheet:
    """Read the runs that a workbook's first sheet describes.

    Raises:
        ExperimenterError: The workbook can't be read.
        SheetError: Something in the sheet is wrong; all that is, is told.
    """
    cells = read_cells(Path(path))
    columns = read_columns(cells)
    reader = _RowReader(cells, columns)
    for number in sorted(cells.rows):
        if number >= FIRST_RUN_ROW and reader.means_a_run(number):
            reader.read(number)
    reader.refuse_shared_folders()
    if reader.mistakes:
        raise SheetError(reader.mistakes)
    parameters = tuple(parameter.name for parameter in columns.parameters)
    return Sheet(
        title=cells.title,
        command_header=columns.command_header,
        command_column=columns.command,
        parameters=parameters,
        rows=tuple(reader.rows),
        skipped=tuple(reader.skipped),
    )


class _RowReader:
    """Reads row by row, and collects mistakes instead of stopping at the first."""

    def __init__(self, cells: Cells, columns: Columns) -> None:
        self.rows: list[Row] = []
        self.skipped: list[str] = []
        self.mistakes: list[SheetMistake] = []
        self._cells = cells
        self._columns = columns
        self._row_of_id: dict[str, int] = {}
        self._folders: list[tuple[Row, Parameter, str]] = []

    def means_a_run(self, number: int) -> bool:
        """Whether more than the user's own columns are filled in, which may hold headings and remarks."""
        columns = self._columns
        own = [columns.command, columns.id, columns.scenario, *(p.column for p in columns.parameters)]
        return any(self._cells.get(number, column) for column in own)

    def read(self, number: int) -> None:
        """Read a row, and note what is wrong with it."""
        known = len(self.mistakes)
        columns = self._columns
        identity = self._read_id(number)
        if self._cells.get(number, columns.skip):
            if identity:
                self.skipped.append(identity)
            return
        command = self._read_command(number)
        scenario = self._text(number, columns.scenario, "SCENARIO")
        cleanup = _is_true(self._checked(number, columns.cleanup, "CLEANUP"))
        values = {p.name: self._text(number, p.column, p.name) for p in columns.parameters}
        folder = self._folder(values)
        resumes = is_resume_command(command)
        if resumes and folder is None and command:
            problem = "the command goes on with a run and needs its folder, but the row has no output_dir"
            self._mistake(number, columns.command, columns.command_header, problem)
        if len(self.mistakes) > known:
            return
        left_out = [folder.name] if folder else []
        arguments = tuple(self._arguments(number, values, left_out=left_out))
        if resumes and folder:
            words = (*command, values[folder.name], *arguments)
        else:
            words = (*command, *filter(None, [scenario]), *self._arguments(number, values, left_out=[]))
        output_dir = values[folder.name] if folder else None
        row = Row(number, identity, words, output_dir, arguments, values, cleanup)
        self.rows.append(row)
        self._folders += [(row, p, values[p.name]) for p in columns.parameters if p.is_output_dir and values[p.name]]

    def refuse_shared_folders(self) -> None:
        """Two runs in one folder would overwrite each other."""
        owners: dict[str, Row] = {}
        for row, parameter, text in self._folders:
            folder = os.path.realpath(text)
            other = owners.setdefault(folder, row)
            if other is not row:
                problem = f'the output folder "{text}" is that of row {other.number} too; each run needs one of its own'
                self._mistake(row.number, parameter.column, parameter.name, problem)

    def _read_id(self, number: int) -> str:
        column = self._columns.id
        known = len(self.mistakes)
        identity = self._text(number, column, "ID")
        if identity and identity in self._row_of_id:
            problem = f'"{identity}" is the ID of row {self._row_of_id[identity]} too; each run needs one of its own'
            self._mistake(number, column, "ID", problem)
        elif identity:
            self._row_of_id[identity] = number
        elif len(self.mistakes) == known and not self._cells.get(number, self._columns.skip):
            self._mistake(number, column, "ID", "the run has no ID; allowed is any number or text")
        return identity

    def _read_command(self, number: int) -> list[str]:
        column, header = self._columns.command, self._columns.command_header
        known = len(self.mistakes)
        text = self._text(number, column, header)
        if len(self.mistakes) > known:
            return []
        try:
            words = shlex.split(text)
        except ValueError as error:
            self._mistake(number, column, header, f"{str(error).lower()} in: {text}")
            return []
        if not words:
            self._mistake(number, column, header, "the run has no command; expects a program, tfaip-train for instance")
        return words

    def _folder(self, values: dict[str, str]) -> Parameter | None:
        """The column of the run's folder: the trainer's, if there are several."""
        filled = [p for p in self._columns.parameters if p.is_output_dir and values[p.name]]
        return min(filled, key=lambda p: not p.name.startswith("trainer."), default=None)

    def _arguments(self, number: int, values: dict[str, str], left_out: Iterable[str]) -> Iterable[str]:
        for parameter in self._columns.parameters:
            text = values[parameter.name]
            if parameter.name in left_out:
                continue
            if parameter.empty and text in ("", "True"):
                yield parameter.flag
            elif parameter.empty and text == "False" and self._is_boolean(number, parameter):
                continue
            elif text:
                yield parameter.flag
                yield from text.split() if parameter.split else [text]

    def _is_boolean(self, number: int, parameter: Parameter) -> bool:
        cell = self._cells.get(number, parameter.column)
        return cell is not None and not isinstance(cell.value, str)

    def _text(self, number: int, column: int | None, label: str) -> str:
        cell = self._checked(number, column, label)
        return "" if cell is None else cell.text

    def _checked(self, number: int, column: int | None, label: str) -> Cell | None:
        cell = self._cells.get(number, column)
        if cell is not None and cell.problem:
            self._mistake(number, column, label, cell.problem)
            return None
        return cell

    def _mistake(self, number: int, column: int | None, label: str, problem: str) -> None:
        self.mistakes.append(SheetMistake(self._cells.title, number, column, label, problem))


def _is_true(cell: Cell | None) -> bool:
    return cell is not None and cell.text.lower() not in ("false", "no", "0", "off", "n")
