"""A metric and the tensors that it compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MetricDefinition"]

Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class MetricDefinition:
    """A Keras metric and the two sides that it compares.

    Attributes:
        target: Key of the targets, or a function of (inputs, targets, outputs) that returns the true side.
        output: Key of the outputs, or a function of (inputs, targets, outputs) that returns the predicted side.
        metric: Any `keras.metrics.Metric`; `update_state(target, output)` is called once a batch, with `sample_weight`
            where the model's `_sample_weights` names the metric.
        prediction: Compare with the outputs of the prediction graph (an error rate of the decoded text, say). Such a
            metric is left out in training, where the prediction graph does not run.
    """

    target: str | Callable[[Tensors, Tensors, Tensors], Any]
    output: str | Callable[[Tensors, Tensors, Tensors], Any]
    metric: Any
    prediction: bool = False

    @classmethod
    def mean(
        cls,
        values: str | Callable[[Tensors, Tensors, Tensors], Any],
        weights: Callable[[Tensors, Tensors, Tensors], Any] | None = None,
        *,
        prediction: bool = False,
    ) -> MetricDefinition:
        """Return the metric that is the mean of values over an epoch.

        Args:
            values: Key of the outputs, or a function of (inputs, targets, outputs); any numeric dtype, shape (batch,)
                or more axes.
            weights: A function of (inputs, targets, outputs) that returns the weight of each value, such as a mask;
                without one, each value counts once.
            prediction: As the attribute.
        """
        from tfaip.model.weighted_mean import WeightedMean

        computed = values if callable(values) else (lambda inputs, targets, outputs: outputs[values])
        return cls(computed, weights or _no_weights, WeightedMean(), prediction)

    def sides(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> tuple[Any, Any]:
        """Return (target, output) of one batch.

        Raises:
            KeyError: A side names a key that targets or outputs do not have.
        """
        return (
            _side("target", self.target, targets, inputs, targets, outputs),
            _side("output", self.output, outputs, inputs, targets, outputs),
        )


def _no_weights(*batch: Tensors) -> None:
    del batch


def _side(name: str, side: str | Callable[..., Any], among: Tensors, *batch: Tensors) -> Any:
    if callable(side):
        return side(*batch)
    if side not in among:
        raise KeyError(f"the {name} of a MetricDefinition in _metric must be one of {sorted(among)}, got {side!r}")
    return among[side]
