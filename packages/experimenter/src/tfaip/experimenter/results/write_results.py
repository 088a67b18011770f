"""Writes the results into the user's workbook, or beside it where the workbook must be left alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.results.drawn_sheet import drawn_sheet
from tfaip.experimenter.results.graft import GraftError, graft
from tfaip.experimenter.results.reading_back import ReadBackError, read_back
from tfaip.experimenter.results.table import ResultsTable
from tfaip.experimenter.sheet.cells import RESULTS_TITLE
from tfaip.experimenter.workbook.package_parts import PackageParts
from tfaip.experimenter.workbook.workbook_file import MOST_BYTES, Stamp, open_elsewhere, replace_file, stamp_of
from tfaip.params.regular_files import read_regular

__all__ = ["Written", "write_results"]


@dataclass(frozen=True)
class Written:
    """A report of the written results.

    Args:
        path: The file that holds the results.
        stamp: Stamp of the workbook as it is now, if it was written; otherwise as it was expected.
        why_beside: Why they aren't in the workbook; `""` if they are.
        was_open: Whether it is because a spreadsheet program has the workbook open.
    """

    path: Path
    stamp: Stamp | None
    why_beside: str = ""
    was_open: bool = False


def write_results(workbook: Path, table: ResultsTable, expected: Stamp | None) -> Written:
    """Write the results.

    Args:
        workbook: The user's workbook.
        table: The results.
        expected: Stamp of the workbook as this process knows it.

    Raises:
        ExperimenterError: Neither the workbook nor a file beside it can be written.
    """
    try:
        lock = open_elsewhere(workbook)
        if lock:
            why = f"the workbook is open in a spreadsheet program ({lock.name})"
        else:
            why = _graft_into(workbook, table, expected)
        if not why:
            return Written(workbook, stamp_of(workbook))
        return Written(_write_beside(workbook, table), expected, why, was_open=lock is not None)
    except OSError as error:
        raise ExperimenterError(
            f"the results can't be written into the folder of {workbook}: {error.strerror or error}"
        ) from error
    except Exception as error:
        # The runs go on, and their results are in their folders.
        raise ExperimenterError(f"the results can't be written: {type(error).__name__}: {error}") from error


def _graft_into(workbook: Path, table: ResultsTable, expected: Stamp | None) -> str:
    """Write the sheet into the workbook; return why that isn't possible, else `""`."""
    changed = "the workbook has changed on disk since it was read"
    if expected is None or stamp_of(workbook) != expected:
        return changed
    try:
        before = read_regular(workbook, MOST_BYTES)
        content = graft(before, lambda number: drawn_sheet(table, workbook, number))
        read_back(content, table, others=PackageParts(before).sheet_titles())
        return "" if replace_file(workbook, content, expected=expected) else changed
    except (GraftError, ReadBackError) as error:
        return str(error)
    except OSError as error:
        return f"the workbook can't be written ({error.strerror or error})"


def _write_beside(workbook: Path, table: ResultsTable) -> Path:
    """Write a workbook with the results alone, past files that are open themselves."""
    content = drawn_sheet(table, workbook)
    read_back(content, table)
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        path = workbook.with_name(f"{workbook.stem}.results{suffix}.xlsx")
        if open_elsewhere(path) is None and _is_free(path) and replace_file(path, content, expected=stamp_of(path)):
            return path
        number += 1


def _is_free(path: Path) -> bool:
    """Whether there is no such file, or one that holds results and nothing else."""
    try:
        return PackageParts(read_regular(path, MOST_BYTES)).sheet_titles() == [RESULTS_TITLE]
    except FileNotFoundError:
        return True
    except Exception:
        return False  # no workbook at all, so not ours
