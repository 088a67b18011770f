"""Losses that the outputs of a prediction allow, where the training graph gives more of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from tfaip.model import ModelBase
from tfaip.model.runtime.tracing import tensor_specs
from tfaip.pipeline import DataBase

__all__ = ["PossibleLosses"]

Tensors = Mapping[str, Any]
Losses = Callable[[Tensors, Tensors, Tensors], dict[str, Any]]


class PossibleLosses:
    """Finds which losses need an output that the prediction lacks, and computes the others.

    The losses are traced once, with placeholders of the shapes that the training graph gives in place of the outputs
    that are missing. A loss whose operations reach no placeholder is possible. TensorFlow leaves out the operations of
    the others when the possible ones are computed.

    Args:
        model: The model with the losses; its graph is built, which takes as long as before a training.
        data: Says what inputs and targets are.
        losses: From inputs, targets and outputs to the losses by name.
        outputs: Outputs of the prediction for a batch.

    Attributes:
        missing: The output that each impossible loss needs, by the name of the loss.
        names: Names of all losses.
    """

    def __init__(self, model: ModelBase[Any], data: DataBase[Any], losses: Losses, outputs: Tensors) -> None:
        self._losses = losses
        inputs, targets = tensor_specs(data.input_layer_specs()), tensor_specs(data.target_layer_specs())
        given = {name: _any_batch(tensor) for name, tensor in outputs.items()}
        graph = model.build_graph(data)

        def trained(inputs: Tensors, targets: Tensors) -> Any:
            processed = model.pre_proc_targets(inputs, targets)
            return dict(graph.training_outputs(inputs, processed, training=False))

        of_training = _traced(trained, inputs, targets).structured_outputs
        self._stand_ins = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype, name=f"missing_{number}")
            for number, (name, tensor) in enumerate(of_training.items())
            if name not in given
        }
        traced = _traced(
            lambda inputs, targets, outputs, missing: losses(inputs, targets, {**outputs, **missing}),
            inputs,
            targets,
            given,
            self._stand_ins,
        )
        # The mark is the name of the placeholder: their order is TensorFlow's affair.
        marks = {spec.name: name for name, spec in self._stand_ins.items()}
        of_operation = {tensor.op: marks[tensor.op.name] for tensor in traced.graph.inputs if tensor.op.name in marks}
        self.names = list(traced.structured_outputs)
        self.missing = {}
        for name, loss in traced.graph.structured_outputs.items():
            if needed := _reached(loss.op, of_operation):
                self.missing[name] = needed

    def __call__(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        """Return all losses of a batch, zero where one is impossible; to be compiled."""
        batch = tf.shape(next(iter(tf.nest.flatten(inputs))))[0]
        stand_ins = {name: _stand_in(spec, batch) for name, spec in self._stand_ins.items()}
        losses = self._losses(inputs, targets, {**outputs, **stand_ins})
        return {name: tf.zeros_like(loss) if name in self.missing else loss for name, loss in losses.items()}


def _traced(function: Callable[..., Any], *specs: Any) -> Any:
    return tf.function(function, autograph=False).get_concrete_function(*specs)


def _any_batch(tensor: Any) -> tf.TensorSpec:
    return tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype)


def _stand_in(spec: tf.TensorSpec, batch: Any) -> Any:
    """A tensor of zeros whose static shape is that of the training graph."""
    if spec.shape.rank is None:
        return tf.compat.v1.placeholder_with_default(tf.zeros((), spec.dtype), None)
    sizes = [1 if size is None else size for size in spec.shape]
    shape = [batch, *sizes[1:]] if sizes and spec.shape[0] is None else sizes
    return tf.compat.v1.placeholder_with_default(tf.zeros(shape, spec.dtype), spec.shape)


def _reached(operation: Any, names: Mapping[Any, str]) -> str | None:
    """The first of some operations that another one depends on, by its name."""
    waiting, seen = [operation], {operation}
    while waiting:
        current = waiting.pop()
        if current in names:
            return names[current]
        # Control inputs order side effects: no value passes by them.
        before = [tensor.op for tensor in current.inputs]
        waiting += (new := [each for each in before if each not in seen])
        seen.update(new)
    return None
