"""`ScenarioOf`: a scenario that names its data, its model and its generator, and has no parameters of its own."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from tfaip.model.model import ModelBase
from tfaip.model.model_params import ModelBaseParams
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParams
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.params.defining.made_by import inner_params, params_of
from tfaip.params.defining.type_arguments import type_argument
from tfaip.pipeline import DataBase, DataBaseParams, DataGenerator, DataGeneratorParams
from tfaip.pipeline.hooks import hook

__all__ = ["ScenarioOf", "TData", "TGenerator", "TModel"]

TData = TypeVar("TData", bound=DataBase[Any])
TModel = TypeVar("TModel", bound=ModelBase[Any])
TGenerator = TypeVar("TGenerator", bound=DataGenerator[Any])


class ScenarioOf(
    ScenarioBase[ScenarioBaseParams[Any, Any], TrainerPipelineParams[Any, Any]], Generic[TData, TModel, TGenerator]
):
    """A scenario of one data, one model and one generator, named by the type arguments.

    The generator makes the samples of training and validation; its `mode` tells them apart:

        class Digits(ScenarioOf[DigitsData, DigitsModel, DigitsGenerator]):
            pass

    The parameters of the scenario are `Digits.Params`, those of the samples `Digits.PipelineParams`. A class without
    parameters of its own gets empty ones, such as `DigitsData.Params`. Derive from `ScenarioBase` to add fields.
    """

    Params: type[ScenarioBaseParams[Any, Any]]
    PipelineParams: type[TrainerPipelineParams[Any, Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        named = [type_argument(cls, position, of=ScenarioOf) for position in range(3)]
        if not all(isinstance(each, type) for each in named):
            return
        bases = (DataBaseParams, ModelBaseParams, DataGeneratorParams)
        data, model, generator = (params_of(each, base) for each, base in zip(named, bases, strict=True))
        cls.Params = inner_params(cls, "Params", ScenarioBaseParams[data, model])  # type: ignore[valid-type]  # known now
        cls.PipelineParams = inner_params(
            cls,
            "PipelineParams",
            TrainerPipelineParams[generator, generator],  # type: ignore[valid-type]
        )

    @classmethod
    @hook
    def params_cls(cls) -> type[ScenarioBaseParams[Any, Any]]:
        """Return the class of the scenario's parameters."""
        return cls.Params

    @classmethod
    @hook
    def trainer_pipeline_params_cls(cls) -> type[TrainerPipelineParams[Any, Any]]:
        """Return the class that says where samples come from in training."""
        return cls.PipelineParams
