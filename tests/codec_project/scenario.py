"""The scenario."""

from codec_project.params import CodecPipelineParams, CodecScenarioParams
from tfaip.model import ScenarioBase


class CodecScenario(ScenarioBase[CodecScenarioParams, CodecPipelineParams]):
    """Characters from numbers."""

    def complete_params(self):
        self.params.model.classes = len(self.params.data.characters())
