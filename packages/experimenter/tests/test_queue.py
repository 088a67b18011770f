"""The queue as its users see it: what runs where and how often, whatever happens to the scheduler."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_for

from tfaip.experimenter.queue.membership import beat
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Programs = Callable[[str, str], Path]
MakeWorkbook = Callable[..., Path]

# Says that it has started, waits for permission, says that it has ended.
ROW = """
    import os, pathlib, sys, time
    name = sys.argv[1]
    def say(word):
        with open("log", "a") as file:
            file.write(f"{word} {name} {os.environ['CUDA_VISIBLE_DEVICES']}\\n")
    say("start")
    while not (pathlib.Path("go").exists() or pathlib.Path(f"go {name}").exists()):
        time.sleep(0.005)
    say("end")
"""


def sheet(workbook: MakeWorkbook, *names: str, program: str = "row") -> Path:
    return workbook(["COMMAND", "ID", "PARAMS"], [], [], *([f"{program} {name}", name] for name in names))


def log(word: str = "") -> list[str]:
    path = Path("log")
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in lines if line.startswith(word)]


def states() -> dict[str, str]:
    database = sqlite3.connect("runs.xlsx.experimenter/queue.sqlite")
    try:
        return dict(database.execute("SELECT id, state FROM runs ORDER BY row").fetchall())
    finally:
        database.close()


def test_all_rows_run_once_and_no_device_is_used_twice(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs("row", ROW)
    names = [f"r{number}" for number in range(10)]
    sheet(workbook, *names)
    Path("go").touch()
    done = command("--xlsx", "runs.xlsx", "--gpus", "0", "3a", "3b", "--cpus", "0")
    assert done.returncode == 0, done.stderr
    assert sorted(line.split()[1] for line in log("start")) == names
    assert set(states().values()) == {"finished"}
    running: list[str] = []
    for line in log():
        word, _, *device = line.split()
        slot = device[0] if device else "cpu"
        if word == "end":
            running.remove(slot)
        else:
            running.append(slot)
            assert running.count(slot) <= (2 if slot == "3" else 1)
            assert set(running) <= {"0", "3", "cpu"}


def test_finished_rows_are_not_run_again_and_new_ones_are(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs("row", ROW)
    Path("go").touch()
    sheet(workbook, "a", "b")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    sheet(workbook, "a", "b", "c")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert [line.split()[1] for line in log("start")] == ["a", "b", "c"]


def test_a_changed_row_that_has_finished_is_told_and_not_run_again(workbook: MakeWorkbook, command: Command) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", "a"])
    command("--xlsx", "runs.xlsx", "--cpus", "0")
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["false", "a"])
    done = command("--xlsx", "runs.xlsx", "--cpus", "0")
    assert done.returncode == 0
    assert 'Row 4: the run a has finished with another command line ("true") and isn\'t run again' in done.stderr


def test_runs_outlive_a_killed_scheduler_and_the_next_adopts_them(
    workbook: MakeWorkbook, programs: Programs, start: Start, command: Command
) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b", "c", "d")
    first = start("--xlsx", "runs.xlsx", "--gpus", "0", "1")
    wait_for(lambda: len(log("start")) == 2, "the first two runs")
    first.kill()
    first.wait()
    Path("go a").touch()  # it ends while nobody watches
    wait_for(lambda: log("end a"), "the end of the first run")
    second = start("--xlsx", "runs.xlsx", "--gpus", "0", "1")
    wait_for(lambda: log("start c"), "that the free slot is used")
    assert not log("start d")  # GPU 1 is still used by the run that was adopted
    Path("go").touch()
    _, told = second.communicate(timeout=60)
    assert second.returncode == 0, told
    assert sorted(line.split()[1] for line in log("start")) == ["a", "b", "c", "d"]
    assert len(log("end")) == 4
    assert set(states().values()) == {"finished"}


def test_records_that_a_killed_scheduler_has_left_are_removed_at_the_next_start(
    workbook: MakeWorkbook, command: Command
) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", "a"])
    ended = Path("runs.xlsx.experimenter/attempts/its end is in the queue")
    ended.mkdir(parents=True)
    (ended / "exit").write_text("0 1.0 2.0 ")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert list(ended.parent.iterdir()) == []


def test_an_adopted_run_keeps_its_device_whatever_slots_the_next_start_has(
    workbook: MakeWorkbook, programs: Programs, start: Start
) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b")
    first = start("--xlsx", "runs.xlsx", "--gpus", "3a")
    wait_for(lambda: log("start a"), "the first run")
    first.kill()
    first.wait()
    second = start("--xlsx", "runs.xlsx", "--gpus", "3")
    Path("go b").touch()
    wait_for(lambda: Path("runs.xlsx.experimenter/queue.sqlite").exists())
    Path("go a").touch()
    assert second.wait(60) == 0
    assert [line.rsplit(" ", 1)[0] for line in log()] == ["start a", "end a", "start b", "end b"]


# A training that stops at its second epoch until it may go on, with a folder like that of tfaip-train.
TRAIN = """
    import json, os, pathlib, sys, time
    words = sys.argv[1:]
    folder = pathlib.Path(words[words.index("--trainer.output_dir") + 1])
    with open("log", "a") as file:
        file.write(" ".join(["train", *words]) + "\\n")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trainer_params.json").write_text("{}")
    if pathlib.Path("checkpoints").exists():
        (folder / "checkpoint" / "step_00000001").mkdir(parents=True)
    while not pathlib.Path("go").exists():
        time.sleep(0.005)
