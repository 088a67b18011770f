"""Type arguments of a training's parameters name the classes of scenario and samples, for people and type checkers."""

from __future__ import annotations

from typing import Any, Generic, assert_type

import pytest

from tfaip.model import ScenarioBaseParams, TrainerPipelineParamsBase, TScenarioParams, TTrainerPipelineParams
from tfaip.model.testing.points.params import PointsPipelineParams, PointsScenarioParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import field, from_dict, params, to_dict
from tfaip.trainer import Trainer, TrainerParams, TWarmstartParams, WarmStarter, WarmstartParams


@params
class PointsTrainerParams(TrainerParams[PointsScenarioParams, PointsPipelineParams]):
    """As tfaip 1.2 wrote it: the type arguments say all."""


@params
class CheckedTrainerParams(TrainerParams[TScenarioParams, TTrainerPipelineParams]):
    """A client's own base of trainings, for scenarios of all kinds."""

    checks: int = field(default=1)


@params
class RenamingParams(WarmstartParams):
    """Parameters of a client's warm start."""

    table: str = field(default="names")


class Renaming(WarmStarter[TWarmstartParams], Generic[TWarmstartParams]):
    """A warm start that stays open for parameters."""


class PointsTrainer(Trainer[PointsTrainerParams]):
    """A trainer that knows its parameters."""

    def create_warm_starter(self) -> Renaming[WarmstartParams]:
        """Read a field of the scenario, whose class type checkers know."""
        assert_type(self.params.scenario.model.units, int)
        return Renaming(self.params.warmstart)


def test_a_subclass_with_type_arguments_has_their_defaults() -> None:
    made = PointsTrainerParams()
    assert_type(made.scenario, PointsScenarioParams)
    assert_type(made.gen.train.count, int)
    assert type(made.scenario) is PointsScenarioParams
    assert type(made.gen) is PointsPipelineParams


def test_the_class_takes_type_arguments_where_it_is_called() -> None:
    made = TrainerParams[PointsScenarioParams, PointsPipelineParams](
        scenario=PointsScenarioParams(), gen=PointsPipelineParams(), epochs=2
    )
    assert_type(made.scenario, PointsScenarioParams)
    assert made == TrainerParams(scenario=PointsScenarioParams(), gen=PointsPipelineParams(), epochs=2)


def test_a_base_of_ones_own_hands_its_type_arguments_on() -> None:
    @params
    class Mine(CheckedTrainerParams[PointsScenarioParams, PointsPipelineParams]):
        pass

    assert type(Mine().scenario) is PointsScenarioParams
    assert Mine().checks == 1


def test_a_typed_training_is_taken_where_any_training_is() -> None:
    def of_any(given: TrainerParams) -> ScenarioBaseParams[Any, Any]:
        assert_type(given.gen, TrainerPipelineParamsBase[Any, Any])
        return given.scenario

    assert of_any(PointsTrainerParams()) == PointsScenarioParams()


def test_stored_tags_hold_no_type_arguments() -> None:
    made = TrainerParams[PointsScenarioParams, PointsPipelineParams](
        scenario=PointsScenarioParams(), gen=PointsPipelineParams()
    )
    stored = to_dict(made)
    assert stored["__cls__"] == "tfaip.trainer.params:TrainerParams"
    assert from_dict(TrainerParams, stored) == made
    assert from_dict(TrainerParams[PointsScenarioParams, PointsPipelineParams], stored) == made


@pytest.mark.parametrize("typed", [Trainer[PointsTrainerParams], PointsTrainer])
def test_a_trainer_takes_the_class_of_its_parameters(typed: type[PointsTrainer]) -> None:
    trainer = typed(PointsTrainerParams(), PointsScenario(PointsScenarioParams()))
    assert isinstance(trainer, Trainer)
    assert isinstance(PointsTrainer.create_warm_starter(trainer), Renaming)
