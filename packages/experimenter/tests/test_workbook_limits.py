"""A workbook that was made to exhaust its reader is refused at once."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tfaip.experimenter import ExperimenterError, read_sheet

SHEET, STYLES, TEXTS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def workbook(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    book = openpyxl.Workbook()
    for row in (
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "lr"],
        ["train", 1, 0.1],
        ["train", 2, None],
    ):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def replaced(part: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.update({part: parts[part].replace(old, new)})


def rows(first: int, last: int, column: str) -> bytes:
    cells = (f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>' for row in range(first, last))
    return "".join(cells).encode() + b"</sheetData>"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced(SHEET, b'r="5"', b'r="1048577"'), "its sheet has a row 1048577, the last one is 1048576"),
        (replaced(SHEET, b'r="A5"', b'r="XFE5"'), "its sheet has a cell XFE5, the last column is XFD"),
        (replaced(SHEET, b'r="A5"', b'r="ZZZZZZZZ5"'), "its sheet has a cell ZZZZZZZZ5"),
        (replaced(SHEET, b"</sheetData>", rows(10, 400, "XFD")), "more than 500,000 cells, or most of them far apart"),
        (replaced(STYLES, b"</cellXfs>", b"<xf/>" * 300_000), "its part xl/styles.xml has more than 250,000 tags"),
        (lambda parts: parts.update({TEXTS: b" " * (65 << 20)}), "sharedStrings.xml is larger than 64 MiB"),
        (lambda parts: parts.update({f"x/{n}": b"" for n in range(20_000)}), "it has more than 20,000 parts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_more_than_any_person_makes_is_refused_by_the_bound(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], message: str
) -> None:
    with pytest.raises(ExperimenterError, match=message) as error:
        read_sheet(workbook(tmp_path / "runs.xlsx", change))
    assert "\n" not in str(error.value)


def test_cells_far_away_are_read(tmp_path: Path) -> None:
    far = replaced(SHEET, b'r="5"', b'r="1048576"')
    assert [row.id for row in read_sheet(workbook(tmp_path / "runs.xlsx", far)).rows] == ["1", "2"]


def test_a_pipe_is_no_workbook(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "runs.xlsx")
    with pytest.raises(ExperimenterError, match="can't be read: it is a pipe, not a regular file"):
        read_sheet(tmp_path / "runs.xlsx")
