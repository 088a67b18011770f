"""A compiled loop for steps that are left out where they are not finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tfaip.model.runtime.tracing import compiled
from tfaip.trainer.loop.compiled_loop import CompiledLoop, next_batch
from tfaip.trainer.step.train_step import TrainStep

__all__ = ["DeferredUpdateLoop"]


class DeferredUpdateLoop(CompiledLoop):
    """Makes each update at the beginning of the next step.

    An update that depends on a condition keeps TensorFlow from updating one layer while it computes the gradients of
    another, which makes the step of a small network a fifth longer. Here the loop's own condition is the one: it ends
    where a step was not finite, and its body begins with the update of the step before.

    Args:
        step: Trains on a batch.
        steps_per_call: As in `CompiledLoop`.
    """

    def __init__(self, step: TrainStep, *, steps_per_call: int = 0) -> None:
        super().__init__(step, steps_per_call=steps_per_call)
        # A function of its own, so that it is traced once for the two places that call it.
        self._begin = compiled(step.begin)
        self._finish, self._leave_out = step.finish, step.leave_out

    def _loop(self, iterator: Any, max_steps: Any, max_samples: Any) -> Any:
        def goes_on(steps: Any, samples: Any, waited: Any, ended: Any, finite: Any, begun: Any) -> Any:
            del waited, begun
            return (steps < max_steps) & (samples < max_samples) & ~ended & finite

        def once(steps: Any, samples: Any, waited: Any, ended: Any, finite: Any, begun: Any) -> Any:
            del ended, finite
            self._finish(begun)
            inputs, targets, ended, seconds = next_batch(iterator)
            begun, finite = self._begin(inputs, targets)
            return steps + 1, samples + begun[0], waited + seconds, ended, finite, begun

        inputs, targets, ended, waited = next_batch(iterator)
        begun, finite = self._begin(inputs, targets)
        start = (tf.constant(1, tf.int64), begun[0], waited, ended, finite, begun)
        shapes = (*(value.shape for value in start[:-1]), [_shape_of_any_batch(part) for part in begun])
        *counts, finite, begun = tf.while_loop(goes_on, once, start, shape_invariants=shapes, parallel_iterations=1)
        self._finish_if(finite, begun)
        return *counts, finite

    def _finish_if(self, finite: Any, begun: Any) -> None:
        def done(what: Callable[[Any], None]) -> Any:
            what(begun)
            return tf.constant(True)

        tf.cond(finite, lambda: done(self._finish), lambda: done(self._leave_out))


def _shape_of_any_batch(part: Any) -> tf.TensorShape:
    """Return the shape that a part of the result of `begin` has in all steps."""
    if isinstance(part, tf.IndexedSlices):  # the gradient of an embedding, with a row for each word of the batch
        return tf.TensorShape([None, *part.values.shape[1:]])
    return part.shape
