"""Losses and metrics, computed on the outputs of a prediction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tfaip.model import GraphBase, MetricDefinition, ModelBase
from tfaip.model.runtime.tracing import compiled
from tfaip.pipeline import DataBase
from tfaip.predict.computing.array_adoption import as_tensors
from tfaip.predict.errors import PredictionError

if TYPE_CHECKING:
    from tfaip.model import ModelMetrics

__all__ = ["Measures", "NoMeasures", "TrainingGraphMeasures"]

logger = logging.getLogger(__name__)

Tensors = Mapping[str, Any]


class Measures:
    """Accumulates a model's losses and metrics over batches, as the trainer's validation does.

    A graph may predict something else than it trains. A loss or metric that asks for an output that the prediction
    lacks is left out, with a warning, and named in `not_computed`; so is the weighted sum `loss` then.

    Args:
        model: The model with the losses and metrics.
        data: Says what inputs and targets are.
        eager: Compute uncompiled.
    """

    def __init__(self, model: ModelBase[Any], data: DataBase[Any], *, eager: bool = False) -> None:
        self._model = model
        self._data = data
        self._eager = eager
        self._metrics: ModelMetrics | None = None
        self._losses: Callable[[Tensors, Tensors, Tensors], dict[str, Any]] | None = self._all_losses
        self._is_sum_left_out = False
        self._update: Any = None
        self._restored: list[np.ndarray] = []
        self.not_computed: dict[str, str] = {}

    @property
    def is_prepared(self) -> bool:
        """Whether a batch has shown which losses and metrics there are."""
        return self._metrics is not None

    def reset(self) -> None:
        """Forget all batches."""
        self._restored = []
        if self._metrics is not None:
            self._metrics.reset()

    def update(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        """Take a batch into account: arrays or tensors by name, of shape (batch, ...)."""
        inputs, targets, outputs = (as_tensors(arrays) for arrays in (inputs, targets, outputs))
        if self._metrics is None:
            self._prepare(inputs, targets, outputs)
            assert self._metrics is not None
            if self._restored:
                # Some Keras metrics make their variables when they are first updated.
                self._update(inputs, targets, outputs)
                self._assign()
        self._update(inputs, targets, outputs)

    def state(self) -> list[np.ndarray]:
        """Return all sums and counts so far, in an order that holds from process to process; none before a batch.

        Raises:
            PredictionError: A metric has variables that are no sums.
        """
        if self._metrics is None:
            return self._restored
        for variable in self._metrics.variables:
            if variable.aggregation != "sum":
                raise PredictionError(
                    f"metrics of parts must be sums or counts, which {variable.path} is not: its `aggregation` is "
                    f"{variable.aggregation!r}; evaluate without --shard"
                )
        return [np.asarray(variable.numpy()) for variable in self._metrics.variables]

    def restore(self, states: Sequence[Sequence[np.ndarray]]) -> None:
        """Go on from the sum of states, once the first batch has shown which metrics there are.

        Raises:
            PredictionError: They belong to other metrics.
        """
        known = [state for state in states if state]
        self._restored = [sum(arrays[1:], start=arrays[0]) for arrays in zip(*known, strict=True)]
        if self._metrics is not None and self._restored:
            self._assign()

    def _assign(self) -> None:
        assert self._metrics is not None
        variables = self._metrics.variables
        if [tuple(variable.shape) for variable in variables] != [each.shape for each in self._restored]:
            raise PredictionError(
                "the stored sums must be those of today's losses and metrics, they are not: the code of the model has "
                "changed, so evaluate all parts again, into another folder"
            )
        for variable, value in zip(variables, self._restored, strict=True):
            variable.assign(value)

    def result(self) -> dict[str, float]:
        """Return losses and metrics by name."""
        if self._metrics is None:
            return {}
        result = self._metrics.result()
        if self._is_sum_left_out:
            del result["loss"]
        return {name: value for name, value in result.items() if name not in self.not_computed}

    def _prepare(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        """Find out on the first batch what can be computed."""
        from tfaip.model import ModelMetrics

        losses: list[str] = []
        try:
            losses = list(self._all_losses(inputs, targets, _PredictedOutputs(outputs)))
        except _MissingOutputError as missing:
            self._is_sum_left_out = True
            self._leave_out("loss", missing)
            losses = self._find_possible_losses(outputs)
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
        is_eager = self._eager and not self._is_sum_left_out
        self._update = self._run if is_eager else compiled(self._run, reduce_retracing=True)

    def _find_possible_losses(self, outputs: Tensors) -> list[str]:
        """Compute the losses that the outputs allow; return the names of all, or none where none is possible."""
        from tfaip.predict.lav.possible_losses import PossibleLosses

        self._losses = None
        try:
            possible = PossibleLosses(self._model, self._data, self._all_losses, outputs)
        except Exception as error:  # of the user's graph, which a prediction needs not
            logger.info("The training graph can't be built, so all losses are left out: %r", error)
            return []
        if len(possible.missing) == len(possible.names):
            return []
        for name, output in possible.missing.items():
            self._leave_out(name, _PredictedOutputs(outputs).lacking(output))
        self._losses = possible
        return possible.names

    def _all_losses(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        return self._model.losses(inputs, self._processed(inputs, targets, outputs), outputs)

    def _run(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        assert self._metrics is not None
        losses = {} if self._losses is None else self._losses(inputs, targets, outputs)
        processed = self._processed(inputs, targets, outputs) if self._metrics.metric_names else targets
        self._metrics.update(inputs, processed, outputs, losses)

    def _processed(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> Tensors:
        return self._model.post_proc_targets(inputs, self._model.pre_proc_targets(inputs, targets), outputs)

    def _leave_out(self, name: str, missing: _MissingOutputError) -> None:
        self.not_computed[name] = str(missing)
        logger.warning("%s is not computed: %s", name, missing)


class NoMeasures:
    """Stands for losses and metrics where TensorFlow, which computes them, isn't installed."""

    def __init__(self) -> None:
        self.not_computed = {"losses and metrics": "they need TensorFlow: pip install 'tfaip-predict[tf]'"}

    def reset(self) -> None:
        """Forget all batches."""

    def update(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        """Take no batch into account."""

    @property
    def is_prepared(self) -> bool:
        """Whether it is known that there are no losses and metrics."""
        return True

    def state(self) -> list[np.ndarray]:
        """Return no sums."""
        return []

    def restore(self, states: Sequence[Sequence[np.ndarray]]) -> None:
        """Take no sums into account."""

    def result(self) -> dict[str, float]:
        """Return no losses and metrics."""
        return {}


class TrainingGraphMeasures(Measures):
    """Accumulates a model's losses and metrics on the outputs of its training graph, as the trainer's validation does.

    Metrics of the prediction graph see its outputs. The outputs that `update` is given are not used.

    Args:
        model: The model with the losses and metrics.
        graph: The graph, with its weights.
        data: Says what inputs and targets are.
        eager: Compute uncompiled.
    """

    def __init__(self, model: ModelBase[Any], graph: GraphBase[Any], data: DataBase[Any], *, eager: bool) -> None:
        super().__init__(model, data, eager=eager)
        self._graph = graph

    def _prepare(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
        from tfaip.model.model_metrics import build_metrics

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
        raise self.lacking(name)

    def lacking(self, name: str) -> _MissingOutputError:
        """Return the error that an output is missing."""
        return _MissingOutputError(f"it needs the output {name!r}, and the prediction has only {', '.join(self)}")
