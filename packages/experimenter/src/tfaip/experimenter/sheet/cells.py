"""The cells of the sheet of runs, by openpyxl and without what is empty."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.sheet.shown import shown

__all__ = ["RESULTS_TITLE", "Cell", "Cells", "read_cells"]

# The sheet that is ours: never read as the sheet of runs, wherever the user moves it.
RESULTS_TITLE = "tfaip results"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that isn't empty.

    Args:
        value: Value, the cached one of a formula.
        number_format: Format that the user sees it in.
        problem: Why its value can't be used; `""` if it can.
    """

    value: Any
    number_format: str = "General"
    problem: str = ""

    @property
    def text(self) -> str:
        """Value as the user sees it."""
        return shown(self.value, self.number_format)


@dataclass
class Cells:
    """The cells of a sheet, by row and column, both from 1."""

    title: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)

    def get(self, row: int, column: int | None) -> Cell | None:
        """Return a cell, `None` if it is empty."""
        return None if column is None else self.rows.get(row, {}).get(column)

    def text(self, row: int, column: int | None) -> str:
        """Return the text of a cell, `""` if it is empty."""
        cell = self.get(row, column)
        return "" if cell is None else cell.text


def read_cells(path: Path) -> Cells:
    """Read the first sheet of a workbook.

    Raises:
        ExperimenterError: The file can't be read, or holds no sheet.
    """
    with _first_sheet(path, data_only=True) as sheet:
        cells = Cells(sheet.title)
        empty = set()
        for row, column, cell in _written_cells(sheet):
            if cell.data_type == "e":
                problem = f"the cell shows the error {cell.value}"
                cells.rows.setdefault(row, {})[column] = Cell(cell.value, problem=problem)
            elif cell.value is None and cell.data_type == "n":
                empty.add((row, column))
            elif cell.value is not None and shown(cell.value):
                cells.rows.setdefault(row, {})[column] = Cell(cell.value, cell.number_format)
    if empty:
        _add_formulas_without_value(path, empty, cells)
    return cells


def _add_formulas_without_value(path: Path, empty: set[tuple[int, int]], cells: Cells) -> None:
    """Tell formulas that nobody has computed from cells that only have a format."""
    problem = "the formula has no stored value; open the workbook, let it compute, and save it"
    with _first_sheet(path, data_only=False) as sheet:
        for row, column, cell in _written_cells(sheet):
            if cell.data_type == "f" and (row, column) in empty:
                cells.rows.setdefault(row, {})[column] = Cell("", problem=problem)


def _written_cells(sheet: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield what the file holds; the sheet's stated size may be a million rows of which none is used."""
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        for cell in row:
            if hasattr(cell, "row"):
                yield cell.row, cell.column, cell


@contextmanager
def _first_sheet(path: Path, *, data_only: bool) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            # What openpyxl can't keep when it saves doesn't matter: it never saves this file.
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
            try:
                sheets = [sheet for sheet in workbook.worksheets if sheet.title != RESULTS_TITLE]
                if not sheets:
                    raise ExperimenterError(f"{path} has no sheet of runs")
                yield sheets[0]
            finally:
                workbook.close()
    except FileNotFoundError as error:
        raise ExperimenterError(f"there is no workbook {path}") from error
    except InvalidFileException as error:
        raise ExperimenterError(f"{path} is no workbook that can be read: expects .xlsx or .xlsm") from error
    except (BadZipFile, KeyError, ParseError, ValueError) as error:
        raise ExperimenterError(f"{path} is no workbook that can be read: {error}") from error
    except OSError as error:
        raise ExperimenterError(f"{path} can't be read: {error.strerror or error}") from error
