"""Merged cells count for every row that they cover; hidden rows aren't started."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from tfaip.experimenter.cli.command import main
from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.errors import ExperimenterError, SheetError
from tfaip.experimenter.sheet.layout import Area, Layout, read_layout
from tfaip.experimenter.sheet.rows import read_sheet

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeWorkbook = Callable[..., Path]
Change = Callable[[Workbook], None]

HEADERS = (["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "lr", "name"])
THREE = (*HEADERS, ["train", 1, 0.1, "x"], ["train", 2, None, "y"], ["train", 3, None, "z"])


def lines(path: Path) -> list[str]:
    return [quoted(row.words) for row in read_sheet(path).rows]


def merging(*areas: str) -> Change:
    def change(book: Workbook) -> None:
        for area in areas:
            book.worksheets[0].merge_cells(area)

    return change


def hiding(*rows: int) -> Change:
    def change(book: Workbook) -> None:
        for row in rows:
            book.worksheets[0].row_dimensions[row].hidden = True

    return change


def test_a_merged_cell_counts_for_every_row_that_it_covers(workbook: MakeWorkbook) -> None:
    path = workbook(*THREE, change=merging("C4:C6"))
    assert lines(path) == [f"train --lr 0.1 --name {name}" for name in "xyz"]


def test_a_cell_merged_over_rows_and_columns_counts_for_each_parameter(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS, ["train", 1, "a"], ["train", 2], ["train", 3, "b"], change=merging("C4:D5"))
    assert lines(path) == ["train --lr a --name a", "train --lr a --name a", "train --lr b"]


def test_a_merged_command_counts_for_rows_of_their_own_ids(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS, ["train", 1, 1], [None, 2, 2], [None, None, None], change=merging("A4:A6"))
    assert lines(path) == ["train --lr 1", "train --lr 2"]


def test_rows_that_are_merged_as_a_whole_are_one_run(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS, ["train", 1, 1], [], change=merging("A4:A5", "B4:B5", "C4:C5", "D4:D5"))
    assert lines(path) == ["train --lr 1"]


def test_a_merged_id_is_refused_for_the_second_run(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS, ["train", 1, 1], ["train", None, 2], change=merging("B4:B5"))
    with pytest.raises(SheetError, match=r'row 5, column B \(ID\): "1" is the ID of row 4 too'):
        read_sheet(path)


def test_merged_skip_and_cleanup_count_for_all_rows(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["SKIP", "CLEANUP", "COMMAND", "ID", "PARAMS"],
        [],
        [],
        ["x", None, "run", 1],
        [None, None, "run", 2],
        [None, True, "run", 3],
        [None, None, "run", 4],
        change=merging("A4:A5", "B6:B7"),
    )
    sheet = read_sheet(path)
    assert [(row.id, row.cleanup) for row in sheet.rows] == [("3", True), ("4", True)]
    assert (sheet.skipped, sheet.skipped_rows) == (("1", "2"), (4, 5))


def test_merged_headers_are_read_once(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["USER", None, "COMMAND", "ID", "PARAMS", None, "NOTES", None],
        [None, None, None, None, "a", None, None, None],
        [None, None, None, None, "lr", "name"],
        ["me", "too", "train", 1, 0.1, "x", "a remark", "another"],
        change=merging("A1:B1", "C1:C3", "E1:F1", "E2:F2", "G1:H3"),
    )
    assert lines(path) == ["train --a.lr 0.1 --a.name x"]


def test_a_value_below_a_merged_header_without_a_name_is_refused(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS[:2], [None, None, "lr"], ["train", 1, 0.1, "stray"], change=merging("C1:D1"))
    with pytest.raises(SheetError, match='row 4, column D: "stray" belongs to no parameter'):
        read_sheet(path)


def test_a_heading_merged_over_the_table_is_no_run(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["USER", "COMMAND", "ID", "PARAMS"], [], [], ["Baselines"], [None, "run", 1], change=merging("A4:D4")
    )
    assert lines(path) == ["run"]


@pytest.mark.parametrize(
    ("area", "message"),
    [
        ("A4:B4", r"row 4, column B \(ID\): the merged cell A4:B4 covers columns that mean different things; split it"),
        ("A1:A4", r"row 4, column A \(COMMAND\): the merged cell A1:A4 covers headers and runs; split it"),
        ("B4:D5", r"row 4, column C \(lr\): the merged cell B4:D5 covers columns that mean different things"),
    ],
)
def test_a_merged_cell_that_means_several_things_is_refused(workbook: MakeWorkbook, area: str, message: str) -> None:
    path = workbook(*THREE, change=merging(area))
    with pytest.raises(SheetError, match=message):
        read_sheet(path)


def test_values_left_under_a_merged_cell_are_not_seen(workbook: MakeWorkbook) -> None:
    """LibreOffice can keep them in the file."""

    def merge(book: Workbook) -> None:
        book.worksheets[0].merged_cells.add("D4:D6")

    path = workbook(*THREE, change=merge)
    assert openpyxl.load_workbook(path, read_only=True).worksheets[0]["D5"].value == "y"
    assert [row.values["name"] for row in read_sheet(path).rows] == ["x", "x", "x"]


def test_rows_without_height_are_hidden_and_prefixes_are_read() -> None:
    xml = b"""<x:worksheet xmlns:x="u"><x:sheetData><x:row r="4" ht="0" customHeight="1"/><x:row/><x:row hidden="true"/>
        <x:row ht="15" hidden="0"/></x:sheetData>
        <x:mergeCells><x:mergeCell ref="B2:C4"/></x:mergeCells></x:worksheet>"""
    assert read_layout(xml) == Layout(frozenset({4, 6}), (Area(2, 2, 4, 3),))
    assert str(Area(2, 2, 4, 3)) == "B2:C4"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_no_sheet_of_runs(workbook: MakeWorkbook, state: str) -> None:
    def add_hidden(book: Workbook) -> None:
        sheet = book.create_sheet("lists", 0)
        sheet["A1"] = "anything"
        sheet.sheet_state = state
        book.active = 1

    assert read_sheet(workbook(*THREE, change=add_hidden)).title == "runs"


def test_a_workbook_of_hidden_sheets_is_refused_by_name(workbook: MakeWorkbook) -> None:
    def hide_runs(book: Workbook) -> None:
        book.create_sheet("tfaip results")
        book.worksheets[0].sheet_state = "hidden"
        book.active = 1

    path = workbook(*THREE, change=hide_runs)
    with pytest.raises(ExperimenterError, match='has no visible sheet of runs; hidden are "runs", unhide one of them'):
        read_sheet(path)


def test_hidden_rows_are_not_started(workbook: MakeWorkbook) -> None:
    def collapse(book: Workbook) -> None:
        hiding(4)(book)
        book.worksheets[0].row_dimensions.group(5, 5, hidden=True)
        book.worksheets[0].row_dimensions.group(6, 6, hidden=False)

    sheet = read_sheet(workbook(*THREE, change=collapse))
    assert [row.id for row in sheet.rows] == ["3"]
    assert sheet.hidden_rows == (4, 5)
    assert [row.id for row in sheet.left_out] == ["1", "2"]


def test_a_hidden_row_need_not_be_complete_but_keeps_its_id(workbook: MakeWorkbook) -> None:
    path = workbook(*HEADERS, [None, "a"], ["train", None, 3], ["train", "b"], change=hiding(4, 5))
    assert [row.id for row in read_sheet(path).rows] == ["b"]
    path = workbook(*HEADERS, ["train", "a"], ["train", "a"], change=hiding(4))
    with pytest.raises(SheetError, match='"a" is the ID of row 4, which is hidden, too'):
        read_sheet(path)


def test_a_hidden_run_keeps_its_folder(workbook: MakeWorkbook) -> None:
    headers = (["SKIP", "COMMAND", "ID", "PARAMS"], [None, None, None, "default"], [None, None, None, "output_dir"])
    path = workbook(*headers, [None, "a", 1, "out"], [None, "a", 2, "./out"], ["x", "a", 3, "out"], change=hiding(4))
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    assert str(caught.value) == (
        'sheet "runs", row 5, column D (output_dir): the output folder "./out" is that of row 4, which is hidden, too; '
        "each run needs one of its own"
    )


NOTHING = (["SKIP", "COMMAND", "ID", "PARAMS"], [], [], ["x", "true", 1], ["YES", "true", 2], [None, "true", 3])


def test_a_start_that_runs_nothing_says_why(workbook: MakeWorkbook, command: Command) -> None:
    done = command("--xlsx", workbook(*NOTHING, change=hiding(6)), "--cpus", "0")
    told = "Nothing is started: 2 rows are skipped by SKIP (4-5), 1 row is hidden (6).\n"
    assert (done.returncode, done.stderr) == (0, told)


@pytest.mark.parametrize(
    ("words", "rows", "told"),
    [
        ([], 6, "Nothing would be started: 2 rows are skipped by SKIP (4-5), 1 row is hidden (6).\n"),
        ([], 3, 'Nothing would be started: sheet "runs" has no runs from row 4 on.\n'),
        (
            ["--only", "3"],
            6,
            'tfaip-experimenter: error: --only: the row with the ID 3 of sheet "runs" is hidden\n',
        ),
    ],
)
def test_a_dry_run_of_nothing_says_why(
    words: list[str], rows: int, told: str, workbook: MakeWorkbook, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(*NOTHING[:rows], change=hiding(6))
    with pytest.raises(SystemExit):
        main(["--xlsx", str(path), "--dry_run", *words])
    assert capsys.readouterr() == ("", told)


def test_runs_that_have_finished_are_a_reason_too(workbook: MakeWorkbook, command: Command) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1], ["true", 2], change=hiding(5))
    first = command("--xlsx", path, "--cpus", "0", "--no_update")
    assert "Left out: 1 row is hidden (5).\n" in first.stderr
    second = command("--xlsx", path, "--cpus", "0", "--no_update")
    assert second.stderr == "Nothing is started: 1 row is hidden (5), 1 run is finished already.\n"


def test_a_hidden_run_that_was_interrupted_goes_on_and_has_its_result(workbook: MakeWorkbook, command: Command) -> None:
    rows = (["COMMAND", "ID", "PARAMS"], [], [], ["true", 1], ["true", 2], ["true", 3])
    path = workbook(*rows)
    assert command("--xlsx", path, "--cpus", "0", "--only", "1", "2", "--no_update").returncode == 0
    with sqlite3.connect("runs.xlsx.experimenter/queue.sqlite") as database:
        database.execute("UPDATE runs SET state='interrupted' WHERE id='1'")
    path = workbook(*rows, change=hiding(4, 5, 6))
    done = command("--xlsx", path, "--cpus", "0")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect("runs.xlsx.experimenter/queue.sqlite") as database:
        attempts = dict(database.execute("SELECT id, attempts FROM runs").fetchall())
    assert attempts == {"1": 2, "2": 1}
    results = openpyxl.load_workbook(path)["tfaip results"]
    assert [(row[0].value, row[1].value) for row in results["A2:B3"]] == [(1, "finished"), (2, "finished")]
    assert results["A4"].value is None
