"""One step of the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from tfaip.model import Forward, GraphBase, ModelBase, ModelMetrics
from tfaip.model.runtime.tracing import compiled
from tfaip.model.tensorboard import Recorder
from tfaip.trainer.schedules import Schedule
from tfaip.trainer.step.ema import ExponentialMovingAverage
from tfaip.trainer.step.forward_state import ForwardState
from tfaip.trainer.step.gradient_accumulation import GradientAccumulation
from tfaip.trainer.step.input_gradient_penalty import InputGradientPenalty
from tfaip.trainer.step.norms import GradientNorms

__all__ = ["TrainStep", "when"]

Tensors = Mapping[str, Any]


class TrainStep:
    """Forward, weighted loss, gradients, optimizer, average of the weights, metrics; all state is in variables.

    A call is the work of one replica on its batch. Per replica are: `gradients` (with the metrics) and the counts of
    samples. The same on all replicas are: the learning rate, and the effect of `update` once the gradients are the mean
    over the replicas. A part that the constructor leaves out adds no operation to the step.

    Args:
        model: Says what the losses are.
        graph: Computes the outputs; built.
        metrics: Takes each batch into account.
        optimizer: A Keras optimizer, built on the graph's trainable variables.
        schedule: From epochs of data to the learning rate.
        accumulation: Sums the gradients of several batches to one update.
        average: Follows the weights.
        norms: Measures the gradients of each update.
        penalty: Added to the loss that is trained, but to none of the logs.
        check_finite: Leave out the step, and return False, where the loss or a gradient is not finite.

    A step that is left out, here or by the scale of the loss, leaves all weights, averages, slots of the optimizer and
    accumulated gradients as they were, bit by bit. Counts of samples and random states go on.
    """

    def __init__(
        self,
        model: ModelBase[Any],
        graph: GraphBase[Any],
        metrics: ModelMetrics,
        optimizer: Any,
        schedule: Schedule,
        *,
        accumulation: GradientAccumulation | None = None,
        average: ExponentialMovingAverage | None = None,
        norms: GradientNorms | None = None,
        penalty: InputGradientPenalty | None = None,
        check_finite: bool = False,
    ) -> None:
        self._model = model
        self._graph = graph
        self._metrics = metrics
        self._optimizer = optimizer
        self._schedule = schedule
        # Displays of layers and model from the last batch.
        self.recorder = Recorder()
        self._accumulation = accumulation
        self._average = average
        self._norms = norms
        self._penalty = penalty
        self._check_finite = check_finite
        self._scales_loss = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        self._forward_state = ForwardState(graph.variables if check_finite or self._scales_loss else ())
        # Place in the training, in epochs: `epoch + samples / samples_per_epoch`.
        self.epoch = _variable(0.0, "float32", "epoch")
        self.samples = _variable(0, "int64", "samples")
        self.samples_per_epoch = _variable(0, "int64", "samples_per_epoch")
        # Where each step is an update, the optimizer counts them already.
        self._steps = _variable(0, "int64", "steps") if accumulation or self._scales_loss else None
        self._finish = compiled(self._apply_what_is_left)

    @property
    def variables(self) -> list[Any]:
        """All state that graph, optimizer, average and metrics don't hold."""
        own = [self.epoch, self.samples, self.samples_per_epoch]
        if self._steps is not None:
            own.append(self._steps)
        for part in (self._accumulation, self._norms):
            own += part.variables if part else []
        return own

    @property
    def steps(self) -> int:
        """Batches that were trained on since the run began."""
        counted = self._optimizer.iterations if self._steps is None else self._steps
        return int(counted.numpy())

    @property
    def learning_rate(self) -> float:
        """Rate of the last step."""
        return float(self._optimizer.learning_rate.numpy())

    def start_epoch(self, epoch: int, samples_per_epoch: int | None) -> None:
        """Begin epoch number `epoch`, from 0, with as many samples as known."""
        self.epoch.assign(float(epoch))
        self.samples.assign(0)
        self.samples_per_epoch.assign(samples_per_epoch or 0)

    def end_epoch(self) -> None:
        """Update the weights from the batches that are left where an epoch's number is no multiple of an update's.

        That's what training on large batches does with the ragged last one.
        """
        if self._accumulation and int(self._accumulation.batches.numpy()):
            self._finish()

    def __call__(self, inputs: Tensors, targets: Tensors) -> Any:
        """Train on one batch. Return whether all was finite, a bool scalar, or `None` if this isn't checked."""
        begun, finite = self.begin(inputs, targets)
        if not self._check_finite:
            self.finish(begun)
            return None
        when(finite, lambda: self.finish(begun), lambda: self.leave_out(begun))
        return finite

    @property
    def checks_finite(self) -> bool:
        """Whether a step that is not finite is left out."""
        return self._check_finite

    def begin(self, inputs: Tensors, targets: Tensors) -> tuple[list[Any], Any]:
        """Do what a step does before its update; return what `finish` takes, and whether all was finite.

        Call `finish`, or `leave_out` where all was not finite, before the next step begins.
        """
        samples = tf.shape(next(iter(inputs.values())), out_type=tf.int64)[0]
        self._assign_learning_rate()
        before = self._forward_state.read()
        loss, gradients = self.gradients(inputs, targets)
        kept = self._forward_state.kept(before)
        self.samples.assign_add(samples)
        # Gradients of weights that no loss depends on are None.
        self._are_there = [gradient is not None for gradient in gradients]
        finite = self._is_finite(loss, gradients) if self._check_finite else None
        return [samples, *(g for g in gradients if g is not None), *kept], finite

    def finish(self, begun: Sequence[Any]) -> None:
        """Update the weights by the result of `begin`."""
        samples, gradients, kept = self._parts(begun)
        taken = self.update(gradients, samples)
        if taken is not None and kept:
            when(taken, lambda: None, lambda: self._forward_state.restore(kept))

    def leave_out(self, begun: Sequence[Any]) -> None:
        """Take back what `begin` has done, as far as it is no count and no random state."""
        *_, kept = self._parts(begun)
        self._forward_state.restore(kept)

    def _parts(self, begun: Sequence[Any]) -> tuple[Any, list[Any], list[Any]]:
        samples, *rest = begun
        there = sum(self._are_there)
        values = iter(rest[:there])
        return samples, [next(values) if is_there else None for is_there in self._are_there], rest[there:]

    def gradients(
        self,
        inputs: Tensors,
        targets: Tensors,
        watch: Callable[[str, Any], None] | None = None,
        *,
        counts: Any = None,
    ) -> tuple[Any, list[Any]]:
        """Return loss and gradients of a batch, and take it into the metrics.

        The gradients are scaled where the optimizer scales the loss; the loss, a float32 scalar, is not.

        Args:
            inputs: Inputs of the batch.
            targets: Targets of the batch.
            watch: Called with name and value of each loss, for one who looks for the cause of a failure.
            counts: Whether the metrics count the batch, a bool scalar; `None`: always.
        """
        variables = self._graph.trainable_variables
        with tf.GradientTape(persistent=self._penalty is not None) as tape:
            if self._penalty:
                random_states = self._penalty.random_states()
                self._penalty.watch(tape, inputs)
            processed, outputs, sample_losses = self._forward(inputs, targets)
            losses = {name: tf.reduce_mean(loss) for name, loss in sample_losses.items()}
            if watch:
                for name, loss in losses.items():
                    watch(name, loss)
            # Regularisers of layers are trained, but are not a log of the model.
            trained = self._metrics.weighted_sum(losses) + sum(self._graph.losses)
            if self._penalty:
                trained += self._penalty(
                    tape,
                    inputs,
                    self._metrics.weighted_sum(sample_losses),
                    lambda moved: self._metrics.weighted_sum(self._forward(moved, targets).losses),
                    random_states,
                )
            scaled = self._optimizer.scale_loss(trained) if self._scales_loss else trained
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        if counts is None:
            self._metrics.update(inputs, processed, outputs, losses)
        else:
            when(counts, lambda: self._metrics.update(inputs, processed, outputs, losses))
        return trained, gradients

    def _forward(self, inputs: Tensors, targets: Tensors) -> Forward:
        with self.recorder.recording():
            return self._model.forward_by_sample(self._graph, inputs, targets, training=True)

    def update(self, gradients: Sequence[Any], samples: Any) -> Any:
        """Change the weights by the gradients of a batch of so many `samples`, an int64 scalar.

        Returns:
            Whether the batch was taken into the weights or the accumulated gradients, a bool scalar, where the scale
            of the loss may leave it out; else `None`.
        """
        if self._steps is not None:
            self._steps.assign_add(1)
        accumulation = self._accumulation
        if accumulation is None:
            return self._apply(gradients, samples)

        def accumulate() -> None:
            # The scale may change before the update.
            scale = self._optimizer.dynamic_scale.value if self._scales_loss else None
            accumulation.add(gradients if scale is None else [_times(g, 1.0 / scale) for g in gradients], samples)
            when(accumulation.is_full, self._apply_what_is_left)

        if not self._scales_loss:
            accumulate()
            return None
        finite = self._optimizer.check_finite(gradients)
        # Given gradients that are not finite, the optimizer only lowers the scale.
        when(finite, accumulate, lambda: self._apply(gradients, samples))
        return finite

    def _apply_what_is_left(self) -> None:
        assert self._accumulation is not None
        samples = tf.identity(self._accumulation.samples.value)
        gradients = self._accumulation.take()
        if self._scales_loss:
            gradients = [_times(gradient, self._optimizer.dynamic_scale.value) for gradient in gradients]
        self._apply(gradients, samples)

    def _apply(self, gradients: Sequence[Any], samples: Any) -> Any:
        if not self._scales_loss:
            if self._norms:
                self._norms.update(gradients)
            self._optimizer.apply(gradients, self._graph.trainable_variables)
            self._follow(samples)
            return None
        scale = tf.identity(self._optimizer.dynamic_scale.value)
        updates = tf.identity(self._optimizer.iterations.value)
        self._optimizer.apply(gradients, self._graph.trainable_variables)
        taken = self._optimizer.iterations.value > updates

        def follow() -> None:
            if self._norms:
                self._norms.update(gradients, scale)
            self._follow(samples)

        if self._norms or self._average:
            when(taken, follow)
        return taken

    def _follow(self, samples: Any) -> None:
        if self._average:
            known = self.samples_per_epoch.value
            self._average.update(self._average.decay(samples, tf.where(known > 0, known, self.samples.value)))

    def _is_finite(self, loss: Any, gradients: Sequence[Any]) -> Any:
        # A sum is finite only if all its terms are, and costs less than looking at each.
        checked = [loss]
        if not self._scales_loss:  # which makes gradients overflow on purpose, and leaves those out itself
            checked += [tf.reduce_sum(getattr(g, "values", g)) for g in gradients if g is not None]
        return tf.math.is_finite(tf.add_n([tf.cast(value, tf.float32) for value in checked]))

    def _assign_learning_rate(self) -> None:
        # One update has one rate: that of its first batch.
        waiting = self._accumulation.samples.value if self._accumulation else 0
        self._optimizer.learning_rate.assign(self._schedule(self._place(self.samples.value - waiting)))

    def _place(self, samples: Any) -> Any:
        """Epochs of data seen so far; within the first pass over data of unknown length, whole epochs only."""
        known = tf.maximum(self.samples_per_epoch.value, 1)
        share = tf.cast(tf.minimum(samples, known), tf.float32) / tf.cast(known, tf.float32)
        # Where a pass holds more samples than was known, the rest of it counts as its end.
        return self.epoch.value + tf.where(self.samples_per_epoch.value > 0, share, 0.0)


def _variable(value: Any, dtype: str, name: str) -> Any:
    return keras.Variable(value, dtype=dtype, trainable=False, aggregation="only_first_replica", name=name)


def _times(gradient: Any, factor: Any) -> Any:
    if gradient is None:
        return None
    return tf.convert_to_tensor(gradient) * tf.cast(factor, gradient.dtype)


def when(condition: Any, action: Callable[[], Any], otherwise: Callable[[], Any] = lambda: None) -> None:
    """Run one of two functions, chosen by a bool scalar. This works in a compiled function too."""

    def done(what: Callable[[], Any]) -> Any:
        what()
        return tf.constant(True)

    tf.cond(condition, lambda: done(action), lambda: done(otherwise))
