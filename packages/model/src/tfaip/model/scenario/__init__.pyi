"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.model.scenario.list_file import ListFilePipelineParams as ListFilePipelineParams
from tfaip.model.scenario.list_file import ListFileScenario as ListFileScenario
from tfaip.model.scenario.lookup import find_scenario as find_scenario
from tfaip.model.scenario.not_found import ScenarioNotFoundError as ScenarioNotFoundError
from tfaip.model.scenario.params import ScenarioBaseParams as ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import PipelineSetup as PipelineSetup
from tfaip.model.scenario.pipeline_params import TrainerPipelineParams as TrainerPipelineParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParamsBase as TrainerPipelineParamsBase
from tfaip.model.scenario.scenario import ScenarioBase as ScenarioBase
from tfaip.model.scenario.scenario_of import ScenarioOf as ScenarioOf
from tfaip.model.stored.params import find_stored_scenario as find_stored_scenario
from tfaip.model.stored.params import load_stored_params as load_stored_params
