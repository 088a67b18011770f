"""Each weight has a constant number of operations; benchmarks/growth.py measures time and memory of large networks."""

import pytest
import tensorflow as tf

from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode
from tfaip.trainer.loop.training_loop import create_training_loop
from tfaip.trainer.step.training_state import TrainingState


@pytest.fixture
def operations(points_params, monkeypatch):
    """Return the number of operations in the compiled steps of a network with so many weights more."""
    built, called = PointsGraph.__init__, PointsGraph.call

    def count(weights: int) -> int:
        def init(self, params, name="points", **others):
            built(self, params, name, **others)
            self.many = [self.add_weight(shape=(2,), name=f"many_{number}") for number in range(weights)]

        def call(self, inputs, training=None):
            added = tf.add_n([weight.value for weight in self.many])
            return called(self, {**inputs, "point": inputs["point"] + added}, training=training)

        monkeypatch.setattr(PointsGraph, "__init__", init)
        monkeypatch.setattr(PointsGraph, "call", call)
        params = points_params(ema_decay=0.9, log_gradients=True)
        scenario = PointsScenario(PointsScenario.tagged(params.scenario))
        state = TrainingState(scenario, params)
        gen = params.gen
        pipeline = scenario.data.create_pipeline(PipelineMode.TRAINING, gen.setup.train, gen.train_gen())
        with pipeline.input_dataset(repeat=True) as data:
            iterator = iter(data.dataset)
            limit = tf.constant(1, tf.int64)
            traced = create_training_loop(state.step, params)._run.get_concrete_function(iterator, limit, limit)
            del iterator
        definition = traced.graph.as_graph_def()
        return len(definition.node) + sum(len(function.node_def) for function in definition.library.function)

    return count


def test_each_weight_adds_the_same_number_of_operations_to_a_step(operations):
    few, some, many = operations(2), operations(6), operations(10)
    assert few < some
    assert many - some == some - few
