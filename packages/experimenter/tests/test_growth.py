"""Each row costs the same, whatever their number; benchmarks/growth.py measures time and memory of large workbooks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tfaip.experimenter.cli.command import main

MakeWorkbook = Callable[..., Path]
SIZES = (40, 60, 80)


def calls_of(words: list[str]) -> int:
    """Count the calls of functions in a command."""
    count = 0

    def on_event(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(on_event)
    try:
        with pytest.raises(SystemExit, match="0"):
            main(words)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("mode", ["--dry_run", "--update"])
def test_rows_of_a_workbook_are_read_and_written_with_as_many_calls_each(mode: str, workbook: MakeWorkbook) -> None:
    def calls(rows: int) -> int:
        ids = [f"r{number:03}" for number in range(rows)]
        workbook(
            ["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "lr"], *(["true", i, 1] for i in ids)
        )
        return calls_of(["--xlsx", "runs.xlsx", mode])

    calls(SIZES[0])  # imports
    few, some, many = map(calls, SIZES)
    assert 0 < many - some < 1.02 * (some - few)
