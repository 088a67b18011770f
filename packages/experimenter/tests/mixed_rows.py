"""Forty rows of many kinds, while the scheduler is killed ten times and a node twice; on any engine.

Six rows are trainings. One row fails, one succeeds at its second attempt, one is stopped by a time-out, one is
cancelled, one is preempted. All others run once, from their start to their end.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from waiting import wait_for

__all__ = ["TRAINING", "MixedEngine", "run_mixed_rows"]

KILLS = 10
TRAININGS = [f"t{number}" for number in range(6)]
PLAIN = [f"p{number:02}" for number in range(29)]
OTHERS = ["late", "cancelled", "preempted", "flaky", "fails"]
EPOCHS = 4
# Each attempt says that it has begun, and whether another one of its row is still there.
SCRIPT = """
[ -e pid.$1 ] && ps -o state= -p $(cat pid.$1) | grep -q "[^ZX ]" && echo "twice $1" >> log
echo $$ > pid.$1
trap 'echo "stopped $1" >> log; exit 130' INT
echo "begin $1" >> log
echo "$PPID ${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}" > job.$1
case $1 in
fails) exit 3;;
flaky) [ -e tried ] || { touch tried; exit 4; };;
preempted) grep -q "stopped $1" log || while :; do sleep 0.1; done;;
late | cancelled) while :; do sleep 0.1; done;;
*) sleep PAUSE;;
esac
echo "end $1" >> log
"""
# Stands in for tfaip-train and tfaip-resume-training, where no TensorFlow is: a checkpoint after each epoch.
TRAINING = """
    import json, pathlib, shutil, signal, sys, time
    stops = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stops.append(1))
    options = dict(zip(sys.argv, sys.argv[1:]))
    resumes = sys.argv[0].endswith("resume-training")
    folder = pathlib.Path(sys.argv[1] if resumes else options["--trainer.output_dir"])
    params, metrics = folder / "trainer_params.json", folder / "metrics.jsonl"
    if not resumes:
        assert not params.exists() or "--trainer.overwrite" in sys.argv, folder
        shutil.rmtree(folder / "checkpoint", ignore_errors=True)
        (folder / "checkpoint").mkdir(parents=True)
        params.write_text(options["--trainer.epochs"])
    epochs = int(params.read_text())
    done = max((int(path.name) for path in folder.glob("checkpoint/[0-9]*")), default=0)
    lines = metrics.read_text().splitlines(True)[:done] if done else []
    for epoch in range(done + 1, epochs + 1):
        time.sleep(0.4)
        lines.append(json.dumps({"epoch": epoch, "val_acc": 1 - 1 / epoch, "val_loss": 1 / epoch}) + "\\n")
        (folder / "beside").write_text("".join(lines))
        (folder / "beside").replace(metrics)
        (folder / f"checkpoint/{epoch}").mkdir()
        if stops and epoch < epochs:
            sys.exit(130)
