"""Layers that a graph makes in its `call`: their weights would be neither trained nor stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.runtime.libraries import tf

__all__ = ["refused_layers_in_call"]

# The words of Keras for a layer that is assigned to an attribute of a built one.
_ADDED_TOO_LATE = "add new elements of state"


@contextmanager
def refused_layers_in_call(graph: Any) -> Iterator[None]:
    """Return the context in which a graph is built.

    Raises:
        ModelDefinitionError: Trainable weights were made that belong to no layer of the graph.
    """
    made: list[Any] = []

    def note(next_creator: Callable[..., Any], **options: Any) -> Any:
        made.append(next_creator(**options))
        return made[-1]

    rule = f"{type(graph).__qualname__} must make its layers in __init__, not in call"
    try:
        with tf.variable_creator_scope(note):
            yield
    except ValueError as error:
        if _ADDED_TOO_LATE not in str(error):
            raise
        raise ModelDefinitionError(f"{rule}: a layer was added after the graph was built") from error
    own = {id(variable.value) for variable in graph.variables}
    lost = [variable for variable in made if variable.trainable and id(variable) not in own]
    if lost:
        names = ", ".join(f"{variable.name.partition(':')[0]} {tuple(variable.shape)}" for variable in lost[:4])
        raise ModelDefinitionError(f"{rule}: weights of none of its layers are not trained, here {names}")
