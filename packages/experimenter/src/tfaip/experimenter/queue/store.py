"""The state of a queue in SQLite: it survives a crash, and several schedulers agree upon it."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from tfaip.experimenter.commands.plan import PlannedRun
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.slots import Slot
from tfaip.experimenter.queue.entries import WAITING, Entry, State
from tfaip.experimenter.queue.file_locks import require_locks

__all__ = ["Store"]

VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, row INTEGER NOT NULL, words TEXT NOT NULL, folder TEXT NOT NULL, output_dir TEXT NOT NULL,
    arguments TEXT NOT NULL, cleanup INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', attempts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0, key TEXT NOT NULL DEFAULT '', slot TEXT NOT NULL DEFAULT '',
    scheduler TEXT NOT NULL DEFAULT '', attempted TEXT NOT NULL DEFAULT '[]',
    started REAL, ended REAL, seconds REAL NOT NULL DEFAULT 0, exit_code INTEGER, reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
"""
IS_WAITING = f"state IN ({', '.join(repr(str(state)) for state in WAITING)})"
# Each run is found without a look at all others. The conditions must be those of the queries, word by word.
INDICES = (
    "CREATE INDEX IF NOT EXISTS keys ON runs (key)",
    "CREATE INDEX IF NOT EXISTS running ON runs (row) WHERE state='running'",
    f"CREATE INDEX IF NOT EXISTS waiting ON runs (failures, row, length(id), id) WHERE {IS_WAITING}",
)
# A commit is on the disk when it returns: after a power failure a finished run is still finished.
SYNCHRONOUS = "FULL"
# An attempt that is lost again and again (its runner is killed, say) isn't started for ever.
MOST_LOSSES = 5


