"""The rows of the sheet: one run each."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tfaip.experimenter.commands.command_words import is_resume_command, options_of, with_folder
from tfaip.experimenter.errors import SheetError, SheetMistake
from tfaip.experimenter.sheet.cells import FIRST_RUN_ROW, Cell, Cells, read_cells
from tfaip.experimenter.sheet.columns import NULL, RESOURCES, Columns, Parameter, is_on, read_columns

__all__ = ["Row", "Sheet", "read_sheet"]

# The word of tfaip's commands for no value.
NONE = "none"


@dataclass(frozen=True)
class Row:
    """A row that means a run.

    Args:
        number: Number of the row, from 1.
        id: The user's name of the run.
        words: The command line.
        output_dir: Folder of the run as the row has it, `None` if it has none.
        arguments: Words of the command line behind command and scenario, without the folder's: the words that may
            change a resumed run as well.
        values: The cell's text for each parameter, `""` for an empty cell.
        cleanup: Whether the checkpoints are removed once the run has finished.
        resources: Words that say what the run gets from the executor: `gpus=2`.
    """

    number: int
    id: str
    words: tuple[str, ...]
    output_dir: str | None
    arguments: tuple[str, ...]
    values: dict[str, str]
    cleanup: bool
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The sheet of runs.

    Args:
        title: Its title.
        command_header: Header of the column with the commands.
        command_column: Its number.
        parameters: Names of the parameters in the order of the columns.
        rows: The rows that are to be run.
        left_out: Complete rows that aren't to be run; they have results if they have been run before.
        skipped: IDs of the rows that SKIP excludes.
        skipped_rows: Numbers of all rows that SKIP excludes.
        hidden_rows: Numbers of the rows that mean runs and that the user doesn't see.
        resource_columns: Numbers of the columns that say what a run gets, by their headers.
    """

    title: str
    command_header: str
    command_column: int
    parameters: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: tuple[Row, ...] = ()
    skipped: tuple[str, ...] = ()
    skipped_rows: tuple[int, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    resource_columns: Mapping[str, int] = field(default_factory=dict)


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
        left_out=tuple(reader.left_out),
        skipped=tuple(reader.skipped),
        skipped_rows=tuple(reader.skipped_rows),
        hidden_rows=tuple(reader.hidden_rows),
        resource_columns=columns.resources,
    )


