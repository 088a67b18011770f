"""The decisions of Optuna: the values of a trial, the early end of a run, the importance of each parameter."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from tfaip.experimenter.search.params import SearchParams
from tfaip.experimenter.search.records import Outcome, TrialRecord
from tfaip.experimenter.sheet.distributions import Distribution

__all__ = ["Judgement", "SearchStudy"]

STATES = {
    Outcome.OPEN: TrialState.RUNNING,
    Outcome.COMPLETE: TrialState.COMPLETE,
    Outcome.PRUNED: TrialState.PRUNED,
    Outcome.FAILED: TrialState.FAIL,
    Outcome.UNMEASURED: TrialState.FAIL,
}
# Importances of fewer trials are noise.
LEAST_TRIALS = 4
# The range of the seeds of NumPy's old generators.
SEEDS = 2**32


@dataclass(frozen=True)
class Judgement:
    """The verdict on a running trial.

    Args:
        steps: Value of the objective at each epoch that the pruner has seen.
        attributes: Notes of the pruner.
        pruned: The epoch at which the trial ends early, `None` if it goes on.
    """

    steps: Mapping[int, float]
    attributes: Mapping[str, Any]
    pruned: int | None = None


class SearchStudy:
    """The trials of a search as a study in memory.

    Its answers follow from the seed and the trials alone, so that a search which was killed goes on as it would have.

    Args:
        space: The distributions, by the names of their parameters.
        lower: Whether smaller values are better.
        params: Sampler, pruner, seed.
    """

    def __init__(self, space: Mapping[str, Distribution], lower: bool, params: SearchParams) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._texts = space
        self._space = {name: _distribution(found) for name, found in space.items()}
        self.direction = "minimize" if lower else "maximize"
        self._params = params

    def sample(self, number: int, before: Sequence[TrialRecord]) -> dict[str, str]:
        """Return the values of a trial as texts of cells.

        Args:
            number: Number of the trial.
            before: The trials with smaller numbers.
        """
        study = self._study(before, sampler=self._params.sampler.create(seed=_seed(self._params.seed, number)))
        values = study.ask(self._space).params
        return {name: found.text(values[name]) for name, found in self._texts.items()}

    def judge(self, trial: TrialRecord, others: Sequence[TrialRecord], values: Mapping[int, float]) -> Judgement:
        """Show the pruner the epochs of a trial that it has not seen.

        Args:
            trial: The trial.
            others: All other trials of the search.
            values: Value of the objective at each epoch.
        """
        study = self._study([*others, trial], pruner=self._params.pruner.create())
        current = optuna.trial.Trial(study, study.get_trials(deepcopy=False)[-1]._trial_id)
        seen, pruned = dict(trial.steps), None
        for epoch in sorted(set(values) - set(seen)):
            current.report(values[epoch], epoch)
            seen[epoch] = values[epoch]
            if current.should_prune():
                pruned = epoch
                break
        return Judgement(seen, dict(study.get_trials(deepcopy=False)[-1].system_attrs), pruned)

    def importances(self, trials: Sequence[TrialRecord]) -> dict[str, float]:
        """Return the importance of each parameter, of 1 in all; nothing as long as too few trials are complete."""
        if sum(trial.outcome is Outcome.COMPLETE for trial in trials) < LEAST_TRIALS:
            return {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Named, since the default of former versions needs scikit-learn.
                evaluator = optuna.importance.PedAnovaImportanceEvaluator()
                found = optuna.importance.get_param_importances(self._study(trials), evaluator=evaluator)
        except (ValueError, RuntimeError, ZeroDivisionError):
            return {}  # all values are the same, say
        return {name: float(found[name]) for name in self._space if name in found}

    def frozen(self, trial: TrialRecord) -> FrozenTrial:
        """Return a trial as Optuna keeps it."""
        state = STATES[trial.outcome]
        value = trial.value if state is TrialState.COMPLETE else None
        if state is TrialState.PRUNED and trial.steps:
            value = trial.steps[max(trial.steps)]
        return optuna.create_trial(
            state=state,
            value=value,
            params={name: found.value(trial.texts[name]) for name, found in self._texts.items()},
            distributions=self._space,
            intermediate_values=dict(trial.steps),
            system_attrs=dict(trial.attributes),
            user_attrs={"id": trial.id},
        )

    def _study(self, trials: Sequence[TrialRecord], **parts: Any) -> optuna.Study:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study = optuna.create_study(direction=self.direction, **parts)
        study.add_trials([self.frozen(trial) for trial in trials])
        return study


def _distribution(found: Distribution) -> BaseDistribution:
    if found.kind == "choice":
        return CategoricalDistribution(found.choices)
    if found.kind == "int":
        return IntDistribution(int(found.low), int(found.high), log=found.log, step=int(found.step or 1))
    return FloatDistribution(found.low, found.high, log=found.log, step=found.step)


def _seed(seed: int, number: int) -> int:
    """Seeds that have nothing in common, however near the numbers are."""
    return int.from_bytes(hashlib.sha256(f"{seed} {number}".encode()).digest()[:8], "big") % SEEDS