class Store:
    """The state of one workbook's queue. Every method is one transaction.

    Args:
        path: File of the database; made, with its folder, if need be.

    Raises:
        ExperimenterError: It can't be opened or written, or a newer version has written it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            require_locks(path.parent)
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            # The write-ahead log lives in memory that machines don't share; a rollback journal needs locks alone.
            self._db.execute("PRAGMA journal_mode=TRUNCATE")
            self._db.execute(f"PRAGMA synchronous={SYNCHRONOUS}")
            with self.transaction():
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    for statement in filter(str.strip, SCHEMA.split(";")):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version={VERSION}")
                if version <= VERSION:
                    for statement in INDICES:
                        self._db.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise ExperimenterError(f"the state of the queue in {path} can't be used: {error}") from error
        if version > VERSION:
            raise ExperimenterError(f"{path} was written by a newer version of tfaip-experimenter; install that one")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the right to write while several statements belong together."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a lock that other experimenters of the queue wait for; the system frees it if this process dies."""
        with self._path.with_name(f"{name}.lock").open("a", encoding="utf-8") as file:
            # Where the system or the file system has no locks, the worst is a message too many.
            with suppress(ImportError, OSError):
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def take_over(self, runs: Iterable[PlannedRun], folder_of: dict[str, Path]) -> None:
        """Take the rows of the sheet over as they are now; finished runs stay, and running ones keep their folders."""
        with self.transaction() as db:
            for run in runs:
                db.execute(
                    "INSERT INTO runs (id, row, words, folder, output_dir, arguments, cleanup) VALUES (?,?,?,?,?,?,?) "
                    "ON CONFLICT (id) DO UPDATE SET row=excluded.row, words=excluded.words, folder=excluded.folder, "
                    "output_dir=excluded.output_dir, arguments=excluded.arguments, cleanup=excluded.cleanup "
                    "WHERE state != 'finished' AND (state != 'running' OR folder=excluded.folder)",
                    (
                        *(run.id, run.row, json.dumps(run.words), str(folder_of[run.id]), run.folder or ""),
                        *(json.dumps(run.arguments), run.cleanup),
                    ),
                )

    def queue_failed_again(self, ids: Iterable[str]) -> None:
        """A new start is a new chance: failed runs are queued again."""
        with self.transaction() as db:
            db.execute("UPDATE runs SET failures=0, losses=0")
            for identity in ids:
                db.execute("UPDATE runs SET state='queued', reason='' WHERE id=? AND state='failed'", (identity,))

    def entries(self) -> list[Entry]:
        """Return all runs in the order of their rows."""
        return [Entry.of(row) for row in self._db.execute("SELECT * FROM runs ORDER BY row, length(id), id")]

    def entry(self, identity: str) -> Entry:
        """Return a run by its ID."""
        return Entry.of(self._db.execute("SELECT * FROM runs WHERE id=?", (identity,)).fetchone())

    def running(self, scheduler: str | None = None) -> list[Entry]:
        """Return the runs that are running, all or those that a scheduler looks after."""
        found = self._db.execute("SELECT * FROM runs WHERE state='running' ORDER BY row")
        return [entry for entry in map(Entry.of, found) if scheduler in (None, entry.scheduler)]

    def claim(self, slot: Slot, scheduler: str, ids: Set[str]) -> Entry | None:
        """Reserve the next run for a slot; from here on the run counts as running.

        Args:
            slot: Where it is to run.
            scheduler: Identity of the scheduler that asks.
            ids: The runs that it wants.

        Returns:
            The run with the key of its new attempt; `None` if nothing waits, or the slot's device is in use.
        """
        with self.transaction() as db:
            used = [Slot.named(name) for (name,) in db.execute("SELECT slot FROM runs WHERE state='running'")]
            if any(slot.excludes(other) for other in used):
                return None
            # Rows that failed before wait behind all others.
            waiting = db.execute(f"SELECT id FROM runs WHERE {IS_WAITING} ORDER BY failures, row, length(id), id")
            identity = next((found for (found,) in waiting if found in ids), None)
            if identity is None:
                return None
            db.execute(
                "UPDATE runs SET state='running', key=?, slot=?, scheduler=?, attempts=attempts+1, "
                "started=NULL, ended=NULL, exit_code=NULL, reason='' WHERE id=?",
                (uuid.uuid4().hex, slot.name, scheduler, identity),
            )
        return self.entry(identity)

    def is_any_waiting(self, ids: Set[str]) -> bool:
        """Whether one of the runs waits."""
        return any(identity in ids for (identity,) in self._db.execute(f"SELECT id FROM runs WHERE {IS_WAITING}"))

    def first_waiting_row(self, ids: Set[str]) -> int | None:
        """Return the row of the first run that waits and has not failed; `None` if there is none."""
        waiting = self._db.execute(f"SELECT row, id FROM runs WHERE failures=0 AND {IS_WAITING} ORDER BY row")
        return next((row for row, identity in waiting if identity in ids), None)

    def attempting(self, entry: Entry) -> None:
        """Note with which command line of its row a run is started."""
        self._db.execute("UPDATE runs SET attempted=? WHERE key=?", (json.dumps(entry.words), entry.key))

    def adopt(self, entry: Entry, scheduler: str) -> bool:
        """Look after a run whose scheduler is no more; false if another scheduler was faster."""
        changed = self._db.execute(
            "UPDATE runs SET scheduler=? WHERE key=? AND scheduler=? AND state='running'",
            (scheduler, entry.key, entry.scheduler),
        )
        return changed.rowcount == 1

    def end(
        self,
        entry: Entry,
        state: State,
        *,
        started: float,
        ended: float,
        exit_code: int,
        reason: str = "",
        retry: bool = False,
    ) -> None:
        """Record how an attempt ended.

        Args:
            entry: The run.
            state: The run's present state.
            started: When the attempt started.
            ended: When it ended.
            exit_code: Its exit code.
            reason: Why it failed or was interrupted.
            retry: Whether a failed run is queued again.
        """
        failed = state is State.FAILED
        self._db.execute(
            "UPDATE runs SET state=?, started=?, ended=?, seconds=seconds+?, exit_code=?, reason=?, "
            "failures=failures+? WHERE key=? AND state='running'",
            (
                *(State.QUEUED if failed and retry else state, started, ended, max(0.0, ended - started)),
                *(exit_code, reason, failed, entry.key),
            ),
        )

    def lose(self, entry: Entry, reason: str, *, started: bool) -> State:
        """Record that an attempt is gone, and nobody knows how it ended; return what the run is now."""
        with self.transaction() as db:
            (losses,) = db.execute("SELECT losses FROM runs WHERE key=?", (entry.key,)).fetchone()
            state = State.FAILED if losses + 1 >= MOST_LOSSES else State.INTERRUPTED
            db.execute(
                "UPDATE runs SET state=?, losses=losses+1, attempts=attempts-?, reason=?, ended=? WHERE key=?",
                (state, 0 if started else 1, reason, time.time(), entry.key),
            )
        return state

    def stopped(self, entry: Entry, state: State, reason: str, *, started: bool) -> None:
        """Record that an attempt was stopped, and that nobody recorded its end."""
        self._db.execute(
            "UPDATE runs SET state=?, attempts=attempts-?, reason=?, ended=? WHERE key=? AND state='running'",
            (state, 0 if started else 1, reason, time.time(), entry.key),
        )

    def change(self, identity: str, before: Iterable[State], after: State, reason: str = "") -> bool:
        """Bring a run from one of some states into another; false if it is in none of them."""
        allowed = tuple(before)
        changed = self._db.execute(
            "UPDATE runs SET state=?, reason=?, failures=0, losses=0 "
            f"WHERE id=? AND state IN ({', '.join('?' * len(allowed))})",
            (after, reason, identity, *allowed),
        )
        return changed.rowcount == 1

    def put_back(self, entry: Entry, reason: str) -> None:
        """Let a run wait again whose attempt has not been submitted."""
        self._db.execute(
            "UPDATE runs SET state=?, attempts=attempts-1, reason=? WHERE key=? AND state='running'",
            (State.INTERRUPTED if entry.attempts > 1 else State.QUEUED, reason, entry.key),
        )

    def note(self, name: str, text: str) -> None:
        """Keep a text under a name; the empty text removes it."""
        with self.transaction() as db:
            db.execute("DELETE FROM notes WHERE name=?", (name,))
            if text:
                db.execute("INSERT INTO notes VALUES (?, ?)", (name, text))

    def noted(self, name: str) -> str:
        """Return the text of a name, `""` if there is none."""
        found = self._db.execute("SELECT text FROM notes WHERE name=?", (name,)).fetchone()
        return found[0] if found else ""

    def notes(self, prefix: str) -> dict[str, str]:
        """Return all texts whose names begin with a prefix."""
        query = "SELECT name, text FROM notes WHERE substr(name, 1, ?) = ? ORDER BY name"
        return dict(self._db.execute(query, (len(prefix), prefix)).fetchall())
