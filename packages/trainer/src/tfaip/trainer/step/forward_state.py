"""The variables that a forward pass assigns, as they were before it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

__all__ = ["ForwardState"]

# TensorFlow's attribute on a call of a function: the resources that the function only reads.
READ_ONLY_INPUTS = "_read_only_resource_inputs"
READING = {"ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape", "VarIsInitializedOp"}

# The name that Keras gives the state of every random generator.
RANDOM_STATE = "seed_generator_state"
# Elements of a variable up to which a copy of it costs next to nothing.
MOST_PACKED = 16384


class ForwardState:
    """Takes back what layers assign in a forward pass: moving statistics, weights, metrics; random states go on.

    While a function is traced, only the variables that the pass assigns are kept: reading costs nothing then, and no
    copy is made of the others. Eagerly, all are kept.

    Args:
        variables: Keras variables of the graph.
    """

    def __init__(self, variables: Iterable[Any]) -> None:
        self._variables = [v for v in variables if v.path.rpartition("/")[2] != RANDOM_STATE]
        self._packs: list[list[Any]] = []

    def read(self) -> list[Any]:
        """Return the value of each variable, to be called before the forward pass."""
        return [tf.convert_to_tensor(variable.value) for variable in self._variables]

    def kept(self, before: Sequence[Any]) -> list[Any]:
        """Return what `restore` takes of the values of `read`; to be called after the forward pass."""
        assigned: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
        for variable, value in zip(self._variables, before, strict=True):
            if _is_assigned(variable.value):
                # Small variables are packed, since passing one through a loop takes as long as its computation.
                key = value.dtype if math.prod(value.shape) <= MOST_PACKED else id(variable)
                assigned[key].append((variable, value))
        self._packs = [[variable for variable, _ in pack] for pack in assigned.values()]
        return [tf.concat([_flat(value) for _, value in pack], axis=0) for pack in assigned.values()]

    def restore(self, kept: Sequence[Any]) -> None:
        """Assign what `kept` has returned."""
        for variables, packed in zip(self._packs, kept, strict=True):
            sizes = [math.prod(variable.shape) for variable in variables]
            for variable, value in zip(variables, tf.split(packed, sizes), strict=True):
                variable.value.assign(tf.reshape(value, variable.shape))


def _flat(value: Any) -> Any:
    # Moving statistics mostly have one axis: each operation less is a microsecond of a small network's step.
    return value if value.shape.rank == 1 else tf.reshape(value, [-1])


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
