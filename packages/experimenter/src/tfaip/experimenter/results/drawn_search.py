"""The importances and charts of searches, below the table of results."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.worksheet.worksheet import Worksheet

from tfaip.experimenter.results.search_rows import SearchResults
from tfaip.experimenter.workbook.cell_text import cell_text

__all__ = ["CHART_ROWS", "begin_axis", "draw_search"]

COLOUR = "4472C4"
# A chart of 10 cm is as high as so many rows, with some space.
CHART_ROWS = 22
WIDTH, HEIGHT = 24, 10


def draw_search(
    sheet: Worksheet,
    found: SearchResults,
    row: int,
    columns: tuple[int, int],
    rows: tuple[int, int],
    bold: Callable[[str], Any],
) -> int:
    """Draw a search from a row on, and return the row behind it.

    Args:
        sheet: The sheet of results.
        found: The results of the search.
        row: First free row.
        columns: Columns of the table with the numbers of the trials and their values.
        rows: First and last row of the table with trials of this search.
        bold: Makes a text bold.
    """
    sheet.cell(row, 1).value = bold(cell_text(f"Search {found.id}: {found.log}"))
    chart = ScatterChart()
    chart.style, chart.legend = 13, None
    chart.title = f"{found.log} of each trial"
    chart.x_axis.title, chart.x_axis.scaling.min = "trial", 0
    begin_axis(chart.y_axis, found.log, [trial.value for trial in found.trials if trial.value is not None])
    numbers, values = (Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[1]) for column in columns)
    series = Series(values, numbers)
    series.marker.symbol, series.marker.size = "circle", 7
    series.marker.graphicalProperties.solidFill = COLOUR
    series.graphicalProperties.line.noFill = True
    chart.series.append(series)
    row = _place(sheet, chart, row + 1)
    if not found.record.importances:
        return row
    sheet.cell(row, 1).value, sheet.cell(row, 2).value = bold("parameter"), bold("importance")
    ordered = sorted(found.record.importances.items(), key=lambda item: -item[1])
    for number, (name, importance) in enumerate(ordered, row + 1):
        sheet.cell(number, 1).value = cell_text(name)
        sheet.cell(number, 2).value = round(importance, 4)
    last = row + len(ordered)
    bars = BarChart()
    bars.type, bars.legend = "bar", None
    bars.title = f"Importance of the parameters of {found.id}"
    # The most important one on top.
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.title, bars.y_axis.title = "parameter", "importance"
    bars.y_axis.scaling.min = 0
    bars.add_data(Reference(sheet, min_col=2, min_row=row + 1, max_row=last))
    bars.set_categories(Reference(sheet, min_col=1, min_row=row + 1, max_row=last))
    bars.series[0].graphicalProperties.solidFill = COLOUR
    return _place(sheet, bars, last + 2)


def begin_axis(axis: Any, name: str, values: Iterable[float]) -> None:
    """Name an axis, and let it begin at zero; for values that differ little, it begins below them and says so."""
    shown = [value for value in values if math.isfinite(value)]
    axis.title = name
    if not shown:
        return
    low, high = min(shown), max(shown)
    if 0 <= low <= high / 2:
        axis.scaling.min = 0
        return
    step = 10.0 ** math.floor(math.log10((high - low) or abs(high) or 1))
    axis.scaling.min = math.floor(low / step) * step
    axis.title = f"{name} (axis begins at {axis.scaling.min:.3g})"


def _place(sheet: Worksheet, chart: Any, row: int) -> int:
    # Without these, openpyxl's axes are not shown.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.width, chart.height = WIDTH, HEIGHT
    sheet.add_chart(chart, f"A{row}")
    return row + CHART_ROWS
