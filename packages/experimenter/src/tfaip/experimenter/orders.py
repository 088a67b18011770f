"""Orders for single runs of a queue, beside the experimenter that works on it or without one: cancel and retry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.registry import executor_named, name_of_executor
from tfaip.experimenter.queue.entries import WAITING, Entry, State
from tfaip.experimenter.queue.membership import is_member_alive
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.stops import forget_stops, wish_stop
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.search.records import end_search, keep_trial, read_search, read_trials
from tfaip.experimenter.session import EXECUTOR
from tfaip.params.shown_text import one_line

__all__ = ["cancel_runs", "retry_runs"]

REASON = "was cancelled by the user"


def cancel_runs(
    state: StateFolder, ids: Sequence[str], say: Callable[[str], None], executor: ExecutorParams | None = None
) -> None:
    """Stop runs for good: one that waits isn't started, one that runs is stopped so that it can end cleanly.

    Args:
        state: Folder of the queue's state.
        ids: IDs of the runs; that of a search means all its trials, and no further ones.
        say: Is told each run.
        executor: Reaches runs whose experimenter is no more; default: the one that started them, with its defaults.

    Raises:
        ExperimenterError: The queue has no such run, it has ended, or its executor can't be reached.
    """
    with _store(state, ids) as store:
        searches = [identity for identity in ids if read_search(store, identity)]
        single = [identity for identity in ids if identity not in searches]
        _refuse(store, single, (*WAITING, State.RUNNING, State.CANCELLED), "and can't be cancelled")
        orphans = []
        for search in searches:
            end_search(store, search, REASON)
            say(f"{one_line(search)} gets no further trials.")
        ids = [*single, *_trials(store, searches, (*WAITING, State.RUNNING))]
        for identity in ids:
            if store.change(identity, WAITING, State.CANCELLED, REASON):
                say(f"{one_line(identity)} is cancelled.")
            elif (entry := store.entry(identity)).state is State.RUNNING:
                wish_stop(entry, store, REASON)
                if not is_member_alive(entry.scheduler):
                    orphans.append(entry)
                say(f"{one_line(identity)} is being stopped.")
        if orphans:
            _stop(orphans, state, executor or executor_named(store.noted(EXECUTOR) or "local"), store)


def retry_runs(state: StateFolder, ids: Sequence[str], say: Callable[[str], None]) -> None:
    """Queue runs again that have failed, were cancelled, or were pruned; all their tries count anew.

    Args:
        state: Folder of the queue's state.
        ids: IDs of the runs; that of a search means its trials that have failed or were cancelled, and further ones.
        say: Is told each run.

    Raises:
        ExperimenterError: The queue has no such run, it is running, or it has finished.
    """
    with _store(state, ids) as store:
        searches = [identity for identity in ids if read_search(store, identity)]
        single = [identity for identity in ids if identity not in searches]
        _refuse(store, single, (*WAITING, State.FAILED, State.CANCELLED, State.PRUNED), "and can't be tried again")
        for search in searches:
            end_search(store, search, "")
            say(f"{one_line(search)} gets further trials.")
        for identity in (*single, *_trials(store, searches, (State.FAILED, State.CANCELLED))):
            entry = store.entry(identity)
            forget_stops(entry, store)
            keep_trial(store, identity)
            store.change(identity, (entry.state,), State.INTERRUPTED if entry.attempts else State.QUEUED)
            say(f"{one_line(identity)} is queued.")


def _stop(entries: Sequence[Entry], state: StateFolder, params: ExecutorParams, store: Store) -> None:
    before = store.noted(EXECUTOR) or "local"
    if name_of_executor(params) != before:
        raise ExperimenterError(f"--executor: the runs were started by {before}, got {name_of_executor(params)}")
    executor = params.create(state.attempts)
    try:
        for entry in entries:
            executor.poll(entry.key)
            executor.cancel(entry.key)
    finally:
        executor.close()


@contextmanager
def _store(state: StateFolder, ids: Sequence[str]) -> Iterator[Store]:
    if not ids:
        raise ExperimenterError("expects the IDs of runs")
    if not state.database.exists():
        raise ExperimenterError(f"the workbook has not been run yet: there is no {state.database}")
    store = Store(Path(state.database))
    try:
        yield store
    finally:
        store.close()


def _trials(store: Store, searches: Sequence[str], states: Sequence[State]) -> list[str]:
    """IDs of the trials of some searches that are in one of some states."""
    found = {trial.id for search in searches for trial in read_trials(store, search)}
    return [entry.id for entry in store.entries() if entry.id in found and entry.state in states]


def _refuse(store: Store, ids: Sequence[str], allowed: Sequence[State], why: str) -> None:
    states = {entry.id: entry.state for entry in store.entries()}
    for identity in ids:
        if identity not in states:
            raise ExperimenterError(f"the queue has no run {identity}; its runs are {', '.join(states) or 'none'}")
        if states[identity] not in allowed:
            raise ExperimenterError(f"the run {identity} is {states[identity]} {why}")
