"""The scheduler: starts runs where slots are free, and records how they end."""

from __future__ import annotations

import signal
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tfaip.experimenter.executors.interface import Ended, Executor, ExecutorError, Job, Lost, TogetherExecutor
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.queue.membership import beat, is_member_alive
from tfaip.experimenter.queue.start_guard import StartGuard
from tfaip.experimenter.queue.starting import words_of_attempt
from tfaip.experimenter.queue.stops import count_stop, forget_stops, wished_stop
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.run_folder.checkpoints import remove_checkpoints
from tfaip.experimenter.run_folder.file_ends import log_tail
from tfaip.params.shown_text import one_line

__all__ = ["PAUSED", "Listener", "Options", "Scheduler", "Supply"]

PAUSED = "paused"
# Runs of other schedulers report to those; should they die, this is how soon it is noticed.
LOOK_AROUND_SECONDS = 1.0
# A sign of life for people on other machines, who can't look at this process.
BEAT_SECONDS = 60.0
# A shell's exit code for a command that it can't run.
CANNOT_START = 127
# Adopted runs can't wake this process at their end.
POLL_SECONDS = 0.05
# An engine that can't take a job now is left alone that long.
ASK_AGAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Options:
    """How a scheduler answers failures.

    Args:
        retry: Number of retries of a failed run.
        keep_going: Whether it goes on even if the first runs all die at their start.
        fail_fast: Whether nothing is started any more once a run has failed for good.
        timeout: Seconds after which a run is stopped, and counts as failed; `None` for never.
        max_preemptions: Number of resumptions of a run that is stopped from outside, without an epoch in between.
    """

    retry: int = 0
    keep_going: bool = False
    fail_fast: bool = False
    timeout: float | None = None
    max_preemptions: int = 3


class Listener(Protocol):
    """Is told what happens."""

    def started(self, entry: Entry, words: Sequence[str]) -> None:
        """A run was started."""

    def ended(self, entry: Entry) -> None:
        """A run has ended; its state says how."""

    def said(self, text: str) -> None:
        """The user should know."""

    def passed(self) -> None:
        """Some time has passed."""


class Supply(Protocol):
    """Adds runs to the queue while it is worked through, and looks at those that run: a search."""

    def ids(self) -> Collection[str]:
        """Return the IDs of the runs that it has added."""

    def offer(self, row: int | None) -> str | None:
        """Add the next run to the queue and return its ID; `None` if there is none.

        Args:
            row: Row of the first run that waits: a run of a later row is not added yet. `None` if none waits.
        """

    def look(self, running: Collection[Entry]) -> None:
        """Look at the runs that run; one that is to be stopped has a wish noted."""

    def ended(self, entry: Entry) -> None:
        """A run has ended; its state says how."""


