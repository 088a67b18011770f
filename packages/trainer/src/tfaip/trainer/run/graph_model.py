"""A graph as Keras callbacks know a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from tfaip.trainer.errors import CallbackError

__all__ = ["GraphModel"]


class GraphModel(keras.Model):
    """What a callback finds as its `model`: the weights of the graph, its prediction, the optimizer.

    It is never compiled nor fitted.

    Args:
        graph: Built; its variables keep their paths.
        optimizer: What the trainer trains with. Its learning rate is set by the schedule at each step.

    Attributes:
        stop_training: A callback that sets it ends the training.
    """

    def __init__(self, graph: Any, optimizer: Any) -> None:
        super().__init__(name=graph.name)
        self.graph = graph
        self.optimizer = optimizer
        self.stop_training = False
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs of the prediction for inputs by name, of shape (batch, ...)."""
        outputs: dict[str, Any] = self.graph.build_prediction_graph(inputs)
        return outputs

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: a graph is stored as a bundle, or by its weights.

        Raises:
            CallbackError: Always.
        """
        raise CallbackError(
            "a callback can't save the model of a scenario as a whole: the trainer exports it as a bundle to best/ and "
            "export/; `save_weights_only=True` saves its weights"
        )
