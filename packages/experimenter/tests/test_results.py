"""The sheet of results: what it says, and that nothing else of the workbook changes."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from PIL import Image as PictureMaker

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeWorkbook = Callable[..., Path]

ROWS = (
    ["USER", "COMMAND", "ID", "PARAMS"],
    [None, None, None, "trainer"],
    [None, None, None, "output_dir", "lr", "name"],
    ["me", "train", 1, "out/1", 1e-3, "first"],
    ["me", "train", 2, "out/2", 1e-4, "second"],
    ["me", "train", "007", "out/3", 1e-5, None],
)
# What lists the sheets may change; our own parts come and go.
LISTS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
SHEET = "tfaip results"


def write_run(folder: str, *epochs: dict[str, float]) -> None:
    Path(folder).mkdir(parents=True)
    lines = [json.dumps({"epoch": number, **epoch}) for number, epoch in enumerate(epochs, 1)]
    Path(folder, "metrics.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture
def runs() -> None:
    write_run("out/1", {"val_acc": 0.5, "loss": 3.0}, {"val_acc": 0.8, "loss": 2.0}, {"val_acc": 0.7, "loss": 1.0})
    write_run("out/2", {"val_acc": 0.9, "loss": 4.0})


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def is_ours(name: str) -> bool:
    return "tfaip-results-" in name


def assert_nothing_else_changed(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    assert {name: after.get(name) for name in before if name not in LISTS and not is_ours(name)} == {
        name: content for name, content in before.items() if name not in LISTS and not is_ours(name)
    }
    assert {name for name in after if name not in before and not is_ours(name)} == set()


def table(path: Path) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(path, data_only=True)[SHEET]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if any(value is not None for value in row)]


def test_update_writes_parameters_and_metrics_of_all_runs(workbook: MakeWorkbook, command: Command, runs: None) -> None:
    def begin_a_text_like_a_formula(book: Workbook) -> None:
        cell = book.worksheets[0]["F4"]
        cell.value = "=first"
        cell.data_type = "s"

    path = workbook(*ROWS, change=begin_a_text_like_a_formula)
    done = command("--xlsx", path, "--update")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    first, second, third = table(path)
    assert first == {
        "ID": 1,
        "state": "known by its folder",
        "trainer.output_dir": "out/1",
        "trainer.lr": 1e-3,
        "trainer.name": "=first",
        "best val_acc": 0.8,
        "loss in best epoch": 2.0,
        "best epoch": 2,
        "last val_acc": 0.7,
        "last loss": 1.0,
        "epoch": 3,
        "run folder": "out/1",
    }
    assert (second["best val_acc"], second["last loss"], second["best epoch"]) == (0.9, 4.0, 1)
    assert (third["ID"], third["state"], third["best val_acc"]) == ("007", None, None)


def test_the_sheet_can_be_sorted_links_its_folders_marks_the_best_and_has_a_chart(
    workbook: MakeWorkbook, command: Command, runs: None
) -> None:
    path = workbook(*ROWS)
    command("--xlsx", path, "--update")
    sheet = openpyxl.load_workbook(path)[SHEET]
    (listed,) = sheet.tables.values()
    assert listed.ref == sheet.dimensions
    assert listed.autoFilter is not None
    links = {cell.coordinate: cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert sorted(links.values()) == ["out/1", "out/2", "out/3"]
    scales = {
        str(area.sqref): [float(point.val) for point in rule.colorScale.cfvo]
        for area, rules in sheet.conditional_formatting._cf_rules.items()
        for rule in rules
    }
    headers = [cell.value for cell in sheet[1]]
    column = openpyxl.utils.get_column_letter(headers.index("best val_acc") + 1)
    below, best = scales[f"{column}2:{column}4"]
    assert best == 0.9
    assert 0.8 < below < best
    column = openpyxl.utils.get_column_letter(headers.index("last loss") + 1)
    best, above = scales[f"{column}2:{column}4"]
    assert best == 1.0
    assert best < above < 2.0
    chart = next(content for name, content in parts(path).items() if "/charts/" in name and is_ours(name)).decode()
    assert "best val_acc" in chart
    assert 'min val="0"' in chart.partition("valAx")[2]
    assert f"'{SHEET}'!$A$2:$A$4" in chart


def rich_workbook(book: Workbook) -> None:
    """All that a user may have in a workbook, and openpyxl or a rewrite could lose."""
    sheet = book.worksheets[0]
    sheet["A4"].comment = Comment("a remark", "me")
    sheet["A4"].font = Font(bold=True, color="FFFF0000")
    sheet.merge_cells("D2:E2")
    validation = DataValidation(type="list", formula1='"a,b"')
    validation.add("F4:F6")
    sheet.add_data_validation(validation)
    other = book.create_sheet("my figures")
    for number in range(1, 30):
        other.append([number, f"=A{number}*2", f"text {number}"])
    other.conditional_formatting.add(
        "A1:A29", CellIsRule(operator="greaterThan", formula=["9"], fill=PatternFill("solid", bgColor="FFFF0000"))
    )
    chart = LineChart()
    chart.add_data(Reference(other, min_col=1, min_row=1, max_row=29))
    other.add_chart(chart, "E2")
    picture = io.BytesIO()
    PictureMaker.new("RGB", (4, 4), "red").save(picture, "PNG")
    other.add_image(Image(picture), "E20")
    other["H1"], other["I1"], other["H2"] = "mine", "too", 1
    other.add_table(Table(id=1, displayName="mine", ref="H1:I2"))
    other["A1"].hyperlink = "https://example.org"
    book.defined_names["rate"] = DefinedName("rate", attr_text="'my figures'!$A$1")
    hidden = book.create_sheet("hidden")
    hidden.sheet_state = "hidden"


def with_cached_values(path: Path) -> None:
    """Give the formulas the values that a spreadsheet program stores."""
    content = parts(path)
    for name, part in content.items():
        if name.startswith("xl/worksheets/sheet"):
            content[name] = part.replace(b"</f><v />", b"</f><v>42</v>").replace(b"</f><v/>", b"</f><v>42</v>")
    with ZipFile(path, "w") as file:
        for name, part in content.items():
            file.writestr(name, part)


def test_every_other_part_stays_the_same_by_the_byte_however_often_it_is_updated(
    workbook: MakeWorkbook, command: Command, runs: None
) -> None:
    path = workbook(*ROWS, change=rich_workbook)
    with_cached_values(path)
    before = parts(path)
    assert b"<v>42</v>" in before["xl/worksheets/sheet2.xml"]
    command("--xlsx", path, "--update")
    once = parts(path)
    assert_nothing_else_changed(before, once)
    write_run("out/3", {"val_acc": 1.0})
    command("--xlsx", path, "--update")
    twice = parts(path)
    assert_nothing_else_changed(before, twice)
    assert set(once) == set(twice)
    assert (once["xl/workbook.xml"], once["xl/_rels/workbook.xml.rels"]) == (
        twice["xl/workbook.xml"],
        twice["xl/_rels/workbook.xml.rels"],
    )
    assert table(path)[2]["best val_acc"] == 1.0
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["runs", "my figures", "hidden", SHEET]
    assert book["my figures"]["B3"].value == 42
    ids = [t.id for sheet in book for t in sheet.tables.values()]
    assert len(set(ids)) == len(ids) == 2


def test_the_real_workbook_keeps_its_cached_values(real_workbook: Path, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "copy.xlsx"
    path.write_bytes(real_workbook.read_bytes())
    before = parts(path)
    for _ in range(2):
        assert command("--xlsx", path, "--update").returncode == 0
        assert_nothing_else_changed(before, parts(path))
    assert openpyxl.load_workbook(path, data_only=True).worksheets[0]["H4"].value == 1
    assert command("--xlsx", path, "--dry_run").stdout == command("--xlsx", real_workbook, "--dry_run").stdout


def test_a_results_sheet_that_a_spreadsheet_program_has_saved_is_replaced(
    workbook: MakeWorkbook, command: Command, runs: None
) -> None:
    path = workbook(*ROWS, change=rich_workbook)
    command("--xlsx", path, "--update")
    openpyxl.load_workbook(path).save(path)  # as a program that gives all parts other names
    before = parts(path)
    assert not any(map(is_ours, before))
    (number,) = [n for n, s in enumerate(openpyxl.load_workbook(path).sheetnames, 1) if s == SHEET]
    command("--xlsx", path, "--update")
    after = parts(path)
    kept = {f"xl/worksheets/sheet{n}.xml" for n in range(1, 5) if n != number}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert openpyxl.load_workbook(path).sheetnames.count(SHEET) == 1
    assert {name for name in after if "/tables/" in name and not is_ours(name)} == {"xl/tables/table1.xml"}
    listed = after["[Content_Types].xml"].decode()
    for name in after:
        if name.endswith(".xml") and name.startswith("xl/"):
            assert listed.count(f'"/{name}"') == 1, name
    for name in before.keys() - after.keys():
        assert f'"/{name}"' not in listed


def test_parts_whose_elements_have_a_prefix_are_extended_with_it(
    workbook: MakeWorkbook, command: Command, runs: None
) -> None:
    path = workbook(*ROWS)
    content = parts(path)
    book = content["xl/workbook.xml"].decode()
    for name in ("workbook", "workbookPr", "workbookProtection", "bookViews", "workbookView", "sheets", "sheet"):
        book = book.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        book = book.replace(f"</{name}>", f"</x:{name}>")
    for name in ("definedNames", "calcPr"):
        book = book.replace(f"<{name}", f"<x:{name}").replace(f"</{name}>", f"</x:{name}>")
    book = book.replace("xmlns=", "xmlns:x=")
    content["xl/workbook.xml"] = book.encode()
    with ZipFile(path, "w") as file:
        for name, part in content.items():
            file.writestr(name, part)
    assert command("--xlsx", path, "--update").returncode == 0
    assert f'<x:sheet name="{SHEET}"' in parts(path)["xl/workbook.xml"].decode()
    assert openpyxl.load_workbook(path).sheetnames == ["runs", SHEET]


@pytest.mark.parametrize("lock", [".~lock.runs.xlsx#", "~$runs.xlsx"])
def test_while_the_user_has_the_file_open_the_results_go_beside_it(
    workbook: MakeWorkbook, command: Command, runs: None, lock: str
) -> None:
    path = workbook(*ROWS)
    before = path.read_bytes()
    Path(lock).touch()
    done = command("--xlsx", path, "--update")
    assert done.returncode == 0
    beside = path.with_name("runs.results.xlsx")
    assert done.stderr == (
        f"The results are in {beside}, since the workbook is open in a spreadsheet program ({lock}); --update writes "
        "them into it.\n"
    )
    assert path.read_bytes() == before
    assert table(beside)[1]["best val_acc"] == 0.9
    Path(lock.replace("runs.xlsx", "runs.results.xlsx")).touch()
    command("--xlsx", path, "--update")
    assert table(path.with_name("runs.results-2.xlsx"))[1]["best val_acc"] == 0.9


def test_a_file_that_changed_meanwhile_is_not_overwritten(
    workbook: MakeWorkbook, command: Command, programs: Callable[[str, str], Path]
) -> None:
    programs("edit", "open('runs.xlsx', 'ab').write(b'saved by the user')")
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["edit", 1])
    before = path.read_bytes()
    done = command("--xlsx", path, "--cpus", "0")
    assert done.returncode == 0
    assert "since the workbook has changed on disk since it was read; --update writes them into it." in done.stderr
    assert path.read_bytes() == before + b"saved by the user"
    assert table(path.with_name("runs.results.xlsx"))[0]["state"] == "finished"


def test_a_file_that_changes_in_the_last_moment_is_not_overwritten(tmp_path: Path) -> None:
    from tfaip.experimenter.workbook.workbook_file import replace_file, stamp_of

    path = tmp_path / "file"
    path.write_text("read")
    stamp = stamp_of(path)
    path.write_text("changed by the user")
    assert not replace_file(path, b"ours", expected=stamp)
    assert path.read_text() == "changed by the user"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_links_and_permissions_of_the_workbook_stay(workbook: MakeWorkbook, command: Command, runs: None) -> None:
    path = workbook(*ROWS, name="real.xlsx")
    path.chmod(0o640)
    link = path.with_name("link.xlsx")
    link.symlink_to(path)
    assert command("--xlsx", link, "--update").returncode == 0
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(table(path)) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(workbook: MakeWorkbook, command: Command, runs: None) -> None:
    path = workbook(*ROWS)
    path.parent.chmod(0o500)
    try:
        done = command("--xlsx", path, "--update")
    finally:
        path.parent.chmod(0o700)
    assert done.returncode == 2
    assert "the results can't be written into the folder of" in done.stderr


def test_the_results_are_written_at_the_end_of_the_runs_unless_unwanted(
    workbook: MakeWorkbook, command: Command, runs: None
) -> None:
    rows = [[*row[:1], "true", *row[2:]] if isinstance(row[1], str) and row[1] == "train" else row for row in ROWS]
    path = workbook(*rows)
    before = path.read_bytes()
    assert command("--xlsx", path, "--cpus", "0", "--no_update").returncode == 0
    assert path.read_bytes() == before
    assert command("--xlsx", path, "--update").returncode == 0
    first = table(path)[0]
    assert (first["state"], first["best val_acc"]) == ("finished", 0.8)
    assert first["duration (s)"] is None or first["duration (s)"] >= 0


def test_a_failure_is_told_in_the_sheet(workbook: MakeWorkbook, command: Command) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["false", 1], ["true", 2])
    assert command("--xlsx", path, "--cpus", "0").returncode == 1
    first, second = table(path)
    assert (first["state"], first["remark"]) == ("failed", "ended with exit code 1")
    assert (second["state"], second["remark"]) == ("finished", None)


def test_the_results_go_into_the_workbook_once_the_user_has_closed_it(workbook: MakeWorkbook, runs: None) -> None:
    from tfaip.experimenter.commands.plan import read_plan
    from tfaip.experimenter.results.updating import ResultsUpdater

    path = workbook(*ROWS)
    told: list[str] = []
    updater = ResultsUpdater(read_plan(path), None, told.append)
    lock = path.with_name("~$runs.xlsx")
    lock.touch()
    updater.request()
    updater.write_if_due(finally_=True)
    updater.write_if_due(finally_=True)
    assert [text.partition(",")[0] for text in told] == [f"The results are in {path.with_name('runs.results.xlsx')}"]
    lock.unlink()
    updater.write_if_due(finally_=True)
    assert told[1:] == [f"The results are in {path} now."]
    assert table(path)[1]["best val_acc"] == 0.9


def test_a_file_of_the_user_beside_the_workbook_is_not_overwritten(workbook: MakeWorkbook, command: Command) -> None:
    path = workbook(*ROWS)
    workbook(["mine"], name="runs.results.xlsx")
    Path("runs.results-2.xlsx").write_text("no workbook")
    Path("~$runs.xlsx").touch()
    before = Path("runs.results.xlsx").read_bytes()
    for _ in range(2):
        assert "runs.results-3.xlsx, since" in command("--xlsx", path, "--update").stderr
    assert Path("runs.results.xlsx").read_bytes() == before
    assert Path("runs.results-2.xlsx").read_text() == "no workbook"
    assert len(table(path.with_name("runs.results-3.xlsx"))) == 3


def test_a_helper_that_has_read_new_rows_does_not_lose_their_results(workbook: MakeWorkbook, tmp_path: Path) -> None:
    from tfaip.experimenter.commands.plan import read_plan
    from tfaip.experimenter.queue.store import Store
    from tfaip.experimenter.results.updating import ResultsUpdater

    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1])
    stores = [Store(tmp_path / "queue.sqlite") for _ in range(2)]
    told: list[str] = []
    first = ResultsUpdater(read_plan(path), stores[0], told.append)
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1], ["true", 2])
    helper = ResultsUpdater(read_plan(path), stores[1], told.append)
    helper.write()
    first.write()
    assert told == []
    assert [row["ID"] for row in table(path)] == [1, 2]
    for store in stores:
        store.close()


def test_a_start_tells_that_the_workbook_is_open(workbook: MakeWorkbook, command: Command) -> None:
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1])
    Path(".~lock.runs.xlsx#").touch()
    done = command("--xlsx", path, "--cpus", "0")
    assert done.returncode == 0
    assert "(.~lock.runs.xlsx#): unsaved changes aren't run, and the results are written beside it" in done.stderr


def test_what_a_helper_has_written_is_no_change_by_the_user(workbook: MakeWorkbook, tmp_path: Path) -> None:
    from tfaip.experimenter.commands.plan import read_plan
    from tfaip.experimenter.queue.store import Store
    from tfaip.experimenter.results.updating import ResultsUpdater

    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1])
    plan = read_plan(path)
    stores = [Store(tmp_path / "queue.sqlite") for _ in range(2)]
    told: list[str] = []
    first, helper = (ResultsUpdater(plan, store, told.append) for store in stores)
    for updater in (first, helper, first):
        updater.write()
    assert told == []
    with path.open("ab") as file:
        file.write(b"saved by the user")
    helper.write()
    assert ["has changed on disk" in text for text in told] == [True]
    for store in stores:
        store.close()
