"""One step of the training on several replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.step.train_step import TrainStep, when

__all__ = ["DistributedTrainStep"]

Tensors = Mapping[str, Any]


class DistributedTrainStep(TrainStep):
    """Splits a batch over the replicas of this machine; one update follows from the mean gradients of all replicas.

    Each sample weighs the same, however unequal the parts of the replicas are. Only the forward and the backward pass
    are done by each replica; clipping, accumulation, optimizer and average see the gradients of the whole batch.

    Args:
        strategy: The replicas.
        args: The arguments of `TrainStep`, whose variables were made in the strategy's scope.
        kwargs: The same.
    """

    def __init__(self, strategy: Strategy, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._strategy = strategy

    def __call__(self, inputs: Tensors, targets: Tensors) -> Any:
        """Train on one batch; see `TrainStep`."""
        *_, finite = self.with_others(inputs, targets, tf.constant(True), tf.constant(False))
        return finite

    def with_others(self, inputs: Tensors, targets: Tensors, counts: Any, ended: Any) -> tuple[Any, Any, Any]:
        """Train on the batches of all workers.

        Args:
            inputs: The batch of this worker.
            targets: The same.
            counts: Whether it is one to train on, a bool scalar; else it only keeps the others company.
            ended: Whether this worker's data has come to the end of a pass, a bool scalar.

        Returns:
            The number of samples of all workers, an int64 scalar; how many workers have ended, an int32 one; and
            whether all was finite, a bool one, or `None` if that isn't checked.
        """
        self._assign_learning_rate()
        there: list[bool] = []
        kept: dict[int, list[Any]] = {}
        size = tf.shape(next(iter(inputs.values())), out_type=tf.int64)[0]

        def replica(number: int) -> list[Any]:
            first = size * number // self._strategy.replicas
            last = size * (number + 1) // self._strategy.replicas

            # A part must not be empty, since its mean would be nan. A part without own samples has the weight 0.
            def part(tensors: Tensors) -> dict[str, Any]:
                return {name: tensor[first : tf.maximum(last, first + 1)] for name, tensor in tensors.items()}

            counted = counts & (last > first)
            weight = tf.where(counted, tf.cast(last - first, tf.float32), 0.0)
            before = self._forward_state.read()
            loss, gradients = self.gradients(part(inputs), part(targets), counts=counted)
            kept[number] = self._forward_state.kept(before)
            there[:] = [gradient is not None for gradient in gradients]
            values = [tf.convert_to_tensor(gradient) for gradient in gradients if gradient is not None]
            weighted = [tf.math.multiply_no_nan(value, tf.cast(weight, value.dtype)) for value in [*values, loss]]
            return [*weighted, weight, tf.where(ended & (number == 0), 1.0, 0.0)]

        *sums, loss, weight, all_ended = self._strategy.run(replica)
        means = iter([total / tf.cast(weight, total.dtype) for total in sums])
        samples = tf.cast(weight, tf.int64)
        gradients = [next(means) if is_there else None for is_there in there]
        self.samples.assign_add(samples)
        finite = self._is_finite(loss / weight, gradients) if self._check_finite else None

        def restore() -> None:
            self._strategy.each(lambda number: self._forward_state.restore(kept[number]))

        if finite is None:
            self.update(gradients, samples)
        else:
            when(finite, lambda: self.update(gradients, samples), restore)
        return samples, tf.cast(all_ended, tf.int32), finite
