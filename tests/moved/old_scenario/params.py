from tfaip.model import ModelBaseParams, ScenarioBaseParams, TrainerPipelineParamsBase
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataGeneratorParams, DataProcessorParams


@params(name="Blur")
class BlurProcessorParams(DataProcessorParams):
    sigma: float = field(default=0.05, help="Standard deviation of the noise")
    seeds: list[int] = field(factory=lambda: [1, 2], help="Seeds of the noise", mode="flat")

    def cls(self):
        from old_scenario.data import BlurProcessor

        return BlurProcessor


@params
class QuadrantGeneratorParams(DataGeneratorParams):
    count: int = field(default=200, help="Number of points")
    scale: float | None = field(default=None, help="Largest absolute coordinate")

    def cls(self):
        from old_scenario.data import QuadrantGenerator

        return QuadrantGenerator


@params
class QuadrantDataParams(DataBaseParams):
    names: list[str] = field(factory=lambda: ["NE", "NW", "SW", "SE"], help="Names of the quadrants")

    def cls(self):
        from old_scenario.data import QuadrantData

        return QuadrantData


@params
class QuadrantModelParams(ModelBaseParams):
    units: list[int] = field(factory=lambda: [16], help="Units of the dense layers")
    activation: str = field(default="relu", choices=["relu", "tanh"], help="Activation")

    def cls(self):
        from old_scenario.model import QuadrantModel

        return QuadrantModel


@params
class QuadrantScenarioParams(ScenarioBaseParams[QuadrantDataParams, QuadrantModelParams]):
    pass


@params
class QuadrantTrainerPipelineParams(TrainerPipelineParamsBase[QuadrantGeneratorParams, QuadrantGeneratorParams]):
    points: QuadrantGeneratorParams = field(factory=QuadrantGeneratorParams, mode="flat")

    def train_gen(self):
        return self.points

    def val_gen(self):
        return self.points
