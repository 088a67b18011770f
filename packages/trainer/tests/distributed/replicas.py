"""Trains a network on one device and on two, and prints how far apart they are as JSON."""

import json

import keras
import numpy as np
import tensorflow as tf

from tfaip.model import DeviceConfigParams, configure_devices
from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import PipelineMode
from tfaip.trainer.distribution.strategy import create_strategy
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.step.training_state import TrainingState

STEPS = 100


def network_after_training(strategy_name: str, *, dropout: float = 0.0, batch_size: int = 10, **changes):
    params = PointsScenario.default_trainer_params()
    params.learning_rate.lr = 0.02
    params.scenario.model.dropout = dropout
    params.gen.setup.train.num_processes = 0
    params.gen.setup.train.batch_size = batch_size  # of 48 samples, so that the last batch is a ragged one
    for name, value in changes.items():
        owner, _, leaf = name.rpartition("__")
        setattr(getattr(params, owner) if owner else params, leaf, value)
    keras.utils.set_random_seed(1)
    strategy = create_strategy(DeviceConfigParams(cpus=2, dist_strategy=strategy_name), None)
    scenario = PointsScenario(params.scenario)
    network = TrainingState(scenario, params, strategy)
    pipeline = scenario.data.create_pipeline(PipelineMode.TRAINING, params.gen.setup.train, params.gen.train_gen())
    loop = CompiledLoop(network.step)
    network.step.start_epoch(0, pipeline.samples_per_epoch())
    with pipeline.input_dataset(repeat=True) as data:
        iterator, left = iter(data.dataset), STEPS
        while left > 0:
            left -= loop(iterator, max_steps=left).steps
        del iterator
    return network


def difference(one, other) -> float:
    return max(float(np.max(np.abs(a.numpy() - b.numpy()))) for a, b in zip(one, other, strict=True))


def compared(strategy_name: str, **changes) -> tuple[float, float]:
    one = network_after_training("default", **changes)
    two = network_after_training(strategy_name, **changes)
    logs, other_logs = one.train_metrics.result(), two.train_metrics.result()
    assert one.step.steps == two.step.steps == STEPS
    return (
        difference(one.graph.trainable_variables, two.graph.trainable_variables),
        max(abs(logs[name] - other_logs[name]) for name in logs),
    )


def changed_by_a_step_that_is_left_out(strategy_name: str) -> list[str]:
    """Normalise the points, give one replica a point that is not finite, and return the weights that change."""
    make, call = PointsGraph.__init__, PointsGraph.call

    def init(self, *args, **kwargs):
        make(self, *args, **kwargs)
        # Without weights that are trained: the collectives of a process must have the same shapes in all networks.
        self.norm = keras.layers.BatchNormalization(name="norm", center=False, scale=False)

    PointsGraph.__init__ = init
    PointsGraph.call = lambda self, inputs, training=None: call(
        self, {"point": self.norm(inputs["point"], training=training)}, training=training
    )
    network = network_after_training(strategy_name, ema_decay=0.9)

    def values():
        variables = [v.value for group in ("graph", "optimizer", "average") for v in network.variables[group]]
        return {
            f"{variable.name} of replica {number}": copy.numpy()
            for variable in variables
            for number, copy in enumerate(getattr(variable, "values", [variable]))
        }

    points = np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2)
    before, step = values(), tf.function(network.step, autograph=False)
    targets = {"direction": tf.constant([[0], [1], [2], [0]], tf.int64)}
    assert bool(step({"point": tf.constant(points)}, targets))
    between = values()
    points[3] = np.nan  # which the second replica gets
    assert not bool(step({"point": tf.constant(points)}, targets))
    after = values()
    assert not any(np.array_equal(before[name], between[name]) for name in before if "moving_mean" in name)
    return [name for name, value in between.items() if not np.array_equal(value, after[name])]


def main() -> None:
    configure_devices(DeviceConfigParams(cpus=2, intra_op_threads=1))
    found: dict[str, object] = {}
    found["mirror"] = compared("mirror")
    found["mirror, averaged"] = compared("mirror", ema_decay=0.9)
    found["mirror, accumulated"] = compared("mirror", train_accum_steps=3)
    found["mirror, clipped"] = compared("mirror", optimizer__clip_global_norm=0.1)
    found["batch of one"] = compared("mirror", batch_size=1)
    found["central"] = compared("central_storage")
    one = network_after_training("default", ema_decay=0.9)
    two = network_after_training("mirror", ema_decay=0.9, dropout=0.1)
    states = [v for v in two.graph.variables if v.path.endswith("seed_generator_state")]
    found["random states"] = len({tuple(copy.numpy()) for copy in states[0].value.values})
    two = network_after_training("mirror", ema_decay=0.9)
    with one.averaged_weights(), two.averaged_weights():
        found["average"] = difference(one.graph.trainable_variables, two.graph.trainable_variables)
    found["left out"] = changed_by_a_step_that_is_left_out("mirror")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
