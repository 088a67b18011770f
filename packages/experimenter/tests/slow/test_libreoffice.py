"""LibreOffice opens workbooks with results; `TFAIP_PICTURES=DIR` keeps the PDF to look at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice isn't installed")


def convert(path: Path, kind: str, folder: Path) -> Path:
    profile = (folder / "profile").as_uri()
    line = [
        str(SOFFICE),
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
    ]
    done = subprocess.run([*line, str(path)], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return folder / f"{path.stem}.{kind}"


@pytest.fixture
def updated(workbook: Callable[..., Path], command: Callable[..., subprocess.CompletedProcess[str]]) -> Path:
    for number in (1, 2, 3):
        folder = Path(f"out/{number}")
        folder.mkdir(parents=True)
        lines = [{"epoch": epoch, "val_acc": 0.5 + 0.1 * number, "val_loss": 1 / epoch} for epoch in (1, 2)]
        (folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)))
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "trainer"],
        [None, None, "output_dir", "lr"],
        *(["tfaip-train", number, f"out/{number}", 10**-number] for number in (1, 2, 3)),
    )
    assert command("--xlsx", path, "--update").returncode == 0
    return path


def test_libreoffice_shows_the_sheet_and_its_chart(updated: Path, tmp_path: Path) -> None:
    pdf = convert(updated, "pdf", tmp_path / "converted")
    assert pdf.stat().st_size > 5000
    if folder := os.environ.get("TFAIP_PICTURES"):
        shutil.copy(pdf, folder)
    text = shutil.which("pdftotext")
    if text:
        shown = subprocess.run([text, "-layout", str(pdf), "-"], capture_output=True, text=True).stdout
        assert "best val_acc" in shown
        assert "0.8" in shown


def test_what_libreoffice_saves_again_still_has_all_and_can_be_updated(
    updated: Path, tmp_path: Path, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    saved = convert(updated, "xlsx", tmp_path / "converted")
    sheet = openpyxl.load_workbook(saved)["tfaip results"]
    assert [cell.value for cell in sheet["A"]][1:4] == [1, 2, 3]
    assert len(sheet._charts) == 1
    assert command("--xlsx", saved, "--update").returncode == 0
    book = openpyxl.load_workbook(saved)
    assert book.sheetnames == ["runs", "tfaip results"]
    with ZipFile(saved) as file:
        assert file.testzip() is None
        assert sum("/charts/chart" in name or "-chart" in name for name in file.namelist()) == 1
    assert convert(saved, "pdf", tmp_path / "again").stat().st_size > 5000
