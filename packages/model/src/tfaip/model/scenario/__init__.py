"""Scenarios: a task's data, model and parameters, and how one is found."""

from tfaip.model.scenario.list_file import ListFilePipelineParams, ListFileScenario
from tfaip.model.scenario.lookup import find_scenario
from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import PipelineSetup, TrainerPipelineParams, TrainerPipelineParamsBase
from tfaip.model.scenario.scenario import ScenarioBase
from tfaip.model.scenario.stored_params import find_stored_scenario, load_stored_params

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
    "find_stored_scenario",
    "load_stored_params",
]
