"""How the queue of a workbook stands, read from its state without touching it."""

from __future__ import annotations

import json
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.queue.membership import living_slots
from tfaip.experimenter.queue.scheduler import PAUSED
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.views.snapshot import Snapshot, take_snapshot

__all__ = ["snapshot_of", "status_json", "workbook_snapshot"]


def workbook_snapshot(workbook: Path, state: Path | None = None) -> Snapshot:
    """Return how the queue of a workbook stands.

    Args:
        workbook: Path of the workbook.
        state: Folder for the state of the queue; default: beside the workbook.

    Raises:
        ExperimenterError: There is no such workbook, or it has never been run.
    """
    if not workbook.exists():
        raise ExperimenterError(f"there is no workbook {workbook}")
    database = StateFolder(workbook, state).database
    if not database.exists():
        raise ExperimenterError(f"{workbook} has not been run yet: there is no {database}")
    store = Store(database)
    try:
        return snapshot_of(store)
    finally:
        store.close()


def snapshot_of(store: Store, *, live: bool = False) -> Snapshot:
    """Return how a queue stands; live, without what nobody looks at."""
    return take_snapshot(store.entries(), living_slots(store), store.noted(PAUSED), live=live)


def status_json(snapshot: Snapshot) -> str:
    """Return the snapshot for scripts."""
    return json.dumps(snapshot.as_json(), indent=2)