class _RowReader:
    """Reads row by row, and collects mistakes instead of stopping at the first."""

    def __init__(self, cells: Cells, columns: Columns) -> None:
        self.rows: list[Row] = []
        self.left_out: list[Row] = []
        self.skipped: list[str] = []
        self.skipped_rows: list[int] = []
        self.hidden_rows: list[int] = []
        self.mistakes: list[SheetMistake] = []
        self._cells = cells
        self._columns = columns
        self._row_of_id: dict[str, int] = {}
        self._folders: list[tuple[Row, Parameter, str]] = []
        self._parameter_columns = {parameter.column for parameter in columns.parameters}

    def means_a_run(self, number: int) -> bool:
        """Whether more than the user's own columns is filled in, which may hold headings and remarks."""
        columns = self._columns
        ours = [columns.command, columns.id, columns.scenario, *(p.column for p in columns.parameters)]
        return any(self._cells.own(number, column) for column in ours)

    def read(self, number: int) -> None:
        """Read a row, and note what is wrong with it."""
        before = len(self.mistakes)
        identity = self._read_id(number)
        known = len(self.mistakes)
        hidden = number in self._cells.hidden
        skipped = self._read_switch(number, self._columns.skip, "SKIP")
        if not hidden and not skipped:
            if not identity and known == before:
                self._mistake(number, self._columns.id, "ID", "the run has no ID; allowed is any number or text")
            row = self._read_run(number, identity)
            if row is not None and len(self.mistakes) == before:
                self.rows.append(row)
                self._folders += [(row, p, row.values[p.name]) for p in self._folders_of(row.values)]
            return
        if hidden:
            self.hidden_rows.append(number)
        else:
            self.skipped_rows.append(number)
            self.skipped += [identity] if identity else []
        row = self._read_run(number, identity) if identity else None
        if row is not None and len(self.mistakes) == before:
            self.left_out.append(row)
            # It may still go on in its folder.
            self._folders += [(row, p, row.values[p.name]) for p in self._folders_of(row.values) if hidden]
        # A row that isn't run need not be complete.
        del self.mistakes[known:]

    def _read_run(self, number: int, identity: str) -> Row | None:
        columns = self._columns
        known = len(self.mistakes)
        command = self._read_command(number)
        scenario = self._text(number, columns.scenario, "SCENARIO")
        cleanup = self._read_switch(number, columns.cleanup, "CLEANUP")
        resources = self._read_resources(number)
        values = {p.name: self._text(number, p.column, p.name) for p in columns.parameters}
        folder = self._folder(values)
        resumes = is_resume_command(command)
        if resumes and folder is None and command:
            problem = "the command goes on with a run and needs its folder, but the row has no output_dir"
            self._mistake(number, columns.command, columns.command_header, problem)
        if len(self.mistakes) > known:
            return None
        left_out = [folder.name] if folder else []
        arguments = tuple(self._arguments(values, left_out=left_out))
        if resumes and folder:
            words = (*with_folder(command, values[folder.name]), *arguments)
        else:
            words = (*command, *filter(None, [scenario]), *self._arguments(values, left_out=[]))
        output_dir = values[folder.name] if folder else None
        changing = (*options_of(command, scenario_follows=bool(scenario)), *arguments)
        return Row(number, identity, words, output_dir, changing, values, cleanup, resources)

    def refuse_shared_folders(self) -> None:
        """Two runs in one folder would overwrite each other."""
        owners: dict[str, Row] = {}
        for row, parameter, text in self._folders:
            folder = os.path.realpath(text)
            other = owners.setdefault(folder, row)
            if other is not row:
                whose = f"row {other.number}{self._unseen(other.number)}"
                problem = f'the output folder "{text}" is that of {whose} too; each run needs one of its own'
                self._mistake(row.number, parameter.column, parameter.name, problem)

    def _read_id(self, number: int) -> str:
        column = self._columns.id
        identity = self._text(number, column, "ID")
        other = self._row_of_id.setdefault(identity, number) if identity else number
        if other != number:
            problem = f'"{identity}" is the ID of row {other}{self._unseen(other)} too; each run needs one of its own'
            self._mistake(number, column, "ID", problem)
        return identity

    def _unseen(self, number: int) -> str:
        return ", which is hidden," if number in self._cells.hidden else ""

    def _read_switch(self, number: int, column: int | None, label: str) -> bool:
        try:
            return is_on(self._checked(number, column, label))
        except ValueError as error:
            self._mistake(number, column, label, str(error))
            return False

    def _read_resources(self, number: int) -> tuple[str, ...]:
        """Words such as `gpus=2`: those of RESOURCES, and one for each column of its own."""
        columns = self._columns.resources
        words = self._read_resource_words(number)
        named = {word.partition("=")[0] for word in words}
        for header, column in columns.items():
            text = "" if header == RESOURCES else self._text(number, column, header)
            if text and header.lower() in named:
                self._mistake(
                    number, column, header, f"RESOURCES of this row says {header.lower()} too; use one of both"
                )
            elif text:
                words.append(f"{header.lower()}={text}")
        return tuple(words)

    def _read_resource_words(self, number: int) -> list[str]:
        column = self._columns.resources.get(RESOURCES)
        try:
            words = shlex.split(self._text(number, column, RESOURCES))
        except ValueError as error:
            self._mistake(number, column, RESOURCES, str(error).lower())
            return []
        for word in words:
            if not word.partition("=")[0].isidentifier() or "=" not in word:
                self._mistake(number, column, RESOURCES, f'expects words such as gpus=2 time=12:00:00, got "{word}"')
        return words

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
        return min(self._folders_of(values), key=lambda p: not p.name.startswith("trainer."), default=None)

    def _folders_of(self, values: dict[str, str]) -> list[Parameter]:
        return [p for p in self._columns.parameters if p.is_output_dir and values[p.name].lower() not in ("", NONE)]

    def _arguments(self, values: dict[str, str], left_out: Iterable[str]) -> Iterable[str]:
        for parameter in self._columns.parameters:
            text = values[parameter.name]
            if parameter.name in left_out:
                continue
            # A check box and a word that somebody wrote look the same.
            if parameter.empty and text.casefold() in ("", "true"):
                yield parameter.flag
            elif parameter.empty and text.casefold() == "false":
                continue
            elif text:
                yield from _argument(parameter.flag, text.split() if parameter.split else [text])

    def _text(self, number: int, column: int | None, label: str) -> str:
        """The text of a cell; NULL is none for a parameter, and an empty cell elsewhere."""
        cell = self._checked(number, column, label)
        if cell is not None and cell.text == NULL:
            return NONE if column in self._parameter_columns else ""
        return "" if cell is None else cell.text

    def _checked(self, number: int, column: int | None, label: str) -> Cell | None:
        cell = self._cells.get(number, column)
        if cell is None:
            return None
        problem = cell.problem
        if not problem and cell.covered_by is not None and not self._are_alike(cell.covered_by.first_column, column):
            problem = f"the merged cell {cell.covered_by} covers columns that mean different things; split it"
        if problem:
            self._mistake(number, column, label, problem)
            return None
        return cell

    def _are_alike(self, one: int, other: int | None) -> bool:
        return one == other or {one, other} <= self._parameter_columns

    def _mistake(self, number: int, column: int | None, label: str, problem: str) -> None:
        self.mistakes.append(SheetMistake(self._cells.title, number, column, label, problem))


def _argument(flag: str, values: list[str]) -> list[str]:
    """An argument with its values; one that begins like an option is bound by `=`, so that it arrives as a value."""
    if len(values) == 1 and re.match(r"-(?!$|\d+\.?\d*$|\.\d+$)", values[0]):
        return [f"{flag}={values[0]}"]
    return [flag, *values]