"""
RESUME = """
    import sys
    with open("log", "a") as file:
        file.write(" ".join(["resume", *sys.argv[1:]]) + "\\n")
"""
TRAIN_ROWS = (
    ["COMMAND", "SCENARIO", "ID", "PARAMS"],
    [None, None, None, "trainer"],
    [None, None, None, "output_dir", "epochs"],
    ["tfaip-train", "my.scenario", 1, "out/1", 5],
)


def lose_the_machine(scheduler: subprocess.Popen[str]) -> None:
    """Kill the scheduler, then the runner: what a power failure leaves behind."""
    scheduler.kill()
    scheduler.wait()
    (owner,) = Path("runs.xlsx.experimenter/attempts").glob("*/owner")
    os.kill(int(owner.read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("with_checkpoint", [True, False])
def test_an_interrupted_training_is_resumed_from_its_checkpoint_or_restarted(
    workbook: MakeWorkbook, programs: Programs, start: Start, command: Command, with_checkpoint: bool
) -> None:
    programs("tfaip-train", TRAIN)
    programs("tfaip-resume-training", RESUME)
    workbook(*TRAIN_ROWS)
    if with_checkpoint:
        Path("checkpoints").touch()
    first = start("--xlsx", "runs.xlsx", "--gpus", "0")
    written = "checkpoint/step_00000001" if with_checkpoint else "trainer_params.json"
    wait_for((Path("out/1") / written).exists, "the training")
    lose_the_machine(first)
    Path("go").touch()
    done = command("--xlsx", "runs.xlsx", "--gpus", "0")
    assert done.returncode == 0, done.stderr
    line = "train my.scenario --trainer.output_dir out/1 --trainer.epochs 5"
    assert log() == [line, "resume out/1" if with_checkpoint else f"{line} --trainer.overwrite"]


def test_a_resumed_training_takes_the_arguments_of_a_row_that_has_changed(
    workbook: MakeWorkbook, programs: Programs, start: Start, command: Command
) -> None:
    programs("tfaip-train", TRAIN)
    programs("tfaip-resume-training", RESUME)
    workbook(*TRAIN_ROWS)
    Path("checkpoints").touch()
    first = start("--xlsx", "runs.xlsx", "--gpus", "0")
    wait_for(Path("out/1/checkpoint/step_00000001").exists, "the training")
    lose_the_machine(first)
    workbook(*TRAIN_ROWS[:3], ["tfaip-train", "my.scenario", 1, "out/1", 9])
    assert command("--xlsx", "runs.xlsx", "--gpus", "0").returncode == 0
    assert log("resume") == ["resume out/1 --trainer.epochs 9"]


FAILS = """
    import pathlib, sys
    name = sys.argv[1]
    with open("log", "a") as file:
        file.write(f"start {name}\\n")
    print("first line")
    print("it is broken", file=sys.stderr)
    raise SystemExit(0 if name.startswith("good") else 3)
