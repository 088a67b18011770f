"""Rows as jobs of Slurm: each runs once, whoever dies, and what is stopped goes on.

The tests run on a stand-in here; `slow/test_slurm_for_real.py` runs them on a cluster of two nodes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mixed_rows import TRAINING, MixedEngine, run_mixed_rows
from waiting import wait_for

from tfaip.experimenter.executors import batch

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
MakeWorkbook = Callable[..., Path]
Engine = Callable[..., subprocess.CompletedProcess[str]]

ROW = "echo $1 >> done; echo ${CUDA_VISIBLE_DEVICES-none} > devices; env > environment; exit ${2:-0}"
# It says that it runs, and ends cleanly when it is interrupted, as a training does.
LONG = "trap 'echo stopped $1 >> done; exit 130' INT; echo started $1 >> done; while [ ! -e go ]; do sleep 0.02; done"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Return a function that runs a command of Slurm, here of the stand-in."""
    programs = tmp_path / "slurm"
    programs.mkdir()
    stand_in = Path(__file__).with_name("slurm_stand_in.py").read_text(encoding="utf-8")
    for name in ("sbatch", "squeue", "scancel", "node_fails"):
        # Without `site`, the program starts in half the time.
        (programs / name).write_text(f"#!{sys.executable} -IS\n{stand_in}", encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("STAND_IN_OF_SLURM", str(tmp_path / "state of slurm"))
    monkeypatch.setattr(batch, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(batch, "SETTLE_SECONDS", 0.5)  # this machine has no file system that is late

    def engine(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, capture_output=True, text=True, check=True)

    yield engine
    jobs = tmp_path / "state of slurm/jobs"
    if jobs.exists():
        engine("scancel", *(job.name for job in jobs.iterdir()))


@pytest.fixture
def room(slurm: Engine, tmp_path: Path) -> Callable[[bool], None]:
    """Return a function that lets jobs start, or wait."""

    def change(there_is: bool) -> None:
        full = tmp_path / "state of slurm/full"
        full.parent.mkdir(exist_ok=True)
        full.unlink(missing_ok=True) if there_is else full.touch()

    return change


@pytest.fixture
def mixed(slurm: Engine, programs: Callable[[str, str], Path]) -> MixedEngine:
    """The engine of the mixed rows."""
    for name in ("tfaip-train", "tfaip-resume-training"):
        programs(name, TRAINING)
    return MixedEngine(
        ("--xlsx", "runs.xlsx", "--executor", "slurm"),
        preempt=lambda _, job: slurm("scancel", "--batch", "--signal=TERM", job) and None,
        kill_node=lambda time: slurm("node_fails", f"n{time + 1}") and None,
        training=("tfaip-train my.scenario", {}),
        timeout=6,
    )


def sheet(workbook: MakeWorkbook, script: str, *words: str) -> None:
    """Rows that run a script with these words behind it."""
    Path("row.sh").write_text(script)
    runs = [[f"sh row.sh {line}", number] for number, line in enumerate(words, 1)]
    workbook(["COMMAND", "ID", "PARAMS"], [], [], *runs)


def on_slurm(*words: object) -> tuple[object, ...]:
    return ("--xlsx", "runs.xlsx", "--executor", "slurm", "--no_update", *words)


def counts(command: Command) -> dict[str, int]:
    told = json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)["counts"]
    return {state: number for state, number in told.items() if number}


def done() -> list[str]:
    return sorted(Path("done").read_text().splitlines()) if Path("done").exists() else []


def test_rows_run_as_jobs_and_a_failed_one_is_tried_again(
    slurm: Engine, workbook: MakeWorkbook, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet(workbook, ROW, "a", "b 3", "c")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    ran = command(*on_slurm("--slots", 2, "--retry", 1))
    assert ran.returncode == 1, ran.stderr
    assert done() == ["a", "b", "b", "c"]
    assert counts(command) == {"finished": 2, "failed": 1}
    assert "ended with exit code 3" in ran.stderr
    assert Path("devices").read_text() != "7\n", "the devices of this machine are none of the cluster's"
    assert "SLURM_JOB_ID=" in Path("environment").read_text()
    assert "SLURM_KILL_BAD_EXIT=1" in Path("environment").read_text(), "srun ends all tasks once one has failed"


def test_a_scheduler_that_is_killed_finds_its_jobs_again(
    slurm: Engine, workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, f"{LONG}; echo ended $1 >> done", "a", "b")
    first = start(*on_slurm("--slots", 2))
    wait_for(lambda: done() == ["started a", "started b"], "both runs")
    first.send_signal(signal.SIGKILL)
    first.wait()
    Path("go").touch()
    again = command(*on_slurm("--slots", 2))
    assert again.returncode == 0, again.stderr
    assert done() == ["ended a", "ended b", "started a", "started b"]


def test_jobs_that_are_stopped_end_cleanly_and_go_on_at_the_next_start(
    slurm: Engine, workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, LONG, "a")
    first = start(*on_slurm("--slots", 1))
    wait_for(lambda: done() == ["started a"], "the run")
    first.send_signal(signal.SIGTERM)  # as Ctrl-C twice
    assert first.wait() == 130
    assert done() == ["started a", "stopped a"]
    assert counts(command) == {"interrupted": 1}
    Path("go").touch()
    assert command(*on_slurm("--slots", 1)).returncode == 0


def test_a_job_that_is_stopped_from_outside_goes_on_a_bounded_number_of_times(
    slurm: Engine, workbook: MakeWorkbook, start: Start
) -> None:
    sheet(workbook, LONG, "a")
    first = start(*on_slurm("--slots", 1, "--max_preemptions", 1))
    for times in (1, 2):
        wait_for(lambda times=times: done().count("started a") == times, "the run")  # type: ignore[misc]
        identity = slurm("squeue", "--me", "--noheader", "--states=RUNNING,PENDING", "--format=%i %T").stdout
        number = next(line.split()[0] for line in identity.splitlines() if line.endswith("RUNNING"))
        slurm("scancel", "--batch", "--signal=TERM", number)  # as Slurm does before a time limit
        wait_for(lambda times=times: done().count("stopped a") == times, "its end")  # type: ignore[misc]
    _, told = first.communicate()
    assert first.returncode == 1
    assert "is preempted: was stopped from outside\n" in told
    assert "was stopped from outside 2 times without an epoch in between" in told
    assert done() == [*2 * ["started a"], *2 * ["stopped a"]]


@pytest.mark.parametrize(
    "script", ["exec sleep 60", LONG, f"{LONG.replace('INT', 'INT TERM')}"], ids=["dies", "INT", "both"]
)
@pytest.mark.takes_long
def test_a_job_that_is_cancelled_by_scancel_goes_on(
    script: str, slurm: Engine, workbook: MakeWorkbook, start: Start
) -> None:
    sheet(workbook, f"[ -e again ] && exit 0; touch again; echo begun >> done; {script}", "a")
    scheduler = start(*on_slurm("--slots", 1, "--executor.grace", "2s"))
    wait_for(lambda: "begun" in done(), "the run")
    listed = slurm("squeue", "--me", "--noheader", "--states=RUNNING", "--format=%i").stdout
    slurm("scancel", *listed.split())  # which signals each process of the job
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "is preempted: " in told


def test_a_refusal_of_slurm_fails_the_row_with_its_words(
    slurm: Engine, workbook: MakeWorkbook, command: Command
) -> None:
    sheet(workbook, ROW, "a")
    ran = command(*on_slurm("--slots", 1, "--executor.partition", "nope"))
    assert ran.returncode == 1
    assert "can't be started: sbatch: invalid partition specified: nope; Batch job submission failed" in ran.stderr
    assert done() == []
    assert "Traceback" not in ran.stderr


def test_no_option_and_no_variable_of_the_user_hides_a_job_from_the_queue(
    slurm: Engine, workbook: MakeWorkbook, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SBATCH_JOB_NAME", "another name")
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "17")  # of the job that this command runs in
    sheet(workbook, ROW, "a", "'ü %j'")
    options = ("--executor.options", "job-name=mine", "requeue", "chdir=/")
    ran = command(*on_slurm("--slots", 2, *options))
    assert ran.returncode == 0, ran.stderr
    assert done() == ["a", "ü %j"]
    assert "SLURM_MEM_PER_NODE=17\n" not in Path("environment").read_text()


@pytest.mark.parametrize("rows", [1, 3], ids=["a job", "an array"])
def test_names_that_a_shell_or_slurm_would_read_are_names(
    rows: int,
    slurm: Engine,
    workbook: MakeWorkbook,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / 'it\'s %j "$x" `y` ü; &'
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("row.sh").write_text('echo "$1 $2" >> done')
    runs = [["sh row.sh", f"a/ü '{number}' %j", f"$x `y` {number}"] for number in range(rows)]
    names = [None, None, "default"], [None, None, "v"]
    path = workbook(["COMMAND", "ID", "PARAMS"], *names, *runs, name=f"{folder.name}/runs %A.xlsx")
    ran = command("--xlsx", path, "--executor", "slurm", "--no_update", "--slots", 4)
    assert ran.returncode == 0, ran.stderr
    assert done() == [f"--v $x `y` {number}" for number in range(rows)]


def test_a_row_says_what_it_gets(slurm: Engine, workbook: MakeWorkbook, command: Command, tmp_path: Path) -> None:
    Path("row.sh").write_text("echo $1 $(($SLURM_CPUS_PER_TASK)) >> done")
    runs = [["sh row.sh a", 1, "cpus=3 nodes=1"], ["sh row.sh b", 2, None], ["sh row.sh c", 3, "cpus=1"]]
    workbook(["COMMAND", "ID", "RESOURCES", "PARAMS"], [], [], *runs)
    ran = command(*on_slurm("--slots", 3, "--executor.cpus", 2))
    assert ran.returncode == 0, ran.stderr
    assert done() == ["a 3", "b 2", "c 1"]
    assert command("--xlsx", "runs.xlsx", "--cpus", 0, "--dry_run").stdout == "sh row.sh a\nsh row.sh b\nsh row.sh c\n"


def test_a_waiting_job_is_taken_off_the_queue(
    slurm: Engine, workbook: MakeWorkbook, command: Command, start: Start, room: Callable[[bool], None]
) -> None:
    room(False)
    sheet(workbook, ROW, "a")
    first = start(*on_slurm("--slots", 1))
    listed = ("squeue", "--me", "--noheader", "--states=PENDING", "--format=%j")
    wait_for(lambda: "tfaip-" in slurm(*listed).stdout, "the job")
    first.send_signal(signal.SIGTERM)
    _, told = first.communicate()
    assert first.returncode == 130, told
    assert slurm(*listed).stdout == ""
    room(True)
    assert command(*on_slurm("--slots", 1)).returncode == 0
    assert done() == ["a"]


def test_further_slots_join_those_that_are_at_work(
    slurm: Engine, workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, f"{LONG}; echo ended $1 >> done", *"abcd")
    first = start(*on_slurm("--slots", 2))
    wait_for(lambda: len(done()) == 2, "two runs")
    second = start(*on_slurm("--slots", 2, "--join"))
    wait_for(lambda: len(done()) == 4, "all runs")
    Path("go").touch()
    assert (second.wait(), first.wait()) == (0, 0)
    assert done() == [f"{word} {name}" for word in ("ended", "started") for name in "abcd"]


def test_gpus_of_this_machine_are_no_slots_of_a_cluster(
    slurm: Engine, workbook: MakeWorkbook, command: Command
) -> None:
    sheet(workbook, ROW, "a")
    ran = command(*on_slurm("--gpus", 0))
    assert ran.returncode == 2
    assert "--slots 50" in ran.stderr
    assert done() == []


def test_rows_that_start_at_once_are_an_array_whose_jobs_are_found_and_stopped_one_by_one(
    slurm: Engine, workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, f"{LONG}; echo ended $1 >> done", *"abcdef")
    first = start(*on_slurm("--slots", 6))
    wait_for(lambda: len(done()) == 6, "all runs", 60)
    listed = slurm("squeue", "--me", "--noheader", "--states=RUNNING", "--format=%j").stdout.split()
    assert len(listed) == 6
    assert len(set(listed)) == 1, "six jobs of one array"
    first.send_signal(signal.SIGKILL)
    first.wait()
    again = start(*on_slurm("--slots", 6))
    wait_for(lambda: counts(command) == {"running": 6}, "the adoption")
    assert command("cancel", "3", "--xlsx", "runs.xlsx").returncode == 0
    wait_for(lambda: "stopped c" in done(), "the end of the third row", 60)
    Path("go").touch()
    _, told = again.communicate()
    assert again.returncode == 0, told
    assert counts(command) == {"finished": 5, "cancelled": 1}
    assert done() == sorted([f"started {n}" for n in "abcdef"] + [f"ended {n}" for n in "abdef"] + ["stopped c"])
    marks = {path.name for path in Path("runs.xlsx.experimenter/attempts").glob("*")}
    assert marks == set()


@pytest.mark.takes_long
def test_forty_rows_of_many_kinds_have_their_fates_though_schedulers_and_nodes_are_killed(
    mixed: MixedEngine, workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    run_mixed_rows(mixed, workbook, command, start)
