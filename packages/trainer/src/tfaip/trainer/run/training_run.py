"""A run from its first epoch, or its checkpoint, to its export."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

import keras
import tensorflow as tf

from tfaip.model import Evaluator, ExportedModel, ScenarioBase, precision_policy
from tfaip.model.command import blamed
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.errors import CheckpointError
from tfaip.trainer.folder.checkpoint import Checkpoint
from tfaip.trainer.folder.growing_files import cut_back
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.history import History
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.recorders.recorder_list import Recorders
from tfaip.trainer.reporting.notebook import in_notebook
from tfaip.trainer.reporting.progress import create_progress
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.run.action_list import ActionList
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.actions.call_keras_callbacks import CallKerasCallbacks
from tfaip.trainer.run.actions.export import ExportBest, ExportEpoch, ExportFinal
from tfaip.trainer.run.actions.load_and_validate import LoadAndValidate
from tfaip.trainer.run.actions.profile import Profile
from tfaip.trainer.run.actions.report import Report, ReportNorms, Summarize
from tfaip.trainer.run.actions.stop_early import StopEarly
from tfaip.trainer.run.actions.validate import Validate
from tfaip.trainer.run.actions.write_checkpoint import WriteCheckpoint
from tfaip.trainer.run.best_model import BestModel, find_best_model
from tfaip.trainer.run.epochs import Epochs
from tfaip.trainer.run.exports import Exports
from tfaip.trainer.run.machine import describe_machine, differences
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.run.run_state import check_run_state
from tfaip.trainer.run.stop_signals import StopRequested, StopSignals
from tfaip.trainer.stages.stages import TrainingStages
from tfaip.trainer.step.training_state import TrainingState
from tfaip.trainer.warm_start.warm_starter import WarmStarter

__all__ = ["TrainingRun"]

logger = logging.getLogger(__name__)


class TrainingRun:
    """One run; a context that closes what it opened.

    Args:
        params: Parameters of the training, with a seed.
        scenario: The scenario that is trained.
        folder: Where the run is written; `None` writes nothing.
        signals: Whether the run has to stop.
        status: The status file, opened.
        callbacks: Keras callbacks.
        actions: Actions of the trainer, beside those of every run; only the chief of several workers does them.
        after_export: Called with each model that was exported.
        strategy: The replicas that share a step; `None` for a single one.
    """

    def __init__(
        self,
        params: TrainerParams,
        scenario: ScenarioBase[Any, Any],
        folder: RunFolder | None,
        signals: StopSignals,
        status: StatusFile,
        callbacks: Sequence[Any] = (),
        actions: Sequence[Action] = (),
        after_export: Callable[[ExportedModel], None] = lambda _: None,
        strategy: Strategy | None = None,
    ) -> None:
        assert params.random_seed is not None
        keras.utils.set_random_seed(params.random_seed)
        with precision_policy(params.device.precision), blamed():
            state = TrainingState(scenario, params, strategy)
        self._params = params
        self._strategy = strategy
        self._process = os.getpid()
        # By their names, nobody could tell that these are better when lower.
        status.note(losses=list(state.train_metrics.loss_names))
        signals.before_exit = lambda: status.end("stopped")
        self._context = RunContext(
            params=params,
            scenario=scenario,
            training_state=state,
            folder=folder,
            status=status,
            recorders=Recorders.of(params, folder),
            best=_best_model(state, params, scenario),
            stages=TrainingStages(params),
            stack=ExitStack(),
            signals=signals,
        )
        self._epochs = Epochs(self._context, strategy)
        # Replicas wait for each other: work beside one of them would hold up all.
        self._exports = Exports(beside=strategy is None), after_export
        self._checkpoint = WriteCheckpoint(self._epochs.state)
        self._actions = ActionList(self._create_actions(callbacks, actions))

    def _create_actions(self, callbacks: Sequence[Any], actions: Sequence[Action]) -> list[Action]:
        stop = StopEarly(EarlyStopping(self._context.params.early_stopping, self._context.best))
        if self._strategy and not self._strategy.is_chief:
            # The chief does what is done once, and tells the others what came of it.
            return [stop, Report(), Summarize()]
        return [
            Profile(),
            Validate(),
            LoadAndValidate(),
            stop,
            Report(),
            ReportNorms(),
            ExportEpoch(*self._exports),
            ExportBest(*self._exports),
            Summarize(),
            ExportFinal(*self._exports),
            CallKerasCallbacks(callbacks),  # the end of the training is told once all models are written
            self._checkpoint,
            *actions,
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        context = self._context
        how = "finished"
        if exc_type is not None:
            how = "stopped" if issubclass(exc_type, KeyboardInterrupt | SystemExit) else "failed"
            context.status.note(step=context.step)
        # Where the disk is full this fails too, for the reason that is on its way already.
        with suppress(*() if exc_type is None else (OSError, tf.errors.OpError)):
            try:
                if os.getpid() == self._process:  # a forked child that unwinds is not the run
                    self._end(how)
            finally:
                context.stack.close()
        if exc_type is None:
            context.status.note(reason=context.stop_reason or "all epochs are done")

    def _end(self, how: str) -> None:
        try:
            self._actions.stopped(self._context, how)
        finally:
            self._context.recorders.close(how)

    def restore(self, checkpoint: Checkpoint | None) -> None:
        """Go back to a checkpoint of this run; without one, start anew.

        Only the chief of several workers has one, and gives what it reads to the others.
        """
        context, state = self._context, self._context.training_state
        stored = self._read(checkpoint) if context.folder else None
        if self._strategy:
            stored = self._strategy.from_chief(stored)
            self._strategy.give_from_chief([v for group in state.variables.values() for v in group])
            self._strategy.spread_random_states(state.graph.variables)
            if not self._strategy.is_chief:
                state.train_metrics.reset()  # what was counted is to be counted once
        if stored is None:
            return
        context.epoch, context.logs = stored["epoch"], stored["logs"]
        self._epochs.restore(stored)
        self._enter_stage(stored["stage"])
        # Where nothing is left to train, nobody else would say it.
        context.status.update(epoch=context.epoch, step=stored["step"])
        context.restore_best(stored["best"])
        self._actions.restore(context, stored["actions"])
        for changed in differences(stored["machine"], describe_machine()):
            logger.warning("Not all values may be exactly as without the stop, since this differs: %s", changed)
        logger.info("Resuming after step %d, in epoch %d", stored["step"], context.epoch + 1)

    def _enter_stage(self, stored: dict[str, int] | None) -> None:
        """Go on in the stage of the checkpoint; a run that had no stages before is in the first one."""
        stages = self._context.stages
        number, begin = (stored["number"], stored["begin"]) if stored else (1, 0)
        if not 1 <= number <= len(stages):
            raise CheckpointError(
                f"the checkpoint was written in stage {number}, but trainer.stages has only {len(stages)}; "
                "a run that is resumed keeps the stages that it has begun"
            )
        self._context.enter_stage(number, begin)

    def _read(self, checkpoint: Checkpoint | None) -> dict[str, Any] | None:
        context, folder = self._context, self._context.folder
        assert folder is not None
        if checkpoint is None:
            logger.warning("%s has no checkpoint yet, the run starts anew", folder.path)
            cut_back(folder.path, folder.growing_files, {})
            return None
        logger.info("Reading %s", checkpoint.path)
        stored = check_run_state(checkpoint.state(), checkpoint.path)
        checkpoint.restore(context.training_state.variables)
        cut_back(folder.path, folder.growing_files, stored["sizes"])
        return stored

    def warm_start(self, starter: WarmStarter) -> None:
        """Begin with stored weights, of which the average begins too."""
        state = self._context.training_state
        starter.load(state.graph)
        state.restart_average()

    def run(self) -> History:
        """Train the epochs that are left and return their history.

        Raises:
            KeyboardInterrupt, SystemExit: The run was stopped by SIGINT or SIGTERM, and can be resumed.
        """
        context = self._context
        with create_progress(self._params, context.history) as context.display:
            if context.folder:
                context.recorders.open(context.folder, self._params, is_resumed=context.step > 0)
            self._warn_if_nothing_is_kept()
            if not context.is_last_epoch:
                try:
                    self._epochs.train(self._actions)
                except StopRequested:
                    self._stop()
                    raise context.signals.error() from None
            if context.stop_reason:
                ended = f"epoch {context.epoch} of {context.epochs}"
                logger.info("The training ends after %s: %s", ended, context.stop_reason)
            self._actions.after_training(context)
            self._warn_if_nothing_is_kept()
        return self._history()

    def _warn_if_nothing_is_kept(self) -> None:
        if self._context.params.output_dir is None:
            logger.warning("Nothing of this training is kept; --trainer.output_dir FOLDER keeps models and logs")

    def _history(self) -> History:
        context = self._context
        history, best, folder = context.history, context.best, context.folder
        history.update(context.logs)
        history.best_epoch, history.best_log, history.best_value = best.epoch, best.log, best.value
        if folder:
            history.best = folder.best if folder.best.is_dir() else None
            history.export = folder.export if folder.export.is_dir() else None
        return history

    def _stop(self) -> None:
        """Write a checkpoint after the last step, and log the command to resume."""
        context = self._context
        self._epochs.end_workers()
        if self._strategy and not self._strategy.is_chief:
            logger.warning("Stopped, with all workers; the chief writes the checkpoint")
        elif context.folder and context.folder.replaces_run and not context.step:
            logger.warning("Stopped before the first step")  # which is no reason to lose the run that it would replace
        elif context.folder and context.params.write_checkpoints:
            self._checkpoint.write(context, self._epochs.last_state())
            # In a notebook the trainer is at hand.
            command = "trainer.resume()" if in_notebook() else context.folder.resume_command(context.scenario)
            logger.warning("Stopped. Go on with: %s", command)
        else:
            logger.warning("Stopped; there is no checkpoint to go on from, since none are written")


def _best_model(state: TrainingState, params: TrainerParams, scenario: ScenarioBase[Any, Any]) -> BestModel:
    # The base class of evaluators has no results. The results of others have no names before the evaluator has run.
    figures = () if scenario.evaluator_cls() is Evaluator else None
    names = state.train_metrics.names, state.val_metrics.names
    return find_best_model(state.model, params, *names, figures)