class Scheduler:
    """Works through a queue until nothing waits and nothing runs.

    Args:
        store: State of the queue.
        executor: Where runs are run.
        slots: Places that it may fill.
        ids: The runs that are wanted.
        member: The identity that others know it by.
        listener: Is told what happens.
        options: How it answers failures.
        resources: Words that say what runs get from the executor, by the runs' IDs.
        supply: Adds further runs; `None` for none.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        slots: Sequence[Slot],
        ids: Collection[str],
        member: str,
        listener: Listener,
        options: Options,
        resources: Mapping[str, tuple[str, ...]] | None = None,
        supply: Supply | None = None,
    ) -> None:
        self._store = store
        self._executor = executor
        self._slots = slots
        self.ids = set(ids)
        self._member = member
        self._listener = listener
        self._options = options
        self._resources = resources or {}
        self._supply = supply
        self._guard = StartGuard(len(slots))
        self._mine: dict[str, Entry] = {}
        self._no_more = ""
        self._interrupts = 0
        self._answered = 0
        self._looked_around = -LOOK_AROUND_SECONDS
        self._not_before = 0.0
        self._next_beat = 0.0
        self._stopping: set[str] = set()
        self._told: dict[str, str] = {}

    @property
    def interrupted(self) -> bool:
        """Whether it was asked to stop."""
        return self._interrupts > 0

    def interrupt(self, *, at_once: bool = False) -> None:
        """Start nothing more; when asked a second time, or at once, stop what runs. Safe to call from a signal."""
        self._interrupts = 2 if at_once else self._interrupts + 1

    def handle_signals(self) -> None:
        """Let SIGINT interrupt it, and SIGTERM at once."""
        signal.signal(signal.SIGINT, lambda *_: self.interrupt())
        signal.signal(signal.SIGTERM, lambda *_: self.interrupt(at_once=True))

    def run(self) -> None:
        """Work until nothing waits and nothing runs, or until interrupted."""
        while True:
            self._look_around()
            self._answer_interrupts()
            self._collect()
            blocked = not self._no_more and self._fill_slots()
            if not self._mine and not blocked:
                return
            self._listener.passed()
            self._executor.wait(POLL_SECONDS)

    def _look_around(self) -> None:
        """Adopt the runs whose scheduler is no more."""
        if time.monotonic() - self._looked_around < LOOK_AROUND_SECONDS:
            return
        self._looked_around = time.monotonic()
        if self._looked_around >= self._next_beat:
            self._next_beat = self._looked_around + BEAT_SECONDS
            beat(self._store, self._member)
        for entry in self._store.running():
            if entry.scheduler == self._member or is_member_alive(entry.scheduler):
                continue
            if self._store.adopt(entry, self._member):
                self._mine[entry.key] = replace(entry, scheduler=self._member)
        if self._supply:
            self._supply.look(tuple(self._mine.values()))
            self.ids.update(self._supply.ids())
        for key, entry in self._mine.items():
            if key not in self._stopping and wished_stop(entry, self._store):
                self._stopping.add(key)
                self._executor.cancel(key)

    def _answer_interrupts(self) -> None:
        if self._interrupts > self._answered:
            if self._answered == 0:
                self._no_more = "interrupted"
                if self._interrupts == 1 and self._mine:
                    self._listener.said(
                        f"No new runs are started; waiting for the {len(self._mine)} that are running. "
                        "Interrupt once more to stop them."
                    )
            if self._interrupts >= 2:
                for key in self._mine:
                    self._executor.cancel(key)
                if self._mine:
                    self._listener.said(f"Stopping {len(self._mine)} runs; the next start goes on with them.")
            self._answered = self._interrupts

    def _fill_slots(self) -> bool:
        """Start what fits; return whether something waits: for a slot that a run of before uses, or for the engine."""
        together = self._executor if isinstance(self._executor, TogetherExecutor) else None
        if together is None or (len(self._mine) < len(self._slots) and together.may_submit()):
            claimed: list[tuple[Entry, Slot]] = []
            for found in self._claimed():
                if together is None:
                    self._start(*found)
                else:
                    claimed.append(found)
            if together and claimed:
                self._start_together(together, claimed)
        return not self._mine and self._store.is_any_waiting(self.ids)

    def _claimed(self) -> Iterator[tuple[Entry, Slot]]:
        """Yield runs for the slots that are free."""
        taken = {entry.slot for entry in self._mine.values()}
        for slot in self._slots:
            if slot.name in taken or time.monotonic() < self._not_before:
                continue
            if self._supply and (added := self._supply.offer(self._store.first_waiting_row(self.ids))):
                self.ids.add(added)
            entry = self._store.claim(slot, self._member, self.ids)
            if entry is not None:
                yield entry, slot

    def _start(self, entry: Entry, slot: Slot) -> None:
        job = self._job(entry, slot)
        try:
            self._executor.submit(job)
        except (OSError, ExecutorError) as error:
            self._not_started(entry, error)
        else:
            self._started(entry, job)

    def _start_together(self, executor: TogetherExecutor, claimed: Sequence[tuple[Entry, Slot]]) -> None:
        jobs = [self._job(entry, slot) for entry, slot in claimed]
        refused = executor.submit_together(jobs)
        for (entry, _), job in zip(claimed, jobs, strict=True):
            if job.key in refused:
                self._not_started(entry, refused[job.key])
            else:
                self._started(entry, job)

    def _job(self, entry: Entry, slot: Slot) -> Job:
        words = words_of_attempt(entry, self._store)
        self._store.attempting(entry)
        self._mine[entry.key] = entry
        resources = self._resources.get(entry.id, ())
        return Job(entry.key, tuple(words), entry.console, slot, self._options.timeout, resources)

    def _started(self, entry: Entry, job: Job) -> None:
        self._told.pop("submit", None)
        self._listener.started(entry, job.words)

    def _not_started(self, entry: Entry, error: OSError | ExecutorError) -> None:
        if isinstance(error, OSError):
            # Its folder can't be made, say: that ends this run, and no other.
            where = f" ({error.filename})" if error.filename else ""
            self._refused(entry, f"{error.strerror or error}{where}")
        elif error.permanent:
            self._refused(entry, str(error))
        else:
            self._put_back(entry, str(error))

    def _refused(self, entry: Entry, why: str) -> None:
        now = time.time()
        self._record(entry, Ended(CANNOT_START, now, now), f"can't be started: {why}")
        self._let_go(entry)

    def _put_back(self, entry: Entry, why: str) -> None:
        self._not_before = time.monotonic() + ASK_AGAIN_SECONDS
        self._store.put_back(entry, why)
        self._executor.forget(entry.key)
        del self._mine[entry.key]
        self._tell("submit", f"Runs wait: {why}.")

    def _tell(self, kind: str, trouble: str) -> None:
        """Say once what is wrong with the engine, until it is right again."""
        if self._told.get(kind) != trouble:
            self._listener.said(one_line(trouble))
        self._told[kind] = trouble

    def _collect(self) -> None:
        for key, entry in list(self._mine.items()):
            try:
                outcome = self._executor.poll(key)
            except ExecutorError as error:
                self._tell("poll", f"The state of the runs is not known: {error}.")
                return
            self._told.pop("poll", None)
            if isinstance(outcome, Ended):
                self._record(entry, outcome)
            elif isinstance(outcome, Lost):
                self._lose(entry, outcome)
            else:
                continue
            self._let_go(entry)

    def _let_go(self, entry: Entry) -> None:
        del self._mine[entry.key]
        self._executor.forget(entry.key)
        now = self._store.entry(entry.id)
        if self._supply:
            self._supply.ended(now)
        self._listener.ended(now)

    def _record(self, entry: Entry, outcome: Ended, why: str = "") -> None:
        """Record an end; everything here can be done twice, should this process be killed before it is recorded."""
        state, reason = self._judged(entry, outcome)
        reason = why or reason
        if state in (State.FINISHED, State.PRUNED) and entry.cleanup and entry.has_output:
            remove_checkpoints(entry.folder)
        retry = state is State.FAILED and entry.failures < self._options.retry
        self._store.end(
            entry,
            state,
            started=outcome.started,
            ended=outcome.ended,
            exit_code=outcome.exit_code,
            reason=reason,
            retry=retry,
        )
        if state is State.FAILED and not retry and self._options.fail_fast and not self._no_more:
            self._no_more = f"{one_line(entry.id)} has failed"
            self._listener.said(f"Run {self._no_more}: no new runs are started (--fail_fast).")
        self._guard.ended(entry, outcome, failed=state is State.FAILED)
        if self._guard.trips and not self._options.keep_going and not self._no_more:
            self._pause(entry, reason)

    def _lose(self, entry: Entry, outcome: Lost) -> None:
        reason = outcome.reason
        if wish := wished_stop(entry, self._store):
            self._store.stopped(entry, *wish, started=outcome.started)
        elif self._interrupts >= 2:
            self._store.stopped(entry, State.INTERRUPTED, reason, started=outcome.started)
        elif outcome.stopped:
            state, why = self._preempted(entry, reason)
            self._store.stopped(entry, state, why, started=outcome.started)
        else:
            self._store.lose(entry, reason, started=outcome.started)

    def _preempted(self, entry: Entry, how: str) -> tuple[State, str]:
        stops = count_stop(entry, self._store)
        if stops > self._options.max_preemptions:
            return State.FAILED, f"was stopped from outside {stops} times without an epoch in between"
        return State.PREEMPTED, how

    def _judged(self, entry: Entry, outcome: Ended) -> tuple[State, str]:
        # However it ends once the user has cancelled it: it is not tried again.
        if outcome.exit_code != 0 and (wish := wished_stop(entry, self._store)):
            return wish
        if outcome.stopped != "cancel" or outcome.exit_code == 0:
            forget_stops(entry, self._store)
        elif self._interrupts < 2:
            return self._preempted(entry, "was stopped from outside")
        return _judge(outcome)

    def _pause(self, entry: Entry, reason: str) -> None:
        tail = "\n".join(f"    {one_line(line)}" for line in log_tail(entry.console))
        self._no_more = (
            f"The first {self._guard.deaths} runs all died at their start, so the queue has paused itself. "
            f"The last one, {one_line(f'{entry.id}, {reason}; see {entry.console}')}" + (f":\n{tail}" if tail else "")
        )
        self._store.note(PAUSED, self._no_more)
        self._listener.said(
            f"{self._no_more}\nMend the cause and start again to go on, or start with --keep_going to try them all."
        )


def _judge(outcome: Ended) -> tuple[State, str]:
    """The meaning of an end, whatever its cause."""
    if outcome.exit_code == 0:
        return State.FINISHED, ""
    if outcome.stopped == "cancel":
        return State.INTERRUPTED, "was stopped"
    if outcome.stopped == "timeout":
        return State.FAILED, f"was stopped after {outcome.ended - outcome.started:.0f} s by --timeout"
    if outcome.exit_code < 0:
        try:
            name = signal.Signals(-outcome.exit_code).name
        except ValueError:
            name = f"signal {-outcome.exit_code}"
        return State.FAILED, f"was killed by {name}"
    return State.FAILED, f"ended with exit code {outcome.exit_code}"
