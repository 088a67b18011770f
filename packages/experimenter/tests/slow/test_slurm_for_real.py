"""The tests of `test_slurm.py` on Slurm itself; skipped where it isn't installed (`apt install slurm-wlm munge`)."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from guide import block_of_guide
from mixed_rows import MixedEngine
from real_training import real_training
from slurm_cluster import PROGRAMS, SlurmCluster
from test_slurm import *  # noqa: F403 - the tests; the fixtures below take the place of theirs
from test_slurm import LONG, counts, done, on_slurm, sheet
from waiting import wait_for

from tfaip.experimenter.executors.process_identity import identity_of

EPOCHS = 5
Engine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[SlurmCluster]:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if missing := [program for program in PROGRAMS if shutil.which(program, path=path) is None]:
        pytest.skip(f"Slurm is not installed: there is no {missing[0]}; apt install slurm-wlm munge")
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as folder:
        started = SlurmCluster(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def slurm(cluster: SlurmCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Return a function that runs a command of Slurm."""
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)

    def engine(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, capture_output=True, text=True, check=True)

    yield engine
    engine("scancel", "--me")


@pytest.fixture
def room(slurm: Engine) -> Iterator[Callable[[bool], None]]:
    """Return a function that lets jobs start, or wait."""

    def change(there_is: bool) -> None:
        slurm("scontrol", "update", "PartitionName=main", f"State={'UP' if there_is else 'DOWN'}")

    yield change
    change(True)


@pytest.fixture
def mixed(cluster: SlurmCluster, slurm: Engine, monkeypatch: pytest.MonkeyPatch) -> MixedEngine:
    """The engine of the mixed rows, whose trainings are real."""
    return MixedEngine(
        ("--xlsx", "runs.xlsx", "--executor", "slurm"),
        preempt=lambda _, job: slurm("scancel", "--batch", "--signal=TERM", job) and None,
        kill_node=lambda time: cluster.kill_node(f"n{time + 1}"),
        training=real_training(monkeypatch),
        timeout=90,
        pause=0.5,
        patience=300,
    )


def test_a_run_whose_runner_is_killed_is_started_again_and_never_there_twice(
    slurm: Engine, workbook: Callable[..., Path], start: Callable[..., Any]
) -> None:
    sheet(workbook, "echo $$ >> done; while [ ! -e go ]; do sleep 0.05; done", "a")
    scheduler = start(*on_slurm("--slots", 1))
    wait_for(lambda: len(done()) == 1, "the run")
    (first,) = done()
    (owner,) = Path("runs.xlsx.experimenter/attempts").glob("*/owner")
    os.kill(int(owner.read_text().split()[0]), signal.SIGKILL)
    wait_for(lambda: len(done()) == 2, "the second run", 60)
    assert identity_of(int(first)) is None
    Path("go").touch()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "its batch job is gone: FAILED" in told


def test_a_run_is_stopped_before_the_time_limit_of_its_job_and_goes_on_in_another_one(
    slurm: Engine, workbook: Callable[..., Path], start: Callable[..., Any]
) -> None:
    sheet(workbook, f"{LONG}; echo ended $1 >> done", "a")
    limits = ("--executor.time", "60s", "--executor.stop_before", "30s", "--max_preemptions", 1)
    scheduler = start(*on_slurm("--slots", 1, *limits))
    wait_for(lambda: "stopped a" in done(), "the end of the first job", 150)
    Path("go").touch()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "1 is preempted: was stopped from outside" in told
    assert "ended a" in done()


def test_a_row_of_two_nodes_is_stopped_by_sigterm_in_all_of_its_tasks(
    slurm: Engine, workbook: Callable[..., Path], start: Callable[..., Any], command: Callable[..., Any]
) -> None:
    task = "trap 'echo term $SLURM_PROCID >> done; exit 143' TERM; trap 'echo int >> done; exit 1' INT"
    Path("task.sh").write_text(f"{task}; echo started $SLURM_PROCID >> done; while [ ! -e go ]; do sleep 0.02; done")
    line = "srun --kill-on-bad-exit=1 --ntasks-per-node=1 sh task.sh"
    workbook(["COMMAND", "ID", "NODES", "PARAMS"], [], [], [line, "a", 2])
    scheduler = start(*on_slurm("--slots", 1))
    wait_for(lambda: done() == ["started 0", "started 1"], "both tasks", 60)
    scheduler.terminate()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 130, told
    assert done() == ["started 0", "started 1", "term 0", "term 1"]
    assert counts(command) == {"interrupted": 1}


