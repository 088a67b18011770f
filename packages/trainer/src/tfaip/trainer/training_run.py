"""A run: epochs of training, each with validation, logs, best model and checkpoint."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import keras

from tfaip.model.bundle.export import export_bundle
from tfaip.pipeline import PipelineMode
from tfaip.trainer.best_model import BestModel
from tfaip.trainer.checkpoint import Checkpoints
from tfaip.trainer.compiled_loop import CompiledLoop
from tfaip.trainer.growing_files import cut_back, sizes
from tfaip.trainer.network import Network
from tfaip.trainer.pipeline_errors import pipeline_errors
from tfaip.trainer.printed_samples import PrintedSamples
from tfaip.trainer.reporting.metrics_file import append_metrics
from tfaip.trainer.reporting.progress import EpochProgress, create_progress
from tfaip.trainer.reporting.results_line import format_value, results_line
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.reporting.tensorboard import TensorBoardWriter
from tfaip.trainer.validation import Validation

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase
    from tfaip.pipeline import DataPipeline
    from tfaip.trainer.params import TrainerParams
    from tfaip.trainer.reporting.progress import ProgressDisplay
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
        self._params = params
        self._scenario = scenario
        self._folder = folder
        self._stack = ExitStack()
        keras.utils.set_random_seed(params.random_seed)

        self._network = Network(scenario, params)
        self._checkpoints = Checkpoints(folder.checkpoint) if folder else None
        self._train_loop = CompiledLoop(
            self._network.step, steps_per_call=params.steps_per_call, eager=params.force_eager
        )
        self._status = StatusFile(folder.status if folder else None, params.epochs)
        self._tensorboard = TensorBoardWriter(folder.events if folder else None)

        self._best = self._choose_best()
        self._train_iterator: Any = None
        self._validation: Validation | None = None
        self._epoch = 0
        self._logs: dict[str, float] = {}
        self._restored: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # TensorFlow must let go of the iterators while Python still runs, since their finalizers call into it.
        self._train_iterator = self._validation = None
        self._stack.close()
        self._tensorboard.close()
        if exc_type is None:
            self._status.end("finished")
        elif exc_type is KeyboardInterrupt:
            self._status.end("stopped")
            if self._folder and self._epoch:
                logger.warning("Stopped. Go on with: tfaip-resume-training %s", self._folder.path)
        else:
            self._status.end("failed")

    def restore(self) -> None:
        """Go back to the newest checkpoint; a run that has none starts anew."""
        assert self._folder is not None
        assert self._checkpoints is not None
        checkpoint = self._checkpoints.newest()
        if checkpoint is None:
            logger.warning("%s has no checkpoint yet, the run starts anew", self._folder.path)
            cut_back(self._folder.path, self._folder.growing_files, {})
            return
        checkpoint.restore(self._network.variables)
        state = checkpoint.state()
        cut_back(self._folder.path, self._folder.growing_files, state["sizes"])
        self._epoch, self._logs, self._restored = state["epoch"], state["logs"], state
        self._best.restore(state["best"])
        logger.info("Resuming after epoch %d from %s", self._epoch, checkpoint.path)

    def run(self) -> dict[str, float]:
        """Train the epochs that are left and return the logs of the last one."""
        params = self._params
        with create_progress(params.progress, params.lines_every) as progress:
            if self._epoch < params.epochs:
                self._open_data()
                while self._epoch < params.epochs:
                    self._run_epoch(progress)
            if self._folder and params.export_final:
                progress.note("exporting")
                export_bundle(self._folder.export, self._scenario, self._network.model, self._network.graph)
        if self._folder:
            self._say_where_all_is(self._folder)
        return self._logs

    def _choose_best(self) -> BestModel:
        """Find the log that chooses the best model now, so that a wrong name is found before the first epoch."""
        logs = self._network.train_metrics.names
        if self._params.gen.val_gen() is not None:
            logs += [f"val_{name}" for name in self._network.val_metrics.names]
        return BestModel(*self._network.model.best_log(logs))

    def _open_data(self) -> None:
        params, data = self._params, self._scenario.data
        gen, seed = params.gen, params.random_seed or 0
        pipeline = data.create_pipeline(PipelineMode.TRAINING, gen.setup.train, gen.train_gen(), seed=seed)
        state = self._restored["pipeline"] if self._restored else None
        self._train_data = self._stack.enter_context(pipeline.input_dataset(repeat=True, state=state))
        self._train_iterator = iter(self._train_data.dataset)
        self._batches = 0  # taken from this iterator
        self._samples_per_epoch = self._known_samples_per_epoch(pipeline)

        val_gen = gen.val_gen()
        if val_gen is not None:
            pipeline = data.create_pipeline(PipelineMode.EVALUATION, gen.setup.val, val_gen, seed=seed)
            self._val_data = self._stack.enter_context(pipeline.input_dataset(repeat=True, with_meta=True))
            limit = self._scenario.params.print_eval_limit
            self._validation = Validation(
                self._network,
                iter(self._val_data.dataset),
                PrintedSamples(self._network.model, data, pipeline, limit),
                eager=params.force_eager,
            )

    def _known_samples_per_epoch(self, pipeline: DataPipeline) -> int | None:
        """Samples of an epoch as far as known: asked for, told by the generator, or counted in the epoch before."""
        if self._params.samples_per_epoch:
            return self._params.samples_per_epoch
        if self._restored and self._restored["samples_per_epoch"]:
            return int(self._restored["samples_per_epoch"])
        return pipeline.samples_per_epoch()

    def _run_epoch(self, progress: ProgressDisplay) -> None:
        shown = self._train_epoch(progress)
        logs = {**self._network.train_metrics.result(), "lr": self._network.step.learning_rate}
        self._epoch += 1
        if self._validation and (self._epoch % self._params.val_every_n == 0 or self._epoch == self._params.epochs):
            progress.note("validating")
            with pipeline_errors(self._val_data):
                logs |= {f"val_{name}": value for name, value in self._validation.run().items()}
        self._logs = logs
        self._report(shown, logs)
        if self._folder:
            self._write(self._folder, progress, self._best.update(self._epoch, logs))

    def _train_epoch(self, progress: ProgressDisplay) -> EpochProgress:
        """Train until the pass over the data ends, or the samples of an epoch are reached."""
        shown = EpochProgress(self._epoch + 1, self._params.epochs, self._samples_per_epoch)
        self._network.train_metrics.reset()
        self._network.step.start_epoch(self._epoch, self._samples_per_epoch)
        limit, ended = self._params.samples_per_epoch, False
        while not ended:
            left = limit - shown.samples if limit else None
            with pipeline_errors(self._train_data):
                call = self._train_loop(self._train_iterator, left)
            self._batches += call.steps
            shown.add(call.samples, call.seconds, call.waited, self._network.train_metrics.result())
            progress.show(shown)
            self._status.update(epoch=self._epoch, step=self._step, eta=shown.eta)
            ended = shown.samples >= limit if limit else call.ended
        if limit is None:
            # What the pass really held: samples may have been dropped on the way, or their number not known before.
            self._samples_per_epoch = shown.samples
        return shown

    def _report(self, shown: EpochProgress, logs: dict[str, float]) -> None:
        logger.info("Epoch %d/%d took %s", self._epoch, self._params.epochs, shown.summary())
        logger.info("%s", results_line(self._epoch, logs))
        self._tensorboard.write(self._epoch, logs)
        if self._folder:
            append_metrics(self._folder.metrics, self._epoch, self._step, logs)

    def _write(self, folder: RunFolder, progress: ProgressDisplay, is_best: bool) -> None:
        if is_best and self._params.export_best:
            progress.note("exporting the best model")
            export_bundle(folder.best, self._scenario, self._network.model, self._network.graph)
        if self._checkpoints and self._params.write_checkpoints:
            progress.note("writing a checkpoint")
            self._checkpoints.write(
                self._step, self._state(folder), self._network.graph.weights, self._network.variables
            )
        self._status.update(epoch=self._epoch, best_value=self._best.value, best_epoch=self._best.epoch)

    def _say_where_all_is(self, folder: RunFolder) -> None:
        if self._best.value is not None and self._params.export_best:
            best = f"{self._best.log} {format_value(self._best.value)} in epoch {self._best.epoch}"
            logger.info("The best model (%s) is in %s", best, folder.best)
        if self._params.export_final:
            logger.info("The last model is in %s", folder.export)
        logger.info("Curves: tensorboard --logdir %s", folder.path)

    def _state(self, folder: RunFolder) -> dict[str, Any]:
        return {
            "epoch": self._epoch,
            "step": self._step,
            "logs": self._logs,
            "best": self._best.state(),
            "pipeline": self._train_data.state(self._batches),
            "samples_per_epoch": self._samples_per_epoch,
            "sizes": sizes(folder.path, folder.growing_files),
        }

    @property
    def _step(self) -> int:
        """Steps since the run began, across resumes."""
        return int(self._network.optimizer.iterations)
