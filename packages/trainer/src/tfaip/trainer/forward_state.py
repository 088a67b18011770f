"""The weights that a forward pass assigns, as they were before it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

__all__ = ["ForwardState"]

# What TensorFlow writes on a call of a function: which of its resources that function only reads.
READ_ONLY_INPUTS = "_read_only_resource_inputs"
READING = {"ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape", "VarIsInitializedOp"}

# Elements of a weight up to which a copy of it costs next to nothing.
MOST_PACKED = 16384


class ForwardState:
    """Takes back what layers assign in a forward pass: moving statistics, and all else that is stored with the weights.

    Random states are not among the weights of a layer, so that they go on. While a function is traced, only the
    weights that the pass assigns are kept: reading costs nothing then, and no copy is made of the others. Eagerly, all
    weights are kept.

    Args:
        weights: Keras variables of the graph.
    """

    def __init__(self, weights: Iterable[Any]) -> None:
        self._weights = list(weights)
        self._packs: list[list[Any]] = []

    def read(self) -> list[Any]:
        """Return the value of each weight, to be called before the forward pass."""
        return [tf.convert_to_tensor(weight.value) for weight in self._weights]

    def kept(self, before: Sequence[Any]) -> list[Any]:
        """Return what `restore` takes of the values of `read`; to be called after the forward pass."""
        assigned: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
        for weight, value in zip(self._weights, before, strict=True):
            if _is_assigned(weight.value):
                # Small ones are packed, since a loop takes as long to hand on one tensor as to compute on it.
                key = value.dtype if math.prod(value.shape) <= MOST_PACKED else weight.path
                assigned[key].append((weight, value))
        self._packs = [[weight for weight, _ in pack] for pack in assigned.values()]
        return [tf.concat([tf.reshape(value, [-1]) for _, value in pack], axis=0) for pack in assigned.values()]

    def restore(self, kept: Sequence[Any]) -> None:
        """Assign what `kept` has returned."""
        for weights, packed in zip(self._packs, kept, strict=True):
            sizes = [math.prod(weight.shape) for weight in weights]
            for weight, value in zip(weights, tf.split(packed, sizes), strict=True):
                weight.value.assign(tf.reshape(value, weight.shape))


def _is_assigned(variable: Any) -> bool:
    graph = tf.compat.v1.get_default_graph()
    if tf.executing_eagerly() or not hasattr(graph, "capture"):
        return True
    for copy in tf.distribute.get_strategy().experimental_local_results(variable):
        handle = graph.capture(copy.handle)
        if any(_assigns(operation, handle) for operation in handle.consumers()):
            return True
    return False


def _assigns(operation: Any, handle: Any) -> bool:
    if operation.type in READING:
        return False
    try:
        read_only = operation.get_attr(READ_ONLY_INPUTS)
    except ValueError:
        return True
    return not all(place in read_only for place, given in enumerate(operation.inputs) if given is handle)
