"""A table of results as a workbook of its own, whose one sheet needs no styles but those that every workbook has.

The sheet is made to be put into a workbook whose styles must not change by a byte. So whatever it shows of bold and
colour stands in its own parts: rich text in cells, a table with a built-in look, colour scales for the best values.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles.colors import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from tfaip.experimenter.results.drawn_search import CHART_ROWS, draw_search
from tfaip.experimenter.results.table import OBJECTIVE, TRIAL, Column, ResultsTable
from tfaip.experimenter.sheet.cells import RESULTS_TITLE
from tfaip.experimenter.workbook.cell_text import cell_text, write_text
from tfaip.params.shown_text import number_text

__all__ = ["drawn_sheet"]

BEST_COLOUR, PLAIN_COLOUR, LINK_COLOUR = "FF63BE7B", "FFFFFFFF", "FF0563C1"
BAR_COLOUR = "4472C4"
# Text with a look of its own doesn't take the font of its cell.
FONT, FONT_SIZE = "Arial", 10
# A chart of more runs than that is a grey area.
MOST_BARS = 100
FIRST_ROW = 2
WIDEST = 40
# Excel refuses a sheet with more links, and a longer one.
MOST_LINKS, LONGEST_LINK = 65_530, 2_079


def drawn_sheet(table: ResultsTable, workbook: Path, table_id: int = 1) -> bytes:
    """Return a workbook (xlsx) that holds the sheet of results alone.

    Args:
        table: The results.
        workbook: The workbook that they belong to; links are relative to it.
        table_id: Number of the table, different from those of other tables in the same workbook.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = RESULTS_TITLE
    for number, column in enumerate(table.columns, 1):
        sheet.cell(1, number).value = _rich(column.title, bold=True)
        for row, value in enumerate(column.values, FIRST_ROW):
            cell = sheet.cell(row, number)
            if isinstance(value, str):
                write_text(cell, value)
            elif value is not None:
                cell.value = value
        sheet.column_dimensions[get_column_letter(number)].width = _width(column)
    _link_folders(sheet, table, workbook)
    _make_sortable(sheet, table, table_id)
    _mark_best(sheet, table)
    row = _draw_chart(sheet, table)
    columns = [number for number, column in enumerate(table.columns, 1) if column.title in (TRIAL, OBJECTIVE)]
    for found, first in table.searches:
        begin = FIRST_ROW + first
        if len(columns) == 2:
            rows = begin, begin + len(found.trials) - 1
            row = draw_search(sheet, found, row, (columns[0], columns[1]), rows, lambda text: _rich(text, bold=True))
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _link_folders(sheet: Worksheet, table: ResultsTable, workbook: Path) -> None:
    number = next((n for n, column in enumerate(table.columns, 1) if column.title == "run folder"), None)
    if number is None:
        return
    for row, folder in enumerate(table.folders[:MOST_LINKS], FIRST_ROW):
        text = table.columns[number - 1].values[row - FIRST_ROW]
        if folder is not None and isinstance(text, str) and len(link := _link(folder, workbook)) <= LONGEST_LINK:
            cell = sheet.cell(row, number)
            cell.hyperlink = link
            cell.value = _rich(cell_text(text), colour=LINK_COLOUR)


def _link(folder: Path, workbook: Path) -> str:
    """Relative where the folder lies below the workbook's, so that both can be moved together."""
    base = Path(os.path.realpath(workbook)).parent
    real = Path(os.path.realpath(folder))
    if real.is_relative_to(base):
        return quote(os.fsencode(real.relative_to(base).as_posix()))
    return real.as_uri()


def _make_sortable(sheet: Worksheet, table: ResultsTable, table_id: int) -> None:
    last = max(FIRST_ROW, FIRST_ROW + len(table.columns[0].values) - 1)
    area = f"A1:{get_column_letter(len(table.columns))}{last}"
    listed = Table(id=table_id, displayName=f"tfaip_results_{table_id}", ref=area)
    listed.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.add_table(listed)


def _mark_best(sheet: Worksheet, table: ResultsTable) -> None:
    for number, column in enumerate(table.columns, 1):
        if column.lower_is_better is None:
            continue
        values = [value for value in column.values if isinstance(value, int | float)]
        if len(set(values)) < 2:
            continue
        best = min(values) if column.lower_is_better else max(values)
        if not math.isfinite(_beside(best, lower=column.lower_is_better)):
            continue
        letter = get_column_letter(number)
        area = f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + len(column.values) - 1}"
        sheet.conditional_formatting.add(area, _scale(best, lower=column.lower_is_better))


def _scale(best: float, *, lower: bool) -> Rule:
    """A colour scale that jumps at the best value: the only marking which needs no style of the workbook."""
    points = [(best, BEST_COLOUR), (_beside(best, lower=lower), PLAIN_COLOUR)]
    ordered = points if lower else points[::-1]
    scale = ColorScale(
        cfvo=[FormatObject(type="num", val=value) for value, _ in ordered],
        color=[Color(rgb=colour) for _, colour in ordered],
    )
    return Rule(type="colorScale", colorScale=scale)


def _beside(best: float, *, lower: bool) -> float:
    """The next worse value; programs compare with fewer digits than a float has."""
    beside = math.nextafter(best, math.inf if lower else -math.inf)
    return best + (beside - best) * 16


def _draw_chart(sheet: Worksheet, table: ResultsTable) -> int:
    """Draw the chart of all runs, if there is something to show, and return the row behind it."""
    row = FIRST_ROW + len(table.columns[0].values) + 2
    number = next((n for n, column in enumerate(table.columns, 1) if column.title == table.chart), None)
    if number is None or not table.chart:
        return row
    last = FIRST_ROW + min(len(table.columns[0].values), MOST_BARS) - 1
    chart = BarChart()
    chart.type = "col"
    chart.title = table.chart
    chart.x_axis.title, chart.y_axis.title = "ID", table.chart
    chart.legend = None
    # Without these, openpyxl's axes are not shown.
    chart.x_axis.delete = chart.y_axis.delete = False
    values = [value for value in table.columns[number - 1].values if isinstance(value, int | float)]
    # The length of a bar is its value.
    if values and min(values) >= 0:
        chart.y_axis.scaling.min = 0
    elif values and max(values) <= 0:
        chart.y_axis.scaling.max = 0
    chart.add_data(Reference(sheet, min_col=number, min_row=FIRST_ROW, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=FIRST_ROW, max_row=last))
    # Without a fill of their own, LibreOffice draws the bars in no colour at all.
    chart.series[0].graphicalProperties.solidFill = BAR_COLOUR
    chart.width, chart.height = 24, 10
    sheet.add_chart(chart, f"A{row}")
    return row + CHART_ROWS


def _rich(text: str, *, bold: bool = False, colour: str | None = None) -> CellRichText:
    font = InlineFont(
        rFont=FONT,
        sz=FONT_SIZE,
        b=bold or None,
        color=Color(rgb=colour) if colour else None,
        u="single" if colour else None,
    )
    return CellRichText(TextBlock(font, text))


def _width(column: Column) -> float:
    texts: Iterable[str] = (number_text(v) if isinstance(v, float) else str(v) for v in column.values if v is not None)
    # The header shows a button beside its text.
    return min(WIDEST, max([len(column.title) + 4, *(len(text) + 2 for text in texts)]))
