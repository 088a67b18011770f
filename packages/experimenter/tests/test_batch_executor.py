"""The states that a batch executor makes of the answers of its system, and of none."""

from __future__ import annotations

import io
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tfaip.experimenter.commands.plan import read_plan
from tfaip.experimenter.errors import SheetError
from tfaip.experimenter.executors import batch, runner, slurm
from tfaip.experimenter.executors.attempt import GIVEN_UP
from tfaip.experimenter.executors.batch import BatchExecutor, BatchExecutorParams, BatchJob, BatchState
from tfaip.experimenter.executors.interface import Ended, ExecutorError, Job, Lost, Running
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.executors.slurm import SlurmExecutorParams
from tfaip.experimenter.queue import scheduler, store
from tfaip.experimenter.queue.scheduler import Options
from tfaip.experimenter.session import run_plan
from tfaip.experimenter.views.lines import Lines
from tfaip.params import params


@params
class EngineParams(BatchExecutorParams):
    def cls(self) -> type[Engine]:
        return Engine


class Engine(BatchExecutor):
    """A system that does what the test says."""

    def __init__(self, params: BatchExecutorParams, folder: Path) -> None:
        super().__init__(params, folder)
        self.states: dict[str, BatchState] = {}
        self.jobs: list[BatchJob] = []
        self.stopped: list[str] = []
        self.asked = 0
        self.trouble: ExecutorError | None = None

    def submit_batch(self, batch: BatchJob) -> None:
        self.jobs.append(batch)
        if self.trouble:
            raise self.trouble
        self.states[batch.name] = BatchState(True, "PENDING")

    def batch_states(self) -> Mapping[str, BatchState]:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return self.states

    def stop_batch(self, names: Sequence[str]) -> None:
        self.stopped += names


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of the executor's clock, in the only element."""
    now = [100.0]
    monkeypatch.setattr(batch.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def engine(tmp_path: Path, clock: list[float]) -> Engine:
    return Engine(EngineParams(), tmp_path / "attempts")


def job(key: str = "k") -> Job:
    return Job(key, ("echo", "it's"), Path("out/console.log").absolute(), Slot("slot", 0))


def record(engine: Engine, name: str, text: str, key: str = "k") -> None:
    (engine._folder / key / name).write_text(text, encoding="utf-8")


def test_all_jobs_are_asked_for_at_once_and_once_a_second(engine: Engine, clock: list[float]) -> None:
    keys = [f"k{number}" for number in range(200)]
    for key in keys:
        engine.submit(job(key))
    for _ in range(20):
        assert all(engine.poll(key) == Running() for key in keys)
        clock[0] += 0.05
    assert engine.asked == 1
    clock[0] += 1
    engine.poll("k0")
    assert engine.asked == 2


class Counting(Engine):
    """A system with arrays, which counts its calls by the second; jobs end by themselves."""

    largest_array = 500

    def __init__(self, params: BatchExecutorParams, folder: Path) -> None:
        super().__init__(params, folder)
        self.calls: Counter[int] = Counter()
        self.begun = 0.0

    def submit_array(self, batches: Sequence[BatchJob]) -> None:
        self.submit_all(batches)

    def submit_batch(self, batch: BatchJob) -> None:
        self.submit_all([batch])

    def submit_all(self, batches: Sequence[BatchJob]) -> None:
        self.calls[int(batch.time.monotonic())] += 1
        for found in batches:
            self.jobs.append(found)
            self.states[found.name] = BatchState(True, "RUNNING")

    def batch_states(self) -> Mapping[str, BatchState]:
        self.calls[int(batch.time.monotonic())] += 1
        return super().batch_states()

    def wait(self, seconds: float) -> None:
        """Time passes, and some of the jobs end."""
        now: list[float] = self.clock  # type: ignore[attr-defined]
        now[0] += seconds
        for found in [found for found in self.jobs if random.random() < 0.01]:
            self.jobs.remove(found)
            record(self, runner.OWNER, "1 2 3", found.job.key)
            record(self, runner.EXIT, "0 10.0 12.5 ", found.job.key)
            self.states[found.name] = BatchState(False, "COMPLETED")


def test_two_hundred_rows_cost_one_call_a_second(
    workbook: Callable[..., Path], clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random.seed(0)
    monkeypatch.setattr(store, "SYNCHRONOUS", "OFF")
    monkeypatch.setattr(scheduler.time, "monotonic", lambda: clock[0])
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], *[["echo", number] for number in range(200)])
    made: list[Counting] = []

    @params
    class CountingParams(BatchExecutorParams):
        def cls(self) -> type[Counting]:
            return Counting

        def create(self, folder: Path) -> Counting:
            made.append(Counting(self, folder))
            made[0].clock = clock  # type: ignore[attr-defined]
            return made[0]

    code = run_plan(
        read_plan(path),
        [Slot("slot", number) for number in range(120)],
        lambda _: Lines(io.StringIO()),
        Options(),
        executor=CountingParams(),
        update=False,
    )
    assert code == 0
    (engine,) = made
    assert len(engine.calls) > 5
    assert set(engine.calls.values()) == {1}, "in no second more than one"


