"""The stages of a run, each with its own parameters."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.params.shown_text import one_line
from tfaip.trainer.errors import StageError
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.schedules import Schedule
from tfaip.trainer.stages.changes import changed, changed_schedule, named_changes
from tfaip.trainer.stages.params import StageParams
from tfaip.trainer.stages.staged_schedule import StagedSchedule

__all__ = ["TrainingStage", "TrainingStages"]


@dataclass(frozen=True)
class TrainingStage:
    """A part of a run.

    Attributes:
        number: Its number, from 1.
        name: Its name; empty in a run without stages.
        params: Parameters of the run with the changes of the stage. `epochs` counts the epochs of the stage.
        changes: Names of the arguments that differ from the run.
        keeps_data: Whether the samples go on as in the stage before.
        has_own_rate: Whether its schedule counts from its first epoch.
    """

    number: int
    name: str
    params: TrainerParams
    changes: tuple[str, ...] = ()
    keeps_data: bool = False
    has_own_rate: bool = False


class TrainingStages:
    """The stages of a run in their order; a run without stages is one stage.

    Args:
        params: Parameters of the run, completed by the scenario.

    Raises:
        StageError: A stage can't be: an unknown argument, a wrong value, a name twice.
    """

    def __init__(self, params: TrainerParams) -> None:
        self.are_named = bool(params.stages)
        self._params = params
        self._stages: list[TrainingStage] = []
        for stage in self._checked(params.stages):
            self._stages.append(self._stage(stage))
        if not self._stages:
            self._stages = [TrainingStage(1, "", params)]
        validates = [stage.params.gen.validation_samples() is not None for stage in self._stages]
        if len(set(validates)) > 1:
            without = self._stages[validates.index(False)]
            raise StageError(
                f"trainer.stages.{without.number - 1}.gen must leave samples to validate on, as the other stages do"
            )

    def __iter__(self) -> Iterator[TrainingStage]:
        return iter(self._stages)

    def __len__(self) -> int:
        return len(self._stages)

    def __getitem__(self, number: int) -> TrainingStage:
        """Return the stage of a number, from 1."""
        return self._stages[number - 1]

    @property
    def epochs(self) -> int:
        """Epochs of all stages."""
        return self.epochs_after(0)

    def epochs_after(self, number: int) -> int:
        """Return the epochs of all stages after the stage of that number."""
        return sum(stage.params.epochs for stage in self._stages[number:])

    @property
    def have_other_data(self) -> bool:
        """Whether a stage has other parameters of the data than the run."""
        return any(stage.params.scenario is not self._params.scenario for stage in self._stages)

    def schedule(self, ops: Any = None) -> Schedule:
        """Return the learning rate over all stages."""
        run = self._params.learning_rate.create(self.epochs, ops)
        if not any(stage.has_own_rate for stage in self._stages):
            return run
        own = [
            stage.params.learning_rate.create(stage.params.epochs, ops) if stage.has_own_rate else None
            for stage in self._stages
        ]
        return StagedSchedule(self._params.learning_rate, run, own, [stage.params.epochs for stage in self._stages])

    def scenarios(self, scenario: ScenarioBase[Any, Any]) -> list[ScenarioBase[Any, Any]]:
        """Return the scenario of each stage: the given one where the data are those of the run.

        Raises:
            StageError: The data of a stage don't fit the model of the run.
        """
        return [self._scenario(stage, scenario) for stage in self._stages]

    def _checked(self, stages: Any) -> Iterator[StageParams]:
        if not isinstance(stages, list | tuple):
            raise StageError(f"trainer.stages must be a list of StageParams, got {stages!r}")
        names: set[str] = set()
        for position, stage in enumerate(stages):
            if not isinstance(stage, StageParams):
                raise StageError(f"trainer.stages.{position} must be StageParams, got {stage!r}")
            name = stage.name or str(position + 1)
            if name in names:
                raise StageError(f"trainer.stages.{position}.name must differ from the names before it, got {name!r}")
            names.add(name)
            yield stage

    def _stage(self, given: StageParams) -> TrainingStage:
        run, position = self._params, len(self._stages)
        where = f"trainer.stages.{position}"
        trust = (run.scenario.scenario.partition(".")[0].partition(":")[0],) if run.scenario.scenario else ()
        own = copy.copy(run)
        own.stages = []
        if given.epochs is not None:
            own.epochs = given.epochs
        if given.samples_per_epoch is not None:
            own.samples_per_epoch = given.samples_per_epoch
        changes: list[str] = [name for name in ("epochs", "samples_per_epoch") if getattr(given, name) is not None]
        for name in ("gen", "early_stopping"):
            if difference := getattr(given, name):
                setattr(own, name, changed(getattr(run, name), difference, f"{where}.{name}", trust))
        if given.learning_rate:
            own.learning_rate = changed_schedule(
                run.learning_rate, given.learning_rate, f"{where}.learning_rate", trust
            )
        if given.data:
            # The completion of a scenario's parameters writes into them.
            own.scenario = copy.deepcopy(run.scenario)
            own.scenario.data = changed(own.scenario.data, given.data, f"{where}.data", trust)
        for name in ("gen", "data", "early_stopping", "learning_rate"):
            changes += [f"{name}.{path}".removesuffix(".__cls__") for path, _ in named_changes(getattr(given, name))]
        own.gen.setup.train.validate()
        own.gen.setup.val.validate()
        keeps_data = self._has_data_of_the_one_before(given, position)
        if not keeps_data and position and run.random_seed is not None:
            own.random_seed = run.random_seed + position
        elif keeps_data:
            own.random_seed = self._stages[-1].params.random_seed
        return TrainingStage(
            number=position + 1,
            name=one_line(given.name or str(position + 1)),
            params=own,
            changes=tuple(changes),
            keeps_data=keeps_data,
            has_own_rate=bool(given.learning_rate),
        )

    def _has_data_of_the_one_before(self, given: StageParams, position: int) -> bool:
        if not position:
            return False
        before = self._params.stages[position - 1]
        return (before.gen, before.data) == (given.gen, given.data)

    def _scenario(self, stage: TrainingStage, scenario: ScenarioBase[Any, Any]) -> ScenarioBase[Any, Any]:
        if stage.params.scenario is self._params.scenario:
            return scenario
        made = type(scenario)(stage.params.scenario)
        where = f"trainer.stages.{stage.number - 1}.data"
        for what in ("input_layer_specs", "target_layer_specs"):
            ours, others = getattr(made.data, what)(), getattr(scenario.data, what)()
            if ours != others:
                raise StageError(f"{where} must leave the arrays as they are in the run, {others}, got {ours}")
        if made.params.model != scenario.params.model:
            raise StageError(f"{where} must leave the parameters of the model as they are in the run")
        return made
