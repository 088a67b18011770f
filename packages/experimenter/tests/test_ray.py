"""Rows as actors of Ray: each runs once, whoever dies, and what is stopped goes on.

The tests run on a stand-in here; `slow/test_ray_for_real.py` runs them on a cluster of two nodes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from waiting import wait_for

from tfaip.experimenter import ExperimenterError
from tfaip.experimenter.executors import batch
from tfaip.experimenter.executors.process_identity import identity_of
from tfaip.experimenter.executors.ray import RayExecutorParams

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
MakeWorkbook = Callable[..., Path]

ROW = "echo $1 >> done; echo ${CUDA_VISIBLE_DEVICES-none} > devices; exit ${2:-0}"
# It says that it runs, and ends cleanly when it is interrupted, as a training does.
LONG = "trap 'echo stopped $1 >> done; exit 130' INT; echo started $1 >> done; while [ ! -e go ]; do sleep 0.02; done"


@pytest.fixture
def ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cluster of Ray that programs find by themselves, here the stand-in."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("ray_stand_in")), prepend=os.pathsep)
    monkeypatch.setenv("STAND_IN_OF_RAY", str(tmp_path / "state of ray"))
    monkeypatch.setenv("RAY_ADDRESS", "stand-in")
    monkeypatch.setattr(batch, "ASK_SECONDS", 0.1)
    yield
    for pid in (tmp_path / "state of ray").glob("*/pid"):
        subprocess.run(["kill", "-9", pid.read_text()], capture_output=True)


def sheet(workbook: MakeWorkbook, script: str, *words: str, resources: str | None = None) -> None:
    """Rows that run a script with these words behind it."""
    Path("row.sh").write_text(script)
    runs = [[f"sh row.sh {line}", number, resources] for number, line in enumerate(words, 1)]
    workbook(["COMMAND", "ID", "RESOURCES", "PARAMS"], [], [], *runs)


def on_ray(*words: object) -> tuple[object, ...]:
    return ("--xlsx", "runs.xlsx", "--executor", "ray", "--no_update", *words)


def counts(command: Command) -> dict[str, int]:
    told = json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)["counts"]
    return {state: number for state, number in told.items() if number}


def done() -> list[str]:
    return sorted(Path("done").read_text().splitlines()) if Path("done").exists() else []


@pytest.mark.usefixtures("ray")
def test_rows_run_once_with_the_devices_that_ray_gives_them(
    workbook: MakeWorkbook, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    sheet(workbook, ROW, "a", "b", "c 4")
    told = command(*on_ray("--slots", 2, "--retry", 1))
    assert told.returncode == 1
    assert done() == ["a", "b", "c", "c"]
    assert counts(command) == {"finished": 2, "failed": 1}
    assert "ended with exit code 4" in told.stderr
    assert Path("devices").read_text().strip() in ("none", "")


@pytest.mark.usefixtures("ray")
def test_a_scheduler_that_is_killed_finds_its_actors_again(
    workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, LONG, "a", "b")
    first = start(*on_ray("--slots", 2))
    wait_for(lambda: len(done()) == 2, "both runs", 120)
    first.kill()
    first.wait()
    second = start(*on_ray("--slots", 2))
    wait_for(lambda: "running" in command("status", "--xlsx", "runs.xlsx", "--json").stdout, "the state", 120)
    Path("go").touch()
    _, told = second.communicate()
    assert second.returncode == 0, told
    assert done() == ["started a", "started b"]


@pytest.mark.usefixtures("ray")
@pytest.mark.takes_long
def test_a_run_that_is_cancelled_ends_cleanly_and_one_that_waits_is_never_started(
    workbook: MakeWorkbook, command: Command, start: Start
) -> None:
    sheet(workbook, LONG, "a")
    scheduler = start(*on_ray("--slots", 1))
    wait_for(lambda: done() == ["started a"], "the run", 120)
    assert command("cancel", "1", "--xlsx", "runs.xlsx").returncode == 0
    scheduler.communicate()
    assert done() == ["started a", "stopped a"]
    assert counts(command) == {"cancelled": 1}
    sheet(workbook, LONG, "a", "b", resources="cpus=1000")
    scheduler = start(*on_ray("--slots", 2))
    wait_for(lambda: counts(command).get("running") == 1, "the second row", 120)
    command("cancel", "2", "--xlsx", "runs.xlsx")
    _, told = scheduler.communicate()
    assert counts(command) == {"cancelled": 2}, told
    assert done() == ["started a", "stopped a"]


@pytest.mark.usefixtures("ray")
def test_an_actor_that_is_killed_takes_its_run_along_which_is_started_again(
    workbook: MakeWorkbook, start: Start
) -> None:
    sheet(workbook, "echo $$ >> done; while [ ! -e go ]; do sleep 0.02; done", "a")
    scheduler = start(*on_ray("--slots", 1, "--executor.grace", "1s"))
    wait_for(lambda: len(done()) == 1, "the run", 120)
    (first,) = done()
    (owner,) = Path("runs.xlsx.experimenter/attempts").glob("*/owner")
    runner = owner.read_text().split()[0]
    actor = Path(f"/proc/{runner}/stat").read_text().rpartition(")")[2].split()[1]
    os.kill(int(actor), signal.SIGKILL)
    wait_for(lambda: len(done()) == 2, "the second run", 120)
    assert identity_of(int(first)) is None
    Path("go").touch()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "is preempted: was stopped from outside" in told


def test_no_cluster_and_no_ray_are_one_message(
    workbook: MakeWorkbook, command: Command, ray: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sheet(workbook, ROW, "a")
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    told = command(*on_ray("--slots", 1))
    assert told.returncode == 2
    assert "--executor.address: there is no cluster of Ray at auto ([Errno 111] Connection refused)" in told.stderr
    assert len(told.stderr.splitlines()) == 1
    monkeypatch.setattr("tfaip.experimenter.executors.ray.find_spec", lambda name: None)
    with pytest.raises(ExperimenterError, match=r"pip install 'tfaip-experimenter\[ray\]'"):
        RayExecutorParams().create(tmp_path)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {"num_cpus": 1.0, "num_gpus": 0.0, "resources": {}}),
        (["gpus=0.5", "cpus=4"], {"num_cpus": 4.0, "num_gpus": 0.5, "resources": {}}),
        (["memory=16G"], {"num_cpus": 1.0, "num_gpus": 0.0, "resources": {}, "memory": 16 * 2**30}),
        (["memory=500"], {"num_cpus": 1.0, "num_gpus": 0.0, "resources": {}, "memory": 500 * 2**20}),
        (["custom=tpu=1"], {"num_cpus": 1.0, "num_gpus": 0.0, "resources": {"tpu": 1.0}}),
    ],
)
def test_the_words_of_a_row_are_resources_of_its_actor(words: list[str], options: dict[str, object]) -> None:
    assert RayExecutorParams().for_row(words).actor_options() == options


@pytest.mark.parametrize("word", ["memory=lots", "gpus=-1", "nodes=2", "memory=1.5G"])
def test_words_that_ray_has_no_meaning_for_are_refused(word: str) -> None:
    with pytest.raises(ExperimenterError):
        RayExecutorParams().for_row([word])
