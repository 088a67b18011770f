"""Runs that are stopped: from outside by a time limit, a preemption, `scancel`, or because the user wishes so."""

from __future__ import annotations

from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.run_folder.progress import read_progress

__all__ = ["count_stop", "forget_stops", "wish_stop", "wished_stop"]

NOTE = "stops "
WISH = "stop "


def count_stop(entry: Entry, store: Store) -> int:
    """Count a stop of a run from outside, and return how many there were since it last made progress.

    Progress is an epoch that no attempt has reached before.
    """
    epoch = read_progress(entry.folder).epoch if entry.has_output else 0
    count, _, reached = store.noted(NOTE + entry.id).partition(" ")
    stops = int(count) + 1 if count and epoch <= int(reached) else 1
    store.note(NOTE + entry.id, f"{stops} {max(epoch, int(reached or 0))}")
    return stops


def forget_stops(entry: Entry, store: Store) -> None:
    """Start to count anew, since the run has ended by itself."""
    if store.noted(NOTE + entry.id):
        store.note(NOTE + entry.id, "")


def wish_stop(entry: Entry, store: Store, reason: str, state: State = State.CANCELLED) -> None:
    """Let the scheduler that looks after a run stop it for good.

    Args:
        entry: The run.
        store: State of the queue.
        reason: Why, for people.
        state: The state that the run is in then.
    """
    store.note(WISH + entry.key, f"{state} {reason}")


def wished_stop(entry: Entry, store: Store) -> tuple[State, str] | None:
    """Return how the current attempt of a run is to be stopped for good, and why; `None` if it isn't."""
    state, _, reason = store.noted(WISH + entry.key).partition(" ")
    if not state:
        return None
    # Versions before wrote the reason alone, of runs that were cancelled.
    return (
        (State(state), reason) if state in (State.CANCELLED, State.PRUNED) else (State.CANCELLED, f"{state} {reason}")
    )
