"""Words of cells that mean something: switches, EMPTY, NULL, Default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.errors import SheetError
from tfaip.experimenter.sheet.rows import read_sheet

MakeWorkbook = Callable[..., Path]

ON = (True, 1, 1.0, "true", "TRUE", " Yes ", "x", "X", "1")
OFF = (None, False, 0, 0.0, "false", "No", "0", "\u00a0off ", "", "   ", "EMPTY", "empty", "NULL")


@pytest.mark.parametrize("value", ON)
def test_words_that_switch_on(workbook: MakeWorkbook, value: Any) -> None:
    path = workbook(
        ["SKIP", "CLEANUP", "COMMAND", "ID", "PARAMS"], [], [], [value, None, "a", 1], [None, value, "b", 2]
    )
    sheet = read_sheet(path)
    assert sheet.skipped == ("1",)
    assert [row.cleanup for row in sheet.rows] == [True]


@pytest.mark.parametrize("value", OFF)
def test_words_that_switch_off(workbook: MakeWorkbook, value: Any) -> None:
    sheet = read_sheet(workbook(["SKIP", "CLEANUP", "COMMAND", "ID", "PARAMS"], [], [], [value, value, "a", 1]))
    assert sheet.skipped == ()
    assert [row.cleanup for row in sheet.rows] == [False]


def test_a_number_switches_in_any_format(workbook: MakeWorkbook) -> None:
    def change(book: Workbook) -> None:
        book.worksheets[0]["A4"].number_format = "000"
        book.worksheets[0]["A5"].number_format = '"BOOLEAN"'

    path = workbook(["SKIP", "COMMAND", "ID", "PARAMS"], [], [], [1, "a", 1], [0, "a", 2], change=change)
    assert read_sheet(path).skipped == ("1",)


@pytest.mark.parametrize("value", ["not yet", "done", 2, -1, 0.5, "on hold", "falsch", "n/a", "?"])
def test_any_other_word_is_refused_with_its_place(workbook: MakeWorkbook, value: Any) -> None:
    path = workbook(
        ["SKIP", "CLEANUP", "COMMAND", "ID", "PARAMS"], [], [], [value, None, "a", 1], [None, value, "b", 2]
    )
    allowed = f'expects true/yes/1/x, false/no/0/off, or an empty cell; got "{value}"'
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    assert str(caught.value).splitlines() == [
        f'sheet "runs", row 4, column A (SKIP): {allowed}',
        f'sheet "runs", row 5, column B (CLEANUP): {allowed}',
    ]


def test_a_switch_whose_formula_has_no_value_is_refused(workbook: MakeWorkbook) -> None:
    path = workbook(["SKIP", "COMMAND", "ID", "PARAMS"], [], [], ["=1=1", "a", 1])
    with pytest.raises(SheetError, match=r"row 4, column A \(SKIP\): the formula has no stored value"):
        read_sheet(path)


def test_words_of_the_older_documents(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["USER", "USER", "COMMAND", "SCENARIO", "ID", "PARAMS", None, None, None, "USER"],
        ["EMPTY", None, None, None, None, "a", "EMPTY", "Default", "NULL"],
        [None, None, None, None, None, "lr", "flag:empty", "name", "seed"],
        ["me", "you", "run", "NULL", 1, "NULL", "EMPTY", "EMPTY", 7, "they"],
        ["me", "you", "run", "EMPTY", 2, "EMPTY", "EMPTY", "Default", None, "they"],
        ["EMPTY", None, None, "EMPTY", "EMPTY", "EMPTY"],
    )
    assert [quoted(row.words) for row in read_sheet(path).rows] == [
        "run --a.lr none --a.flag --seed 7",
        "run --a.flag --name Default",
    ]


def test_no_output_folder_is_none_that_runs_could_share(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "trainer"],
        [None, None, "output_dir"],
        *(["run", number, word] for number, word in enumerate(("NULL", "NULL", "none", "EMPTY"))),
    )
    rows = read_sheet(path).rows
    assert [row.output_dir for row in rows] == [None] * 4
    assert [row.words[1:] for row in rows] == [("--trainer.output_dir", "none")] * 3 + [()]


@pytest.mark.parametrize("word", ["EMPTY", "NULL"])
def test_a_word_for_nothing_is_no_id(workbook: MakeWorkbook, word: str) -> None:
    with pytest.raises(SheetError, match="the run has no ID"):
        read_sheet(workbook(["COMMAND", "ID", "PARAMS"], [], [], ["run", word]))


@pytest.mark.parametrize(
    ("value", "line"), [("TRUE", "run --f"), ("true", "run --f"), ("FALSE", "run"), (False, "run")]
)
def test_a_flag_reads_booleans_however_they_are_stored(workbook: MakeWorkbook, value: Any, line: str) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "f:empty"], ["run", 1, value])
    assert [quoted(row.words) for row in read_sheet(path).rows] == [line]


def test_headers_of_the_user_stand_as_often_as_they_like(workbook: MakeWorkbook) -> None:
    path = workbook(["USER", "RESULT", "COMMAND", "USER", "ID", "RESULT", "PARAMS"], [], [], ["a", "b", "run", "c", 1])
    assert [row.id for row in read_sheet(path).rows] == ["1"]
