"""A run: epochs of training, with actions around the steps."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import keras
import tensorflow as tf

from tfaip.model import Evaluator, precision_policy
from tfaip.model.command import blamed
from tfaip.model.runtime.autograph_files import remove_autograph_files
from tfaip.model.summary import summary_text
from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.folder.growing_files import cut_back, sizes
from tfaip.trainer.loop.training_data import TrainingData
from tfaip.trainer.loop.training_loop import create_training_loop
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.progress import create_progress
from tfaip.trainer.reporting.tensorboard import TensorBoardWriter
from tfaip.trainer.run.actions.call_keras_callbacks import CallKerasCallbacks
from tfaip.trainer.run.actions.decisions import AdaptLearningRate, ChooseBest, StopEarly
from tfaip.trainer.run.actions.export import ExportBest, ExportFinal
from tfaip.trainer.run.actions.load_and_validate import LastLoadAndValidate, LoadAndValidate
from tfaip.trainer.run.actions.profile import Profile
from tfaip.trainer.run.actions.record_params import RecordParams
from tfaip.trainer.run.actions.report import Report, ReportNorms, Summarize
from tfaip.trainer.run.actions.share_logs import ShareLogs
from tfaip.trainer.run.actions.validate import Validate
from tfaip.trainer.run.actions.write_checkpoint import WriteCheckpoint
from tfaip.trainer.run.best_model import BestModel, find_best_model
from tfaip.trainer.run.machine import describe_machine, differences
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.run.run_state import check_run_state
from tfaip.trainer.run.stop_signals import StopRequested
from tfaip.trainer.schedules.notes import schedule_notes
from tfaip.trainer.step.not_finite import not_finite_error
from tfaip.trainer.step.training_state import Network

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase
    from tfaip.trainer.distribution.strategy import Strategy
    from tfaip.trainer.errors import TrainingError
    from tfaip.trainer.folder.checkpoint import Checkpoint
    from tfaip.trainer.folder.run_folder import RunFolder
    from tfaip.trainer.params import TrainerParams
    from tfaip.trainer.reporting.status_file import StatusFile
    from tfaip.trainer.run.actions.action import Action
    from tfaip.trainer.run.stop_signals import StopSignals
    from tfaip.trainer.warm_start.warm_starter import WarmStarter

__all__ = ["TrainingRun"]

logger = logging.getLogger(__name__)


class TrainingRun:
    """One run from its first epoch, or its checkpoint, to its export; a context that closes what it opened.

    Args:
        params: Parameters of the training, with a seed.
        scenario: What is trained.
        folder: Where the run is written; `None` writes nothing.
        signals: Whether the run has to stop.
        status: The status file, opened.
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
        strategy: Strategy | None = None,
    ) -> None:
        assert params.random_seed is not None
        keras.utils.set_random_seed(params.random_seed)
        with precision_policy(params.device.precision), blamed():
            network = Network(scenario, params, strategy)
        self._strategy = strategy
        # By their names, nobody could tell that these are better when lower.
        status.note(losses=list(network.train_metrics.loss_names))
        signals.before_exit = lambda: status.end("stopped")
        self._context = RunContext(
            params=params,
            scenario=scenario,
            network=network,
            folder=folder,
            status=status,
            tensorboard=TensorBoardWriter(folder.events if folder else None),
            best=_best_model(network, params, scenario),
            stack=ExitStack(),
            signals=signals,
        )
        self._context.stack.callback(self._context.tensorboard.close)
        self._train_loop = create_training_loop(network.step, params, strategy, lambda: signals.number)
        self._checkpoint = WriteCheckpoint(self._state)
        # Several workers stop after the same step.
        self._share = ShareLogs(strategy) if strategy and strategy.workers > 1 else None
        self._actions = self._create_actions(callbacks)
        self._samples_per_epoch: int | None = None
        # What a checkpoint held of the data and of the epoch that it was written in.
        self._pipeline_state: dict[str, Any] | None = None
        self._counts: dict[str, Any] | None = None
        # Where the run stood after the last step of an epoch, while the actions after it go on.
        self._after_steps: dict[str, Any] | None = None

    def _create_actions(self, callbacks: Sequence[Any]) -> list[Action]:
        """What is done beside the steps, in this order: each action sees what those before it have done."""
        if self._strategy and not self._strategy.is_chief:
            # The chief does what is done once, and tells the others what came of it.
            stop = StopEarly(EarlyStopping(self._context.params.early_stopping, self._context.best))
            return [
                *([self._share] if self._share else []),
                ChooseBest(self._context.best),
                stop,
                AdaptLearningRate(),
                Report(),
                Summarize(),
            ]
        return [
            RecordParams(),
            Profile(),
            Validate(),
            lav := LoadAndValidate(),
            CallKerasCallbacks(callbacks),
            *([self._share] if self._share else []),
            ChooseBest(self._context.best),
            StopEarly(EarlyStopping(self._context.params.early_stopping, self._context.best)),
            LastLoadAndValidate(lav),
            AdaptLearningRate(),
            Report(),
            ReportNorms(),
            ExportBest(),
            Summarize(),
            ExportFinal(),
            self._checkpoint,
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        context = self._context
        if exc_type is None:
            context.stack.close()
            context.status.note(reason=context.stop_reason or "all epochs are done")
            return
        context.status.note(step=context.step)
        # Where the disk is full this fails too, for the reason that is on its way already.
        with suppress(OSError, tf.errors.OpError):
            context.stack.close()

    def restore(self, checkpoint: Checkpoint | None) -> None:
        """Go back to a checkpoint of this run; without one, start anew.

        Only the chief of several workers has one, and gives what it reads to the others.
        """
        context, network = self._context, self._context.network
        state = self._read(checkpoint) if context.folder else None
        if self._strategy:
            state = self._strategy.from_chief(state)
            self._strategy.give_from_chief([v for group in network.variables.values() for v in group])
            self._strategy.spread_random_states(network.graph.variables)
            if not self._strategy.is_chief:
                network.train_metrics.reset()  # what was counted is to be counted once
        if state is None:
            return
        context.epoch, context.logs = state["epoch"], state["logs"]
        self._pipeline_state, self._samples_per_epoch = state["pipeline"], state["samples_per_epoch"]
        self._counts = state["counts"]
        # Where nothing is left to train, nobody else would say it.
        context.status.update(epoch=context.epoch, step=state["step"])
        for action in self._actions:
            if action.name in state["actions"]:
                action.restore(context, state["actions"][action.name])
        for changed in differences(state["machine"], describe_machine()):
            logger.warning("Not all values may be exactly as without the stop, since this differs: %s", changed)
        logger.info("Resuming after step %d, in epoch %d", state["step"], context.epoch + 1)

    def _read(self, checkpoint: Checkpoint | None) -> dict[str, Any] | None:
        context, folder = self._context, self._context.folder
        assert folder is not None
        if checkpoint is None:
            logger.warning("%s has no checkpoint yet, the run starts anew", folder.path)
            cut_back(folder.path, folder.growing_files, {})
            return None
        logger.info("Reading %s", checkpoint.path)
        state = checkpoint.state()
        check_run_state(state, checkpoint.path)
        checkpoint.restore(context.network.variables)
        cut_back(folder.path, folder.growing_files, state["sizes"])
        return state

    def warm_start(self, starter: WarmStarter) -> None:
        """Begin with stored weights, of which the average begins too."""
        network = self._context.network
        starter.load(network.graph)
        network.restart_average()

    def run(self) -> dict[str, float]:
        """Train the epochs that are left and return the logs of the last one.

        Raises:
            KeyboardInterrupt, SystemExit: The run was stopped by SIGINT or SIGTERM, and can be resumed.
        """
        context = self._context
        with create_progress(context.params.progress, context.params.lines_every) as context.progress:
            if not context.is_last_epoch:
                self._train()
            if context.stop_reason:
                ended = f"epoch {context.epoch} of {context.params.epochs}"
                logger.info("The training ends after %s: %s", ended, context.stop_reason)
            for action in self._actions:
                action.end(context)
        return context.logs

    def _train(self) -> None:
        context = self._context
        shard = (self._strategy.index, self._strategy.workers) if self._strategy else (0, 1)
        with blamed():
            self._data = context.stack.enter_context(
                TrainingData(context.params, context.scenario, self._pipeline_state, shard)
            )
        # As asked for, counted in the epoch before, or told by the generator.
        size = self._data.size
        self._samples_per_epoch = size.limit or self._samples_per_epoch or size.known
        with blamed():
            for action in self._actions:
                action.open(context)
        # Not before it is sure that there is data: the message of a mistake is to stand alone.
        if logger.isEnabledFor(logging.INFO):
            network = context.network
            logger.info("The graph:\n%s", summary_text(network.graph, network.model, context.scenario.data))
        if context.epoch == 0 and self._counts is None and (self._strategy is None or self._strategy.is_chief):
            for note in schedule_notes(context.network.schedule, size):
                logger.warning(note)
        try:
            while not context.is_last_epoch:
                self._run_epoch()
        except StopRequested:
            self._stop()
            raise context.signals.error() from None

    def _stop(self) -> None:
        """Write a checkpoint of where the last step has led, and say how to go on."""
        context = self._context
        if self._share:
            self._share.stop(context)
            if context.in_epoch and self._strategy:
                self._strategy.add_up(context.network.train_metrics.variables)
        if self._strategy and not self._strategy.is_chief:
            logger.warning("Stopped, with all workers; the chief writes the checkpoint")
        elif context.folder and context.folder.replaces_run and not context.step:
            logger.warning("Stopped before the first step")  # which is no reason to lose the run that it would replace
        elif context.folder and context.params.write_checkpoints:
            self._checkpoint.write(context, self._after_steps or self._state())
            logger.warning("Stopped. Go on with: %s", context.folder.resume_command(context.scenario))
        else:
            logger.warning("Stopped; there is no checkpoint to go on from, since none are written")

    def _run_epoch(self) -> None:
        context = self._context
        self._start_epoch()
        while not context.epoch_is_trained:
            self._make_steps()
        if context.folder:
            self._after_steps = self._state()
        context.in_epoch = context.epoch_is_trained = False
        context.epoch += 1
        context.logs = dict(context.shown.logs())
        for action in self._actions:
            with context.benchmark.timed(action.name):
                action.after_epoch(context)
        context.benchmark.end_epoch(context.shown)
        self._after_steps = None
        remove_autograph_files()  # losses and layers of users may have made some
        context.status.update(epoch=context.epoch, step=context.step)

    def _start_epoch(self) -> None:
        """Begin an epoch, or go on with the one in which the checkpoint was written."""
        context, network = self._context, self._context.network
        context.in_epoch = True
        context.shown = EpochProgress(
            context.epoch + 1,
            context.params.epochs,
            self._samples_per_epoch,
            read_logs=lambda: {**network.train_metrics.result(), "lr": network.step.learning_rate},
            beside=context.benchmark.beside,
        )
        counts, self._counts = self._counts, None
        if counts and self._data.starts_anew and not counts["trained"]:
            counts = None
        if counts:
            context.shown.add(counts["steps"], counts["samples"], counts["seconds"], counts["waited"])
            context.epoch_is_trained = counts["trained"]
        else:
            network.train_metrics.reset()
            network.step.start_epoch(context.epoch, self._samples_per_epoch or self._data.size.generated)
        for action in self._actions:
            action.before_epoch(context)

    def _make_steps(self) -> None:
        """Make the steps of one call; an epoch ends with the pass over the data, or once its samples are reached."""
        context, shown = self._context, self._context.shown
        if not self._share:
            context.check_stop()
        limit = self._data.size.limit
        steps = [steps for action in self._actions if (steps := action.steps_to_call(context)) is not None]
        with self._data.errors():
            call = self._train_loop(
                self._data.iterator,
                max_samples=limit - shown.samples if limit else None,
                max_steps=min(steps, default=None),
            )
        if call.stop:
            context.signals.receive(call.stop)
            raise StopRequested
        self._data.batches += call.batches
        if not call.finite:
            raise self._not_finite_error()
        shown.add(call.steps, call.samples, call.seconds, call.waited)
        context.progress.show(shown)
        context.status.update(epoch=context.epoch, step=context.step, eta=shown.eta)
        context.epoch_is_trained = shown.samples >= limit if limit else call.ended
        if context.epoch_is_trained:
            context.network.step.end_epoch()
            if self._strategy:
                self._strategy.add_up(context.network.train_metrics.variables)
        if context.epoch_is_trained and limit is None:
            # What the pass really held: samples may have been dropped on the way, or their number not known before.
            self._samples_per_epoch = shown.samples
        for action in self._actions:
            action.after_call(context)

    def _not_finite_error(self) -> TrainingError:
        context = self._context
        return not_finite_error(context.network, context.step + 1, *self._data.last_batch())

    def _state(self) -> dict[str, Any]:
        """Where the run stands between two calls or after an epoch, as plain JSON."""
        context, folder = self._context, self._context.folder
        assert folder is not None
        context.tensorboard.flush()  # whose size is to be that of all that was written
        counts = None
        if context.in_epoch:
            shown = context.shown
            counts = {name: getattr(shown, name) for name in ("steps", "samples", "seconds", "waited")}
            counts["trained"] = context.epoch_is_trained
        return {
            "epoch": context.epoch,
            "step": context.step,
            "logs": context.logs,
            "counts": counts,
            "pipeline": self._data.state(),
            "samples_per_epoch": self._samples_per_epoch,
            "actions": {action.name: state for action in self._actions if (state := action.state())},
            "sizes": sizes(folder.path, folder.growing_files),
            "machine": describe_machine(),
        }


def _best_model(network: Network, params: TrainerParams, scenario: ScenarioBase[Any, Any]) -> BestModel:
    # The base class of evaluators has no figures; those of others have no names before they have run.
    figures = () if scenario.evaluator_cls() is Evaluator else None
    names = network.train_metrics.names, network.val_metrics.names
    return find_best_model(network.model, params, *names, figures)
