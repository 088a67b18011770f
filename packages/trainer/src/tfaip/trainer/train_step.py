"""One step of the training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from tfaip.trainer.schedules import Schedule

if TYPE_CHECKING:
    from tfaip.model import GraphBase, ModelBase, ModelMetrics

__all__ = ["TrainStep"]

Tensors = Mapping[str, Any]


class TrainStep:
    """Forward, weighted loss, gradients, optimizer, metrics; all state is in variables.

    Args:
        model: Says what the losses are.
        graph: Computes the outputs; built.
        metrics: Takes each batch into account.
        optimizer: A Keras optimizer, built on the graph's trainable variables.
        schedule: From epochs of data to the learning rate.
    """

    def __init__(
        self, model: ModelBase[Any], graph: GraphBase[Any], metrics: ModelMetrics, optimizer: Any, schedule: Schedule
    ) -> None:
        self._model = model
        self._graph = graph
        self._metrics = metrics
        self._optimizer = optimizer
        self._schedule = schedule
        # Place in the training, in epochs: `epoch + samples / samples_per_epoch`.
        self.epoch = tf.Variable(0.0, trainable=False, dtype=tf.float32, name="epoch")
        self.samples = tf.Variable(0, trainable=False, dtype=tf.int64, name="samples")
        self.samples_per_epoch = tf.Variable(0, trainable=False, dtype=tf.int64, name="samples_per_epoch")

    def start_epoch(self, epoch: int, samples_per_epoch: int | None) -> None:
        """Begin epoch number `epoch`, from 0, with as many samples as known."""
        self.epoch.assign(float(epoch))
        self.samples.assign(0)
        self.samples_per_epoch.assign(samples_per_epoch or 0)

    @property
    def learning_rate(self) -> float:
        """Rate of the last step."""
        return float(self._optimizer.learning_rate)

    def __call__(self, inputs: Tensors, targets: Tensors) -> None:
        """Train on one batch."""
        self._optimizer.learning_rate.assign(self._schedule(self._place()))
        variables = self._graph.trainable_variables
        with tf.GradientTape() as tape:
            outputs = self._graph.build_train_graph(inputs, targets, training=True)
            losses = self._model.losses(inputs, targets, outputs)
            # Regularisers of layers are trained, but are not a log of the model.
            trained = self._metrics.weighted_sum(losses) + sum(self._graph.losses)
        gradients = tape.gradient(trained, [variable.value for variable in variables])
        self._optimizer.apply(gradients, variables)
        self._metrics.update(inputs, targets, outputs, losses)
        self.samples.assign_add(tf.shape(next(iter(inputs.values())), out_type=tf.int64)[0])

    def _place(self) -> Any:
        """Epochs of data seen so far; within the first pass over data of unknown length, whole epochs only."""
        known = tf.maximum(self.samples_per_epoch, 1)
        share = tf.cast(tf.minimum(self.samples, known), tf.float32) / tf.cast(known, tf.float32)
        # Where a pass holds more samples than was known, the rest of it counts as its end.
        return self.epoch + tf.where(self.samples_per_epoch > 0, share, 0.0)
