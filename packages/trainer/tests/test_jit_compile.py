"""Steps that XLA compiles do what those of TensorFlow do."""

from functools import partial

import numpy as np
import pytest

from tfaip.trainer.loop.compiled_loop import CompiledLoop


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9, "train_accum_steps": 2}], ids=["plain", "averaged"])
@pytest.mark.takes_long
def test_xla_trains_to_the_same_weights(points_params, network_after, changes):
    params = points_params(None, **changes)
    params.scenario.model.dropout = 0.0  # whose units XLA draws by another formula
    ours = network_after(params, 20, CompiledLoop)
    of_xla = network_after(params, 20, partial(CompiledLoop, jit_compile=True))
    assert of_xla.train_metrics.result() == pytest.approx(ours.train_metrics.result(), abs=1e-5)
    with ours.averaged_weights(), of_xla.averaged_weights():
        for one, other in zip(ours.graph.trainable_variables, of_xla.graph.trainable_variables, strict=True):
            np.testing.assert_allclose(other.numpy(), one.numpy(), atol=1e-5)


@pytest.mark.takes_long
def test_a_training_learns_and_resumes_with_xla(points_params, resume, train):
    whole, parts = points_params("whole"), points_params("parts", epochs=1)
    whole.device.jit_compile = parts.device.jit_compile = True
    logs = train(whole)
    assert logs["loss"] < 1.1
    train(parts)
    parts.epochs = 3
    assert resume(parts) == logs
