"""Losses, metrics and the evaluator's figures on data sets of their own, every few epochs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from tfaip.model.scenario.created import created
from tfaip.pipeline import DataGeneratorParams, Sample
from tfaip.pipeline.hooks import returned
from tfaip.predict import LAVCallback, LAVParams, graph_prediction_function
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.best_model import check_best_log
from tfaip.trainer.run.run_context import RunContext

__all__ = ["LoadAndValidate"]

logger = logging.getLogger(__name__)


class LoadAndValidate(Action):
    """Adds what `LAV` gives for each data set of `lav_gen`, as `lav_l0_*`, `lav_l1_*`.

    It is the same as loading the exported model and validating it: the prediction graph with the weights that would be
    exported. Figures of an evaluator that are no numbers go to TensorBoard, where they are images.
    """

    def __init__(self) -> None:
        self._lav: Any = None
        self._generators: list[DataGeneratorParams] = []
        self._done_in = 0

    def open(self, context: RunContext) -> None:
        """Trace the prediction, if there is anything to validate."""
        params, scenario, state = context.params, context.scenario, context.training_state
        self._generators = list(params.gen.lav_gen()) if params.lav_every_n else []
        if not self._generators:
            return
        # A mistake in the class of the evaluator ends the run now, and not after its first epoch.
        created(scenario, "create_evaluator", scenario.params.evaluator)
        words = _Words(
            lambda sample: state.model.print_evaluate(sample, scenario.data, logger.info),
            limit=scenario.params.print_eval_limit,
        )
        keywords = dict(returned(scenario, "lav_kwargs", scenario.lav_kwargs(), Mapping, "a dict of keyword arguments"))
        callbacks = [
            _Stop(context.check_stop),
            *keywords.pop("callbacks", ()),
            *(() if params.lav_silent else (words,)),
        ]
        cls = returned(scenario, "lav_cls", scenario.lav_cls(), callable, "a class")
        self._lav = cls(
            LAVParams(pipeline=params.gen.setup.val, run_eagerly=params.force_eager),
            scenario,
            graph_prediction_function(state.graph, scenario.data, eager=params.force_eager),
            model=state.model,
            callbacks=callbacks,
            **keywords,
        )

    def begin_stage(self, context: RunContext) -> None:
        """Load and validate the data of the stage, if they are others."""
        if not context.stage.keeps_data:
            self._lav = None
            self.open(context)

    def validate(self, context: RunContext) -> None:
        """Validate, if it is this epoch's turn."""
        params, epoch = context.params, context.epoch
        its_turn = params.lav_every_n and epoch % params.lav_every_n == 0 and epoch >= params.lav_min_epoch
        if its_turn or context.is_last_epoch:
            self.validate_last(context)

    def validate_last(self, context: RunContext) -> None:
        """Validate now, unless this epoch was validated already."""
        if self._lav is None or self._done_in == context.epoch:
            return
        self._done_in = context.epoch
        context.display.note("load and validate")
        with context.training_state.averaged_weights():
            for result in self._lav.run(self._generators):
                context.check_stop()
                context.logs |= {f"lav_{result.name}_{name}": value for name, value in result.logs().items()}
                context.recorders.images(context.epoch, f"lav_{result.name}", result.evaluator)
        check_best_log(context, "lav_")


class _Stop(LAVCallback):
    """Lets a run stop in the middle of a long validation.

    Args:
        check: Raises if it has to.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def on_sample_end(self, sample: Sample) -> None:
        """Stop, if the run has to."""
        del sample
        self._check()


class _Words(LAVCallback):
    """Logs the first samples of each data set in words.

    Args:
        log: Logs a sample.
        limit: Samples at most; -1 for all.
    """

    def __init__(self, log: Callable[[Sample], None], limit: int) -> None:
        self._log = log
        self._limit = limit
        self._logged = 0

    def on_start(self, name: str, generator: DataGeneratorParams) -> None:
        """Begin another data set."""
        self._logged = 0
        logger.info("Load and validate %s", name)

    def on_sample_end(self, sample: Sample) -> None:
        """Log the sample, as far as the limit goes."""
        if self._limit < 0 or self._logged < self._limit:
            self._logged += 1
            self._log(sample)
