"""Regularisation of the loss's gradient with respect to the inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model import GraphBase
from tfaip.params import ParamsError
from tfaip.pipeline import DataBase

__all__ = ["InputGradientPenalty"]

Tensors = Mapping[str, Any]


class InputGradientPenalty:
    """lambda * mean(((L(x + h * g) - L(x)) / h)^2), with g = dL/dx / |dL/dx| for each sample, taken as a constant.

    A finite difference, so that no second derivatives are needed (Finlay and Oberman, "Scaleable input gradient
    regularization for adversarial robustness", 2019). x are all inputs of a floating type together; g is 0 where the
    gradient is. Both losses are computed with the same random states, so that dropout drops the same units.

    Args:
        graph: The owner of the random states.
        data: Specifies the inputs.
        h: Length of the step.
        factor: lambda.

    Raises:
        ParamsError: No input is of a floating type.
    """

    def __init__(self, graph: GraphBase[Any], data: DataBase[Any], h: float, factor: float) -> None:
        specs = data.input_layer_specs()
        self._names = [name for name, spec in specs.items() if np.issubdtype(np.dtype(spec.dtype), np.floating)]
        if not self._names:
            got = ", ".join(f"{name}: {np.dtype(spec.dtype).name}" for name, spec in specs.items())
            raise ParamsError(
                "scenario.input_gradient_regularization needs an input of a floating type, to move it a little, "
                f"got {got}; let a processor convert it, or switch the regularisation off"
            )
        weights = {id(weight) for weight in graph.weights}
        self._states = [variable for variable in graph.variables if id(variable) not in weights]
        self._h = h
        self._factor = factor

    def random_states(self) -> list[Any]:
        """Return the random states of the graph, to be taken before its first pass."""
        return [tf.identity(state.value) for state in self._states]

    def watch(self, tape: tf.GradientTape, inputs: Tensors) -> None:
        """Let a tape that is persistent follow the inputs, before the first pass."""
        for name in self._names:
            tape.watch(inputs[name])

    def __call__(
        self,
        tape: tf.GradientTape,
        inputs: Tensors,
        loss: Any,
        loss_of: Callable[[Tensors], Any],
        random_states: list[Any],
    ) -> Any:
        """Return the penalty, a float32 scalar.

        Args:
            tape: Persistent; has recorded `loss`.
            inputs: x.
            loss: L(x), float32, of shape (batch,), or () where the model knows the mean only.
            loss_of: Computes L.
            random_states: The states before L(x) was computed.
        """
        with tape.stop_recording():
            moved = {**inputs, **self._moved(inputs, tape.gradient(loss, [inputs[name] for name in self._names]))}
            for state, value in zip(self._states, random_states, strict=True):
                state.assign(value)
        return self._factor * tf.reduce_mean(tf.square((loss_of(moved) - loss) / self._h))

    def _moved(self, inputs: Tensors, gradients: list[Any]) -> dict[str, Any]:
        dense = {
            name: tf.cast(gradient, tf.float32)
            for name, gradient in zip(self._names, gradients, strict=True)
            if gradient is not None
        }
        squares = [tf.reduce_sum(tf.reshape(g, (tf.shape(g)[0], -1)) ** 2, axis=-1) for g in dense.values()]
        if not squares:
            return {}
        norm = tf.sqrt(tf.add_n(squares))
        moved = {}
        for name, gradient in dense.items():
            shape = tf.concat([tf.shape(norm), tf.ones(tf.rank(gradient) - 1, tf.int32)], axis=0)
            direction = tf.math.divide_no_nan(gradient, tf.reshape(norm, shape))
            step = tf.stop_gradient(tf.cast(self._h * direction, inputs[name].dtype))
            moved[name] = inputs[name] + tf.ensure_shape(step, inputs[name].shape)
        return moved
