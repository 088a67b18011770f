"""A step function run many times per call of one compiled function, and how many times."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tfaip.model.runtime.tracing import compiled

__all__ = ["CompiledLoop", "LoopCall", "StepsPerCall", "next_batch"]

Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class LoopCall:
    """The result of one call of the loop.

    Attributes:
        steps: Steps that were made.
        samples: Samples in them.
        seconds: Time that the call took.
        waited: Seconds of it that were spent waiting for batches.
        ended: Whether the last batch was the last of its pass over the data.
        finite: Whether the step said of the last batch that all was finite; the call ends where it was not.
        batches: Batches that were taken from the iterator; fewer than steps where other workers had more of them.
        stop: Number of the signal that stopped all workers before a step. 0 if there was no signal.
    """

    steps: int
    samples: int
    seconds: float
    waited: float
    ended: bool
    finite: bool
    batches: int
    stop: int = 0


class CompiledLoop:
    """Takes batches from an iterator and runs a step on each, without Python in between.

    Python between two steps costs about as much as the step of a small network. Here, Python runs once per many steps.

    Args:
        step: Called with (inputs, targets) of each batch; its state is in variables. It may return whether all was
            finite, a bool scalar, which ends the call where it is false.
        steps_per_call: Steps of one call; 0 for as many as take about a tenth of a second.
        eager: Run uncompiled, so that a debugger stops inside of the step.
        jit_compile: Compile the step with XLA, anew for each shape of a batch.
    """

    def __init__(
        self,
        step: Callable[[Tensors, Tensors], Any],
        *,
        steps_per_call: int = 0,
        eager: bool = False,
        jit_compile: bool = False,
    ) -> None:
        self._step = compiled(step, jit_compile=True) if jit_compile and not eager else step
        self._steps_per_call = StepsPerCall(steps_per_call)
        self._run: Any = self._loop if eager else compiled(self._loop)

    def __call__(self, iterator: Any, max_samples: int | None = None, max_steps: int | None = None) -> LoopCall:
        """Make the steps of one call; fewer where the pass ends, or where one of the limits is reached.

        Args:
            iterator: Iterator of a `tf.data` data set with the elements (inputs, targets, ..., end_of_epoch).
            max_samples: Samples that end the call once they are reached or passed; `None` for any number.
            max_steps: Steps after which something is to be done outside of the loop, at least 1; `None` for any number.
        """
        started = time.perf_counter()
        wanted = self._steps_per_call.steps
        most_steps = wanted if max_steps is None else min(wanted, max(max_steps, 1))
        most_samples = tf.int64.max if max_samples is None else max_samples
        steps, samples, waited, ended, finite = self._run(
            iterator, tf.constant(most_steps, tf.int64), tf.constant(most_samples, tf.int64)
        )
        made, seen = int(steps), int(samples)  # waits for the device, which the time has to include
        seconds = time.perf_counter() - started
        call = LoopCall(made, seen, seconds, float(waited), bool(ended), bool(finite), batches=made)
        self._steps_per_call.took(call.steps, call.seconds)
        return call

    def _loop(self, iterator: Any, max_steps: Any, max_samples: Any) -> Any:
        def goes_on(steps: Any, samples: Any, waited: Any, ended: Any, finite: Any) -> Any:
            del waited
            return (steps < max_steps) & (samples < max_samples) & ~ended & finite

        def once(steps: Any, samples: Any, waited: Any, ended: Any, finite: Any) -> Any:
            del ended, finite
            inputs, targets, ended, seconds = next_batch(iterator)
            finite = self._step(inputs, targets)
            if finite is None:
                finite = tf.constant(True)
            size = tf.shape(next(iter(inputs.values())), out_type=tf.int64)[0]
            return steps + 1, samples + size, waited + seconds, ended, finite

        zero = tf.constant(0, tf.int64)
        start = (zero, zero, tf.constant(0.0, tf.float64), tf.constant(False), tf.constant(True))
        return tf.while_loop(goes_on, once, start, parallel_iterations=1)


def next_batch(iterator: Any) -> tuple[Tensors, Tensors, Any, Any]:
    """Return inputs and targets of the next batch, whether a pass ends with it, and the seconds that it took."""
    # TensorFlow orders only operations on one resource, so the clock needs explicit dependencies.
    before = tf.timestamp()
    with tf.control_dependencies([before]):
        inputs, targets, *_, ended = next(iterator)
    with tf.control_dependencies([ended]):
        return inputs, targets, ended, tf.timestamp() - before


# Short enough for a live display and for an interrupt to be noticed, long enough that Python's share is small.
TARGET_SECONDS = 0.1


class StepsPerCall:
    """Chooses the number of steps from the time that the last call took.

    Args:
        fixed: The number to use always; 0 lets it be chosen.
    """

    def __init__(self, fixed: int = 0) -> None:
        if fixed < 0:
            raise ValueError(f"steps_per_call must be >= 0, got {fixed}")
        self._fixed = fixed
        self._steps = 1
        self._calls = 0

    @property
    def steps(self) -> int:
        """Steps of the next call."""
        return self._fixed or self._steps

    def took(self, steps: int, seconds: float) -> None:
        """Learn that a call of `steps` steps took `seconds`."""
        self._calls += 1
        if self._calls == 1 or steps == 0:
            return  # the first call traces and compiles, which says nothing of the steps
        wanted = steps * TARGET_SECONDS / max(seconds, 1e-6)
        # One slow call, or a fast one, is as often noise as news: at most double or halve.
        self._steps = max(1, round(min(max(wanted, self._steps / 2), self._steps * 2)))
