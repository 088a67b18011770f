"""An error that Python takes for the end of a loop ends a training as the error that it is."""

from typing import Any

import keras
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import params
from tfaip.pipeline import DataProcessorParams, MappingDataProcessor, PipelineMode
from tfaip.pipeline.errors import ProcessorError


@params
class StoppingParams(DataProcessorParams):
    def cls(self) -> Any:
        return Stopping


class Stopping(MappingDataProcessor[StoppingParams]):
    def apply(self, sample):
        if sample.meta["index"] == 5:
            raise StopIteration(3)
        return sample


@pytest.mark.parametrize("mode", [PipelineMode.TRAINING, PipelineMode.EVALUATION])
def test_a_processor_ends_it_with_its_sample(points_params, mode):
    made = points_params(None, epochs=2)
    made.scenario.data.pre_proc.processors.append(StoppingParams(modes={mode}))
    trainer = PointsScenario.create_trainer(made)
    with pytest.raises(ProcessorError, match=r"^in Stopping, sample 5 of epoch 0 .*: StopIteration\(3\)"):
        trainer.train()


def test_a_callback_ends_it_by_name(points_params):
    def stop(epoch, logs):
        raise StopIteration(3)

    trainer = PointsScenario.create_trainer(points_params(None, epochs=2))
    trainer.callbacks.append(keras.callbacks.LambdaCallback(on_epoch_begin=stop))
    with pytest.raises(ProcessorError, match=r"on_epoch_begin: StopIteration: 3"):
        trainer.train()
