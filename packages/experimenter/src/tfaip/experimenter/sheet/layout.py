"""Merged cells and hidden rows of a sheet, which openpyxl's streaming reader leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from openpyxl.utils import get_column_letter, range_boundaries

__all__ = ["Area", "Layout", "read_layout"]


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
    row = 0

    def opened(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal row
        name = tag.rpartition(":")[2]
        if name == "row":
            row = int(attributes.get("r", row + 1))
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


def _area(reference: str) -> Area:
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    if first_column is None or first_row is None or last_column is None or last_row is None:
        raise ValueError(f"{reference} are no cells that can be merged")
    return Area(first_row, first_column, last_row, last_column)
