"""200 rows over 4 slots while the scheduler is killed 20 times: every row still completes exactly once."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_for

ROWS = 200
KILLS = 20
SLOTS = ("0", "1", "2a", "2b")
# Appends of one line each; a short command takes a moment, so that kills find some of each kind.
ROW = "sh -c 'echo start $0 $CUDA_VISIBLE_DEVICES >> log; sleep 0.05; echo end $0 $CUDA_VISIBLE_DEVICES >> log' {}"


def log(word: str) -> list[str]:
    path = Path("log")
    return [line for line in path.read_text().splitlines() if line.startswith(word)] if path.exists() else []


@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_completes_exactly_once(
    seed: int, workbook: Callable[..., Path], start: Callable[..., subprocess.Popen[str]]
) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], *([ROW.format(n), n] for n in range(ROWS)))
    chance = random.Random(seed)
    words = ("--xlsx", "runs.xlsx", "--gpus", *SLOTS, "--no_update")
    for number in range(KILLS):
        process = start(*words)
        # Killed in whatever it does when so many runs have started, a little later each time than a run takes.
        target = (number + 1) * ROWS // (KILLS + 2)
        wait_for(lambda target=target: len(log("start")) >= target, "progress", 120)
        for _ in range(chance.randrange(2000)):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    last = start(*words)
    assert last.wait(300) == 0
    ids = [str(n) for n in range(ROWS)]
    assert sorted(line.split()[1] for line in log("start")) == sorted(ids)
    assert sorted(line.split()[1] for line in log("end")) == sorted(ids)
    with sqlite3.connect("runs.xlsx.experimenter/queue.sqlite") as database:
        assert database.execute("SELECT state, attempts, count(*) FROM runs GROUP BY 1, 2").fetchall() == [
            ("finished", 1, ROWS)
        ]
    running: list[str] = []
    for line in Path("log").read_text().splitlines():
        word, _, device = line.split()
        if word == "start":
            running.append(device)
        else:
            running.remove(device)
        assert len(running) <= len(SLOTS)
        assert all(running.count(device) <= (2 if device == "2" else 1) for device in running)
