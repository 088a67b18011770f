"""Rows with TRIALS: the distributions of their cells, the rows of their trials, and mistakes in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tfaip.experimenter import SheetError, read_sheet
from tfaip.experimenter.sheet.distributions import read_distribution
from tfaip.experimenter.sheet.row import Objective

MakeWorkbook = Callable[..., Path]


def sheet(
    workbook: MakeWorkbook, *cells: object, headers: tuple[str, ...] = ("x", "output_dir"), **more: object
) -> Path:
    values = {"TRIALS": 3, "OBJECTIVE": None, **more}
    width = len(values) + 2
    return workbook(
        ["COMMAND", "ID", *values, "PARAMS"],
        [*[None] * width, "default"],
        [*[None] * width, *headers],
        ["train my.scenario", "a", *values.values(), *cells],
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("log(1e-5, 1e-2)", "log(1e-5, 0.01)"),
        ("int(16, 256, step=16)", "int(16, 256, step=16)"),
        ("int(1,1000,log)", "int(1, 1000, log)"),
        ("float(0, .5)", "float(0, 0.5)"),
        ("float(-1, 1, step = 0.25)", "float(-1, 1, step=0.25)"),
        ("int(0, 10, step=4)", "int(0, 8, step=4)"),
        ("{relu | gelu}", "{relu | gelu}"),
        ("{ 100 50|NULL | }", "{100 50 | none | }"),
        ("{one}", "{one}"),
    ],
)
def test_a_distribution_is_read_and_told(text: str, told: str) -> None:
    assert str(read_distribution(text)) == told


@pytest.mark.parametrize("text", ["relu", "1e-3", "", "logit", "log", "int", "{relu", "print(1, 2)", "a{b}"])
def test_another_text_is_a_value(text: str) -> None:
    assert read_distribution(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("log(0, 1)", "a logarithm needs numbers above 0"),
        ("log(1e-2, 1e-5)", "the smallest number stands first"),
        ("log(1e-5, 1e-2, step=1)", 'got "step=1"'),
        ("int(1.5, 4)", "int takes whole numbers"),
        ("int(1, 9, step=0)", "the step must be above 0"),
        ("int(1, 9, log, step=2)", "the step must be above 0, and goes without log"),
        ("int(1)", "expects the smallest and the largest number"),
        ("int(1, 9) int(1, 9)", "expects one distribution"),
        ("float(0, 1e999)", "the numbers must be finite"),
        ("float(a, b)", "expects the smallest and the largest number"),
        ("{a | b | a}", "a choice stands twice"),
    ],
)
def test_a_wrong_distribution_is_told(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_distribution(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "value", "text"),
    [
        ("log(1e-5, 1e-2)", 0.0003141592653589793, "0.000314159"),
        ("log(1e-5, 1e-2)", 1.0000000001e-5, "1e-5"),
        ("float(0, 1, step=0.1)", 0.30000000000000004, "0.3"),
        ("float(1.0000001, 1.0000002)", 1.00000015, "1.00000015"),
        ("int(16, 256, step=16)", 32, "32"),
        ("{a | b}", "b", "b"),
    ],
)
def test_a_sampled_value_is_a_short_text_that_reads_as_itself(cell: str, value: float | str, text: str) -> None:
    found = read_distribution(cell)
    assert found is not None
    assert found.text(value) == text
    assert found.text(found.value(text)) == text


def test_a_row_with_trials_is_a_search_whose_trials_have_folders_of_their_own(workbook: MakeWorkbook) -> None:
    path = sheet(workbook, "log(1e-5, 1e-2)", "runs/a", OBJECTIVE="max val_acc")
    (row,) = read_sheet(path).rows
    assert row.search is not None
    assert (row.search.trials, row.search.objective) == (3, Objective("val_acc", False))
    trial = row.search.trial(7, {"x": "0.001"})
    assert trial.id == "a/7"
    assert trial.words == ("train", "my.scenario", "--x", "0.001", "--output_dir", "runs/a/7")
    assert trial.output_dir == "runs/a/7"


def test_a_choice_of_a_split_column_is_several_words_and_of_an_empty_one_a_flag(workbook: MakeWorkbook) -> None:
    headers = ("nodes:split", "fast:empty", "output_dir")
    (row,) = read_sheet(sheet(workbook, "{200 100 | 50}", "{true | false}", "runs/a", headers=headers)).rows
    assert row.search is not None
    words = row.search.trial(0, {"nodes": "200 100", "fast": "true"}).words
    assert words[2:] == ("--nodes", "200", "100", "--fast", "--output_dir", "runs/a/0")
    assert "--fast" not in row.search.trial(1, {"nodes": "50", "fast": "false"}).words


def test_a_row_without_trials_takes_the_same_cells_as_values(workbook: MakeWorkbook) -> None:
    (row,) = read_sheet(sheet(workbook, "{relu | gelu}", "runs/a", TRIALS=None)).rows
    assert row.search is None
    assert "{relu | gelu}" in row.words


@pytest.mark.parametrize(
    ("cells", "more", "problem"),
    [
        (("1e-3", "runs/a"), {}, "holds a distribution in one cell at least"),
        (("log(1, 2)", None), {}, "the row has no output_dir"),
        (("log(1, 2)", "{runs/a | runs/b}"), {}, "a trial has a folder of its own"),
        (("log(1, 2)", "runs/a"), {"TRIALS": "many"}, "from 1 to 100000"),
        (("log(1, 2)", "runs/a"), {"TRIALS": 0}, "from 1 to 100000"),
        (("log(1, 2)", "runs/a"), {"TRIALS": 2.5}, "from 1 to 100000"),
        (("log(1, 2)", "runs/a"), {"OBJECTIVE": "best val_acc"}, "expects a log such as val_acc"),
        (("log(2, 1)", "runs/a"), {}, "column E (x): the smallest number stands first"),
    ],
)
def test_a_mistake_in_a_search_is_told_with_its_cell(
    workbook: MakeWorkbook, cells: tuple[object, ...], more: dict[str, object], problem: str
) -> None:
    with pytest.raises(SheetError) as caught:
        read_sheet(sheet(workbook, *cells, **more))
    assert problem in str(caught.value)
    assert "row 4" in str(caught.value)


def test_another_row_has_neither_the_id_nor_the_folder_of_a_trial(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "ID", "TRIALS", "PARAMS"],
        [None, None, None, "default"],
        [None, None, None, "x", "output_dir"],
        ["train", "a", 3, "log(1, 2)", "runs/a"],
        ["train", "a/0", None, "1", "runs/b"],
        ["train", "c", None, "1", "runs/a/1"],
        ["train", "a/x", None, "1", "runs/ab"],
    )
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    told = str(caught.value).splitlines()
    assert len(told) == 2
    assert 'row 6: the output folder "runs/a/1" lies in that of row 4' in told[0]
    assert '"a/0" is the ID of a trial of row 4' in told[1]