"""


@dataclass(frozen=True)
class MixedEngine:
    """An engine as these rows see it.

    Args:
        words: Arguments of the command, up to the slots.
        preempt: Stops a row from outside, given the process of its runner and the number of its job.
        kill_node: Lets one of the nodes die and come back, given the number of the time.
        training: The command of a training, and its parameters beside folder and epochs.
        timeout: Seconds after which a run is stopped; far more than a training takes.
        pause: Seconds that a plain row takes.
        patience: Seconds after which something that must happen counts as missing.
    """

    words: Sequence[object]
    preempt: Callable[[str, str], None]
    kill_node: Callable[[int], None]
    training: tuple[str, dict[str, object]]
    timeout: float
    pause: float = 0.05
    patience: float = 60.0


def run_mixed_rows(
    engine: MixedEngine,
    workbook: Callable[..., Path],
    command: Callable[..., subprocess.CompletedProcess[str]],
    start: Callable[..., Any],
) -> None:
    """Run the rows, and check that each of them had its fate, exactly once."""
    path = _write_rows(engine, workbook)
    words = (*engine.words, "--slots", 12, "--retry", 1, "--timeout", engine.timeout)
    died: set[str] = set()
    stopped: set[str] = set()
    for kill in range(KILLS):
        before = len(_log("end"))
        scheduler = start(*words)
        if kill == 0:
            # Half of the trainings, so that one of them is on this node. It has something to go on from.
            wait_for(lambda: len(_with_checkpoint()) >= len(TRAININGS) // 2, "checkpoints", engine.patience)
            died |= _killing_a_node(engine, 0)
        wait_for(lambda before=before: len(_log("end")) >= min(before + 2, len(PLAIN)), "rows", engine.patience)  # type: ignore[misc]
        _disturb(engine, command, stopped)
        scheduler.kill()
        scheduler.wait()
        if kill == 3:
            died |= _killing_a_node(engine, 1)
    last = start(*words)
    wait_for(lambda: _disturb(engine, command, stopped) == 2, "both rows that are stopped", engine.patience)
    _, told = last.communicate(timeout=10 * engine.patience)
    # Two rows have failed for good.
    assert last.returncode == 1, told
    _check_rows(command, died)
    _check_trainings()
    _check_results(path)


def _write_rows(engine: MixedEngine, workbook: Callable[..., Path]) -> Path:
    Path("row.sh").write_text(SCRIPT.replace("PAUSE", str(engine.pause)), encoding="utf-8")
    line, values = engine.training
    names = ["output_dir", "epochs", *values]
    trainings = [[line, name, f"runs/{name}", EPOCHS, *values.values()] for name in TRAININGS]
    rows = [[f"sh row.sh {name}", name] for name in [*OTHERS, *PLAIN]]
    return workbook(["COMMAND", "ID", "PARAMS"], [None, None, "trainer"], [None, None, *names], *trainings, *rows)


def _disturb(engine: MixedEngine, command: Callable[..., Any], stopped: set[str]) -> int:
    """Cancel one row and preempt one, each once it runs; return how many of both have been stopped."""
    if "preempted" in _log("stopped"):
        stopped.add("preempted")  # its node has died cleanly
    for name in {"cancelled", "preempted"} - stopped:
        begun = Path(f"job.{name}")
        if not begun.exists() or not _is_alive(Path(f"pid.{name}")):
            continue
        if name == "cancelled":
            assert command("cancel", name, "--xlsx", "runs.xlsx").returncode == 0
        else:
            runner, _, job = begun.read_text().strip().partition(" ")
            engine.preempt(runner, job)
            wait_for(lambda: "preempted" in _log("stopped"), "the end of the row", engine.patience)
        stopped.add(name)
    return len(stopped)


def _is_alive(file: Path) -> bool:
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", file.read_text().strip()], capture_output=True, text=True
    ).stdout
    return bool(state.strip(" ZX\n"))


def _killing_a_node(engine: MixedEngine, time: int) -> set[str]:
    """Kill a node; return the rows that may have died with it: a row may begin and die meanwhile."""
    running = {name for name in _log("begin") if _is_alive(Path(f"pid.{name}"))}
    begun = set(_log("begin"))
    engine.kill_node(time)
    survived = {name for name in running if _is_alive(Path(f"pid.{name}"))}
    return (running - survived - set(_log("end"))) | (set(_log("begin")) - begun)


def _with_checkpoint() -> set[str]:
    """Trainings that have a checkpoint."""
    return {path.parts[1] for path in Path("runs").glob("*/checkpoint/[!.]*")}


def _log(word: str) -> list[str]:
    """Names of the rows in the lines that begin with a word."""
    path = Path("log")
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split()[1] for line in lines if line.split()[0] == word]


def _check_rows(command: Callable[..., Any], died: set[str]) -> None:
    told = json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)
    counts = {state: number for state, number in told["counts"].items() if number}
    assert counts == {"finished": 37, "failed": 2, "cancelled": 1}
    assert _log("twice") == [], Path("log").read_text(encoding="utf-8")
    assert sorted(_log("end")) == sorted([*PLAIN, "flaky", "preempted"])
    begun = _log("begin")
    for name in PLAIN:
        # A row that died with its node begins again.
        assert begun.count(name) == 1 or (name in died and begun.count(name) <= 3), name
    assert _log("stopped").count("preempted") == 1
    assert begun.count("flaky") >= 2
    assert not list(Path("runs.xlsx.experimenter/attempts").iterdir())


def _check_trainings() -> None:
    """All epochs of each training are there once, those of all are the same, and some have been resumed."""
    with sqlite3.connect("runs.xlsx.experimenter/queue.sqlite") as database:
        attempts = dict(database.execute("SELECT id, attempts FROM runs").fetchall())
    assert any(attempts[name] > 1 for name in TRAININGS)
    figures = []
    for name in TRAININGS:
        lines = Path(f"runs/{name}/metrics.jsonl").read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        assert [logs["epoch"] for logs in found] == list(range(1, EPOCHS + 1)), name
        figures.append([{name: logs[name] for name in ("val_acc", "val_loss")} for logs in found])
    assert all(found == figures[0] for found in figures)


def _check_results(path: Path) -> None:
    table = list(openpyxl.load_workbook(path)["tfaip results"].iter_rows(values_only=True))
    titles = list(table[0])
    states = {row[0]: row[titles.index("state")] for row in table[1:] if row[0] is not None}
    failed = {"fails": "failed", "late": "failed", "cancelled": "cancelled"}
    assert {name: states.get(name) for name in [*TRAININGS, *OTHERS, *PLAIN]} == {
        name: failed.get(name, "finished") for name in [*TRAININGS, *OTHERS, *PLAIN]
    }
    best = titles.index("best val_acc")
    assert all(isinstance(row[best], float) for row in table[1:] if row[0] in TRAININGS)
