"""Losses and metrics of a model over many batches.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfaip.model.graph import GraphBase
from tfaip.model.model import ModelBase
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.pipeline import DataBase

__all__ = ["ModelMetrics", "build_metrics"]

Tensors = Mapping[str, Any]


class ModelMetrics:
    """Accumulates a model's losses, weighted by the size of each batch, and its metrics.

    A single loss is logged by its own name beside the weighted sum `loss`, unless a metric has that name.

    All state is in Keras variables, so that `update` can run inside a compiled function and a checkpoint can hold it.
    Under a distribution strategy each replica has its own, whose sum is read.

    A metric whose result is a number is a log. Others are not: their results are in `summaries`.

    Args:
        model: The model with the losses and metrics.
        loss_names: Names of the losses, known once the model's loss was traced; none where losses can't be computed.
        metric_names: Names of the metrics to compute; `None` for all.
        training: Whether class weights weigh the metrics that the model weighs.
    """

    def __init__(
        self,
        model: ModelBase[Any],
        loss_names: list[str],
        metric_names: Collection[str] | None = None,
        *,
        training: bool = False,
    ) -> None:
        self._model = model
        self._training = training
        self._weights = model.loss_weights(loss_names) if loss_names else {}
        definitions = model.metrics()
        wanted = definitions if metric_names is None else metric_names
        self._definitions = {name: definition for name, definition in definitions.items() if name in wanted}
        self._total = keras.metrics.Mean(name="loss")
        named = [name for name in loss_names if name != "loss"] if len(loss_names) > 1 else []
        self._losses = {name: keras.metrics.Mean(name=name) for name in named}
        # A single loss is a multiple of the total, and needs no state of its own.
        only = loss_names[0] if len(loss_names) == 1 else "loss"
        self._only_loss = only if only != "loss" and only not in self._definitions and self._weights[only] else None
        self._known_names: list[str] | None = None
        clashes = sorted((set(self._losses) | {"loss"}) & set(self._definitions))
        if clashes or (len(loss_names) > 1 and "loss" in loss_names):
            raise ModelDefinitionError(
                f"losses and metrics of {type(model).__qualname__} must have names of their own, and `loss` is the "
                f"weighted sum; got the losses {loss_names} and the metrics {sorted(self._definitions)}"
            )

    @property
    def names(self) -> list[str]:
        """Names of the logs, the weighted sum `loss` first."""
        if self._known_names is None:
            scalars = [name for name, d in self._definitions.items() if _is_number(_result(name, d.metric))]
            self._known_names = [*self.loss_names, *scalars]
        return list(self._known_names)

    @property
    def names_in_training(self) -> list[str]:
        """Names of those logs that a training has too, where the prediction graph does not run."""
        return [name for name in self.names if name not in self._definitions or not self._definitions[name].prediction]

    @property
    def loss_names(self) -> list[str]:
        """Names of those logs that are losses, the weighted sum `loss` first."""
        return ["loss", *([self._only_loss] if self._only_loss else []), *self._losses]

    @property
    def metric_names(self) -> list[str]:
        """Names of the metrics that are computed."""
        return list(self._definitions)

    @property
    def variables(self) -> list[Any]:
        """All Keras variables of the state, in an order that holds from process to process."""
        return [variable for metric in self._metrics().values() for variable in metric.variables]

    def update(
        self, inputs: Tensors, targets: Tensors, outputs: Tensors, losses: Tensors, predictions: Tensors | None = None
    ) -> Any:
        """Take one batch into account and return its weighted sum of losses, a float32 scalar.

        Args:
            inputs: Inputs of the batch.
            targets: Its targets, as `ModelBase.forward` has processed them.
            outputs: Outputs of the training graph.
            losses: Losses by name.
            predictions: Outputs of the prediction graph; `None` if they are `outputs`.
        """
        total = self.weighted_sum(losses)
        batch_size = tf.shape(next(iter(tf.nest.flatten(inputs))))[0]
        self._total.update_state(total, sample_weight=batch_size)
        for name, mean in self._losses.items():
            mean.update_state(losses[name], sample_weight=batch_size)
        weights = self._model.sample_weights(inputs, targets, training=self._training)
        for name, definition in self._definitions.items():
            compared = predictions if definition.prediction and predictions is not None else outputs
            sides = definition.sides(inputs, targets, compared)
            weighted = {"sample_weight": weights[name]} if name in weights else {}
            definition.metric.update_state(*sides, **weighted)
        return total

    def weighted_sum(self, losses: Tensors) -> Any:
        """Return the loss that is trained: the weighted sum of a batch's losses."""
        return sum(self._weights[name] * loss for name, loss in losses.items())

    def reset(self) -> None:
        """Forget all batches."""
        for metric in self._metrics().values():
            metric.reset_state()

    def result(self) -> dict[str, float]:
        """Return the value of each log."""
        metrics = self._metrics()
        only = self._only_loss
        values = {name: float(metrics[name].result()) for name in self.names if name != only}
        if only is not None:
            values[only] = values["loss"] / self._weights[only]
        return {name: values[name] for name in self.names}

    def summaries(self) -> dict[str, Any]:
        """Return what the metrics that are no logs result in, by name, for TensorBoard.

        Bytes are a serialised `Summary`; a dict or an array holds numbers.
        """
        logs = set(self.names)
        results = {name: _result(name, d.metric) for name, d in self._definitions.items() if name not in logs}
        return {name: _plain(result) for name, result in results.items()}

    def _metrics(self) -> dict[str, Any]:
        return {"loss": self._total, **self._losses, **{name: d.metric for name, d in self._definitions.items()}}


def build_metrics(
    model: ModelBase[Any], graph: GraphBase[Any], data: DataBase[Any]
) -> tuple[ModelMetrics, ModelMetrics]:
    """Return the metrics of training and of validation, with all of their variables.

    Losses and metrics are traced, which shows an error in them before anything is trained or written.

    Args:
        model: The model with the losses and metrics.
        graph: Built by `model.build_graph`.
        data: Says what inputs and targets are.
    """
    inputs, targets = tensor_specs(data.input_layer_specs()), tensor_specs(data.target_layer_specs())

    def forward(inputs: Tensors, targets: Tensors) -> Any:
        targets, outputs, losses = model.forward(graph, inputs, targets, training=False)
        return targets, outputs, losses, graph.prediction_outputs(inputs) if graph.has_two_graphs else outputs

    # In such a scope Keras makes variables after the trace, so that a distribution strategy can place them.
    def traced(function: Any, *specs: Any) -> Any:
        with keras.StatelessScope():
            return tf.function(function, autograph=False).get_concrete_function(*specs).structured_outputs

    targets, outputs, losses, predictions = traced(forward, inputs, targets)
    in_training = [name for name, definition in model.metrics().items() if not definition.prediction]
    both = ModelMetrics(model, list(losses), in_training, training=True), ModelMetrics(model, list(losses))
    # Some Keras metrics make their variables when they are first updated.
    for metrics in both:
        traced(metrics.update, inputs, targets, outputs, losses, predictions)
    return both


def _result(name: str, metric: Any) -> Any:
    try:
        return metric.result()
    except Exception as error:
        error.add_note(f"(in `result` of the metric {name!r})")
        raise


def _plain(result: Any) -> Any:
    if isinstance(result, Mapping):
        return {key: float(value) for key, value in result.items()}
    value = np.asarray(result)
    return bytes(value.item()) if value.dtype.kind in "OS" else value


def _is_number(result: Any) -> bool:
    if isinstance(result, Mapping):
        return False
    value = np.asarray(result)
    return value.ndim == 0 and value.dtype.kind not in "OSU"
