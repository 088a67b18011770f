"""The trials of a search in the table of results: a row each, the best one on top."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.search.records import Outcome, SearchRecord, TrialRecord, read_search, read_trials
from tfaip.experimenter.sheet.row import Row
from tfaip.experimenter.sheet.rows import Sheet

__all__ = ["SearchResults", "rows_of_searches", "search_results", "trial_values"]

# Trials without a value stand behind the others in this order.
ORDER = (Outcome.COMPLETE, Outcome.PRUNED, Outcome.OPEN, Outcome.UNMEASURED, Outcome.FAILED)


@dataclass(frozen=True)
class SearchResults:
    """The results of a search.

    Args:
        id: ID of its row.
        record: Its distributions, the log that counts, importances.
        trials: Its trials, the best one first.
    """

    id: str
    record: SearchRecord
    trials: tuple[TrialRecord, ...]

    @property
    def log(self) -> str:
        """Name of the log that counts; `""` as long as no run has told it."""
        return self.record.objective.log if self.record.objective else ""

    @property
    def lower(self) -> bool | None:
        """Whether smaller values are better; `None` as long as nobody knows."""
        return self.record.objective.lower if self.record.objective else None


def search_results(store: Store | None, sheet: Sheet) -> dict[str, SearchResults]:
    """Return the results of the searches of a sheet that have begun, by the IDs of their rows."""
    found = {}
    for row in (*sheet.rows, *sheet.left_out):
        record = read_search(store, row.id) if store and row.search else None
        if store and record is not None:
            found[row.id] = SearchResults(row.id, record, _best_first(record, read_trials(store, row.id)))
    return found


def rows_of_searches(rows: Sequence[Row], searches: Mapping[str, SearchResults]) -> list[Row]:
    """Return the rows with those of searches replaced by rows of their trials."""
    found: list[Row] = []
    for row in rows:
        known = searches.get(row.id) if row.search else None
        if row.search is None or known is None or not known.trials:
            found.append(row)
            continue
        found += [row.search.trial(trial.number, _texts(row, trial)) for trial in known.trials]
    return found


def trial_values(searches: Mapping[str, SearchResults]) -> dict[str, TrialRecord]:
    """Return all trials by the IDs of their runs."""
    return {trial.id: trial for found in searches.values() for trial in found.trials}


def _texts(row: Row, trial: TrialRecord) -> dict[str, str]:
    """The values of a trial, as far as the row still has their columns."""
    return {name: text for name, text in trial.texts.items() if name in row.values}


def _best_first(record: SearchRecord, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
    sign = -1 if record.objective is not None and not record.objective.lower else 1

    def key(trial: TrialRecord) -> tuple[int, float, int]:
        value = trial.value if trial.outcome is Outcome.COMPLETE and trial.value is not None else math.inf
        return ORDER.index(trial.outcome), sign * value if math.isfinite(value) else math.inf, trial.number

    return tuple(sorted(trials, key=key))
