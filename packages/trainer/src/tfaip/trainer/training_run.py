"""A run: epochs of training, with actions around the steps."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import keras

from tfaip.model import precision_policy
from tfaip.pipeline import PipelineMode
from tfaip.trainer.actions.adapt_learning_rate import AdaptLearningRate
from tfaip.trainer.actions.choose_best import ChooseBest
from tfaip.trainer.actions.export_best import ExportBest
from tfaip.trainer.actions.export_final import ExportFinal
from tfaip.trainer.actions.load_and_validate import LastLoadAndValidate, LoadAndValidate
from tfaip.trainer.actions.report import Report
from tfaip.trainer.actions.stop_early import StopEarly
from tfaip.trainer.actions.summarize import Summarize
from tfaip.trainer.actions.validate import Validate
from tfaip.trainer.actions.write_checkpoint import WriteCheckpoint
from tfaip.trainer.best_model import BestModel
from tfaip.trainer.checkpoint import Checkpoints
from tfaip.trainer.compiled_loop import CompiledLoop
from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.growing_files import cut_back, sizes
from tfaip.trainer.network import Network
from tfaip.trainer.pipeline_errors import pipeline_errors
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.progress import create_progress
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.reporting.tensorboard import TensorBoardWriter
from tfaip.trainer.run_context import RunContext

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase
    from tfaip.pipeline import DataPipeline
    from tfaip.trainer.actions.action import Action
    from tfaip.trainer.params import TrainerParams
    from tfaip.trainer.run_folder import RunFolder

__all__ = ["TrainingRun"]

logger = logging.getLogger(__name__)


class TrainingRun:
    """One run from its first epoch, or its checkpoint, to its export; a context that closes what it opened.

    Args:
        params: Parameters of the training, with a seed.
        scenario: What is trained.
        folder: Where the run is written; `None` writes nothing.
    """

    def __init__(self, params: TrainerParams, scenario: ScenarioBase[Any, Any], folder: RunFolder | None) -> None:
        assert params.random_seed is not None
        keras.utils.set_random_seed(params.random_seed)
        with precision_policy(params.device.precision):
            network = Network(scenario, params)
        self._context = RunContext(
            params=params,
            scenario=scenario,
            network=network,
            folder=folder,
            status=StatusFile(folder.status if folder else None, params.epochs),
            tensorboard=TensorBoardWriter(folder.events if folder else None),
            best=_best_model(network, params),
            stack=ExitStack(),
        )
        self._context.stack.callback(self._context.tensorboard.close)
        self._train_loop = CompiledLoop(network.step, steps_per_call=params.steps_per_call, eager=params.force_eager)
        self._actions = self._create_actions()
        self._train_iterator: Any = None
        self._samples_per_epoch: int | None = None
        self._pipeline_state: dict[str, Any] | None = None

    def _create_actions(self) -> list[Action]:
        """What is done beside the steps, in this order: each action sees what those before it have done."""
        return [
            Validate(),
            lav := LoadAndValidate(),
            ChooseBest(self._context.best),
            StopEarly(EarlyStopping(self._context.params.early_stopping, self._context.best)),
            LastLoadAndValidate(lav),
            AdaptLearningRate(),
            Report(),
            ExportBest(),
            Summarize(),
            ExportFinal(),
            WriteCheckpoint(self._state),
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        context = self._context
        # TensorFlow must let go of the iterator while Python still runs, since its finalizer calls into it.
        self._train_iterator = None
        context.stack.close()
        if exc_type is None:
            context.status.end("finished", reason=context.stop_reason or "all epochs are done")
        elif exc_type is KeyboardInterrupt:
            context.status.end("stopped")
            if context.folder and context.epoch:
                logger.warning("Stopped. Go on with: tfaip-resume-training %s", context.folder.path)
        else:
            context.status.end("failed")

    def restore(self) -> None:
        """Go back to the newest checkpoint; a run that has none starts anew."""
        context, folder = self._context, self._context.folder
        assert folder is not None
        checkpoint = Checkpoints(folder.checkpoint).newest()
        if checkpoint is None:
            logger.warning("%s has no checkpoint yet, the run starts anew", folder.path)
            cut_back(folder.path, folder.growing_files, {})
            return
        checkpoint.restore(context.network.variables)
        state = checkpoint.state()
        cut_back(folder.path, folder.growing_files, state["sizes"])
        context.epoch, context.logs = state["epoch"], state["logs"]
        self._pipeline_state, self._samples_per_epoch = state["pipeline"], state["samples_per_epoch"]
        for action in self._actions:
            if action.name in state["actions"]:
                action.restore(context, state["actions"][action.name])
        logger.info("Resuming after epoch %d from %s", context.epoch, checkpoint.path)

    def run(self) -> dict[str, float]:
        """Train the epochs that are left and return the logs of the last one."""
        context = self._context
        with create_progress(context.params.progress, context.params.lines_every) as context.progress:
            if not context.is_last_epoch:
                self._open_data()
                for action in self._actions:
                    action.open(context)
                while not context.is_last_epoch:
                    self._run_epoch()
            if context.stop_reason:
                ended = f"epoch {context.epoch} of {context.params.epochs}"
                logger.info("The training ends after %s: %s", ended, context.stop_reason)
            for action in self._actions:
                action.end(context)
        return context.logs

    def _open_data(self) -> None:
        params, data = self._context.params, self._context.scenario.data
        gen, seed = params.gen, params.random_seed or 0
        pipeline = data.create_pipeline(PipelineMode.TRAINING, gen.setup.train, gen.train_gen(), seed=seed)
        dataset = pipeline.input_dataset(repeat=True, state=self._pipeline_state)
        self._train_data = self._context.stack.enter_context(dataset)
        self._train_iterator = iter(self._train_data.dataset)
        self._batches = 0  # taken from this iterator
        self._samples_per_epoch = self._known_samples_per_epoch(pipeline)

    def _known_samples_per_epoch(self, pipeline: DataPipeline) -> int | None:
        """Samples of an epoch as far as known: asked for, counted in the epoch before, or told by the generator."""
        return self._context.params.samples_per_epoch or self._samples_per_epoch or pipeline.samples_per_epoch()

    def _run_epoch(self) -> None:
        context = self._context
        self._train_epoch()
        context.epoch += 1
        context.logs = dict(context.shown.logs())
        for action in self._actions:
            with context.benchmark.timed(action.name):
                action.after_epoch(context)
        context.benchmark.end_epoch(context.shown)
        context.status.update(epoch=context.epoch, step=context.step)

    def _train_epoch(self) -> None:
        """Train until the pass over the data ends, or the samples of an epoch are reached."""
        context, network = self._context, self._context.network
        shown = context.shown = EpochProgress(
            context.epoch + 1,
            context.params.epochs,
            self._samples_per_epoch,
            read_logs=lambda: {**network.train_metrics.result(), "lr": network.step.learning_rate},
            beside=context.benchmark.beside,
        )
        network.train_metrics.reset()
        network.step.start_epoch(context.epoch, self._samples_per_epoch)
        for action in self._actions:
            action.before_epoch(context)
        limit, ended = context.params.samples_per_epoch, False
        while not ended:
            left = limit - shown.samples if limit else None
            with pipeline_errors(self._train_data):
                call = self._train_loop(self._train_iterator, left)
            self._batches += call.steps
            shown.add(call.steps, call.samples, call.seconds, call.waited)
            context.progress.show(shown)
            context.status.update(epoch=context.epoch, step=context.step, eta=shown.eta)
            ended = shown.samples >= limit if limit else call.ended
            for action in self._actions:
                action.after_call(context)
        network.step.end_epoch()
        if limit is None:
            # What the pass really held: samples may have been dropped on the way, or their number not known before.
            self._samples_per_epoch = shown.samples

    def _state(self) -> dict[str, Any]:
        context, folder = self._context, self._context.folder
        assert folder is not None
        return {
            "epoch": context.epoch,
            "step": context.step,
            "logs": context.logs,
            "pipeline": self._train_data.state(self._batches),
            "samples_per_epoch": self._samples_per_epoch,
            "actions": {action.name: state for action in self._actions if (state := action.state())},
            "sizes": sizes(folder.path, folder.growing_files),
        }


def _best_model(network: Network, params: TrainerParams) -> BestModel:
    """Find the log that chooses the best model now, so that a wrong name is found before the first epoch."""
    logs = network.train_metrics.names
    if params.gen.val_gen() is not None:
        logs += [f"val_{name}" for name in network.val_metrics.names]
    lav_lists = range(len(list(params.gen.lav_gen()))) if params.lav_every_n else ()
    logs += [f"lav_l{number}_{name}" for number in lav_lists for name in network.val_metrics.names]
    _, chosen = network.model._best_logging_settings()
    if any(chosen.startswith(f"lav_l{number}_") for number in lav_lists):
        # What an evaluator gives has no names before it has run; `LoadAndValidate` looks for this one.
        logs.append(chosen)
    return BestModel(*network.model.best_log(logs))
