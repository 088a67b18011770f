"""The meaning of the sheet's columns: headers in row 1, groups of parameters in row 2, their names in row 3."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tfaip.experimenter.errors import SheetError, SheetMistake
from tfaip.experimenter.sheet.cells import FIRST_RUN_ROW, Cell, Cells
from tfaip.experimenter.sheet.shown import shown

__all__ = ["NONE", "NULL", "RESOURCES", "Columns", "Parameter", "is_on", "read_columns"]

HEADER_ROW, GROUP_ROW, NAME_ROW = 1, 2, 3
# Documents call it SCRIPT, workbooks COMMAND.
COMMAND_HEADERS = ("COMMAND", "SCRIPT")
# Several columns may have them: the experimenter reads none of them.
USERS_HEADERS = ("USER", "RESULT")
# The resources of a run on a cluster: a column each, or the words of RESOURCES.
RESOURCE_HEADERS = ("GPUS", "CPUS", "MEMORY", "TIME", "NODES", "PARTITION")
RESOURCES = "RESOURCES"
HEADERS = (
    *(*USERS_HEADERS, "SKIP", *COMMAND_HEADERS, "SCENARIO", "ID", "CLEANUP", "TRIALS", "OBJECTIVE"),
    *(*RESOURCE_HEADERS, RESOURCES, "PARAMS"),
)
NO_GROUP = "default"
# The word for none: no group, or no value.
NULL = "NULL"
# The word of tfaip's commands for no value.
NONE = "none"
FLAGS = ("split", "empty")
# The words of SKIP and CLEANUP.
ON_WORDS = ("true", "yes", "1", "x")
OFF_WORDS = ("false", "no", "0", "off")


@dataclass(frozen=True)
class Parameter:
    """A column that holds the values of one argument.

    Args:
        column: Its number.
        name: `group.name`, or `name` alone in the group `default`.
        split: Whether a cell holds several words, with spaces between.
        empty: Whether an empty cell passes the bare flag.
    """

    column: int
    name: str
    split: bool = False
    empty: bool = False

    @property
    def flag(self) -> str:
        """The argument."""
        return f"--{self.name}"

    @property
    def is_output_dir(self) -> bool:
        """Whether its values are the folders of the runs."""
        return self.name.rpartition(".")[2].replace("-", "_") == "output_dir"


@dataclass(frozen=True)
class Columns:
    """Numbers of the columns, `None` for one that the sheet doesn't have; those of resources by their headers."""

    command: int
    command_header: str
    id: int
    scenario: int | None
    skip: int | None
    cleanup: int | None
    trials: int | None
    objective: int | None
    resources: dict[str, int]
    parameters: tuple[Parameter, ...]


def read_columns(cells: Cells) -> Columns:
    """Find the columns by their headers, in any order.

    Raises:
        SheetError: Columns are missing or twice, or parameters have no group or an impossible name.
    """
    mistakes: list[SheetMistake] = []
    found = _headers(cells, mistakes)
    command_header = next((header for header in COMMAND_HEADERS if header in found), "")
    missing = [header for header in ("ID", "PARAMS") if header not in found]
    if not command_header:
        missing.insert(0, "COMMAND (or SCRIPT)")
    if missing:
        present = ", ".join(cell.text for _, cell in sorted(cells.rows.get(HEADER_ROW, {}).items())) or "nothing"
        problem = f"the sheet needs a column {' and a column '.join(missing)}; row 1 has {present}"
        mistakes.append(SheetMistake(cells.title, HEADER_ROW, None, "", problem))
        raise SheetError(mistakes)
    if all(header in found for header in COMMAND_HEADERS):
        mistakes.append(
            SheetMistake(cells.title, HEADER_ROW, found["SCRIPT"], "SCRIPT", "COMMAND says the same; use one of both")
        )
    parameters = _parameters(cells, found, mistakes)
    if mistakes:
        raise SheetError(mistakes)
    return Columns(
        command=found[command_header],
        command_header=command_header,
        id=found["ID"],
        scenario=found.get("SCENARIO"),
        skip=found.get("SKIP"),
        cleanup=found.get("CLEANUP"),
        trials=found.get("TRIALS"),
        objective=found.get("OBJECTIVE"),
        resources={header: found[header] for header in (RESOURCES, *RESOURCE_HEADERS) if header in found},
        parameters=tuple(parameters),
    )