"""


def test_a_failed_run_is_tried_again_behind_the_others(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs("row", FAILS)
    sheet(workbook, "bad", "good")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--retry", "2")
    assert done.returncode == 1
    assert [line.split()[1] for line in log()] == ["bad", "good", "bad", "bad"]
    assert states() == {"bad": "failed", "good": "finished"}
    assert "cpu:0: bad ended with exit code 3, it is tried again; see " in done.stderr
    assert "    first line\n    it is broken\n" in done.stderr


def test_a_second_start_tries_failed_runs_again(workbook: MakeWorkbook, programs: Programs, command: Command) -> None:
    programs("row", FAILS)
    sheet(workbook, "bad", "good")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 1
    programs("row", "")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert set(states().values()) == {"finished"}


def test_a_queue_whose_first_runs_all_die_at_start_pauses_and_says_why(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs("row", FAILS)
    sheet(workbook, "a", "b", "c", "d", "good")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0")
    assert done.returncode == 1
    assert len(log()) == 3
    assert list(states().values()) == ["failed"] * 3 + ["queued"] * 2
    assert "The first 3 runs all died at their start, so the queue has paused itself." in done.stderr
    assert "The last one, c, ended with exit code 3; see " in done.stderr
    assert "Mend the cause and start again to go on, or start with --keep_going to try them all." in done.stderr
    assert command("--xlsx", "runs.xlsx", "--cpus", "0", "--keep_going").returncode == 1
    assert states()["good"] == "finished"


def test_a_queue_where_one_run_lives_goes_on(workbook: MakeWorkbook, programs: Programs, command: Command) -> None:
    programs("row", FAILS)
    sheet(workbook, "a", "b", "good", "c", "d", "e")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 1
    assert len(log()) == 6


def test_fail_fast_starts_nothing_after_a_failure(workbook: MakeWorkbook, programs: Programs, command: Command) -> None:
    programs("row", FAILS)
    sheet(workbook, "good", "bad", "good2")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--fail_fast")
    assert done.returncode == 1
    assert states() == {"good": "finished", "bad": "failed", "good2": "queued"}
    assert "Run bad has failed: no new runs are started (--fail_fast)." in done.stderr


def test_one_interrupt_lets_the_running_ones_end(workbook: MakeWorkbook, programs: Programs, start: Start) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b")
    process = start("--xlsx", "runs.xlsx", "--cpus", "0")
    wait_for(lambda: log("start a"), "the first run")
    process.send_signal(signal.SIGINT)
    assert process.stderr
    wait_for(lambda: "Interrupt once more to stop them." in process.stderr.readline(), "the answer")
    Path("go").touch()
    assert process.wait(60) == 130
    assert states() == {"a": "finished", "b": "queued"}


def test_two_interrupts_stop_the_running_ones_which_then_go_on(
    workbook: MakeWorkbook, programs: Programs, start: Start, command: Command
) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b")
    process = start("--xlsx", "runs.xlsx", "--cpus", "0")
    wait_for(lambda: log("start a"), "the first run")
    process.send_signal(signal.SIGINT)
    assert process.stderr
    wait_for(lambda: "Interrupt once more to stop them." in process.stderr.readline(), "the answer")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert states() == {"a": "interrupted", "b": "queued"}
    Path("go").touch()
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert len(log("start a")) == 2


def test_sigterm_stops_the_running_ones(workbook: MakeWorkbook, programs: Programs, start: Start) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b")
    process = start("--xlsx", "runs.xlsx", "--cpus", "0")
    wait_for(lambda: log("start a"), "the first run")
    process.terminate()
    assert process.wait(60) == 130
    assert states() == {"a": "interrupted", "b": "queued"}


def test_an_experimenter_on_another_machine_is_named_with_its_last_sign_of_life(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs("row", ROW)
    sheet(workbook, "a")
    store = Store(StateFolder(Path("runs.xlsx")).database)
    store.note("scheduler 7 1 login1", '["gpu:0"]')
    beat(store, "7 1 login1")
    store.close()
    refused = command("--xlsx", "runs.xlsx", "--gpus", "1")
    assert refused.returncode == 2
    message = " ".join(refused.stderr.split())
    assert re.search(
        r"\(process 7 on login1, last seen \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\) works on this workbook", message
    )
    assert "if it has died, start the experimenter on login1, which takes the queue over" in message


def test_a_second_experimenter_is_refused_or_helps(
    workbook: MakeWorkbook, programs: Programs, start: Start, command: Command
) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b", "c")
    first = start("--xlsx", "runs.xlsx", "--gpus", "0")
    wait_for(lambda: log("start a"), "the first run")
    refused = command("--xlsx", "runs.xlsx", "--gpus", "1")
    assert refused.returncode == 2
    assert f"another experimenter (process {first.pid} on " in refused.stderr
    assert "works on this workbook already, on gpu:0; give --join and other slots to help it" in refused.stderr
    same_slot = command("--xlsx", "runs.xlsx", "--gpus", "0a", "--join")
    assert same_slot.returncode == 2
    assert "uses gpu:0a already; it has gpu:0" in same_slot.stderr
    helper = start("--xlsx", "runs.xlsx", "--gpus", "1", "--join")
    wait_for(lambda: log("start b"), "the helper's run")
    Path("go").touch()
    assert (first.wait(60), helper.wait(60)) == (0, 0)
    assert sorted(line.split()[1] for line in log("start")) == ["a", "b", "c"]
    assert log("start b") == ["start b 1"]


def test_a_killed_helpers_run_is_adopted(workbook: MakeWorkbook, programs: Programs, start: Start) -> None:
    programs("row", ROW)
    sheet(workbook, "a", "b")
    first = start("--xlsx", "runs.xlsx", "--gpus", "0")
    wait_for(lambda: log("start a"), "the first run")
    helper = start("--xlsx", "runs.xlsx", "--gpus", "1", "--join")
    wait_for(lambda: log("start b"), "the helper's run")
    helper.kill()
    helper.wait()
    Path("go b").touch()
    wait_for(lambda: states()["b"] == "finished", "that the first has adopted it")
    Path("go").touch()
    assert first.wait(60) == 0
    assert len(log("start")) == 2


def test_a_run_that_takes_too_long_is_stopped_and_fails(workbook: MakeWorkbook, command: Command) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["sleep 60", "a"])
    done = command("--xlsx", "runs.xlsx", "--cpus", "0", "--timeout", "0.3")
    assert done.returncode == 1
    assert states() == {"a": "failed"}
    assert "cpu:0: a was stopped after 0 s by --timeout; see " in done.stderr


def test_cleanup_removes_the_checkpoints_of_finished_runs_and_keeps_the_best(
    workbook: MakeWorkbook, programs: Programs, command: Command
) -> None:
    programs(
        "row",
        """
        import pathlib, sys
        folder = pathlib.Path(sys.argv[2])
        for name in ("checkpoint/step_1", "best", "export"):
            (folder / name).mkdir(parents=True)
            (folder / name / "weights").touch()
        raise SystemExit("fails" in sys.argv[2])
        """,
    )
    workbook(
        ["COMMAND", "ID", "CLEANUP", "PARAMS"],
        [None, None, None, "default"],
        [None, None, None, "output_dir"],
        ["row", 1, True, "out/clean"],
        ["row", 2, False, "out/kept"],
        ["row", 3, None, "out/kept2"],
        ["row", 4, True, "out/fails"],
    )
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 1
    left = {folder.name: sorted(path.name for path in folder.iterdir()) for folder in Path("out").iterdir()}
    everything = ["best", "checkpoint", "console.log", "export"]
    assert left == {
        "clean": ["best", "console.log", "export"],
        "kept": everything,
        "kept2": everything,
        "fails": everything,
    }
    assert Path("out/clean/best/weights").exists()


def test_only_runs_the_wanted_rows(workbook: MakeWorkbook, programs: Programs, command: Command) -> None:
    programs("row", FAILS)
    sheet(workbook, "good1", "good2", "good3")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0", "--only", "good3", "good1").returncode == 0
    assert [line.split()[1] for line in log()] == ["good1", "good3"]


def test_console_output_is_in_the_run_folder_or_beside_the_workbook(workbook: MakeWorkbook, command: Command) -> None:
    workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "output_dir"],
        ["echo with", 1, "out/1"],
        ["echo without", "a/b", None],
    )
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    assert Path("out/1/console.log").read_text() == "with --output_dir out/1\n"
    assert Path("runs.xlsx.experimenter/runs/a%2Fb/console.log").read_text() == "without\n"


def test_nothing_of_a_recorded_attempt_is_left_behind(workbook: MakeWorkbook, command: Command) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["true", 1], ["false", 2])
    command("--xlsx", "runs.xlsx", "--cpus", "0")
    assert list(Path("runs.xlsx.experimenter/attempts").iterdir()) == []


MISTAKES = {
    "no slots": (
        ["--xlsx", "runs.xlsx"],
        "expects where to run: --gpus 0 1 (numbers of GPUs), --cpus 0 1 (slots without one), or --slots 50 (rows at "
        "once on a cluster)",
    ),
    "both modes": (
        ["--xlsx", "runs.xlsx", "--cpus", "0", "--keep_going", "--fail_fast"],
        "--keep_going and --fail_fast exclude each other; give one of both",
    ),
    "slots": (["--xlsx", "runs.xlsx", "--slots", "10001"], "--slots: must be from 0 to 10000, got 10001"),
    "time": (
        ["--xlsx", "runs.xlsx", "--slots", "1", "--executor", "slurm", "--executor.time", "-5m"],
        "--executor.time: must be more than 0 seconds, got -5m\nsee tfaip-experimenter --help",
    ),
    "grace": (
        ["--xlsx", "runs.xlsx", "--cpus", "0", "--executor.grace", "-5m"],
        "--executor.grace: must be >= 0:00:00, got -5m\nsee tfaip-experimenter --help",
    ),
    "retry": (["--xlsx", "runs.xlsx", "--cpus", "0", "--retry", "-1"], "--retry: must be 0 or more, got -1"),
    "timeout": (
        ["--xlsx", "runs.xlsx", "--cpus", "0", "--timeout", "0"],
        "--timeout: must be more than 0 seconds, got 0",
    ),
    "program": (
        ["--xlsx", "runs.xlsx", "--cpus", "0"],
        'sheet "runs", row 4, column A (COMMAND): there is no program no-such-program on the PATH\n'
        'sheet "runs", row 6, column A (COMMAND): there is no program neither on the PATH',
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_before_anything_runs(name: str, workbook: MakeWorkbook, command: Command) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["no-such-program", 1], ["touch ran", 2], ["neither", 3])
    words, message = MISTAKES[name]
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"tfaip-experimenter: error: {message}\n"
    assert not Path("ran").exists()


def test_state_of_a_newer_version_is_refused(workbook: MakeWorkbook, command: Command) -> None:
    sheet(workbook, "x", program="true")
    assert command("--xlsx", "runs.xlsx", "--cpus", "0").returncode == 0
    with sqlite3.connect("runs.xlsx.experimenter/queue.sqlite") as database:
        database.execute("PRAGMA user_version=99")
    done = command("--xlsx", "runs.xlsx", "--cpus", "0")
    assert done.returncode == 2
    assert "was written by a newer version of tfaip-experimenter" in done.stderr
