"""New workbooks, with the parameters of a scenario as columns."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.commands.interpreter import Interpreter
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.workbook.cell_text import cell_text, write_text

__all__ = ["init_workbook"]

COMMAND = "tfaip-train"
HEADERS = ("USER", "RESULT", "SKIP", "COMMAND", "SCENARIO", "ID", "CLEANUP", "PARAMS")
# Rows that drop-downs are offered in.
LAST_ROW = 1000
# The most characters of a drop-down's list in its own text; longer ones stand in a sheet of their own.
MOST_CHARACTERS = 255
CHOICES_SHEET = "choices"


@dataclass(frozen=True)
class _Field:
    group: str
    name: str
    comment: str
    choices: tuple[str, ...]


def init_workbook(path: Path, scenario: str, *, python: str | None = None) -> None:
    """Write a workbook for a scenario: its parameters as columns, their help as comments, their choices as drop-downs.

    Args:
        path: The new workbook.
        scenario: The scenario as tfaip-train takes it.
        python: Interpreter that knows the scenario; `None` for the command that is found.

    Raises:
        ExperimenterError: The file exists or can't be written, or tfaip-train can't describe the scenario.
    """
    if path.suffix.lower() != ".xlsx":
        raise ExperimenterError(f"--init: expects the name of a new workbook that ends with .xlsx, got {path}")
    if path.exists():
        raise ExperimenterError(f"--init: {path} exists already; choose another name, or remove it")
    fields = _fields(_schema(scenario, python))
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "runs"
    _write_headers(sheet)
    _write_fields(book, sheet, fields)
    _write_first_run(sheet, scenario, fields)
    sheet.freeze_panes = f"{get_column_letter(HEADERS.index('PARAMS') + 1)}4"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    except OSError as error:
        raise ExperimenterError(f"--init: {path} can't be written: {error.strerror or error}") from error


def _schema(scenario: str, python: str | None) -> dict[str, Any]:
    """The scenario as tfaip-train describes it; called as a command, it may live in another environment."""
    words = [COMMAND, scenario, "--show-schema"]
    if python:
        words = Interpreter(python).words(words)
    else:
        scripts = sysconfig.get_path("scripts")
        program = shutil.which(COMMAND) or shutil.which(COMMAND, path=scripts)
        if program is None:
            raise ExperimenterError(
                f"--init: there is no {COMMAND} on the PATH; install tfaip or name an interpreter with it by --python"
            )
        words[0] = program
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        told = done.stderr.strip() or f"it ended with exit code {done.returncode}"
        raise ExperimenterError(f"--init: {quoted(words)} doesn't describe the scenario: {told}")
    try:
        schema = json.loads(done.stdout)
        assert isinstance(schema["groups"], list)
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise ExperimenterError(f"--init: {quoted(words)} prints no schema, but: {done.stdout[:80]!r}") from error
    return dict(schema)


def _fields(schema: dict[str, Any]) -> list[_Field]:
    """The arguments by group, each group in one piece, so that its name stands once above its columns."""
    groups: dict[str, list[_Field]] = {}
    for group in schema["groups"]:
        for found in group["fields"]:
            prefix, _, name = found["argument"].removeprefix("--").rpartition(".")
            kind, default = found.get("type", ""), found.get("default")
            lines = [found.get("help", ""), f"{kind}, default: {default}" if default is not None else kind]
            comment = "\n".join(line for line in lines if line)
            choices = tuple(map(str, found.get("choices") or ()))
            if not choices and kind.split(" | ")[0] == "bool":
                choices = ("True", "False")
            # Several words of a list are several values.
            several = kind.startswith(("list", "set", "tuple", "dict")) or kind.endswith("...")
            field = _Field(prefix or "default", f"{name}:split" if several else name, comment, choices)
            groups.setdefault(field.group, []).append(field)
    return [field for fields in groups.values() for field in fields]


def _write_headers(sheet: Worksheet) -> None:
    remarks = {
        "SKIP": "TRUE leaves the row out",
        "ID": "Name of the run, different in each row",
        "CLEANUP": "TRUE removes the checkpoints once the run has finished; best/ stays",
        "PARAMS": "From here on: row 2 the group, row 3 the parameter. An empty cell keeps the default.",
    }
    for column, header in enumerate(HEADERS, 1):
        cell = sheet.cell(1, column, header)
        cell.font = Font(bold=True)
        if header in remarks:
            cell.comment = _comment(remarks[header])


def _write_fields(book: Workbook, sheet: Worksheet, fields: Sequence[_Field]) -> None:
    group = None
    for column, field in enumerate(fields, HEADERS.index("PARAMS") + 1):
        if field.group != group:
            group = field.group
            write_text(sheet.cell(2, column), group)
            sheet.cell(2, column).font = Font(bold=True)
        cell = sheet.cell(3, column)
        write_text(cell, field.name)
        cell.font = Font(bold=True)
        cell.comment = _comment(field.comment)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = max(10, len(field.name) + 2, len(field.group) + 2)
        # A cell of several words has no drop-down, which offers one.
        if field.choices and ":split" not in field.name:
            validation = DataValidation(type="list", formula1=_choices(book, field.choices), allow_blank=True)
            validation.showErrorMessage = False  # a class of the user's own is no mistake
            validation.add(f"{letter}4:{letter}{LAST_ROW}")
            sheet.add_data_validation(validation)


def _choices(book: Workbook, choices: Sequence[str]) -> str:
    """The source of a drop-down: a list in the text, or cells of a hidden sheet where it is too long or has commas."""
    text = cell_text(",".join(choices))
    if len(text) <= MOST_CHARACTERS and not any("," in choice or '"' in choice for choice in choices):
        return f'"{text}"'
    if CHOICES_SHEET not in book.sheetnames:
        book.create_sheet(CHOICES_SHEET).sheet_state = "hidden"
    sheet = book[CHOICES_SHEET]
    column = 1 if sheet["A1"].value is None else sheet.max_column + 1
    for row, choice in enumerate(choices, 1):
        write_text(sheet.cell(row, column), choice)
    letter = get_column_letter(column)
    return f"{quote_sheetname(CHOICES_SHEET)}!${letter}$1:${letter}${len(choices)}"


def _write_first_run(sheet: Worksheet, scenario: str, fields: Sequence[_Field]) -> None:
    write_text(sheet.cell(4, HEADERS.index("COMMAND") + 1), COMMAND)
    write_text(sheet.cell(4, HEADERS.index("SCENARIO") + 1), scenario)
    sheet.cell(4, HEADERS.index("ID") + 1, 1)
    for column, field in enumerate(fields, HEADERS.index("PARAMS") + 1):
        if (field.group, field.name) == ("trainer", "output_dir"):
            sheet.cell(4, column, "runs/1")
    sheet.column_dimensions["E"].width = max(12, len(scenario) + 2)
    sheet.column_dimensions["D"].width = 14


def _comment(text: str) -> Comment:
    comment = Comment(cell_text(text), "tfaip")
    comment.width, comment.height = 320, 40 + 20 * (1 + len(text) // 45)
    return comment
