"""Texts that go into a workbook: a single character that XML has no way to write makes it unreadable."""

from __future__ import annotations

import re

from openpyxl.cell.cell import Cell, MergedCell

__all__ = ["cell_text", "title_text", "write_text"]

# Characters as spreadsheet programs count them, in units of UTF-16.
MOST_IN_CELL = 32_767
MOST_IN_TITLE = 255
# Control characters but tab and line feed, and two code points that are no characters.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
SURROGATES = re.compile(r"[\ud800-\udfff]")
# Programs read `_x000D_` as the character of that number, and `_x005F_` as the underscore in front of it.
LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def cell_text(text: str, most: int = MOST_IN_CELL) -> str:
    """Return a text as it stands in a cell, a comment or a title.

    Control characters are left out, half characters become U+FFFD, texts like escapes are escaped, and a text that is
    too long ends with "…".

    Args:
        text: Any text.
        most: Number of characters that there is room for.
    """
    clean = _clean(text)
    written = _escaped(clean)
    while (excess := _units(written) - most) > 0:
        # A character may take several units, so that too much would be cut at once.
        clean = clean[: -(excess // 8) - 1]
        written = f"{_escaped(clean)}…"
    return written


def title_text(text: str, suffix: str = "") -> str:
    """Return a text as the header of a column: one line, and never empty.

    Args:
        text: Any text.
        suffix: The end of the text, however long it is.
    """
    line = " ".join(_clean(text).split()) or "-"
    return cell_text(line, MOST_IN_TITLE - len(suffix)) + suffix


def write_text(cell: Cell | MergedCell, text: str) -> None:
    """Write a text into a cell; it is never a formula, whatever it begins with."""
    cell.value = cell_text(text)
    cell.data_type = "s"


def _clean(text: str) -> str:
    return SURROGATES.sub("\N{REPLACEMENT CHARACTER}", UNWRITABLE.sub("", text))


def _escaped(text: str) -> str:
    return LIKE_AN_ESCAPE.sub("_x005F_", text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
