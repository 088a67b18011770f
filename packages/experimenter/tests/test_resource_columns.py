"""Columns that say what a run gets on a cluster, and cells that begin like an option."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tfaip.experimenter import read_sheet
from tfaip.experimenter.commands.plan import read_plan
from tfaip.experimenter.errors import SheetError
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.executors.slurm import SlurmExecutorParams
from tfaip.experimenter.queue.scheduler import Options
from tfaip.experimenter.session import run_plan
from tfaip.experimenter.views.lines import Lines

MakeWorkbook = Callable[..., Path]
COLUMNS = ("GPUS", "CPUS", "MEMORY", "TIME", "NODES", "PARTITION")


def resources(workbook: MakeWorkbook, header: list[str], *cells: Any) -> tuple[str, ...]:
    path = workbook(["COMMAND", "ID", *header, "PARAMS"], [], [], ["echo", 1, *cells])
    (row,) = read_sheet(path).rows
    assert row.words == ("echo",)
    return row.resources


def test_each_column_is_a_word_of_the_row(workbook: MakeWorkbook) -> None:
    found = resources(workbook, list(COLUMNS), 2, 4, "16G", "2h30m", 1, "gpu")
    assert found == ("gpus=2", "cpus=4", "memory=16G", "time=2h30m", "nodes=1", "partition=gpu")
    params = SlurmExecutorParams(partition="cpu").for_row(found)
    assert (params.gpus, params.cpus, params.memory, params.nodes, params.partition) == (2, 4, "16G", 1, "gpu")
    assert params.time == timedelta(hours=2.5)


def test_an_empty_cell_leaves_the_default(workbook: MakeWorkbook) -> None:
    assert resources(workbook, ["GPUS", "RESOURCES", "TIME"], None, "cpus=3", None) == ("cpus=3",)


@pytest.mark.parametrize(("cell", "word"), [(time(12), "time=12:00:00"), (timedelta(hours=36), "time=36:00:00")])
def test_a_time_of_the_spreadsheet_program_is_a_limit(cell: object, word: str, workbook: MakeWorkbook) -> None:
    (found,) = resources(workbook, ["TIME"], cell)
    assert found == word
    SlurmExecutorParams().for_row([found])


def test_a_row_says_each_resource_once(workbook: MakeWorkbook) -> None:
    with pytest.raises(SheetError, match=r"column D \(GPUS\): RESOURCES of this row says gpus too; use one of both"):
        resources(workbook, ["RESOURCES", "GPUS"], "gpus=2", 3)


def test_a_mistake_is_told_with_the_cell_of_its_column(workbook: MakeWorkbook) -> None:
    path = workbook(["COMMAND", "ID", "RESOURCES", "GPUS", "PARAMS"], [], [], ["echo", 1, "cpus=2", "two"])
    with pytest.raises(SheetError, match=r"column D \(GPUS\): --executor.gpus: must be a whole number"):
        run_plan(read_plan(path), [Slot("slot", 0)], lambda _: Lines(), Options(), executor=SlurmExecutorParams())


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("--foo", ("--a=--foo",)),
        ("-1e-5", ("--a=-1e-5",)),
        (-1e-7, ("--a=-1e-7",)),
        ("-inf", ("--a=-inf",)),
        ("-x y", ("--a=-x y",)),
        (-5, ("--a", "-5")),
        (-0.25, ("--a", "-0.25")),
        ("-", ("--a", "-")),
        ("a-b", ("--a", "a-b")),
    ],
)
def test_a_cell_that_begins_like_an_option_arrives_as_a_value(
    cell: object, words: tuple[str, ...], workbook: MakeWorkbook
) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "a"], ["echo", 1, cell])
    assert read_sheet(path).rows[0].words == ("echo", *words)


def test_words_of_one_cell_stay_words(workbook: MakeWorkbook) -> None:
    for cell, words in (("-1e-5", ("--a=-1e-5",)), ("-1e-5 2", ("--a", "-1e-5", "2"))):
        path = workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "a:split"], ["e", 1, cell])
        assert read_sheet(path).rows[0].words == ("e", *words)
