"""Losses and metrics of a model over many batches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import keras
import tensorflow as tf

from tfaip.model.model import ModelBase

__all__ = ["ModelMetrics"]

Tensors = Mapping[str, Any]


class ModelMetrics:
    """Accumulates a model's losses, weighted by the size of each batch, and its metrics.

    All state is in Keras variables, so that `update` can run inside a compiled function and a checkpoint can hold it.

    Args:
        model: Whose losses and metrics.
        loss_names: Names of the losses, known once the model's loss was traced; none where losses can't be computed.
        metric_names: Names of the metrics to compute; `None` for all.
    """

    def __init__(
        self, model: ModelBase[Any], loss_names: list[str], metric_names: Collection[str] | None = None
    ) -> None:
        self._model = model
        self._weights = model.loss_weights(loss_names) if loss_names else {}
        definitions = model.metrics()
        wanted = definitions if metric_names is None else metric_names
        self._definitions = {name: definition for name, definition in definitions.items() if name in wanted}
        self._total = keras.metrics.Mean(name="loss")
        # A single loss is the total; logging it twice would tell nothing.
        named = [name for name in loss_names if name != "loss"] if len(loss_names) > 1 else []
        self._losses = {name: keras.metrics.Mean(name=name) for name in named}
        clashes = sorted((set(self._losses) | {"loss"}) & set(self._definitions))
        if clashes or (len(loss_names) > 1 and "loss" in loss_names):
            raise ValueError(
                f"losses and metrics of {type(model).__qualname__} must have names of their own, and `loss` is the "
                f"weighted sum; got the losses {loss_names} and the metrics {sorted(self._definitions)}"
            )

    @property
    def names(self) -> list[str]:
        """Names of the logs, the weighted sum `loss` first."""
        return ["loss", *self._losses, *self._definitions]

    @property
    def variables(self) -> list[Any]:
        """All Keras variables of the state, in an order that holds from process to process."""
        return [variable for metric in self._metrics() for variable in metric.variables]

    def update(self, inputs: Tensors, targets: Tensors, outputs: Tensors, losses: Tensors) -> Any:
        """Take one batch into account and return its weighted sum of losses, a float32 scalar."""
        total = self.weighted_sum(losses)
        batch_size = tf.shape(next(iter(tf.nest.flatten(inputs))))[0]
        self._total.update_state(total, sample_weight=batch_size)
        for name, mean in self._losses.items():
            mean.update_state(losses[name], sample_weight=batch_size)
        for definition in self._definitions.values():
            definition.metric.update_state(*definition.sides(inputs, targets, outputs))
        return total

    def weighted_sum(self, losses: Tensors) -> Any:
        """Return the loss that is trained: the weighted sum of a batch's losses."""
        return sum(self._weights[name] * loss for name, loss in losses.items())

    def reset(self) -> None:
        """Forget all batches."""
        for metric in self._metrics():
            metric.reset_state()

    def result(self) -> dict[str, float]:
        """Return the value of each log."""
        return {name: float(metric.result()) for name, metric in zip(self.names, self._metrics(), strict=True)}

    def _metrics(self) -> list[Any]:
        return [self._total, *self._losses.values(), *(d.metric for d in self._definitions.values())]
