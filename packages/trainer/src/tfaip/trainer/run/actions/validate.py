"""Validation every few epochs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from tfaip.model import Evaluator, ScenarioBase
from tfaip.model.scenario.created import created
from tfaip.pipeline import DataPipeline, InputDataset, PipelineMode
from tfaip.pipeline.errors import StateError
from tfaip.pipeline.hooks import call_user_code
from tfaip.trainer.loop.input_batches import pipeline_errors
from tfaip.trainer.loop.training_data import BATCHES_AHEAD
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.best_model import check_best_log
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.run.validation import PrintedSamples, Validation

__all__ = ["Validate"]

logger = logging.getLogger(__name__)


class Validate(Action):
    """Adds the logs of the validation data, as `val_*`; nothing where there is no such data."""

    def __init__(self) -> None:
        self._validation: Validation | None = None
        self._place: dict[str, Any] = {}
        self._stack = ExitStack()

    def open(self, context: RunContext) -> None:
        """Open the validation data."""
        if context.params.gen.validation_samples() is None:
            return
        # TensorFlow must let go of the iterator while Python still runs, since its finalizer calls into it.
        context.stack.callback(self._close)
        self._open(context)

    def begin_stage(self, context: RunContext) -> None:
        """Open the validation data of the stage, if they are others."""
        if self._validation and not context.stage.keeps_data:
            self._validation.let_go()
            self._stack.close()
            self._place = {}
            self._open(context)

    def _open(self, context: RunContext) -> None:
        params, data = context.params, context.scenario.data
        val_gen = params.gen.validation_samples()
        assert val_gen is not None
        # A mistake in one of these classes ends the run now, and not after its first epoch.
        for processor in data.params.post_proc.flatten():
            processor.cls()
        if params.evaluate_validation:
            created(context.scenario, "create_evaluator", context.scenario.params.evaluator)
        seed = params.random_seed or 0
        pipeline = data.create_pipeline(PipelineMode.EVALUATION, params.gen.setup.val, val_gen, seed=seed)
        if params.preload_data:
            pipeline = pipeline.as_preloaded()
        self._data = self._stack.enter_context(self._dataset(pipeline))
        samples = iter(self._data.dataset.prefetch(BATCHES_AHEAD))
        printed = PrintedSamples(context.training_state.model, data, context.scenario.params.print_eval_limit)
        if self._validation:
            self._validation.go_on_with(samples, pipeline, printed)
            return
        self._validation = Validation(
            context.training_state,
            samples,
            pipeline,
            printed,
            create_evaluator=self._evaluator_of(context.scenario) if params.evaluate_validation else None,
            eager=params.force_eager,
            between_calls=context.check_stop,
        )

    def validate(self, context: RunContext) -> None:
        """Validate, if it is this epoch's turn or the last epoch of a stage."""
        if self._validation and (context.epoch % context.params.val_every_n == 0 or context.stage_ends):
            context.display.note("validating")
            if context.callbacks:
                call_user_code(context.callbacks.on_test_begin)
            with pipeline_errors(self._data), context.training_state.averaged_weights():
                context.logs |= {f"val_{name}": value for name, value in self._validation.run().items()}
            self._place = self._data.state(self._validation.batches)
            context.recorders.images(context.epoch, "validation", self._validation.figures)
            check_best_log(context, "val_")
            if context.callbacks:
                logs = {name: value for name, value in context.logs.items() if name.startswith("val_")}
                call_user_code(
                    context.callbacks.on_test_end, {name.removeprefix("val_"): value for name, value in logs.items()}
                )

    def state(self) -> dict[str, Any]:
        """Return the place in the validation data, whose random numbers are others in each pass."""
        return self._place

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Go on there."""
        self._place = dict(state)

    def _evaluator_of(self, scenario: ScenarioBase[Any, Any]) -> Callable[[], Evaluator[Any]]:
        return lambda: created(scenario, "create_evaluator", scenario.params.evaluator)

    def _dataset(self, pipeline: DataPipeline) -> InputDataset:
        try:
            return pipeline.input_dataset(repeat=True, with_meta=True, state=self._place or None)
        except StateError as error:
            logger.warning("The validation data has changed: %s", error)
            return pipeline.input_dataset(repeat=True, with_meta=True)

    def _close(self) -> None:
        self._validation = None
        self._stack.close()
