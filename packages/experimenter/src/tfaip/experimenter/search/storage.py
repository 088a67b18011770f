"""The storage of Optuna beside the queue: a copy of the trials, which `optuna-dashboard` shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState

from tfaip.experimenter.search.records import TrialRecord
from tfaip.experimenter.search.study import SearchStudy

__all__ = ["Storage"]

# How long another experimenter may write.
WAIT_SECONDS = 60
# Epochs in quick succession share a copy, so that writing takes a twentieth of the time at most.
PAUSE_SECONDS = 2.0
PAUSE_FACTOR = 20


class Storage:
    """Keeps studies in a file of SQLite; the state of the queue holds all that is in it, so it may be removed.

    Args:
        path: The file.
        say: Is told once if it can't be written.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say
        self._storage: optuna.storages.RDBStorage | None = None
        self._told = False
        self._due: dict[str, tuple[SearchStudy, Sequence[TrialRecord]]] = {}
        self._not_before = 0.0

    def keep(self, name: str, study: SearchStudy, trials: Sequence[TrialRecord]) -> None:
        """Note the trials of a search, to be written soon.

        Args:
            name: Name of the study.
            study: Makes trials of Optuna.
            trials: All trials of the search.
        """
        self._due[name] = (study, trials)

    def write(self, *, finally_: bool = False) -> None:
        """Write what is noted, unless the last time was just now; finally, in any case.

        A failure is told, and the searches go on.
        """
        started = time.monotonic()
        if not self._due or (started < self._not_before and not finally_):
            return
        due, self._due = self._due, {}
        try:
            for name, (study, trials) in due.items():
                _keep(self._opened(), name, study.direction, [study.frozen(trial) for trial in trials])
        except Exception as error:
            # Optuna and SQLAlchemy have more errors than can be listed, and nothing depends on the copy.
            self._dispose()
            if not self._told:
                self._say(f"The trials can't be written for optuna-dashboard into {self._path}: {error}")
            self._told = True
        ended = time.monotonic()
        self._not_before = ended + max(PAUSE_SECONDS, PAUSE_FACTOR * (ended - started))

    def close(self) -> None:
        """Write what is left, and close the file."""
        self.write(finally_=True)
        self._dispose()

    def _dispose(self) -> None:
        if self._storage is not None:
            with suppress(Exception):
                self._storage.engine.dispose()
        self._storage = None

    def _opened(self) -> optuna.storages.RDBStorage:
        if self._storage is None or not self._path.exists():
            arguments = {"connect_args": {"timeout": WAIT_SECONDS}}
            self._storage = optuna.storages.RDBStorage(f"sqlite:///{self._path}", engine_kwargs=arguments)
        return self._storage


def _keep(storage: optuna.storages.RDBStorage, name: str, direction: str, wanted: Sequence[FrozenTrial]) -> None:
    kept = optuna.create_study(storage=storage, study_name=name, direction=direction, load_if_exists=True)
    if not _follows(kept, wanted, direction):
        # Something is known better by now: a failed trial was tried again, say.
        optuna.delete_study(study_name=name, storage=storage)
        kept = optuna.create_study(storage=storage, study_name=name, direction=direction)
    before = kept.get_trials(deepcopy=False)
    for old, new in zip(before, wanted, strict=False):
        _go_on(kept, old, new)
    kept.add_trials(wanted[len(before) :])


def _follows(kept: optuna.Study, wanted: Sequence[FrozenTrial], direction: str) -> bool:
    """Whether the trials go on from those that are kept."""
    before = kept.get_trials(deepcopy=False)
    return (
        kept.direction.name.lower() == direction
        and len(before) <= len(wanted)
        and all(
            old.params == new.params
            and old.intermediate_values.items() <= new.intermediate_values.items()
            and (not old.state.is_finished() or (old.state, old.values) == (new.state, new.values))
            for old, new in zip(before, wanted, strict=False)
        )
    )


def _go_on(kept: optuna.Study, old: FrozenTrial, new: FrozenTrial) -> None:
    if old.state.is_finished():
        return
    trial = optuna.trial.Trial(kept, old._trial_id)
    for step in sorted(set(new.intermediate_values) - set(old.intermediate_values)):
        trial.report(new.intermediate_values[step], step)
    if new.state.is_finished():
        kept.tell(trial, new.values if new.state is TrialState.COMPLETE else None, state=new.state)
