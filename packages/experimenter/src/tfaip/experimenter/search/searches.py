"""The searches of a workbook at work, as the scheduler sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

from tfaip.experimenter.commands.plan import Plan, PlannedRun
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.queue.state_folder import StateFolder
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.search.params import SearchParams
from tfaip.experimenter.search.records import TrialRecord
from tfaip.experimenter.search.running_search import RunningSearch
from tfaip.experimenter.search.storage import Storage
from tfaip.experimenter.sheet.row import Row

__all__ = ["Searches"]

LOCK = "search"


class Searches:
    """Adds the trials of all searches of a plan to its queue.

    Args:
        plan: The plan; searches of hidden rows get no further trials.
        store: State of the queue.
        state: Its folder.
        params: Sampler, pruner, seed.
        resources: Words that say what runs get, by their IDs; those of the trials are added.
        say: Is told what the user should know.

    Raises:
        ExperimenterError: A search has begun with other distributions, or its sampler can't be made.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        state: StateFolder,
        params: SearchParams,
        resources: dict[str, tuple[str, ...]],
        say: Callable[[str], None],
    ) -> None:
        try:
            params.sampler.create(seed=0)
            params.pruner.create()
        except Exception as error:
            raise ExperimenterError(f"--search: the sampler or the pruner can't be made: {error}") from error
        self._plan = plan
        self._store = store
        self._state = state
        self._resources = resources
        self._storage = Storage(state.path / "optuna.sqlite", say)
        self._open = [RunningSearch(run.search, store, params, self._storage, say) for run in plan.runs if run.search]
        hidden = []
        for run in plan.hidden:
            # Nothing that the user doesn't see may stop the rest.
            with suppress(ExperimenterError):
                hidden += [RunningSearch(run.search, store, params, self._storage, say)] if run.search else []
        self._all = {search.search.id: search for search in (*self._open, *hidden)}
        self._ids: set[str] = set()

    @property
    def trouble(self) -> bool:
        """Whether a search has stopped before its end."""
        return any(search.trouble for search in self._open)

    def close(self) -> None:
        """Close the files."""
        self._storage.close()

    def planned(self) -> tuple[list[PlannedRun], list[PlannedRun]]:
        """Return the runs of all trials that there are: those of visible rows, and those of hidden ones."""
        visible: list[PlannedRun] = []
        hidden: list[PlannedRun] = []
        for search in self._all.values():
            runs = [self._planned(search.search.trial(trial.number, trial.texts)) for trial in search.trials()]
            (visible if search in self._open else hidden).extend(runs)
        return visible, hidden

    def catch_up(self) -> None:
        """Take over what has happened to the trials while nobody looked."""
        entries = {entry.id: entry for entry in self._store.entries()}
        for search in self._all.values():
            search.catch_up(entries)

    def gets_more(self) -> bool:
        """Whether a search gets further trials."""
        return any(search.gets_more() for search in self._open)

    def ids(self) -> Collection[str]:
        """Return the IDs of the trials that this process has planned."""
        return self._ids

    def offer(self, row: int | None) -> str | None:
        """Add the next trial of the first search in front of a row that is not complete yet."""
        for search in self._open:
            if row is not None and search.row >= row:
                return None
            with self._store.alone(LOCK):
                found = search.next_row()
                if found is not None:
                    self._add(found)
                    return found.id
        return None

    def look(self, running: Collection[Entry]) -> None:
        """Show the pruner the new epochs of the trials that run."""
        for search, trial, entry in self._trials_of(running):
            search.look(trial, entry)
        self._storage.write()

    def ended(self, entry: Entry) -> None:
        """Keep the value of a trial whose run has ended."""
        for search, trial, _ in self._trials_of([entry]):
            search.ended(trial, entry)

    def best(self) -> Sequence[str]:
        """Return the best trial of each search, in words."""
        return [told for search in self._open if (told := search.best())]

    def _trials_of(self, entries: Iterable[Entry]) -> list[tuple[RunningSearch, TrialRecord, Entry]]:
        by_search: dict[str, dict[str, Entry]] = {}
        for entry in entries:
            identity, slash, _ = entry.id.rpartition("/")
            if slash and identity in self._all:
                by_search.setdefault(identity, {})[entry.id] = entry
        return [
            (self._all[identity], trial, found[trial.id])
            for identity, found in by_search.items()
            for trial in self._all[identity].trials()
            if trial.id in found
        ]

    def _add(self, row: Row) -> None:
        run = self._planned(row)
        self._store.take_over([run], {run.id: self._state.folder_of(run)})

    def _planned(self, row: Row) -> PlannedRun:
        run = self._plan.planned(row)
        self._resources[run.id] = run.resources
        self._ids.add(run.id)
        return run
