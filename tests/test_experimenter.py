"""Real trainings in the queue of a workbook: killed for real, resumed from their checkpoint, written into the sheet."""

import json
import os
import signal
import subprocess
import sys
import time

import openpyxl
import pytest

from commands import ROOT, TUTORIAL

EPOCHS = 4


def experimenter(*words, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "tfaip.experimenter", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_to_its_end(*words, cwd):
    process = experimenter(*words, cwd=cwd)
    output, errors = process.communicate(timeout=600)
    return process.returncode, output, errors


def metrics_of(folder):
    """The lines of metrics.jsonl without their times."""
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{name: value for name, value in json.loads(line).items() if name != "time"} for line in lines]


def kill_everything(scheduler, state):
    """What a power failure leaves: neither the scheduler, nor the runner, nor the training end on their own."""
    scheduler.kill()
    scheduler.communicate()
    (attempt,) = (state / "attempts").iterdir()
    for name, kill in (("owner", os.kill), ("child", os.killpg)):
        kill(int((attempt / name).read_text().split()[0]), signal.SIGKILL)


@pytest.fixture(scope="module")
def killed_and_whole(tmp_path_factory):
    """A folder with two equal rows, of which the first was killed after its first epoch and started again."""
    folder = tmp_path_factory.mktemp("experiments")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["COMMAND", "SCENARIO", "ID", "PARAMS"],
        [None, None, None, "trainer"],
        [None, None, None, "output_dir", "epochs", "random_seed", "samples_per_epoch"],
        ["tfaip-train", TUTORIAL, "killed", "runs/killed", EPOCHS, 1, 2000],
        ["tfaip-train", TUTORIAL, "whole", "runs/whole", EPOCHS, 1, 2000],
    ):
        sheet.append(row)
    book.save(folder / "runs.xlsx")
    scheduler = experimenter("--xlsx", "runs.xlsx", "--cpus", "0", cwd=folder)
    checkpoints = folder / "runs" / "killed" / "checkpoint"
    deadline = time.monotonic() + 300
    while not any(checkpoints.glob("step_*")):
        assert time.monotonic() < deadline
        assert scheduler.poll() is None
        time.sleep(0.01)
    kill_everything(scheduler, folder / "runs.xlsx.experimenter")
    done_before = len(metrics_of(folder / "runs" / "killed"))
    code, _, errors = run_to_its_end("--xlsx", "runs.xlsx", "--cpus", "0", cwd=folder)
    assert code == 0, errors
    return folder, done_before, errors


def test_a_killed_training_goes_on_from_its_checkpoint(killed_and_whole):
    folder, done_before, errors = killed_and_whole
    assert 1 <= done_before < EPOCHS
    assert "tfaip-resume-training runs/killed" in errors
    console = (folder / "runs" / "killed" / "console.log").read_text()
    assert console.count("Results of epoch") <= EPOCHS + 1  # the epochs before the checkpoint weren't trained again
    assert json.loads((folder / "runs" / "killed" / "status.json").read_text())["state"] == "finished"


def test_it_ends_with_the_metrics_of_one_that_was_never_killed(killed_and_whole):
    folder, _, _ = killed_and_whole
    killed, whole = (metrics_of(folder / "runs" / name) for name in ("killed", "whole"))
    assert [line["epoch"] for line in killed] == list(range(1, EPOCHS + 1))
    assert killed == whole


def test_the_results_of_both_stand_in_the_workbook(killed_and_whole):
    folder, _, _ = killed_and_whole
    sheet = openpyxl.load_workbook(folder / "runs.xlsx")["tfaip results"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (header,) = [row for row in rows if "ID" in row]
    by_id = {row[header.index("ID")]: row for row in rows}
    states = {name: by_id[name] for name in ("killed", "whole")}
    assert all("finished" in map(str, row) for row in states.values())
    best = [value for value in by_id["killed"] if isinstance(value, float)]
    assert any(value == pytest.approx(metrics_of(folder / "runs" / "whole")[-1]["val_acc"]) for value in best)
