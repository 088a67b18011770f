"""Workbooks of 20,000 rows: nothing of them changes by a byte except the parts that list the sheets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from openpyxl import Workbook

LISTS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}


def test_20000_rows_stay_as_they_are(
    workbook: Callable[..., Path], command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    def add_rows(book: Workbook) -> None:
        sheet = book.create_sheet("figures")
        for number in range(20_000):
            sheet.append([number, number / 7, f"text {number}", f"=A{number + 1}+1"])

    rows = [["true", number, number / 8] for number in range(20_000)]
    path = workbook(["COMMAND", "ID", "PARAMS"], [None, None, "a"], [None, None, "lr"], *rows, change=add_rows)
    with ZipFile(path) as file:
        before = {name: file.read(name) for name in file.namelist() if name not in LISTS}
    for _ in range(2):
        done = command("--xlsx", path, "--update")
        assert done.returncode == 0, done.stderr
        with ZipFile(path) as file:
            assert {name: file.read(name) for name in before} == before
    assert len(command("--xlsx", path, "--dry_run").stdout.splitlines()) == 20_000
