"""Steps that XLA compiles do what those of TensorFlow do."""

import keras
import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode
from tfaip.trainer.compiled_loop import CompiledLoop
from tfaip.trainer.network import Network


def network_after_20_steps(params, *, jit_compile):
    keras.utils.set_random_seed(1)
    params.scenario.model.dropout = 0.0  # whose units XLA draws by another formula
    scenario = PointsScenario(params.scenario)
    network = Network(scenario, params)
    pipeline = scenario.data.create_pipeline(PipelineMode.TRAINING, params.gen.setup.train, params.gen.train_gen())
    loop = CompiledLoop(network.step, jit_compile=jit_compile)
    network.step.start_epoch(0, pipeline.samples_per_epoch())
    left = 20
    with pipeline.input_dataset(repeat=True) as data:
        iterator = iter(data.dataset)
        while left:
            left -= loop(iterator, max_steps=left).steps
        del iterator
    return network


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9, "train_accum_steps": 2}], ids=["plain", "averaged"])
def test_xla_trains_to_the_same_weights(points_params, changes):
    ours = network_after_20_steps(points_params(None, **changes), jit_compile=False)
    of_xla = network_after_20_steps(points_params(None, **changes), jit_compile=True)
    assert of_xla.train_metrics.result() == pytest.approx(ours.train_metrics.result(), abs=1e-5)
    with ours.averaged_weights(), of_xla.averaged_weights():
        for one, other in zip(ours.graph.trainable_variables, of_xla.graph.trainable_variables, strict=True):
            np.testing.assert_allclose(other.numpy(), one.numpy(), atol=1e-5)


def test_a_training_learns_and_resumes_with_xla(points_params, resume, train):
    whole, parts = points_params("whole"), points_params("parts", epochs=1)
    whole.device.jit_compile = parts.device.jit_compile = True
    logs = train(whole)
    assert logs["loss"] < 1.1
    train(parts)
    parts.epochs = 3
    assert resume(parts) == logs
