"""Merged cells and hidden rows of a sheet, which openpyxl's streaming reader leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

__all__ = ["Area", "Layout", "read_layout"]

# The last cell that Excel has is XFD1048576.
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14
MOST_CELLS = 500_000
# Cells, the empty ones before the last of each row included, which openpyxl makes as well.
MOST_PLACES = 5_000_000


@dataclass(frozen=True, slots=True)
class Area:
    """Cells that are merged into one; rows and columns from 1, the last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        first, last = get_column_letter(self.first_column), get_column_letter(self.last_column)
        return f"{first}{self.first_row}:{last}{self.last_row}"


@dataclass(frozen=True)
class Layout:
    """How a sheet is laid out.

    Args:
        hidden: Rows that the user doesn't see: hidden, left out by a filter, in a collapsed group, or of no height.
        merged: Its merged cells.
    """

    hidden: frozenset[int]
    merged: tuple[Area, ...]


def read_layout(xml: bytes) -> Layout:
    """Read the layout of a sheet from its part.

    Raises:
        ValueError: The part isn't XML, or names cells that no sheet has.
    """
    hidden: set[int] = set()
    merged: list[Area] = []
    row = column = cells = places = 0

    def opened(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column, cells, places
        name = tag.rpartition(":")[2]
        if name == "c":
            column = _column_of(attributes.get("r"), column)
            cells += 1
            if cells > MOST_CELLS or places + column > MOST_PLACES:
                raise ValueError(f"its sheet has more than {MOST_CELLS:,} cells, or most of them far apart")
        elif name == "row":
            row, places, column = int(attributes.get("r", row + 1)), places + column, 0
            if not 0 < row <= LAST_ROW:
                raise ValueError(f"its sheet has a row {row}, the last one is {LAST_ROW}")
            if attributes.get("hidden") in ("1", "true") or _has_no_height(attributes.get("ht")):
                hidden.add(row)
        elif name == "mergeCell":
            merged.append(_area(attributes.get("ref", "")))

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return Layout(frozenset(hidden), tuple(merged))


def _has_no_height(height: str | None) -> bool:
    return height is not None and float(height) == 0


def _column_of(reference: str | None, former: int) -> int:
    if reference is None:
        column = former + 1
    else:
        letters = reference.rstrip("0123456789")
        column = column_index_from_string(letters) if len(letters) <= 3 else LAST_COLUMN + 1
    if column > LAST_COLUMN:
        raise ValueError(f"its sheet has a cell {reference or column}, the last column is XFD")
    return column


def _area(reference: str) -> Area:
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    if first_column is None or first_row is None or last_column is None or last_row is None:
        raise ValueError(f"{reference} are no cells that can be merged")
    return Area(first_row, first_column, last_row, last_column)
