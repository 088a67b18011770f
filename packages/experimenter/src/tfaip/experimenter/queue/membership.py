"""Who works on a queue: one experimenter, and those that join it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.process_identity import identity_of, is_alive
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.queue.store import Store

__all__ = ["beat", "is_member_alive", "living_slots", "membership", "own_identity"]

PREFIX = "scheduler "
SEEN = "seen "


def own_identity() -> str:
    """Identity of this process, on this machine."""
    return f"{identity_of(os.getpid())} {socket.gethostname()}"


def is_member_alive(member: str) -> bool:
    """Whether a scheduler is still there; one on another machine counts as there, since nobody here can tell."""
    identity, _, host = member.rpartition(" ")
    return host != socket.gethostname() or is_alive(identity)


def beat(store: Store, member: str) -> None:
    """Leave a sign of life of a scheduler, for people on other machines."""
    store.note(SEEN + member, repr(time.time()))


@contextmanager
def membership(store: Store, slots: Sequence[Slot], *, join: bool) -> Iterator[str]:
    """Belong to those that work on a queue, and yield the identity that they know this scheduler by.

    Args:
        store: State of the queue.
        slots: Slots that this scheduler brings along.
        join: Whether it helps another one.

    Raises:
        ExperimenterError: Another experimenter is at work and this one doesn't join, or it uses one of the slots.
    """
    member = own_identity()
    names = json.dumps([slot.name for slot in slots])
    with store.transaction() as db:
        _refuse(_others(db), dict(db.execute("SELECT name, text FROM notes").fetchall()), slots, join=join)
        db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (PREFIX + member, names))
    try:
        yield member
    finally:
        store.note(PREFIX + member, "")
        store.note(SEEN + member, "")


def living_slots(store: Store) -> list[str]:
    """Return the names of the slots of all schedulers that are at work."""
    members = store.notes(PREFIX).items()
    return [slot for name, text in members if is_member_alive(name.removeprefix(PREFIX)) for slot in json.loads(text)]


def _others(db: sqlite3.Connection) -> dict[str, list[Slot]]:
    """The living schedulers with their slots; traces of the dead are removed."""
    others = {}
    for name, text in db.execute("SELECT name, text FROM notes").fetchall():
        member = name.removeprefix(PREFIX)
        if member == name:
            continue
        if is_member_alive(member):
            others[member] = [Slot.named(slot) for slot in json.loads(text)]
        else:
            db.execute("DELETE FROM notes WHERE name IN (?, ?)", (name, SEEN + member))
    return others


def _refuse(others: dict[str, list[Slot]], notes: dict[str, str], slots: Sequence[Slot], *, join: bool) -> None:
    for member, used in others.items():
        number, host = member.split()[0], member.split()[-1]
        where, remedy = f"process {number} on {host}", ""
        if host != socket.gethostname():
            if seen := notes.get(SEEN + member):
                where += f", last seen {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(float(seen)))}"
            remedy = f"; if it has died, start the experimenter on {host}, which takes the queue over"
        if not join:
            raise ExperimenterError(
                f"another experimenter ({where}) works on this workbook already, on "
                f"{', '.join(slot.name for slot in used)}; give --join and other slots to help it{remedy}"
            )
        for slot in slots:
            if any(slot.excludes(other) for other in used):
                raise ExperimenterError(
                    f"--join: the experimenter that is at work ({where}) uses {slot.name} already; "
                    f"it has {', '.join(other.name for other in used)}"
                )
