"""The epochs of a run: steps, and after them the actions, phase by phase."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from tfaip.model.command import blamed
from tfaip.model.runtime.autograph_files import remove_autograph_files
from tfaip.model.summary import summary_text
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.folder.growing_files import sizes
from tfaip.trainer.loop.training_data import TrainingData
from tfaip.trainer.loop.training_loop import create_training_loop
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.run.action_list import ActionList
from tfaip.trainer.run.machine import describe_machine
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.run.share_logs import ShareLogs
from tfaip.trainer.run.stop_signals import StopRequested
from tfaip.trainer.schedules.notes import schedule_notes
from tfaip.trainer.step.not_finite import not_finite_error

__all__ = ["Epochs"]

logger = logging.getLogger(__name__)

COUNTS = ("steps", "samples", "seconds", "waited")


class Epochs:
    """Trains one epoch after the other, and knows the position of the run between two calls of the loop.

    Args:
        context: The state that the actions share; it says when the last epoch is done.
        strategy: The replicas that share a step; `None` for a single one.
    """

    def __init__(self, context: RunContext, strategy: Strategy | None) -> None:
        self._context = context
        self._strategy = strategy
        # Several workers stop after the same step.
        self._share = ShareLogs(strategy) if strategy and strategy.workers > 1 else None
        state = context.training_state
        self._loop = create_training_loop(state.step, context.params, strategy, lambda: context.signals.number)
        self._data_stack = ExitStack()
        self._is_open = False
        self._samples_per_epoch: int | None = None
        # The checkpoint's state of the data and of its epoch.
        self._pipeline_state: dict[str, Any] | None = None
        self._counts: dict[str, Any] | None = None
        self._has_compiled = False
        # Where the run stood after the last step of an epoch, while the actions after it go on.
        self._after_steps: dict[str, Any] | None = None

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._pipeline_state, self._counts = stored["pipeline"], stored["counts"]
        self._samples_per_epoch = stored["samples_per_epoch"]

    def train(self, actions: ActionList) -> None:
        """Train the epochs that are left.

        Raises:
            StopRequested: The run has to stop.
        """
        context = self._context
        self._actions = actions
        context.stack.callback(self._close_data)
        if not context.stage_ends:
            self._open_data()
        with blamed():
            self._require_log_of_schedule()
            actions.open(context)
        # Not before it is sure that there is data: the message of a mistake is to stand alone.
        state = context.training_state
        if logger.isEnabledFor(logging.INFO):
            logger.info("The graph:\n%s", summary_text(state.graph, state.model, context.scenario.data))
        if context.epoch == 0 and self._counts is None and (self._strategy is None or self._strategy.is_chief):
            for note in schedule_notes(state.schedule, self._data.size):
                logger.warning(note)
        while not context.is_last_epoch:
            if context.stage_ends:
                self._begin_next_stage()
            self._start_epoch()
            while not context.epoch_is_trained:
                self._make_steps()
            if context.folder:
                self._after_steps = self.state()
            self._end_epoch()
            self._after_steps = None

    def _open_data(self) -> None:
        context = self._context
        shard = (self._strategy.index, self._strategy.workers) if self._strategy else (0, 1)
        with blamed():
            data = TrainingData(context.params, context.scenario, self._pipeline_state, shard)
            self._data = self._data_stack.enter_context(data)
        self._pipeline_state, self._is_open = None, True
        # As asked for, counted in the epoch before, or told by the generator.
        self._samples_per_epoch = data.size.limit or self._samples_per_epoch or data.size.known

    def _close_data(self) -> None:
        self._data_stack.close()
        self._is_open = False

    def _begin_next_stage(self) -> None:
        """Go on with the parameters of the next stage: the weights, the optimizer and the averages stay."""
        context, former = self._context, self._context.stage
        if context.stage_stop_reason:
            ended = f"The stage {former.name} ends after epoch {context.epoch}"
            logger.info("%s: %s", ended, context.stage_stop_reason)
        context.enter_stage(former.number + 1, context.epoch)
        stage, last = context.stage, context.epoch + context.stage.params.epochs
        differs = ", ".join(stage.changes) or "nothing"
        number = f"{stage.number} of {len(context.stages)} ({stage.name})"
        logger.info("Stage %s: epochs %d to %d, differs from the run in %s", number, context.epoch + 1, last, differs)
        if not stage.keeps_data:
            self._pipeline_state = None
            self._samples_per_epoch = None
            self._close_data()
        elif stage.params.samples_per_epoch != former.params.samples_per_epoch:
            self._samples_per_epoch = None
        if not stage.keeps_data or not self._is_open:
            self._open_data()
        else:
            self._data.count_epochs(stage.params)
            size = self._data.size
            self._samples_per_epoch = size.limit or self._samples_per_epoch or size.known
        with blamed():
            self._actions.begin_stage(context)

    def end_workers(self) -> None:
        """Let all workers stop after the same step, once this one has to stop."""
        context = self._context
        if self._share:
            self._share.stop(context)
            if context.in_epoch and self._strategy:
                self._strategy.add_up(context.training_state.train_metrics.variables)

    def last_state(self) -> dict[str, Any]:
        """Return the result of the last step; later work of actions will be done again."""
        return self._after_steps or self.state()

    def state(self) -> dict[str, Any]:
        """Return where the run stands between two calls or after an epoch, as plain JSON."""
        context, folder = self._context, self._context.folder
        assert folder is not None
        context.recorders.flush()  # the size of a file is to be that of all that was written
        counts = None
        if context.in_epoch:
            counts = {name: getattr(context.epoch_progress, name) for name in COUNTS}
            counts["trained"] = context.epoch_is_trained
        return {
            "epoch": context.epoch,
            "step": context.step,
            "logs": context.logs,
            "counts": counts,
            "pipeline": self._data.state(),
            "samples_per_epoch": self._samples_per_epoch,
            "best": context.best.state(),
            "stage": {"number": context.stage.number, "begin": context.stage_begin},
            "actions": self._actions.states(),
            "sizes": sizes(folder.path, folder.growing_files),
            "machine": describe_machine(),
        }

    def _require_log_of_schedule(self) -> None:
        context, state = self._context, self._context.training_state
        names = list(state.train_metrics.names)
        if context.params.gen.validation_samples() is not None:
            names += [f"val_{name}" for name in state.val_metrics.names]
        state.schedule.require_logs(names)

    def _start_epoch(self) -> None:
        """Begin an epoch, or go on with the one in which the checkpoint was written."""
        context, state = self._context, self._context.training_state
        context.in_epoch = True
        context.epoch_progress = EpochProgress(
            context.epoch + 1,
            context.epochs,
            self._samples_per_epoch,
            read_logs=lambda: {**state.train_metrics.result(), "lr": state.step.learning_rate},
            beside=context.benchmark.beside,
            stage=context.stage.name,
            compiles=not self._has_compiled,
        )
        counts, self._counts = self._counts, None
        if counts and self._data.starts_anew and not counts["trained"]:
            counts = None
        if counts:
            context.epoch_progress.restore(*(counts[name] for name in COUNTS))
            context.epoch_is_trained = counts["trained"]
        else:
            state.train_metrics.reset()
            state.step.start_epoch(context.epoch, self._samples_per_epoch or self._data.size.generated)
        self._actions.before_epoch(context)

    def _make_steps(self) -> None:
        """Make the steps of one call. An epoch ends with the pass over the data, or after its number of samples."""
        context, progress = self._context, self._context.epoch_progress
        if not self._share:
            context.check_stop()
        limit = self._data.size.limit
        with self._data.errors():
            call = self._loop(
                self._data.iterator,
                max_samples=limit - progress.samples if limit else None,
                max_steps=self._actions.steps_to_call(context),
            )
        if call.stop:
            context.signals.receive(call.stop)
            raise StopRequested
        self._has_compiled = True
        self._data.batches += call.batches
        if not call.finite:
            raise not_finite_error(context.training_state, context.step + 1, *self._data.last_batch())
        progress.add(call.steps, call.samples, call.seconds, call.waited)
        context.display.show(progress)
        context.status.update(epoch=context.epoch, step=context.step, eta=progress.eta)
        context.epoch_is_trained = progress.samples >= limit if limit else call.ended
        if context.epoch_is_trained:
            context.training_state.step.end_epoch()
            if self._strategy:
                self._strategy.add_up(context.training_state.train_metrics.variables)
        if context.epoch_is_trained and limit is None:
            # The real length of the pass: samples may have been dropped on the way, or their number not known before.
            self._samples_per_epoch = progress.samples
        self._actions.after_call(context)
        if self._share:
            self._share.after_call(context)

    def _end_epoch(self) -> None:
        """Let the actions do what follows an epoch, phase by phase."""
        context, actions = self._context, self._actions
        context.in_epoch = context.epoch_is_trained = False
        context.epoch += 1
        context.logs = dict(context.epoch_progress.logs())
        actions.do("validate", context)
        actions.do("observe", context)
        if self._share:
            with context.benchmark.timed("share_logs"):
                self._share.share(context)
        context.choose_best()
        actions.do("decide", context)
        if context.is_last_epoch:
            actions.do("validate_last", context)
        context.training_state.schedule.end_epoch(context.logs)
        for phase in ("report", "export", "checkpoint"):
            actions.do(phase, context)
        context.benchmark.end_epoch(context.epoch_progress)
        remove_autograph_files()  # losses and layers of users may have made some
        context.status.update(epoch=context.epoch, step=context.step)
