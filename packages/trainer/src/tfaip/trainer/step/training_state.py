"""The state of the training: the graph and all else that changes in a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import keras

from tfaip.model import ModelBase, ScenarioBase
from tfaip.model.class_weight import ClassWeight
from tfaip.model.model_metrics import build_metrics
from tfaip.model.scenario.created import created
from tfaip.model.tensorboard import Recorder
from tfaip.pipeline import DataBase
from tfaip.trainer.distribution.distributed_step import DistributedTrainStep
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.stages.stages import TrainingStages
from tfaip.trainer.step.ema import ExponentialMovingAverage
from tfaip.trainer.step.gradient_accumulation import GradientAccumulation
from tfaip.trainer.step.input_gradient_penalty import InputGradientPenalty
from tfaip.trainer.step.layers import freeze
from tfaip.trainer.step.norms import GradientNorms
from tfaip.trainer.step.train_step import TrainStep

__all__ = ["TrainingState", "class_weight_of"]


class TrainingState:
    """Model, graph, optimizer and metrics, built and ready to step.

    Args:
        scenario: Whose model.
        params: Optimizer, learning rate and the other parts of a step.
        strategy: The replicas that share a step; `None` for a single one.
    """

    def __init__(
        self, scenario: ScenarioBase[Any, Any], params: TrainerParams, strategy: Strategy | None = None
    ) -> None:
        self.model = created(scenario, "create_model")
        self.model.class_weight = class_weight_of(params, self.model, scenario.data)
        self.graph = self.model.build_graph(scenario.data)
        frozen = freeze(self.graph, params.no_train_scope) if params.no_train_scope else []
        self.val_recorder = Recorder()
        self.train_metrics, self.val_metrics = build_metrics(self.model, self.graph, scenario.data)
        if strategy:
            strategy.mirror(self.graph.variables)
        with strategy.scope() if strategy else nullcontext():
            self._build_step(scenario, params, strategy, {weight.path for weight in frozen})

    def _build_step(
        self, scenario: ScenarioBase[Any, Any], params: TrainerParams, strategy: Strategy | None, frozen: set[str]
    ) -> None:
        trained = self.graph.trainable_variables
        self.optimizer = _scale_loss_in_half_precision(params.optimizer.create(trained), trained)
        # Frozen weights are their own average. Weights that layers update themselves (batch normalisation) are not.
        averaged = [weight for weight in self.graph.weights if weight.path not in frozen]
        self._average = (
            ExponentialMovingAverage(averaged, params.ema_decay, has_replicas=strategy is not None)
            if params.ema_decay
            else None
        )
        self._is_averaged = False
        self.gradient_norms = GradientNorms(trained) if params.log_gradients else None
        self.schedule = TrainingStages(params).schedule()
        batches = params.train_accum_steps
        create = partial(DistributedTrainStep, strategy) if strategy else TrainStep
        self.step = create(
            self.model,
            self.graph,
            self.train_metrics,
            self.optimizer,
            self.schedule,
            accumulation=GradientAccumulation(trained, batches) if batches > 1 else None,
            average=self._average,
            norms=self.gradient_norms,
            penalty=self._penalty(scenario),
            check_finite=params.stop_on_nan,
        )

    @property
    def variables(self) -> dict[str, list[Any]]:
        """Every variable that a step changes, by group; dropout's random states are among the graph's."""
        return {
            "graph": list(self.graph.variables),
            "optimizer": list(self.optimizer.variables),
            "step": self.step.variables,
            "average": self._average.variables if self._average else [],
            "schedule": self.schedule.variables,
            "metrics": self.train_metrics.variables,
        }

    @contextmanager
    def averaged_weights(self) -> Iterator[None]:
        """Put the average in the place of the weights within the context; without an average, change nothing.

        Evaluation and export of the network happen in this context. It may be nested; the weights are as before, bit by
        bit, when the outermost one ends.
        """
        if self._average is None or self._is_averaged:
            yield
            return
        self._average.swap()
        self._is_averaged = True
        try:
            yield
        finally:
            self._average.swap()
            self._is_averaged = False

    def restart_average(self) -> None:
        """Let the average begin with the present weights; to be called once others were loaded."""
        if self._average:
            self._average.restart()

    def _penalty(self, scenario: ScenarioBase[Any, Any]) -> InputGradientPenalty | None:
        params = scenario.params
        if not params.input_gradient_regularization:
            return None
        return InputGradientPenalty(self.graph, scenario.data, params.input_gradient_h, params.input_gradient_lambda)


def class_weight_of(params: TrainerParams, model: ModelBase[Any], data: DataBase[Any]) -> ClassWeight | None:
    """Return the class weights of a training, `None` where there are none."""
    if not params.class_weight:
        return None
    return ClassWeight(
        params.class_weight,
        data.target_layer_specs(),
        target=params.class_weight_target,
        class_names=model.class_names(),
        losses=params.class_weight_losses,
    )


def _scale_loss_in_half_precision(optimizer: Any, variables: Sequence[Any]) -> Any:
    """Wrap `optimizer`, built on `variables`, so that it scales the loss, if layers compute in float16.

    Gradients that are too small for float16 would be zero otherwise; bfloat16 has float32's range and needs nothing.
    """
    if keras.config.dtype_policy().compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(list(variables))
    return optimizer


# The name of version 0.1.
Network = TrainingState
