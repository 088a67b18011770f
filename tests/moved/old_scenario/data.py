import numpy as np

from old_scenario.params import BlurProcessorParams, QuadrantDataParams, QuadrantGeneratorParams
from tfaip.pipeline import ArraySpec, DataBase, DataGenerator, MappingDataProcessor, PipelineMode, Sample


class QuadrantGenerator(DataGenerator[QuadrantGeneratorParams]):
    def __len__(self):
        return self.params.count

    def generate(self):
        rng = np.random.RandomState(0 if self.mode == PipelineMode.TRAINING else 1)
        radius = self.params.scale or 1.0
        for number in range(len(self)):
            x, y = rng.uniform(-radius, radius, 2)
            quadrant = [[2, 1], [3, 0]][int(x > 0)][int(y > 0)]
            yield Sample(inputs={"xy": np.asarray([x, y], "float32")}, targets={"gt": [quadrant]}, meta={"id": number})


class BlurProcessor(MappingDataProcessor[BlurProcessorParams]):
    def apply(self, sample):
        noise = sample.rng.normal(0, self.params.sigma, 2)
        return sample.new_inputs({"xy": (sample.inputs["xy"] + noise).astype("float32")})


class QuadrantData(DataBase[QuadrantDataParams]):
    def _input_layer_specs(self):
        return {"xy": ArraySpec([2], "float32")}

    def _target_layer_specs(self):
        return {"gt": ArraySpec([1], "int32")}
