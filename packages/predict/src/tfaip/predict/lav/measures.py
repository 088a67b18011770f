"""Losses and metrics, computed on what a prediction gives."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfaip.model import MetricDefinition
from tfaip.pipeline import DataBase

if TYPE_CHECKING:
    from tfaip.model import GraphBase, ModelBase, ModelMetrics

__all__ = ["Measures", "TrainingGraphMeasures"]

logger = logging.getLogger(__name__)

Tensors = Mapping[str, Any]


class Measures:
    """Accumulates a model's losses and metrics over batches, as the trainer's validation does.

    A graph may predict something else than it trains. Whatever asks for an output that the prediction lacks is left
    out, with a warning, and named in `not_computed`.

    Args:
        model: Whose losses and metrics.
        eager: Compute uncompiled.
    """

    def __init__(self, model: ModelBase[Any], *, eager: bool = False) -> None:
        self._model = model
        self._eager = eager
        self._metrics: ModelMetrics | None = None
        self._has_losses = True
        self._update: Any = None
        self.not_computed: dict[str, str] = {}

    def reset(self) -> None:
        """Forget all batches."""
        if self._metrics is not None:
            self._metrics.reset()

    def update(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        """Take a batch into account: tensors by name, of shape (batch, ...)."""
        if self._metrics is None:
            self._prepare(inputs, targets, outputs)
        self._update(dict(inputs), dict(targets), dict(outputs))

    def result(self) -> dict[str, float]:
        """Return losses and metrics by name."""
        if self._metrics is None:
            return {}
        result = self._metrics.result()
        if not self._has_losses:
            del result["loss"]
        return result

    def _prepare(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        """Find out on the first batch what can be computed."""
        from tfaip.model import ModelMetrics
        from tfaip.model.runtime.tracing import compiled

        losses: list[str] = []
        try:
            processed = self._processed(inputs, targets, _PredictedOutputs(outputs))
            losses = list(self._model.losses(inputs, processed, _PredictedOutputs(outputs)))
        except _MissingOutputError as missing:
            self._has_losses = False
            self._leave_out("loss", missing)
        metrics = []
        for name, definition in self._model.metrics().items():
            try:
                processed = self._processed(inputs, targets, _PredictedOutputs(outputs))
                _sides(definition, inputs, processed, _PredictedOutputs(outputs))
            except _MissingOutputError as missing:
                self._leave_out(name, missing)
            else:
                metrics.append(name)
        self._metrics = ModelMetrics(self._model, losses, metrics)
        # Batches differ in size and padding; a second trace, for any shape, serves them all.
        self._update = self._run if self._eager else compiled(self._run, reduce_retracing=True)

    def _run(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        assert self._metrics is not None
        targets = self._processed(inputs, targets, outputs)
        losses = self._model.losses(inputs, targets, outputs) if self._has_losses else {}
        self._metrics.update(inputs, targets, outputs, losses)

    def _processed(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> Tensors:
        return self._model.post_proc_targets(inputs, self._model.pre_proc_targets(inputs, targets), outputs)

    def _leave_out(self, name: str, missing: _MissingOutputError) -> None:
        self.not_computed[name] = str(missing)
        logger.warning("%s is not computed: %s", name, missing)


class TrainingGraphMeasures(Measures):
    """Accumulates a model's losses and metrics on what its training graph gives, as the trainer's validation does.

    Metrics of the prediction graph see its outputs. The outputs that `update` is given are not used.

    Args:
        model: Whose losses and metrics.
        graph: The graph, with its weights.
        data: Says what inputs and targets are.
        eager: Compute uncompiled.
    """

    def __init__(self, model: ModelBase[Any], graph: GraphBase[Any], data: DataBase[Any], *, eager: bool) -> None:
        super().__init__(model, eager=eager)
        self._graph = graph
        self._data = data

    def _prepare(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        from tfaip.model.model_metrics import build_metrics
        from tfaip.model.runtime.tracing import compiled

        del inputs, targets, outputs
        _, self._metrics = build_metrics(self._model, self._graph, self._data)
        self._update = self._run if self._eager else compiled(self._run, reduce_retracing=True)

    def _run(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        del outputs
        assert self._metrics is not None
        graph = self._graph
        processed, trained, losses = self._model.forward(graph, inputs, targets, training=False)
        predicted = graph.prediction_outputs(inputs) if graph.has_two_graphs else None
        self._metrics.update(inputs, processed, trained, losses, predicted)


def _sides(definition: MetricDefinition, inputs: Tensors, targets: Tensors, outputs: _PredictedOutputs) -> None:
    if isinstance(definition.output, str):
        outputs[definition.output]
    definition.sides(inputs, targets, outputs)


class _MissingOutputError(Exception):
    """Losses or metrics have asked for an output that a prediction lacks."""


class _PredictedOutputs(dict[str, Any]):
    """The outputs of a prediction, which tell a missing one from any other KeyError."""

    def __missing__(self, name: str) -> Any:
        raise _MissingOutputError(f"it needs the output {name!r}, and the prediction has only {', '.join(self)}")
