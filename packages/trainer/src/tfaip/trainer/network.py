"""What is trained: the graph with all that changes in a step."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from tfaip.model import ModelMetrics
from tfaip.model.tensor_specs import tensor_specs
from tfaip.trainer.train_step import TrainStep

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase
    from tfaip.trainer.params import TrainerParams

__all__ = ["Network"]

logger = logging.getLogger(__name__)


class Network:
    """Model, graph, optimizer and metrics, built and ready to step.

    Args:
        scenario: Whose model.
        params: Optimizer and learning rate.
    """

    def __init__(self, scenario: ScenarioBase[Any, Any], params: TrainerParams) -> None:
        self.model = scenario.create_model()
        self.graph = self.model.build_graph(scenario.data)
        loss_names = self._loss_names(scenario)
        self.train_metrics = ModelMetrics(self.model, loss_names)
        self.val_metrics = ModelMetrics(self.model, loss_names)
        self.optimizer = params.optimizer.create()
        self.optimizer.build(self.graph.trainable_variables)
        self.step = TrainStep(self.model, self.graph, self.train_metrics, self.optimizer, params.learning_rate.create())
        weights = sum(int(np.prod(variable.shape)) for variable in self.graph.trainable_variables)
        logger.info("The graph %s has %s trainable parameters", self.graph.name, f"{weights:,}")

    @property
    def variables(self) -> dict[str, list[Any]]:
        """Every variable that a step changes, by group; dropout's random states are among the graph's."""
        return {"graph": list(self.graph.variables), "optimizer": list(self.optimizer.variables)}

    def _loss_names(self, scenario: ScenarioBase[Any, Any]) -> list[str]:
        """Trace the loss once, which also shows an error in it before anything is written."""
        inputs = tensor_specs(scenario.data.input_layer_specs())
        targets = tensor_specs(scenario.data.target_layer_specs())

        def losses(inputs: Any, targets: Any) -> Any:
            return self.model.losses(inputs, targets, self.graph.build_train_graph(inputs, targets, training=False))

        traced = tf.function(losses, autograph=False).get_concrete_function(inputs, targets)
        return list(traced.structured_outputs)
