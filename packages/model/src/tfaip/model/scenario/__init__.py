"""Scenarios: the data, the model and the parameters of a task.

In: parameters; or the name or path of a scenario that a user types.
Out: a scenario, which makes data, model, evaluator, and by the packages above trainer, predictor and LAV.
"""

from typing import Any

from tfaip.model.scenario.list_file import ListFilePipelineParams, ListFileScenario
from tfaip.model.scenario.lookup import find_scenario
from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import PipelineSetup, TrainerPipelineParams, TrainerPipelineParamsBase
from tfaip.model.scenario.scenario import ScenarioBase

__all__ = [
    "ListFilePipelineParams",
    "ListFileScenario",
    "PipelineSetup",
    "ScenarioBase",
    "ScenarioBaseParams",
    "ScenarioNotFoundError",
    "TrainerPipelineParams",
    "TrainerPipelineParamsBase",
    "find_scenario",
]


def __getattr__(name: str) -> Any:
    if name in ("find_stored_scenario", "load_stored_params"):  # their former place
        from tfaip.model.stored import params

        return getattr(params, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
