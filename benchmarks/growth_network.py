"""The trainings of `growth.py`: networks of many weights, and runs of many epochs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["measure_epochs", "measure_fit", "measure_variables"]


def _points(folder: str, epochs: int) -> Any:
    from tfaip.model.testing.points.scenario import PointsScenario

    params: Any = PointsScenario.default_trainer_params()
    params.output_dir, params.epochs, params.random_seed, params.progress = Path(folder) / "run", epochs, 1, "off"
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.train.count, params.gen.val.count, params.gen.setup.train.batch_size = 16, 8, 8
    params.scenario.print_eval_limit = 0
    return params


def _add_weights(size: int) -> None:
    """Give the points' graph so many weights more."""
    import tensorflow as tf

    from tfaip.model.testing.points.model import PointsGraph

    built, called = PointsGraph.__init__, PointsGraph.call

    def init(self: Any, params: Any, name: str = "points", **others: Any) -> None:
        built(self, params, name, **others)
        self.many = [self.add_weight(shape=(2,), name=f"many_{number}") for number in range(size)]

    def call(self: Any, inputs: Any, training: bool | None = None) -> Any:
        added = tf.add_n([weight.value for weight in self.many])
        return called(self, {**inputs, "point": inputs["point"] + added}, training=training)

    PointsGraph.__init__, PointsGraph.call = init, call  # type: ignore[method-assign]


def _batch(data: Any) -> tuple[Any, Any]:
    import numpy as np

    specs = data.target_layer_specs()
    targets = {name: np.zeros((8, *(length or 1 for length in specs[name].shape)), specs[name].dtype) for name in specs}
    return {"point": np.ones((8, 2), np.float32)}, targets


def measure_variables(size: int, clock: Any) -> None:
    """Build, train and export a network of so many weights."""
    import tensorflow as tf

    from tfaip.model.stored.export import BundleWriter
    from tfaip.model.testing.points.scenario import PointsScenario
    from tfaip.trainer.folder.checkpoint import Checkpoints
    from tfaip.trainer.loop.training_loop import create_training_loop
    from tfaip.trainer.step.training_state import TrainingState

    _add_weights(size)
    with tempfile.TemporaryDirectory() as folder:
        params = _points(folder, 1)
        params.ema_decay = 0.9
        scenario = PointsScenario(PointsScenario.tagged(params.scenario))
        with clock.part("build"):
            state = TrainingState(scenario, params)
        loop = create_training_loop(state.step, params)
        data = iter(tf.data.Dataset.from_tensors((*_batch(scenario.data), False)).repeat())
        state.step.start_epoch(0, None)
        with clock.part("trace a step"):
            most = tf.constant(tf.int64.max, tf.int64)
            loop._run.get_concrete_function(data, tf.constant(1, tf.int64), most)  # the call below finds it
        with clock.part("first step"):
            loop(data, max_steps=1)
        with clock.part("100 steps"):
            left = 100
            while left:
                left -= loop(data, max_steps=left).steps
        checkpoints = Checkpoints(Path(folder))
        with clock.part("checkpoint"):
            written = checkpoints.write(1, {}, state.graph.weights, state.variables)
        with clock.part("resume"):
            written.restore(state.variables)
        writer = BundleWriter(scenario, state.model, state.graph)
        with clock.part("first export"):
            writer.write(Path(folder) / "best", writer.snapshot())
        with clock.part("second export"), state.averaged_weights():
            writer.write(Path(folder) / "best", writer.snapshot())


def measure_fit(size: int, clock: Any) -> None:
    """Train the same network by `keras.Model.fit`."""
    import keras
    import tensorflow as tf

    from tfaip.model.testing.points.model import PointsModel
    from tfaip.model.testing.points.scenario import PointsScenario

    _add_weights(size)
    scenario = PointsScenario(PointsScenario.default_params())
    graph = PointsModel(scenario.params.model).build_graph(scenario.data)

    class Logits(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.graph = graph

        def call(self, inputs: Any, training: bool | None = None) -> Any:
            return self.graph(inputs, training=training)["logits"]

    model = Logits()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss, jit_compile=False)
    inputs, targets = _batch(scenario.data)
    batches = tf.data.Dataset.from_tensors((inputs, targets["direction"])).repeat()
    with clock.part("first step"):
        model.fit(batches, steps_per_epoch=1, epochs=1, verbose=0)
    with clock.part("100 steps"):
        model.fit(batches, steps_per_epoch=100, epochs=1, verbose=0)


def measure_epochs(size: int, clock: Any) -> None:
    """Train so many epochs, and resume the run that has ended for one epoch more."""
    from tfaip.model.testing.points.scenario import PointsScenario

    with tempfile.TemporaryDirectory() as folder:
        params = _points(folder, size)
        params.export_best = params.export_final = params.scenario.export_serve = False
        params.early_stopping.patience = 2 * size
        with clock.part("train"):
            PointsScenario.create_trainer(params).train()
        params.epochs += 1
        with clock.part("resume"):
            PointsScenario.create_trainer(params).resume()
        lines = (Path(folder) / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[-1])["epoch"] == size + 1
