"""Parameters."""

from pathlib import Path

from tfaip.model import ModelBaseParams, ScenarioBaseParams, TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import (
    DataBaseParams,
    DataGeneratorParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
    resource,
)


@params
class CodecGeneratorParams(DataGeneratorParams):
    count: int = field(default=12, help="How many samples")

    def cls(self):
        from codec_project.data import CodecGenerator

        return CodecGenerator


@params
class EncodeParams(DataProcessorParams):
    def cls(self):
        from codec_project.processors import Encode

        return Encode


@params
class DecodeParams(DataProcessorParams):
    def cls(self):
        from codec_project.processors import Decode

        return Decode


@params
class CodecDataParams(DataBaseParams):
    codec: str = resource(help="File of the characters")
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[EncodeParams()])
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DecodeParams()])
    )

    def cls(self):
        from codec_project.data import CodecData

        return CodecData

    def characters(self):
        return Path(self.resource_path(self.codec)).read_text(encoding="utf-8").strip()


@params
class CodecModelParams(ModelBaseParams):
    classes: int = field(default=0, mode="ignore", help="Characters of the codec; the scenario fills it in")

    def cls(self):
        from codec_project.model import CodecModel

        return CodecModel


@params
class CodecScenarioParams(ScenarioBaseParams[CodecDataParams, CodecModelParams]):
    pass


@params
class CodecPipelineParams(TrainerPipelineParams[CodecGeneratorParams, CodecGeneratorParams]):
    pass