def _headers(cells: Cells, mistakes: list[SheetMistake]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in sorted(cells.rows.get(HEADER_ROW, {}).items()):
        header = cell.text.upper()
        if cell.covered_by is not None:
            continue
        if header in found and header not in USERS_HEADERS:
            mistakes.append(SheetMistake(cells.title, HEADER_ROW, column, header, "the header stands twice in row 1"))
        elif header in HEADERS:
            found[header] = column
    return found


def _parameters(cells: Cells, found: dict[str, int], mistakes: list[SheetMistake]) -> list[Parameter]:
    parameters: dict[str, Parameter] = {}
    group = None
    for column in _parameter_columns(cells, found):
        group = cells.text(GROUP_ROW, column) or group
        for row in (GROUP_ROW, NAME_ROW):
            cell = cells.get(row, column)
            if cell is not None and cell.problem:
                mistakes.append(SheetMistake(cells.title, row, column, "", cell.problem))
        if cells.text(NAME_ROW, column):
            try:
                parameter = _parameter(column, group, cells.text(NAME_ROW, column))
                if parameter.name in parameters:
                    raise ValueError("the parameter has two columns; use :split for several values")
            except ValueError as error:
                label = cells.text(NAME_ROW, column)
                mistakes.append(SheetMistake(cells.title, NAME_ROW, column, label, str(error)))
            else:
                parameters[parameter.name] = parameter
        elif cells.text(HEADER_ROW, column).upper() in ("", "PARAMS"):
            _refuse_values_without_name(cells, column, mistakes)
    return list(parameters.values())


def _parameter_columns(cells: Cells, found: dict[str, int]) -> range:
    """From PARAMS on, up to the next column that a header names."""
    start = found["PARAMS"]
    last = max((column for row in cells.rows.values() for column in row), default=start)
    headers = cells.rows.get(HEADER_ROW, {}).items()
    others = [column for column, cell in headers if cell.text.upper() in HEADERS and cell.text.upper() != "PARAMS"]
    return range(start, min([column for column in others if column > start] + [last + 1]))


def _parameter(column: int, group: str | None, text: str) -> Parameter:
    if group is None:
        raise ValueError(f"row 2 names no group here or to the left; write {NO_GROUP} for an argument without one")
    name, *flags = (part.strip() for part in text.split(":"))
    if unknown := [flag for flag in flags if flag not in FLAGS]:
        raise ValueError(f'after the name :split and :empty are allowed, got ":{unknown[0]}"')
    for word in (group, name):
        if not re.fullmatch(r"[^\s\-=][^\s=]*", word):
            raise ValueError(f'group and name are written without dashes in front, spaces and "=", got "{word}"')
    full = name if group.lower() == NO_GROUP or group == NULL else f"{group}.{name}"
    return Parameter(column, full, split="split" in flags, empty="empty" in flags)


def _refuse_values_without_name(cells: Cells, column: int, mistakes: list[SheetMistake]) -> None:
    for row in sorted(cells.rows):
        if row >= FIRST_RUN_ROW and cells.own(row, column):
            problem = (
                f'"{cells.text(row, column)}" belongs to no parameter; name it in row 3, or give the column a header'
            )
            mistakes.append(SheetMistake(cells.title, row, column, "", problem))
            return


def is_on(cell: Cell | None) -> bool:
    """Return whether a cell of SKIP or CLEANUP switches it on; an empty one doesn't.

    Args:
        cell: A cell as the user fills it in: a word in any case, or the value of a check box (TRUE, 1, 1.0).

    Raises:
        ValueError: It holds another word.
    """
    # Without the format of the number, which shows 1 as 001 or 1.00.
    word = "" if cell is None else shown(cell.value).casefold()
    if word in ON_WORDS:
        return True
    if word in ("", "empty", "null", *OFF_WORDS):
        return False
    given = "" if cell is None else cell.text
    raise ValueError(f'expects {"/".join(ON_WORDS)}, {"/".join(OFF_WORDS)}, or an empty cell; got "{given}"')
