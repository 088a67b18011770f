"""No name makes a workbook unreadable, and an unreadable file replaces nothing."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pytest

from tfaip.experimenter.commands.plan import read_plan
from tfaip.experimenter.results import write_results
from tfaip.experimenter.results.drawn_sheet import drawn_sheet
from tfaip.experimenter.results.reading_back import ReadBackError, read_back
from tfaip.experimenter.results.table import Column, ResultsTable
from tfaip.experimenter.results.updating import ResultsUpdater
from tfaip.experimenter.workbook.cell_text import MOST_IN_CELL, cell_text, title_text, write_text

MakeWorkbook = Callable[..., Path]

EVERYTHING = "".join(map(chr, range(0x100))) + "\u2028\ud800\udfff\ufffe\uffff\U0001f600"
ODD_NAMES = (
    EVERYTHING,
    "=1+1",
    "a\x01b",
    "a\x02b",
    "a \x02 b",
    "x" * 39_999,
    "A b",
    "a\nb",
    "a\tb",
    "a_x000D_b",
    "_x005F_",
    "\ud83d",
    "[bold]x[/bold]",
    "<v>&amp;",
    " ",
    "",
    "\x00",
    "x" * 40_000,
    "\U0001f600" * 40_000,
    "ID",
    "state",
    "'",
    "'quoted",
    "#REF!",
    "{=a}",
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("a\x00\x07\x1b\x7f\x85\x9bb", "ab"),
        ("line\r\nnext\tcolumn", "line\nnext\tcolumn"),
        ("\ud800 and \udc00", "\N{REPLACEMENT CHARACTER} and \N{REPLACEMENT CHARACTER}"),
        ("\ufffe\uffff", ""),
        ("_x000D_", "_x005F_x000D_"),
        ("_x005F_x000D_", "_x005F_x005F_x005F_x000D_"),
        ("_x00_ _xyzzy_", "_x00_ _xyzzy_"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_that_can_be_read(text: str, written: str) -> None:
    assert cell_text(text) == written


@pytest.mark.parametrize("character", ["x", "\U0001f600", "_x000D_"])
def test_a_text_is_cut_where_programs_cut_it(character: str) -> None:
    text = cell_text(character * 40_000)
    assert text.endswith("…")
    assert MOST_IN_CELL * 0.5 < len(text.encode("utf-16-le")) // 2 <= MOST_IN_CELL
    assert cell_text("x" * MOST_IN_CELL) == "x" * MOST_IN_CELL


def test_a_title_is_one_line_and_never_empty() -> None:
    assert title_text(" a\n\tb\x00 ") == title_text("a \x07 b") == "a b"
    assert title_text("x" * 300, " (2)") == f"{'x' * 250}… (2)"
    assert title_text("\x00") == title_text("") == "-"
    assert len(title_text("x" * 300)) == 255


def test_a_text_is_never_a_formula() -> None:
    cell = openpyxl.Workbook().create_sheet().cell(1, 1)
    write_text(cell, "=1+1")
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def assert_readable(path: Path) -> None:
    with ZipFile(path) as file:
        assert file.testzip() is None
        for name in file.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(file.read(name))


def listed_columns(path: Path) -> list[str | None]:
    """The headers as the part of the table names them: programs refuse others than those in the cells."""
    with ZipFile(path) as file:
        (name,) = [name for name in file.namelist() if "/tables/" in name]
        root = ET.fromstring(file.read(name))
    return [element.get("name") for element in root.iter() if element.tag.endswith("}tableColumn")]


def test_odd_names_of_runs_and_metrics_leave_the_workbook_readable(workbook: MakeWorkbook) -> None:
    Path("out").mkdir()
    metrics = {name: number for number, name in enumerate(ODD_NAMES)}
    Path("out/metrics.jsonl").write_text(json.dumps({"epoch": 1, **metrics}))
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "output_dir", "'[x]"],
        ["true", "1e5", "out", "_x0007_[red]"],
        ["true", "a\u009bb\u2028c", "out #%?\"&<'é", "x" * 32_767],
    )
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ResultsUpdater(read_plan(path), None, told.append).write()
    assert told == []
    assert_readable(path)
    sheet = openpyxl.load_workbook(path)["tfaip results"]
    header = [cell.value for cell in sheet[1]]
    assert len({str(title).casefold() for title in header}) == len(header)
    assert sheet["A2"].value == "1e5"
    assert sheet["A3"].value == "ab\u2028c"
    values = dict(zip(header, [cell.value for cell in sheet[2]], strict=True))
    assert values["=1+1 in best epoch"] == ODD_NAMES.index("=1+1")
    assert [values[f"ab in best epoch{number}"] for number in ("", " (2)")] == [2, 3]
    assert sum(str(title).startswith("xxx") for title in header) == 2
    assert listed_columns(path) == header
    targets = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert targets == ["out", "out%20%23%25%3F%22%26%3C%27%C3%A9"]


def test_values_at_the_end_of_what_floats_hold_leave_the_workbook_readable(workbook: MakeWorkbook) -> None:
    for number, value in enumerate((1.7976931348623157e308, 1e300, -1.7e308, 5e-324), 1):
        Path(f"out/{number}").mkdir(parents=True)
        Path(f"out/{number}/metrics.jsonl").write_text(json.dumps({"epoch": 1, "loss": value, "acc": value}))
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "output_dir"],
        *(["true", number, f"out/{number}"] for number in range(1, 5)),
    )
    ResultsUpdater(read_plan(path), None, print).write()
    with ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert not [name for name, content in parts.items() if b'"inf"' in content or b'"-inf"' in content]


def test_more_metrics_than_anybody_reads_are_cut(workbook: MakeWorkbook) -> None:
    rows = []
    for number in range(3):
        Path(f"out/{number}").mkdir(parents=True)
        names = {f"m{number}_{n}": n for n in range(190)}
        Path(f"out/{number}/metrics.jsonl").write_text(json.dumps({"epoch": 1, **names}))
        rows.append(["true", number, f"out/{number}"])
    path = workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "output_dir"], *rows)
    ResultsUpdater(read_plan(path), None, print).write()
    sheet = openpyxl.load_workbook(path, read_only=True)["tfaip results"]
    first, second = list(sheet.iter_rows(max_row=2, values_only=True))
    assert dict(zip(first, second, strict=True))["metrics left out"] == 3 * 190 - 500


TABLE = ResultsTable((Column("ID", (1, "b")), Column("x", ("=1", None))), (None, None), None)


def test_a_drawn_sheet_is_read_back() -> None:
    content = drawn_sheet(TABLE, Path("runs.xlsx"))
    read_back(content, TABLE)
    other = ResultsTable((Column("ID", (1, "c")), Column("x", ("=1", None))), (None, None), None)
    with pytest.raises(ReadBackError, match="row 3 of the sheet of results reads 'b' instead of 'c'"):
        read_back(content, other)
    with pytest.raises(ReadBackError, match="lacks the sheet runs"):
        read_back(content, TABLE, others=["runs"])
    with pytest.raises(ReadBackError, match="the new file can't be opened: BadZipFile"):
        read_back(content[:-100], TABLE)


def test_a_file_that_cannot_be_read_back_replaces_nothing(
    workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1])
    before = path.read_bytes()
    monkeypatch.setattr(write_results, "graft", lambda content, drawn: content[:-10])
    told: list[str] = []
    ResultsUpdater(read_plan(path), None, told.append).write()
    assert path.read_bytes() == before
    assert "since the new file can't be opened: BadZipFile" in told[0]
    assert openpyxl.load_workbook(path.with_name("runs.results.xlsx")).sheetnames == ["tfaip results"]
    monkeypatch.setattr(write_results, "drawn_sheet", lambda table, workbook: b"no workbook")
    updater = ResultsUpdater(read_plan(path), None, told.append)
    updater.request()
    updater.write_if_due()
    assert told[1].startswith("the results can't be written: ReadBackError: the new file can't be opened")


def test_a_results_sheet_whose_title_was_capitalised_is_replaced(workbook: MakeWorkbook) -> None:
    """Programs refuse a workbook with two titles that differ in upper and lower case alone."""
    path = workbook(
        ["COMMAND", "ID", "PARAMS"], [], [], ["true", 1], change=lambda book: book.create_sheet("TFAIP Results", 0)
    )
    told: list[str] = []
    ResultsUpdater(read_plan(path), None, told.append).write()
    assert told == []
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["TFAIP Results", "runs"]
    assert book.worksheets[0]["A2"].value == 1
