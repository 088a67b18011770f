"""Each run of a queue costs as much, whatever the number of runs before it: calls and steps of SQLite are counted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tfaip.experimenter.commands.plan import PlannedRun
from tfaip.experimenter.executors.interface import Ended, Job, Outcome
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.queue.scheduler import Options, Scheduler
from tfaip.experimenter.queue.store import Store

SIZES = (40, 80, 120)


class AtOnce:
    """Runs end when they are asked for."""

    def refusal(self, words: Sequence[str]) -> str | None:
        return None

    def submit(self, job: Job) -> None:
        pass

    def poll(self, key: str) -> Outcome:
        return Ended(0, 1.0, 2.0)

    def cancel(self, key: str) -> None:
        pass

    def forget(self, key: str) -> None:
        pass

    def wait(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        pass


class Silent:
    """Is told nothing in words."""

    def started(self, entry: Entry, words: Sequence[str]) -> None:
        pass

    def ended(self, entry: Entry) -> None:
        pass

    def said(self, text: str) -> None:
        raise AssertionError(text)

    def passed(self) -> None:
        pass


def work_of_queue(folder: Path, runs: int) -> Counter[str]:
    """Count calls, and statements and steps of the database, while a queue is worked through."""
    store = Store(folder / f"{runs}" / "queue.sqlite")
    ids = [f"r{number:04}" for number in range(runs)]
    planned = [PlannedRun(i, row, ("true",), None, (), cleanup=False) for row, i in enumerate(ids, 4)]
    store.take_over(planned, {i: folder / i for i in ids})
    scheduler = Scheduler(store, AtOnce(), [Slot.named("cpu:0")], ids, "1 1 here", Silent(), Options())
    work: Counter[str] = Counter()

    def count_step() -> None:
        work["steps"] += 1

    def on_event(_: object, event: str, __: object) -> None:
        work["calls"] += event in ("call", "c_call")

    store._db.set_progress_handler(count_step, 10)
    sys.setprofile(on_event)
    try:
        scheduler.run()
    finally:
        sys.setprofile(None)
    assert {entry.state for entry in store.entries()} == {"finished"}
    store.close()
    return work


def test_a_run_of_a_queue_costs_no_more_after_many_runs(tmp_path: Path) -> None:
    few, some, many = (work_of_queue(tmp_path, runs) for runs in SIZES)
    for kind in ("calls", "steps"):
        assert 0 < many[kind] - some[kind] < 1.02 * (some[kind] - few[kind]), kind
