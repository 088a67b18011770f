"""The grammar of the sheet: which command lines its rows mean."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.errors import ExperimenterError, SheetError
from tfaip.experimenter.sheet.rows import read_sheet

MakeWorkbook = Callable[..., Path]

HEADERS = ["USER", "RESULT", "SKIP", "COMMAND", "SCENARIO", "ID", "CLEANUP", "PARAMS"]


def lines(path: Path) -> list[str]:
    return [quoted(row.words) for row in read_sheet(path).rows]


def test_the_real_workbook_means_these_command_lines(real_workbook: Path) -> None:
    sheet = read_sheet(real_workbook)
    assert [quoted(row.words) for row in sheet.rows] == [
        "tfaip-train examples.tutorial.full --trainer.epochs 2 --trainer.samples_per_epoch 20 "
        "--trainer.output_dir experimenter_test_files/1 --learning_rate.lr 0.01",
        "tfaip-train examples.tutorial.full --trainer.epochs 2 --trainer.samples_per_epoch 22 "
        "--trainer.output_dir experimenter_test_files/2 --val.limit 2",
    ]
    assert [row.id for row in sheet.rows] == ["1", "3"]
    assert [row.cleanup for row in sheet.rows] == [True, True]


def test_groups_reach_to_the_right_and_default_means_none(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "trainer", None, "default", None, "trainer.optimizer"],
        [None, None, "epochs", "gen", "verbose", "seed", "lr"],
        ["train", 1, 3, "x y", "yes", 7, 1e-5],
    )
    assert lines(path) == [
        "train --trainer.epochs 3 --trainer.gen 'x y' --verbose yes --seed 7 --trainer.optimizer.lr 1e-5"
    ]


def test_headers_stand_in_any_order_among_columns_of_the_user(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["PARAMS", None, "NOTES", "ID", "idea of", "SCENARIO", "SKIP", "COMMAND"],
        ["trainer", None, None, None, None, None, None, None],
        ["epochs", "seed", None, None, None, None, None, None],
        [3, 4, "a remark", "a", "me", "my.scenario", None, "tfaip-train"],
        [3, 4, None, "b", None, "my.scenario", "x", "tfaip-train"],
        [None, None, "a heading", None, "me"],
        [5, None, None, "c", None, "my.scenario", None, "tfaip-train"],
    )
    assert lines(path) == [
        "tfaip-train my.scenario --trainer.epochs 3 --trainer.seed 4",
        "tfaip-train my.scenario --trainer.epochs 5",
    ]
    assert read_sheet(path).skipped == ("b",)


def test_script_is_the_header_that_documents_use(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["USER", "RESULT", "SKIP", "SCRIPT", "ID", "CLEANUP", "PARAMS"],
        [None] * 6 + ["trainer"],
        [None] * 6 + ["epochs"],
        [None, None, None, "tfaip-train 'my scenario'", 1, None, 2],
    )
    assert lines(path) == ["tfaip-train 'my scenario' --trainer.epochs 2"]


def test_flags_belong_to_their_column_alone(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "a", None, None, "b", None],
        [None, None, "nodes:split", "pre:empty", "both:split:empty", "nodes", "pre"],
        ["run", 1, "1  2 3", None, None, "1 2", None],
        ["run", 2, None, "x", "y z", None, "w"],
        ["run", 3, None, True, None, None, None],
        ["run", 4, None, False, "q", None, False],
    )
    assert lines(path) == [
        "run --a.nodes 1 2 3 --a.pre --a.both --b.nodes '1 2'",
        "run --a.pre x --a.both y z --b.pre w",
        "run --a.pre --a.both",
        "run --a.both q --b.pre False",
    ]


def test_a_resume_command_takes_the_folder_in_place_of_the_scenario(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "SCENARIO", "ID", "PARAMS"],
        [None, None, None, "trainer"],
        [None, None, None, "output_dir", "epochs"],
        ["tfaip-resume-training", "my.scenario", 1, "out/1", 9],
        ["python -m tfaip.cli.resume_training", None, 2, "out/2", None],
    )
    assert lines(path) == [
        "tfaip-resume-training out/1 --trainer.epochs 9",
        "python -m tfaip.cli.resume_training out/2",
    ]


def test_any_command_runs_not_only_ours(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "name", "day"],
        ['bash -c "echo $HOME"', 1, "it's", date(2026, 5, 1)],
    )
    assert read_sheet(path).rows[0].words == ("bash", "-c", "echo $HOME", "--name", "it's", "--day", "2026-05-01")


def test_ids_are_what_the_user_sees(workbook: MakeWorkbook) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["a", 1.0], ["a", "007"], ["a", 2], ["a", "x-1"])
    assert [row.id for row in read_sheet(path).rows] == ["1", "007", "2", "x-1"]


def test_thousands_of_empty_rows_and_columns_with_a_format_mean_nothing(workbook: MakeWorkbook) -> None:
    def format_empty_cells(book: Workbook) -> None:
        sheet = book.worksheets[0]
        for row in range(4, 3000):
            sheet.cell(row, 5).number_format = "0.00"
        for column in range(3, 1024):
            sheet.cell(1, column).number_format = "0.00"
        sheet.cell(1_048_576, 16_384).number_format = "0.00"

    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run", 1], change=format_empty_cells)
    assert lines(path) == ["run"]


def cache_values(path: Path, values: dict[str, str]) -> None:
    """Store results of formulas in the first sheet, as a spreadsheet program does when it saves."""
    with ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for formula, stored in values.items():
        head, found, tail = sheet.partition(f"<f>{formula}</f>")
        assert found
        opening = head.rfind("<c ")
        head = head[:opening] + head[opening:].replace("<c ", '<c t="str" ' if stored == "" else "<c ", 1)
        sheet = head + found + f"<v>{stored}</v>" + tail.split("</c>", 1)[1].join(["</c>", ""])
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)


def test_formulas_are_read_by_their_stored_values(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "a"],
        [None, None, "lr", "wd"],
        ["run", "=3-2", "=10^-5", '=IF(1,"","x")'],
    )
    cache_values(path, {"3-2": "1", "10^-5": "1.0000000000000001E-5", 'IF(1,"","x")': ""})
    assert lines(path) == ["run --a.lr 1e-5"]
    assert read_sheet(path).rows[0].id == "1"


def test_formulas_in_columns_of_the_user_need_no_value(workbook: MakeWorkbook) -> None:
    path = workbook(["NOTES", "COMMAND", "ID", "PARAMS"], [], [], ["=1+1", "run", 1])
    assert lines(path) == ["run"]


def test_what_is_skipped_need_not_be_complete(workbook: MakeWorkbook) -> None:
    path = workbook(["SKIP", "COMMAND", "ID", "PARAMS"], [], [], ["x", None, 1], ["x", "run", None], [None, "run", 2])
    assert lines(path) == ["run"]


MISTAKES = {
    "no required columns": (
        [["USER", "NOTES"], [], [], ["x"]],
        'sheet "runs", row 1: the sheet needs a column COMMAND (or SCRIPT) and a column ID and a column PARAMS; '
        "row 1 has USER, NOTES",
    ),
    "no id column": (
        [["COMMAND", "PARAMS"]],
        'sheet "runs", row 1: the sheet needs a column ID; row 1 has COMMAND, PARAMS',
    ),
    "header twice": (
        [["COMMAND", "ID", "ID", "PARAMS"]],
        'sheet "runs", row 1, column C (ID): the header stands twice in row 1',
    ),
    "both families": (
        [["COMMAND", "SCRIPT", "ID", "PARAMS"]],
        'sheet "runs", row 1, column B (SCRIPT): COMMAND says the same; use one of both',
    ),
    "no group": (
        [["COMMAND", "ID", "PARAMS"], [], [None, None, "epochs"]],
        'sheet "runs", row 3, column C (epochs): row 2 names no group here or to the left; write default for an '
        "argument without one",
    ),
    "unknown flag": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "nodes:list"]],
        'sheet "runs", row 3, column C (nodes:list): after the name :split and :empty are allowed, got ":list"',
    ),
    "dashes": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "--nodes"]],
        'sheet "runs", row 3, column C (--nodes): group and name are written without dashes in front, spaces and '
        '"=", got "--nodes"',
    ),
    "parameter twice": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "b", "c", "b"]],
        'sheet "runs", row 3, column E (b): the parameter has two columns; use :split for several values',
    ),
    "value without name": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "b"], ["run", 1, 2, "stray"]],
        'sheet "runs", row 4, column D: "stray" belongs to no parameter; name it in row 3, or give the column a header',
    ),
    "no id": (
        [["COMMAND", "ID", "PARAMS"], [], [], ["run"]],
        'sheet "runs", row 4, column B (ID): the run has no ID; allowed is any number or text',
    ),
    "id twice": (
        [["COMMAND", "ID", "PARAMS"], [], [], ["run", 1], ["run", 1.0]],
        'sheet "runs", row 5, column B (ID): "1" is the ID of row 4 too; each run needs one of its own',
    ),
    "no command": (
        [["COMMAND", "ID", "PARAMS"], [], [], [None, 1]],
        'sheet "runs", row 4, column A (COMMAND): the run has no command; expects a program, tfaip-train for instance',
    ),
    "open quote": (
        [["SCRIPT", "ID", "PARAMS"], [], [], ["run 'x", 1]],
        'sheet "runs", row 4, column A (SCRIPT): no closing quotation in: run \'x',
    ),
    "formula without value": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "lr"], ["run", 1, "=1/3"]],
        'sheet "runs", row 4, column C (a.lr): the formula has no stored value; open the workbook, let it compute, '
        "and save it",
    ),
    "formula with an error": (
        [["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "lr"], ["run", 1, "#DIV/0!"]],
        'sheet "runs", row 4, column C (a.lr): the cell shows the error #DIV/0!',
    ),
    "one folder for two": (
        [
            ["COMMAND", "ID", "PARAMS"],
            [None, None, "trainer"],
            [None, None, "output_dir"],
            ["run", 1, "out/x"],
            ["run", 2, "out/y/../x/"],
        ],
        'sheet "runs", row 5, column C (trainer.output_dir): the output folder "out/y/../x/" is that of row 4 too; '
        "each run needs one of its own",
    ),
    "resume without folder": (
        [["COMMAND", "ID", "PARAMS"], [], [], ["tfaip-resume-training", 1]],
        'sheet "runs", row 4, column A (COMMAND): the command goes on with a run and needs its folder, but the row '
        "has no output_dir",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(name: str, workbook: MakeWorkbook) -> None:
    rows, message = MISTAKES[name]
    with pytest.raises(SheetError) as caught:
        read_sheet(workbook(*rows))
    assert str(caught.value) == message


def test_all_mistakes_are_told_at_once(workbook: MakeWorkbook) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run"], [None, 2], ["run", 3], ["run", 3])
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    assert [mistake.row for mistake in caught.value.mistakes] == [4, 5, 7]


def test_files_that_are_no_workbooks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimenterError, match=r"there is no workbook .*no\.xlsx"):
        read_sheet(tmp_path / "no.xlsx")
    text = tmp_path / "text.xlsx"
    text.write_text("not a zip")
    with pytest.raises(ExperimenterError, match=r"text\.xlsx is no workbook that can be read: File is not a zip file"):
        read_sheet(text)
    with pytest.raises(ExperimenterError, match=r"text\.ods is no workbook that can be read: expects \.xlsx or \.xlsm"):
        read_sheet(shutil.copy(text, tmp_path / "text.ods"))


def test_odd_files_are_refused_in_a_sentence(workbook: MakeWorkbook, tmp_path: Path) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run", 1])
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(ExperimenterError, match=r"pipe\.xlsx can't be read: it is a pipe, not a regular file"):
        read_sheet(tmp_path / "pipe.xlsx")
    with ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"):
        with ZipFile(path, "w") as target:
            for part, whole in parts.items():
                target.writestr(part, "<x>" if part == name else whole)
        with pytest.raises(ExperimenterError, match=r"runs\.xlsx is no workbook that can be read: ."):
            read_sheet(path)


def test_a_part_that_fills_the_memory_is_refused(workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run", 1])
    monkeypatch.setattr("tfaip.experimenter.workbook.package_parts.MOST_BYTES_OF_XML", 1 << 9)
    with pytest.raises(ExperimenterError, match=r"is no workbook that can be read: its part .* is larger than 0 MiB"):
        read_sheet(path)


def test_the_first_sheet_alone_is_read(workbook: MakeWorkbook) -> None:
    def add_sheets(book: Workbook) -> None:
        book.create_sheet("tfaip results", 0)["A1"] = "ID"
        book.create_sheet("mine")["A1"] = "=1+1"

    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run", 1], change=add_sheets)
    assert read_sheet(path).title == "runs"
