"""One search at work: its next trial, the early end of trials, and their values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.queue.entries import WAITING, Entry, State
from tfaip.experimenter.queue.stops import wish_stop
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.run_folder.main_metric import lower_is_better
from tfaip.experimenter.run_folder.progress import RunHistory, read_history
from tfaip.experimenter.search.params import SearchParams
from tfaip.experimenter.search.records import (
    Outcome,
    SearchRecord,
    TrialRecord,
    read_search,
    read_trials,
    write_search,
    write_trial,
)
from tfaip.experimenter.search.storage import Storage
from tfaip.experimenter.search.study import SearchStudy
from tfaip.experimenter.sheet.row import Objective, Row, Search
from tfaip.params.shown_text import number_text, one_line

__all__ = ["DONE", "RunningSearch"]

# States of a run that ends no more.
DONE = (State.FINISHED, State.FAILED, State.CANCELLED, State.PRUNED)
# Outcomes of trials whose runs may still tell a value.
UNDECIDED = (Outcome.OPEN, Outcome.FAILED, Outcome.UNMEASURED)


class RunningSearch:
    """A search whose trials are in the queue.

    All that it knows is in the state of the queue and in the folders of the runs: it goes on after a crash.

    Args:
        search: The search, as the row describes it now.
        store: State of the queue.
        params: Sampler, pruner, seed.
        storage: Copy of the trials for Optuna's dashboard.
        say: Is told what the user should know.

    Raises:
        ExperimenterError: The row has other distributions than at its first trial.
    """

    def __init__(
        self, search: Search, store: Store, params: SearchParams, storage: Storage, say: Callable[[str], None]
    ) -> None:
        self.search = search
        self._store = store
        self._params = params
        self._storage = storage
        self._say = say
        # Why it gets no further trials from this process.
        self.trouble = ""
        self._seen: dict[str, TrialRecord] = {}
        self._stamps: dict[str, object] = {}
        space = {name: str(found) for name, found in search.space.items()}
        record = read_search(store, search.id)
        if record is not None and record.space != space:
            before = ", ".join(f"{name} {text}" for name, text in record.space.items())
            raise ExperimenterError(
                f"row {search.template.number}: the search {search.id} has begun with other distributions ({before}); "
                "write these again, or give the row another ID for a new search"
            )
        self._record = record or SearchRecord(space)
        if record is not None:
            self._take_objective()

    @property
    def row(self) -> int:
        """Number of its row."""
        return self.search.template.number

    def trials(self) -> list[TrialRecord]:
        """Return all trials, in the order of their numbers."""
        return read_trials(self._store, self.search.id)

    def gets_more(self) -> bool:
        """Whether it gets further trials."""
        self._reread()
        return not self.trouble and not self._record.ended and len(self.trials()) < self.search.trials

    def next_row(self) -> Row | None:
        """Sample the next trial, keep it, and return its row; `None` if there are enough."""
        if not self.gets_more():
            return None
        before = self.trials()
        texts = self._study().sample(len(before), before)
        trial = TrialRecord(self.search.id, len(before), texts)
        if not before:
            write_search(self._store, self.search.id, self._record)
        write_trial(self._store, trial)
        self._copy([*before, trial])
        return self.search.trial(trial.number, texts)

    def catch_up(self, entries: Mapping[str, Entry]) -> None:
        """Take over what has happened while nobody looked."""
        trials = self.trials()
        if trials:
            self._copy(trials)
        for trial in trials:
            entry = entries.get(trial.id)
            if entry is None:
                continue
            if trial.outcome is Outcome.PRUNED and not trial.keeps:
                self._store.change(trial.id, WAITING, State.PRUNED, _why(trial))
            elif trial.outcome in UNDECIDED and entry.state in DONE:
                self.ended(trial, entry)

    def look(self, trial: TrialRecord, entry: Entry) -> None:
        """Show the pruner the new epochs of a trial that runs."""
        trial = self._seen.get(entry.key, trial)
        if trial.keeps:
            return
        if trial.outcome is Outcome.PRUNED:
            wish_stop(entry, self._store, _why(trial), State.PRUNED)
            return
        stamp = _stamp(entry.folder)
        if stamp == self._stamps.get(entry.key):
            return
        self._stamps[entry.key] = stamp
        history = read_history(entry.folder, guess=False)
        if (objective := self._objective(history)) is None:
            return
        values = _values(history, objective)
        if set(values) <= set(trial.steps):
            return
        trial = self._judged(replace(trial, outcome=Outcome.OPEN), values)
        self._seen[entry.key] = trial
        if trial.outcome is Outcome.PRUNED:
            write_trial(self._store, trial)
            wish_stop(entry, self._store, _why(trial), State.PRUNED)
        self._copy([trial if other.id == trial.id else other for other in self.trials()])

    def ended(self, trial: TrialRecord, entry: Entry) -> None:
        """Keep the value of a trial whose run has ended."""
        trial = self._seen.pop(entry.key, trial)
        self._stamps.pop(entry.key, None)
        if entry.state not in DONE or trial.outcome is Outcome.PRUNED:
            return
        if entry.state is not State.FINISHED:
            trial = replace(trial, outcome=Outcome.FAILED)
        else:
            trial = self._measured(trial, entry)
        write_trial(self._store, trial)
        trials = self.trials()
        self._reread()
        self._record = replace(self._record, importances=self._study().importances(trials))
        write_search(self._store, self.search.id, self._record)
        self._copy(trials)

    def best(self) -> str:
        """Return the best trial in words; `""` if none has a value."""
        self._reread()
        complete = [trial for trial in self.trials() if trial.outcome is Outcome.COMPLETE and trial.value is not None]
        objective = self._record.objective
        if not complete or objective is None:
            return ""
        best = min(complete, key=lambda trial: (trial.value or 0.0) * (1 if objective.lower else -1))
        texts = ", ".join(f"{name} {text}" for name, text in best.texts.items())
        return one_line(
            f"Best of {len(complete)} complete trials: {best.id}, "
            f"{objective.log} {number_text(best.value or 0.0)}, with {texts}."
        )

    def _measured(self, trial: TrialRecord, entry: Entry) -> TrialRecord:
        history = read_history(entry.folder)
        objective = self._objective(history)
        values = _values(history, objective) if objective else {}
        if not values and objective and objective.log in history.names:
            return replace(trial, outcome=Outcome.FAILED)  # it has diverged: no value is a number
        if not values or objective is None:
            wanted = f"no log {objective.log}" if objective else "no logs"
            told = f"; its logs are {', '.join(sorted(history.names))}" if history.names else ""
            self.trouble = f"The search {self.search.id} stops: the run {trial.id} has written {wanted}{told}."
            self._say(one_line(self.trouble))
            return replace(trial, outcome=Outcome.UNMEASURED)
        if not trial.keeps:
            trial = self._judged(replace(trial, outcome=Outcome.OPEN), values)
        if trial.outcome is Outcome.PRUNED:
            return trial  # it was faster than its pruner
        best = min(values.values()) if objective.lower else max(values.values())
        return replace(trial, outcome=Outcome.COMPLETE, value=best, steps=values)

    def _judged(self, trial: TrialRecord, values: Mapping[int, float]) -> TrialRecord:
        others = [other for other in self.trials() if other.id != trial.id]
        found = self._study().judge(trial, others, values)
        outcome = Outcome.OPEN if found.pruned is None else Outcome.PRUNED
        return replace(trial, outcome=outcome, steps=found.steps, attributes=found.attributes)

    def _objective(self, history: RunHistory) -> Objective | None:
        """The log that counts; kept as soon as a run has told it, so that all trials are compared by the same."""
        self._reread()
        if self._record.objective is None:
            wanted = self.search.objective
            log = wanted.log if wanted else history.metric
            if log is None or not any(log in found for found in history.epochs.values()):
                return wanted  # a run without a number tells nothing about its direction
            lower = history.lower if log == history.metric else log in history.losses or lower_is_better(log)
            if wanted is not None and wanted.lower is not None:
                lower = wanted.lower
            self._record = replace(self._record, objective=Objective(log, lower))
            write_search(self._store, self.search.id, self._record)
        return self._record.objective

    def _take_objective(self) -> None:
        """Compare the trials by another log if the row names one now."""
        wanted, kept = self.search.objective, self._record.objective
        if wanted is None or kept is None or (wanted.log == kept.log and wanted.lower in (None, kept.lower)):
            return
        self._record = replace(self._record, objective=None)
        write_search(self._store, self.search.id, self._record)
        for trial in self.trials():
            outcome = Outcome.PRUNED if trial.outcome is Outcome.PRUNED else Outcome.OPEN
            write_trial(self._store, replace(trial, outcome=outcome, value=None, steps={}, attributes={}))

    def _reread(self) -> None:
        """Other experimenters work on the search too."""
        self._record = read_search(self._store, self.search.id) or self._record

    def _study(self) -> SearchStudy:
        objective = self._record.objective
        # As long as no value is known, the direction means nothing.
        return SearchStudy(self.search.space, objective is None or bool(objective.lower), self._params)

    def _copy(self, trials: list[TrialRecord]) -> None:
        seen = {trial.id: trial for trial in self._seen.values() if trial.outcome is Outcome.OPEN}
        current = [seen.get(trial.id, trial) if trial.outcome is Outcome.OPEN else trial for trial in trials]
        self._storage.keep(self.search.id, self._study(), current)


def _values(history: RunHistory, objective: Objective) -> dict[int, float]:
    return {epoch: found[objective.log] for epoch, found in sorted(history.epochs.items()) if objective.log in found}


def _why(trial: TrialRecord) -> str:
    return f"was pruned after epoch {max(trial.steps, default=0)}, since other trials are better"


def _stamp(folder: Path) -> object:
    """Changes when the files of a run do."""
    found = []
    for name in ("metrics.jsonl", "status.json", "train.log"):
        try:
            status = os.stat(folder / name)  # noqa: PTH116 - the folder is asked for often
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return found
