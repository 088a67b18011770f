"""The base of network graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Self, TypeVar

import keras

from tfaip.model.type_arguments import type_argument
from tfaip.params import from_dict, to_dict

__all__ = ["GraphBase"]

TParams = TypeVar("TParams")
Tensors = Mapping[str, Any]


class GraphBase(keras.layers.Layer, Generic[TParams]):
    """A Keras layer that maps a dict of input tensors to a dict of output tensors.

    Most graphs override `call` alone. A graph that does something else in training than in prediction (teacher forcing
    against decoding, say) overrides `build_train_graph` and `build_prediction_graph` instead.

    Args:
        params: The parameters class instance from which the graph is built.
        name: Name of the layer, the first part of each variable's path.
    """

    def __init__(self, params: TParams, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.params = params

    def build_train_graph(self, inputs: Tensors, targets: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return the outputs that loss and metrics see; `targets` are at hand for teacher forcing."""
        del targets
        return self._outputs_of_call(inputs, training)

    def build_prediction_graph(self, inputs: Tensors) -> dict[str, Any]:
        """Return the outputs that a prediction yields and a bundle exports."""
        return self._outputs_of_call(inputs, training=False)

    def build(self, input_shape: Any = None) -> None:
        """Mark the graph as built; its layers build themselves when they are first called."""
        del input_shape
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """Return Keras' config, with the tagged parameters under `params`."""
        return {**super().get_config(), "params": to_dict(self.params)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild the graph from `get_config`; its type argument names the class of its parameters."""
        config = dict(config)
        return cls(from_dict(type_argument(cls, 0), config.pop("params")), **config)

    def _outputs_of_call(self, inputs: Tensors, training: bool | None) -> dict[str, Any]:
        outputs = self(dict(inputs), training=training)
        if not isinstance(outputs, Mapping):
            raise TypeError(
                f"{type(self).__qualname__}.call must return a dict of named tensors, got {type(outputs).__qualname__}"
            )
        return dict(outputs)
