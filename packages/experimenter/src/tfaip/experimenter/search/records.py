"""The trials of a search as the state of the queue keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.sheet.row import Objective

__all__ = [
    "Outcome",
    "SearchRecord",
    "TrialRecord",
    "end_search",
    "keep_trial",
    "read_search",
    "read_trials",
    "write_search",
    "write_trial",
]

SEARCH, TRIAL = "search ", "trial "


class Outcome(StrEnum):
    """How a trial ended for its search."""

    OPEN = ""
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    # It has finished, and its folder lacks the log that counts.
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class TrialRecord:
    """A trial.

    Args:
        search: ID of the row.
        number: Number of the trial, from 0.
        texts: Its values as texts of cells, by the names of their parameters.
        outcome: How it ended.
        value: Best value of the objective.
        steps: Value of the objective at each epoch that the pruner has seen.
        attributes: Notes of the pruner.
        keeps: Whether it isn't pruned any more, since the user wants it to go on.
    """

    search: str
    number: int
    texts: Mapping[str, str]
    outcome: Outcome = Outcome.OPEN
    value: float | None = None
    steps: Mapping[int, float] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    keeps: bool = False

    @property
    def id(self) -> str:
        """ID of its run."""
        return f"{self.search}/{self.number}"

    @property
    def shown_value(self) -> float | None:
        """Its value; that of the last epoch which the pruner has seen if it has none of its own."""
        return self.steps[max(self.steps)] if self.value is None and self.steps else self.value


@dataclass(frozen=True)
class SearchRecord:
    """The parts of a search that stay as they were at its first trial.

    Args:
        space: Text of each distribution.
        objective: The log that counts; `None` until a run has named it.
        importances: Importance of each parameter, of 1 in all.
        ended: Why it gets no further trials; `""` if it does.
    """

    space: Mapping[str, str]
    objective: Objective | None = None
    importances: Mapping[str, float] = field(default_factory=dict)
    ended: str = ""


def read_search(store: Store, search: str) -> SearchRecord | None:
    """Return a search, `None` if it has not begun."""
    text = store.noted(SEARCH + search)
    if not text:
        return None
    values = json.loads(text)
    return SearchRecord(**{**values, "objective": Objective(**values["objective"]) if values["objective"] else None})


def write_search(store: Store, search: str, record: SearchRecord) -> None:
    """Keep a search."""
    store.note(SEARCH + search, json.dumps(asdict(record)))


def read_trials(store: Store, search: str | None = None) -> list[TrialRecord]:
    """Return the trials of a search, or of all, in the order of their numbers."""
    found = []
    for text in store.notes(TRIAL if search is None else f"{TRIAL}{search}/").values():
        values = json.loads(text)
        if search in (None, values["search"]):
            steps = {int(step): value for step, value in values["steps"].items()}
            found.append(TrialRecord(**{**values, "outcome": Outcome(values["outcome"]), "steps": steps}))
    return sorted(found, key=lambda record: (record.search, record.number))


def write_trial(store: Store, record: TrialRecord) -> None:
    """Keep a trial."""
    store.note(TRIAL + record.id, json.dumps(asdict(record)))


def end_search(store: Store, search: str, reason: str) -> None:
    """Let a search get no further trials for some reason; with `""` it gets them again."""
    record = read_search(store, search)
    if record is not None:
        write_search(store, search, replace(record, ended=reason))


def keep_trial(store: Store, identity: str) -> None:
    """Let a trial that was pruned run to its end; any other run is left alone."""
    trial = next((trial for trial in read_trials(store) if trial.id == identity), None)
    if trial is not None and trial.outcome is Outcome.PRUNED:
        write_trial(store, replace(trial, outcome=Outcome.OPEN, keeps=True))
