from old_scenario.params import QuadrantScenarioParams, QuadrantTrainerPipelineParams
from tfaip.model import ScenarioBase


class QuadrantScenario(ScenarioBase[QuadrantScenarioParams, QuadrantTrainerPipelineParams]):
    pass
