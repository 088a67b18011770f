"""A search on a function with a known optimum: killed five times, it has the same trials as without."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_for

pytest.importorskip("optuna")

from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.search.records import TrialRecord, read_trials

TRIALS = 20
# The loss is least at x = 0.01.
TRAIN = """
    import json, math, pathlib, sys, time
    options = dict(zip(sys.argv, sys.argv[1:]))
    folder = pathlib.Path(options["--output_dir"])
    for epoch in (1, 2, 3):
        time.sleep(0.1)
        with (folder / "metrics.jsonl").open("a" if epoch > 1 else "w") as file:
            loss = (math.log10(float(options["--x"])) + 2) ** 2 + 1 / epoch
            file.write(json.dumps({"epoch": epoch, "val_loss": loss}) + chr(10))
"""
WORDS = ("--xlsx", "runs.xlsx", "--cpus", "0", "--no_update", "--search.seed", "3")


def trials() -> list[TrialRecord]:
    database = StateFolder(Path("runs.xlsx")).database
    if not database.exists():
        return []
    store = Store(database)
    try:
        return read_trials(store)
    finally:
        store.close()


def test_a_search_that_is_killed_five_times_has_the_same_trials(
    workbook: Callable[..., Path],
    programs: Callable[[str, str], Path],
    command: Callable[..., subprocess.CompletedProcess[str]],
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    programs("train", TRAIN)
    names = [None, None, None, None, "default"], [None, None, None, None, "x", "output_dir"]
    row = ["train", "a", TRIALS, "val_loss", "log(1e-4, 1)", "runs/a"]
    path = workbook(["COMMAND", "ID", "TRIALS", "OBJECTIVE", "PARAMS"], *names, row)
    done = command(*WORDS)
    assert done.returncode == 0, done.stderr
    undisturbed = trials()
    assert len(undisturbed) == TRIALS
    best = min(abs(float(trial.texts["x"]) - 0.01) for trial in undisturbed)
    assert best < 0.005
    StateFolder(path).path.rename("before")
    Path("runs").rename("runs before")
    for kill in range(5):
        process = start(*WORDS)
        wait_for(lambda kill=kill: len(trials()) >= 3 * (kill + 1), "further trials", 120)
        process.kill()
        process.wait()
    assert command(*WORDS).returncode == 0
    assert trials() == undisturbed
