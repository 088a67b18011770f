import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder
from tfaip.trainer.step.norms import GradientNorms


def test_norms_are_means_over_the_updates_and_begin_anew():
    norms = GradientNorms([keras.Variable(np.zeros(2, np.float32), name="a"), keras.Variable(0.0, name="b")])
    norms.update([np.array([3.0, 4.0], np.float32), None])
    norms.update([np.array([0.0, 2.0], np.float32) * 8, np.float32(1.5) * 8], scale=8.0)
    assert norms.take() == pytest.approx(
        {"gradient_norm/a": 3.5, "gradient_norm/b": 0.75, "gradient_norm": (5 + 2.5) / 2}
    )
    assert set(norms.take().values()) == {0.0}


def test_norms_of_gradients_and_weights_are_in_tensorboard_and_leave_the_training_alone(points_params):
    plain = points_params("plain", epochs=2)
    watched = points_params("run", epochs=2, log_gradients=True, log_weights=True)
    assert PointsScenario.create_trainer(watched).train() == PointsScenario.create_trainer(plain).train()
    events = EventAccumulator(str(RunFolder(watched.output_dir).events / "train"))
    events.Reload()
    tags = set(events.Tags()["tensors"])
    paths = {f"points/{layer}/{kind}" for layer in ("hidden", "logits") for kind in ("kernel", "bias")}
    assert {f"gradient_norm/{path}" for path in paths} | {"gradient_norm"} <= tags
    assert {f"weight_norm/{path}" for path in paths} <= tags
    assert [event.step for event in events.Tensors("gradient_norm")] == [1, 2]
