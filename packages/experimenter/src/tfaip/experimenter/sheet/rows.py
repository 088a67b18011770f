"""The rows of the sheet: a run each, or a search."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tfaip.experimenter.commands.command_words import is_resume_command
from tfaip.experimenter.errors import SheetError, SheetMistake
from tfaip.experimenter.sheet.cells import FIRST_RUN_ROW, Cell, Cells, read_cells
from tfaip.experimenter.sheet.columns import NONE, NULL, RESOURCES, Columns, Parameter, is_on, read_columns
from tfaip.experimenter.sheet.distributions import FORMS, Distribution, read_distribution
from tfaip.experimenter.sheet.row import Objective, Row, RowTemplate, Search, folder_parameters

__all__ = ["Sheet", "read_sheet"]

# Trials of one search, beyond which nobody waits for its end.
MOST_TRIALS = 100_000


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
    reader.refuse_ids_of_trials()
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
                self._folders += [(row, p, row.values[p.name]) for p in self._folders_of(row)]
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
            self._folders += [(row, p, row.values[p.name]) for p in self._folders_of(row) if hidden]
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
        trials = self._read_trials(number)
        template = RowTemplate(number, identity, tuple(command), scenario, columns.parameters, cleanup, resources)
        resumes = is_resume_command(command)
        if resumes and template.folder(values) is None and command:
            problem = "the command goes on with a run and needs its folder, but the row has no output_dir"
            self._mistake(number, columns.command, columns.command_header, problem)
        search = self._read_search(template, values, trials) if trials else None
        if len(self.mistakes) > known:
            return None
        return template.filled(values, search=search)

    def _read_trials(self, number: int) -> int:
        """The number of trials that a row may become; 0 for a row that is a run."""
        text = self._text(number, self._columns.trials, "TRIALS")
        if not text:
            return 0
        if not re.fullmatch(r"\d{1,6}", text) or not 0 < int(text) <= MOST_TRIALS:
            problem = f'expects how many runs the row may become, from 1 to {MOST_TRIALS}; got "{text}"'
            self._mistake(number, self._columns.trials, "TRIALS", problem)
            return 0
        return int(text)

    def _read_search(self, template: RowTemplate, values: dict[str, str], trials: int) -> Search:
        columns = self._columns
        space: dict[str, Distribution] = {}
        for parameter in columns.parameters:
            try:
                found = read_distribution(values[parameter.name])
                if found is not None and parameter.is_output_dir:
                    raise ValueError("a trial has a folder of its own in the folder of the row; name that one")
            except ValueError as error:
                self._mistake(template.number, parameter.column, parameter.name, str(error))
            else:
                space |= {parameter.name: found} if found else {}
        if not space:
            problem = f"a row with TRIALS holds a distribution in one cell at least, such as {FORMS}"
            self._mistake(template.number, columns.trials, "TRIALS", problem)
        if template.folder(values) is None:
            problem = "the trials are compared by the logs in their folders, but the row has no output_dir"
            self._mistake(template.number, columns.trials, "TRIALS", problem)
        if is_resume_command(template.command):
            problem = "the trials are new runs, but the command goes on with a run"
            self._mistake(template.number, columns.command, columns.command_header, problem)
        return Search(template, values, trials, space, self._read_objective(template.number))

    def _read_objective(self, number: int) -> Objective | None:
        words = self._text(number, self._columns.objective, "OBJECTIVE").split()
        direction = words.pop(0).lower() if len(words) == 2 and words[0].lower() in ("min", "max") else ""
        if len(words) > 1:
            problem = f'expects a log such as val_acc, with min or max in front if need be; got "{" ".join(words)}"'
            self._mistake(number, self._columns.objective, "OBJECTIVE", problem)
        return Objective(words[0], direction == "min" if direction else None) if words else None

    def refuse_shared_folders(self) -> None:
        """Two runs in one folder would overwrite each other; a search has all folders in its own."""
        owners: dict[str, Row] = {}
        for row, parameter, text in self._folders:
            folder = os.path.realpath(text)
            other = owners.setdefault(folder, row)
            if other is not row:
                whose = f"row {other.number}{self._unseen(other.number)}"
                problem = f'the output folder "{text}" is that of {whose} too; each run needs one of its own'
                self._mistake(row.number, parameter.column, parameter.name, problem)
        searches = {folder: row for folder, row in owners.items() if row.search}
        for folder, row in owners.items():
            above = next((str(path) for path in Path(folder).parents if str(path) in searches), None)
            if above is not None and searches[above] is not row:
                where = f"row {searches[above].number}, which holds the folders of its trials"
                problem = f'the output folder "{row.output_dir}" lies in that of {where}; choose one beside it'
                self._mistake(row.number, None, "", problem)

    def refuse_ids_of_trials(self) -> None:
        """A trial is called by the ID of its row and its number."""
        searches = {row.id for row in (*self.rows, *self.left_out) if row.search}
        for identity, number in self._row_of_id.items():
            search, slash, trial = identity.rpartition("/")
            if slash and trial.isdigit() and search in searches:
                problem = f'"{identity}" is the ID of a trial of row {self._row_of_id[search]}; choose another one'
                self._mistake(number, self._columns.id, "ID", problem)

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

    def _folders_of(self, row: Row) -> list[Parameter]:
        return folder_parameters(self._columns.parameters, row.values)

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