def test_a_training_of_two_nodes_that_is_preempted_equals_one_in_one_process(
    slurm: Engine,
    workbook: Callable[..., Path],
    start: Callable[..., Any],
    command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, values = real_training(monkeypatch)
    names = ["output_dir", "epochs", *values, "device.dist_strategy"]
    workbook(
        ["COMMAND", "ID", "NODES", "PARAMS"],
        [None, None, None, "trainer"],
        [None, None, None, *names],
        [f"srun --kill-on-bad-exit=1 {line}", "two", 2, "runs/two", EPOCHS, *values.values(), "multi_worker"],
        [line, "one", None, "runs/one", EPOCHS, *values.values()],
    )
    scheduler = start(*on_slurm("--slots", 2))
    wait_for(lambda: epochs_of("two") or scheduler.poll() is not None, "an epoch", 300)
    listed = slurm("squeue", "--me", "--noheader", "--states=RUNNING", "--format=%i %D").stdout
    (number,) = (line.split()[0] for line in listed.splitlines() if line.endswith(" 2"))
    slurm("scancel", "--batch", "--signal=TERM", number)  # as Slurm does before it takes the nodes
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "two is preempted: was stopped from outside" in told
    assert counts(command) == {"finished": 2}
    one, two = epochs_of("one"), epochs_of("two")
    assert [logs["epoch"] for logs in two] == list(range(1, EPOCHS + 1))
    for here, there in zip(one, two, strict=True):
        assert there["val_loss"] == pytest.approx(here["val_loss"], rel=1e-5)
        assert there["val_acc"] == pytest.approx(here["val_acc"], abs=1e-3)
    print("largest difference of a weight:", difference := largest_difference(Path("runs/one"), Path("runs/two")))
    # The rounding of float32 grows over 1,250 steps.
    assert difference < 1e-4
    assert "resum" in Path("runs/two/train.log").read_text(encoding="utf-8").lower()


def test_the_batch_script_of_the_guide_trains_on_two_nodes(slurm: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    real_training(monkeypatch)
    Path("job.sh").write_text(f"{block_of_guide('#SBATCH').rstrip()} --trainer.epochs 1", encoding="utf-8")
    slurm("sbatch", "--wait", "--output=job.log", "job.sh")
    assert len(epochs_of("large")) == 1
    assert "Worker 1 of" in Path("job.log").read_text(encoding="utf-8")


def test_the_command_of_the_guide_runs_rows(
    slurm: Engine, workbook: Callable[..., Path], command: Callable[..., Any]
) -> None:
    sheet(workbook, "echo $1 $(($SLURM_CPUS_PER_TASK)) >> done", "a", "b")
    ran = command(*shlex.split(block_of_guide("--executor slurm"))[1:])
    assert ran.returncode == 0, ran.stderr
    assert done() == ["a 4", "b 4"]


def test_the_array_of_the_guide_predicts_in_parts(slurm: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = pytest.importorskip("tfaip.predict.dump", reason="tfaip-predict is not installed")
    real_training(monkeypatch)
    trained = ["tfaip-train", "examples.tutorial.min", "--epochs", "1", "--trainer.output_dir", "runs/large"]
    predicted = ["tfaip-predict", "--export_dir", "runs/large/best", "--dump", "whole", "--predict.silent"]
    for words in (trained, predicted):
        slurm(*words)
    # Four parts, and no GPU.
    line = block_of_guide("tfaip-predict").replace("0-15", "0-3").replace("/16", "/4").replace("--gpus=1 ", "")
    slurm("bash", "-c", f"{line.rstrip()} --wait")
    whole, parts = (list(dump.DumpReader(name)) for name in ("whole", "predictions"))
    assert sorted(path.name for path in Path("predictions").iterdir()) == [f"part-{part}-of-4" for part in range(4)]
    assert len(parts) == 1000
    assert [sample.meta for sample in parts] == [sample.meta for sample in whole]
    assert [sample.outputs["class"] for sample in parts] == [sample.outputs["class"] for sample in whole]


def epochs_of(name: str) -> list[dict[str, float]]:
    """The logs of the epochs of a training."""
    path = Path(f"runs/{name}/metrics.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def largest_difference(one: Path, two: Path) -> float:
    """The largest difference between the weights of two trainings."""
    h5py = pytest.importorskip("h5py")
    differences = []
    with h5py.File(one / "export/weights.h5") as left, h5py.File(two / "export/weights.h5") as right:
        found: list[str] = []
        left.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
        for name in found:
            if left[name].dtype.kind == "f":
                differences.append(float(abs(left[name][()] - right[name][()]).max()))
    assert len(differences) >= 6
    return max(differences)
