"""The compiled loop of workers that train together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tfaip.trainer.distribution.distributed_step import DistributedTrainStep
from tfaip.trainer.distribution.lost_worker import lost_workers
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.loop.compiled_loop import CompiledLoop, LoopCall
from tfaip.trainer.run.stop_signals import STOPPING

__all__ = ["WorkerLoop"]


class WorkerLoop(CompiledLoop):
    """Makes the same steps on all workers.

    A call makes as many steps as the chief wants, or none where a worker has to stop: then all stop after the same
    step. A pass over the data ends once it has ended for all workers: one whose part is shorter repeats its last batch
    with no weight until then.

    Args:
        step: Trains on a batch.
        strategy: The workers.
        stop_signal: Returns the number of the signal that makes this worker stop, 0 as long as there is none.
        steps_per_call: As in `CompiledLoop`.
    """

    def __init__(
        self, step: DistributedTrainStep, strategy: Strategy, stop_signal: Callable[[], int], *, steps_per_call: int = 0
    ) -> None:
        super().__init__(step, steps_per_call=steps_per_call)
        self._together = step.with_others
        self._strategy = strategy
        self._stop_signal = stop_signal

    def __call__(self, iterator: Any, max_samples: int | None = None, max_steps: int | None = None) -> LoopCall:
        """Make the steps of one call, see `CompiledLoop`; the counts of samples are those of all workers.

        Raises:
            LostWorkerError: Another worker is gone.
        """
        started = time.perf_counter()
        wanted = self._steps_per_call.steps
        most_steps = wanted if max_steps is None else min(wanted, max(max_steps, 1))
        most_samples = tf.int64.max if max_samples is None else max_samples
        own_stop = self._stop_signal()
        with lost_workers():
            steps, batches, samples, waited, finite, ended, *stops = self._run(
                iterator,
                tf.constant(most_steps, tf.int64),
                tf.constant(most_samples, tf.int64),
                [tf.constant(int(number == own_stop), tf.int64) for number in STOPPING],
            )
        seconds = time.perf_counter() - started
        call = LoopCall(
            int(steps),
            int(samples),
            seconds,
            float(waited),
            bool(ended),
            bool(finite),
            batches=int(batches),
            # The last one counts: a terminated process has to end, even if others were interrupted.
            stop=max((int(number) for number, count in zip(STOPPING, stops, strict=True) if int(count)), default=0),
        )
        self._steps_per_call.took(call.steps, call.seconds)
        return call

    def _loop(self, iterator: Any, max_steps: Any, max_samples: Any, stops: Any = ()) -> Any:
        # The clocks of the workers differ, and with them what each would choose.
        own = tf.stack([max_steps if self._strategy.is_chief else tf.zeros_like(max_steps), *stops])
        (told,) = self._strategy.run(lambda number: [own if number == 0 else tf.zeros_like(own)])
        max_steps, *stops = tf.unstack(told)
        max_steps = tf.where(tf.reduce_any([count > 0 for count in stops]), tf.zeros_like(max_steps), max_steps)
        workers = self._strategy.workers

        def goes_on(steps: Any, batches: Any, samples: Any, waited: Any, finite: Any, ended: Any, *_: Any) -> Any:
            del batches, waited
            within = (steps < max_steps) & (samples < max_samples)
            return (within | (ended > 0)) & (ended < workers) & finite

        def once(
            steps: Any, batches: Any, samples: Any, waited: Any, finite: Any, ended: Any, mine: Any, last: Any
        ) -> Any:
            del ended, finite
            # TensorFlow orders only operations on one resource, so the clock needs explicit dependencies.
            before = tf.timestamp()
            counts = ~mine
            with tf.control_dependencies([before]):
                batch, mine = tf.cond(mine, lambda: (last, tf.constant(True)), lambda: _next(iterator))
            with tf.control_dependencies([mine]):
                waited += tf.timestamp() - before
            inputs, targets = batch
            size, ended, finite = self._together(inputs, targets, counts, mine)
            finite = tf.constant(True) if finite is None else finite
            return steps + 1, batches + tf.cast(counts, tf.int64), samples + size, waited, finite, ended, mine, batch

        zero = tf.constant(0, tf.int64)
        inputs, targets, *_ = iterator.element_spec
        shapes = tf.nest.map_structure(lambda spec: spec.shape, (inputs, targets))
        nothing = tf.nest.map_structure(_nothing, (inputs, targets))
        none = tf.TensorShape(())
        *counts, ended, _, _ = tf.while_loop(
            goes_on,
            once,
            (
                *(zero, zero, zero, tf.constant(0.0, tf.float64)),
                *(tf.constant(True), tf.constant(0), tf.constant(False), nothing),
            ),
            shape_invariants=(*[none] * 7, shapes),
            parallel_iterations=1,
        )
        return *counts, tf.equal(ended, workers), *stops


def _next(iterator: Any) -> Any:
    inputs, targets, *_, ended = next(iterator)
    return (inputs, targets), ended


def _nothing(spec: Any) -> Any:
    return tf.zeros([length or 0 for length in spec.shape], spec.dtype)
