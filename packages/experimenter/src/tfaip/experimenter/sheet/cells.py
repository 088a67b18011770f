"""The cells of the sheet of runs as the user sees them: by openpyxl, merged ones spread, without empty ones."""

from __future__ import annotations

import io
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.sheet.layout import Area, Layout, read_layout
from tfaip.experimenter.sheet.shown import shown
from tfaip.experimenter.workbook.package_parts import PackageParts
from tfaip.experimenter.workbook.workbook_file import MOST_BYTES
from tfaip.params.regular_files import read_regular

__all__ = ["FIRST_RUN_ROW", "RESULTS_TITLE", "Cell", "Cells", "read_cells"]

# The sheet that is ours: never read as the sheet of runs, wherever the user moves it.
RESULTS_TITLE = "tfaip results"
FIRST_RUN_ROW = 4
# The word of a cell that stands for an empty one.
EMPTY = "EMPTY"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that isn't empty.

    Args:
        value: Value, the cached one of a formula.
        number_format: Format that the user sees it in.
        problem: Why its value can't be used; `""` if it can.
        covered_by: The merged cell that it belongs to and whose value it has; `None` for a cell of its own, and for the
            first one of a merged cell.
    """

    value: Any
    number_format: str = "General"
    problem: str = ""
    covered_by: Area | None = None

    @property
    def text(self) -> str:
        """Value as the user sees it."""
        return shown(self.value, self.number_format)


@dataclass
class Cells:
    """The cells of a sheet, by row and column, both from 1.

    Args:
        title: Title of the sheet.
        rows: The cells of each row that has some of its own.
        hidden: Rows that the user doesn't see.
    """

    title: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()

    def get(self, row: int, column: int | None) -> Cell | None:
        """Return a cell, `None` if it is empty."""
        return None if column is None else self.rows.get(row, {}).get(column)

    def own(self, row: int, column: int | None) -> Cell | None:
        """Return a cell that is filled in itself, `None` if it is empty or only covered by a merged one."""
        cell = self.get(row, column)
        return cell if cell is not None and cell.covered_by is None else None

    def text(self, row: int, column: int | None) -> str:
        """Return the text of a cell, `""` if it is empty."""
        cell = self.get(row, column)
        return "" if cell is None else cell.text


def read_cells(path: Path) -> Cells:
    """Read the first visible sheet of a workbook.

    Raises:
        ExperimenterError: The file can't be read, or holds no such sheet.
    """
    content = _content(path)
    with _refusing_broken(path):
        parts = PackageParts(content)
        parts.check_tags()
        with _first_sheet(path, content, data_only=True) as sheet:
            cells = Cells(sheet.title)
            part = parts.sheet(cells.title)
            # Before openpyxl, which fills the gaps between rows and cells, however wide.
            layout = Layout(frozenset(), ()) if part is None else read_layout(parts.read(part))
            empty = set()
            for row, column, cell in _written_cells(sheet):
                if cell.data_type == "e":
                    problem = f"the cell shows the error {cell.value}"
                    cells.rows.setdefault(row, {})[column] = Cell(cell.value, problem=problem)
                elif cell.value is None and cell.data_type == "n":
                    empty.add((row, column))
                elif cell.value is not None and shown(cell.value) not in ("", EMPTY):
                    cells.rows.setdefault(row, {})[column] = Cell(cell.value, cell.number_format)
        if empty:
            _add_formulas_without_value(path, content, empty, cells)
    cells.hidden = layout.hidden
    _spread_merged(cells, layout)
    return cells


def _content(path: Path) -> bytes:
    """Read the whole file at once, so that a save meanwhile can't mix two versions."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise ExperimenterError(f"{path} is no workbook that can be read: expects .xlsx or .xlsm")
    try:
        return read_regular(path, MOST_BYTES)
    except FileNotFoundError as error:
        raise ExperimenterError(f"there is no workbook {path}") from error
    except OSError as error:
        raise ExperimenterError(f"{path} can't be read: {error.strerror or error}") from error


def _add_formulas_without_value(path: Path, content: bytes, empty: set[tuple[int, int]], cells: Cells) -> None:
    """Tell formulas that nobody has computed from cells that only have a format."""
    problem = "the formula has no stored value; open the workbook, let it compute, and save it"
    with _first_sheet(path, content, data_only=False) as sheet:
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


def _spread_merged(cells: Cells, layout: Layout) -> None:
    """Give a merged cell's value to all cells that it covers; values left in them are invisible to the user."""
    last_column = max((column for row in cells.rows.values() for column in row), default=0)
    numbers = sorted(cells.rows)
    for area in layout.merged:
        first = cells.own(area.first_row, area.first_column)
        covers_headers = area.first_row < FIRST_RUN_ROW
        for number in numbers[bisect_left(numbers, area.first_row) :]:
            if number > area.last_row:
                break
            row = cells.rows[number]
            for column in range(area.first_column, min(area.last_column, last_column) + 1):
                if (number, column) == (area.first_row, area.first_column):
                    continue
                row.pop(column, None)
                # Each row of the headers means something else, so that a value in one says nothing about the next.
                if first is not None and not (covers_headers and number in range(area.first_row + 1, FIRST_RUN_ROW)):
                    row[column] = _covered(first, area, mixed=covers_headers and number >= FIRST_RUN_ROW)


def _covered(first: Cell, area: Area, *, mixed: bool) -> Cell:
    problem = f"the merged cell {area} covers headers and runs; split it" if mixed else first.problem
    return Cell(first.value, first.number_format, problem, area)


@contextmanager
def _first_sheet(path: Path, content: bytes, *, data_only: bool) -> Iterator[Any]:
    with warnings.catch_warnings():
        # Losses of openpyxl when it saves don't matter: it never saves this file.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
        try:
            sheets = [sheet for sheet in workbook.worksheets if sheet.title.casefold() != RESULTS_TITLE]
            if not sheets:
                raise ExperimenterError(f"{path} has no sheet of runs")
            visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
            if not visible:
                titles = ", ".join(f'"{sheet.title}"' for sheet in sheets)
                raise ExperimenterError(f"{path} has no visible sheet of runs; hidden are {titles}, unhide one of them")
            yield visible[0]
        finally:
            workbook.close()


@contextmanager
def _refusing_broken(path: Path) -> Iterator[None]:
    """A file that isn't built as workbooks are breaks its readers in more ways than can be listed."""
    try:
        yield
    except ExperimenterError:
        raise
    except Exception as error:
        told = str(error) or type(error).__name__
        raise ExperimenterError(f"{path} is no workbook that can be read: {told}") from error
