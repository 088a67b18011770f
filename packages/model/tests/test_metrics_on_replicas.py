"""Metrics under a strategy with two replicas, which need a process where two devices are set up."""

import json
import subprocess
import sys

import pytest

CODE = """
import json
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras
from keras import ops
from tfaip.model import MetricDefinition
from tfaip.model.model_metrics import build_metrics
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario


class Model(PointsModel):
    def _metric(self):
        one_hot = lambda inputs, targets, outputs: ops.one_hot(targets["direction"][:, 0], 3)
        return {**super()._metric(), "f1": MetricDefinition(one_hot, "pred", keras.metrics.F1Score("macro"))}


data = PointsScenario(PointsScenario.default_params()).data
random = np.random.default_rng(0)
inputs = {"point": random.normal(size=(12, 2)).astype(np.float32)}
targets = {"direction": random.integers(0, 3, (12, 1))}


def results(strategy):
    keras.utils.set_random_seed(1)
    with strategy.scope():
        model = Model(PointsModelParams())
        graph = model.build_graph(data)
        metrics, _ = build_metrics(model, graph, data)

        def step(inputs, targets):
            metrics.update(inputs, *model.forward(graph, inputs, targets, training=False))

        batches = tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(6)
        for inputs_, targets_ in strategy.experimental_distribute_dataset(batches):
            tf.function(strategy.run, autograph=False)(step, (inputs_, targets_))
        return metrics.result()


print(json.dumps([results(tf.distribute.get_strategy()), results(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))]))
"""


@pytest.mark.takes_long
def test_replicas_measure_what_one_device_does():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = json.loads(done.stdout.splitlines()[-1])
    assert list(one) == ["loss", "ce", "acc", "f1"]
    assert two == pytest.approx(one, rel=1e-5)