def test_an_end_is_read_from_the_record(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    record(engine, runner.OWNER, "1 2 3")
    record(engine, runner.EXIT, "3 10.0 12.5 timeout")
    assert engine.poll("k") == Ended(3, 10.0, 12.5, "timeout")


def test_a_job_that_the_system_lists_late_is_running(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    engine.states.clear()
    assert engine.poll("k") == Running()


def test_a_job_that_never_started_and_is_gone_can_never_start(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    engine.states.clear()
    engine.poll("k")
    clock[0] += batch.SETTLE_SECONDS
    assert engine.poll("k") == Lost("it was never started", False)
    assert (engine._folder / "k" / runner.OWNER).read_text() == GIVEN_UP


def test_a_job_that_is_not_listed_runs_as_long_as_its_runner_gives_signs_of_life(
    engine: Engine, clock: list[float]
) -> None:
    engine.submit(job())
    record(engine, runner.OWNER, "1 2 3")
    engine.states.clear()
    for beat in range(20):
        os.utime(engine._folder / "k" / runner.OWNER, (beat, beat))
        assert isinstance(engine.poll("k"), Running)
        clock[0] += batch.SETTLE_SECONDS
    clock[0] += batch.SILENCE_SECONDS
    assert engine.poll("k") == Lost("its batch job is gone", True)


def test_a_job_that_was_cancelled_while_it_waited_is_lost_at_once(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    engine.states["tfaip-k"] = BatchState(False, "CANCELLED")
    assert engine.poll("k") == Lost("it was never started: CANCELLED", False)


@pytest.mark.parametrize("state", ["CANCELLED", "DEADLINE", "PREEMPTED", "TIMEOUT"])
def test_a_job_that_slurm_has_stopped_is_told_from_one_that_is_lost(
    state: str, engine: Engine, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm, "_ask", lambda *_, **__: f"17|{state}|tfaip-k\n18|NODE_FAIL|other\n")
    states = slurm.SlurmExecutor(SlurmExecutorParams(), Path("attempts")).batch_states()
    assert states == {"tfaip-k": BatchState(False, state, True), "other": BatchState(False, "NODE_FAIL")}
    engine.submit(job())
    record(engine, runner.OWNER, "1 2 3")
    engine.states.update(states)
    engine.poll("k")
    clock[0] += batch.SETTLE_SECONDS
    assert engine.poll("k") == Lost(f"its batch job is gone: {state}", True, True)


def test_a_job_whose_node_fails_is_lost_after_its_record_had_time_to_come(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    record(engine, runner.OWNER, "1 2 3")
    engine.states["tfaip-k"] = BatchState(False, "NODE_FAIL")
    assert engine.poll("k") == Running()
    clock[0] += batch.SETTLE_SECONDS
    assert engine.poll("k") == Lost("its batch job is gone: NODE_FAIL", True)


def test_a_system_that_does_not_answer_leaves_jobs_running(engine: Engine, clock: list[float]) -> None:
    engine.submit(job())
    engine.trouble = ExecutorError("no answer")
    with pytest.raises(ExecutorError, match="no answer"):
        engine.poll("k")
    clock[0] += 0.5
    with pytest.raises(ExecutorError, match="no answer"):
        engine.poll("k")
    assert engine.asked == 1, "the trouble is known until the next question"
    engine.trouble = None
    clock[0] += 1
    assert engine.poll("k") == Running()


def test_a_refused_job_can_never_start(engine: Engine) -> None:
    engine.trouble = ExecutorError("no answer")
    with pytest.raises(ExecutorError):
        engine.submit(job())
    assert (engine._folder / "k" / runner.OWNER).read_text() == GIVEN_UP


def test_a_job_gets_no_device_of_this_machine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    engine.submit(job())
    assert "CUDA_VISIBLE_DEVICES" not in engine.jobs[0].environment
    assert engine.jobs[0].script.endswith("echo 'it'\"'\"'s'\n")


def test_jobs_are_stopped_together_at_the_next_poll_and_at_the_latest_at_the_end(
    engine: Engine, clock: list[float]
) -> None:
    for key in ("a", "b", "c"):
        engine.submit(job(key))
    engine.cancel("a")
    engine.cancel("b")
    assert engine.stopped == []
    engine.poll("a")
    assert engine.stopped == ["tfaip-a", "tfaip-b"]
    engine.states["tfaip-a"] = BatchState(False, "CANCELLED")
    clock[0] += 1
    engine.poll("a")
    assert engine.stopped == ["tfaip-a", "tfaip-b", "tfaip-b"], "one that was about to start is asked again"
    engine.stopped.clear()
    engine.states["tfaip-b"] = BatchState(False, "FAILED")
    clock[0] += 1
    engine.poll("a")
    engine.cancel("c")
    engine.close()
    assert engine.stopped == ["tfaip-c"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ({}, []),
        ({"partition": "gpu", "gpus": 2, "memory": "16G"}, ["--partition=gpu", "--gpus=2", "--mem=16G"]),
        ({"time": 3600}, ["--time=60:00", "--signal=B:TERM@120"]),
        ({"time": 60}, ["--time=1:00", "--signal=B:TERM@30"]),
        ({"options": ["exclusive=user", "--mail-type=FAIL"]}, ["--exclusive=user", "--mail-type=FAIL"]),
    ],
)
def test_parameters_become_options_of_sbatch(words: dict[str, object], options: list[str]) -> None:
    values = {name: timedelta(seconds=value) if name == "time" else value for name, value in words.items()}  # type: ignore[arg-type]
    assert SlurmExecutorParams(**values).sbatch_options() == options  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["--array=1-3", "array=1-3", "wait", "test-only", "wrap=true"])
def test_options_that_make_no_single_job_are_refused(option: str) -> None:
    with pytest.raises(ValueError, match="each row is one job"):
        SlurmExecutorParams(options=["exclusive=user", option])


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("gpuz=2", "--executor.gpuz: unknown argument"),
        ("gpus=two", "--executor.gpus: must be a whole number, got 'two'"),
        ("gpus", 'expects words such as gpus=2 time=12:00:00, got "gpus"'),
        ("--gpus=2", 'expects words such as gpus=2 time=12:00:00, got "--gpus=2"'),
        ("options='a", "no closing quotation"),
        ("options=--array=1-3", "--executor.options: --array=1-3: each row is one job"),
    ],
)
def test_a_mistake_in_a_row_s_resources_is_told_with_its_cell_before_anything_runs(
    cell: str, problem: str, workbook: Callable[..., Path]
) -> None:
    workbook(["COMMAND", "ID", "RESOURCES", "PARAMS"], [], [], ["echo a", 1, None], ["echo b", 2, cell])

    def start() -> int:
        plan = read_plan(Path("runs.xlsx"))
        return run_plan(plan, [Slot("slot", 0)], lambda _: Lines(), Options(), executor=SlurmExecutorParams())

    with pytest.raises(SheetError) as raised:
        start()
    assert f'sheet "runs", row 5, column C (RESOURCES): {problem}' in str(raised.value)


class MoodyParams(EngineParams):
    def cls(self) -> type[Engine]:
        return Moody


class Moody(Engine):
    """Takes a job at the third try, doesn't answer the first question, and then has finished all jobs."""

    def submit_batch(self, batch: BatchJob) -> None:
        self.jobs.append(batch)
        if len(self.jobs) < 3:
            raise ExecutorError("too many jobs")
        super().submit_batch(batch)
        for name, text in ((runner.OWNER, "1 2 3"), (runner.EXIT, "0 1.0 2.0 ")):
            (self._folder / batch.job.key / name).write_text(text)

    def batch_states(self) -> Mapping[str, BatchState]:
        self.asked += 1
        if self.asked == 1:
            raise ExecutorError("no answer")
        return self.states


@pytest.fixture
def _own_signals() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_own_signals")
def test_a_run_that_the_system_does_not_take_now_waits_and_each_trouble_is_told_once(
    workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scheduler, "ASK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(batch, "ASK_SECONDS", 0.0)
    path = workbook(["COMMAND", "ID", "PARAMS"], [], [], ["echo a", "a"])
    slots = [Slot("slot", 0)]
    code = run_plan(read_plan(path), slots, lambda _: Lines(), Options(), executor=MoodyParams(), update=False)
    told = capsys.readouterr().err
    assert code == 0, told
    assert told.count("Runs wait: too many jobs.") == 1
    assert told.count("The state of the runs is not known: no answer.") == 1
    assert told.count("started") == 1
