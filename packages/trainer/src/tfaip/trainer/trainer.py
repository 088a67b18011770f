"""The trainer: a new run, or one that goes on."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic

from tfaip.model import DeviceError, ExportedModel, ScenarioBase, configure_devices
from tfaip.model.command import logging_of_client
from tfaip.model.onnx.conditions import require_converter
from tfaip.params import save, to_json
from tfaip.params.shown_text import one_line
from tfaip.pipeline import AdaptedProcessorParams, adapt_processors
from tfaip.pipeline.hooks import Hooked, hook, returned
from tfaip.trainer.distribution.cluster import Cluster
from tfaip.trainer.distribution.lost_worker import lost_workers
from tfaip.trainer.distribution.share import share_of_batches
from tfaip.trainer.distribution.strategy import Strategy, create_strategy
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.folder.named_places import bundle_places_of, require_places, run_folder_of, stored_places
from tfaip.trainer.folder.run_folder import RunFolder, stored_seed
from tfaip.trainer.folder.write_errors import write_errors
from tfaip.trainer.history import History
from tfaip.trainer.params import TTrainerParams
from tfaip.trainer.reporting.progress import console_of_training
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.reporting.train_log import logged_to
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.machine import keep_threads
from tfaip.trainer.run.one_training import only_training
from tfaip.trainer.run.stop_signals import StopSignals
from tfaip.trainer.run.training_run import TrainingRun
from tfaip.trainer.stages.stages import TrainingStages
from tfaip.trainer.warm_start.warm_starter import WarmStarter

__all__ = ["Trainer"]

logger = logging.getLogger(__name__)


class Trainer(Hooked, Generic[TTrainerParams]):
    """Trains a scenario.

    Args:
        params: Parameters of the training.
        scenario: The scenario that is trained.
        callbacks: Keras callbacks; see `create_callbacks`.
    """

    def __init__(
        self, params: TTrainerParams, scenario: ScenarioBase[Any, Any], *, callbacks: Iterable[Any] = ()
    ) -> None:
        if "ONNX" in params.export_formats:
            require_converter()
        self.params = params
        self.scenario = scenario
        self.callbacks = list(callbacks)
        self._drew_seed = False

    # Hooks.

    @hook
    def create_callbacks(self) -> list[Any]:
        """Return the Keras callbacks of a run, those of the constructor by default.

        They are called as `keras.Model.fit` does with many `steps_per_execution`, the hooks of batches once for all
        steps of a call of the compiled loop (`--trainer.steps_per_call 1` makes that one step). `model` has the graph's
        weights, its prediction and the optimizer; `stop_training` ends the training; the learning rate is the
        schedule's. The memory of callbacks is not in the checkpoints.
        """
        return self.callbacks

    @hook
    def create_actions(self) -> list[Action]:
        """Return more actions of the run, which follow its own ones in each phase. The default is none.

        See `Action` for the phases, and for the state that checkpoints hold. Of several workers, only the chief does
        them.
        """
        return []

    @hook
    def after_export(self, exported: ExportedModel) -> None:
        """Process a bundle that has just been written. The default calls `ScenarioBase.after_export`.

        The bundle is whole, and complete with its checksums: write beside it, not into it. The training may have gone
        on by some steps since. After a kill, an epoch and its exports are done again. Of several workers, only the
        chief is called. An error ends the training.
        """
        self.scenario.after_export(exported)

    @classmethod
    @hook
    def warm_starter_cls(cls) -> type[WarmStarter]:
        """Return the class for `create_warm_starter`. A subclass may transform weights."""
        return WarmStarter

    @hook
    def create_warm_starter(self) -> WarmStarter:
        """Return the object that loads weights into a new run. Its `trainer` is set afterwards."""
        cls = returned(self, "warm_starter_cls", self.warm_starter_cls(), callable, "a class")
        return cls(self.params.warmstart)

    # The public part.

    @only_training()
    def train(self) -> History:
        """Start a new run and return its history, a mapping of the logs of its last epoch.

        Where this process has not set up logging, the console shows what `tfaip-train` shows. It shows nothing of it
        if `params.progress` is "off", or if the logger `tfaip` has a handler or a level.

        Raises:
            ConcurrentTrainingError: Another training is running in this process.
            SaveError: A parameter holds a value that can't be loaded again. Nothing has been written yet.
            RunFolderError: The output folder can't be written, or no longer, or holds a run already.
            DeviceError: The devices that were asked for can't be had.
            WarmStartError: The weights to start from can't be had.
            KeyboardInterrupt, SystemExit: SIGINT or SIGTERM stopped the run, after a checkpoint was written.
        """
        params = self.params
        self._require_readable_params()
        cluster = Cluster.of(params.device)
        path = params.output_dir if cluster is None or cluster.is_chief else None
        folder = run_folder_of(params) if path else None
        if folder:
            require_places(folder, overwrite=params.overwrite)
        left = stored_places(folder).besides(folder.bundles) if folder and params.overwrite else []
        with folder.new_run(overwrite=params.overwrite) if folder else nullcontext():
            if left:
                logger.info("Bundles of the run before stay in %s", ", ".join(map(one_line, map(str, left))))
            strategy = self._configure(cluster)
            self._draw_seed(strategy)
            if folder:
                save(params, folder.trainer_params)
            with self._opened(folder, strategy) as run:
                self._warm_start(run)
                return run.run()

    @only_training()
    def resume(self) -> History:
        """Go on with the run in the output folder, from its newest checkpoint, and return its history.

        A run that has finished only exports, unless `epochs` was raised. Thread counts are those of the run before.

        Raises:
            ConcurrentTrainingError: Another training is running in this process.
            RunFolderError: The output folder holds no run.
            CheckpointError: No checkpoint can be read, or the network has changed since.
        """
        if self.params.output_dir is None:
            raise ValueError("a run is resumed from its folder, but output_dir is None")
        self._require_readable_params()
        cluster = Cluster.of(self.params.device)
        writes = cluster is None or cluster.is_chief
        folder = RunFolder.existing(self.params.output_dir) if writes else None
        if folder:
            folder.bundles = bundle_places_of(self.params, folder.path)
            folder.bundles.require_apart()
            require_places(folder, resumes=True)
        with folder.resumed_run() if folder else nullcontext():
            checkpoint = Checkpoints(folder.checkpoint).newest() if folder else None
            if checkpoint:
                keep_threads(self.params.device, checkpoint.state()["machine"])
            if self.params.random_seed is None and folder:
                self.params.random_seed = stored_seed(folder.trainer_params)
            strategy = self._configure(cluster)
            self._draw_seed(strategy)
            with self._opened(folder, strategy) as run:
                run.restore(checkpoint)
                anew = checkpoint is None
                if strategy.from_chief(anew) if strategy else anew:
                    self._warm_start(run)
                if folder:
                    save(self.params, folder.trainer_params)
                return run.run()

    def _draw_seed(self, strategy: Strategy | None) -> None:
        params = self.params
        if params.random_seed is None:
            # Drawn here and stored, so that the run can be repeated and resumed.
            params.random_seed = secrets.randbelow(2**31)
            self._drew_seed = True
        if strategy:
            params.random_seed = strategy.from_chief(params.random_seed)

    def _require_readable_params(self) -> None:
        """Refuse wrong stages and parameters that no file can hold, before a folder is touched or a worker waits."""
        TrainingStages(self.params).scenarios(self.scenario)
        if self.params.output_dir is not None:
            to_json(self.params)

    def _configure(self, cluster: Cluster | None) -> Strategy | None:
        params = self.params
        if params.force_eager and params.device.dist_strategy != "default":
            raise DeviceError(
                f"trainer.force_eager doesn't work with device.dist_strategy {params.device.dist_strategy}: "
                "look for the mistake on one device"
            )
        if cluster:
            # Before anybody waits for anybody.
            for stage in TrainingStages(params):
                share_of_batches(stage.params.gen.setup.train, len(cluster.workers))
        configure_devices(params.device)
        return create_strategy(params.device, cluster)

    def _warm_start(self, run: TrainingRun) -> None:
        if self.params.warmstart.model is not None:
            starter = returned(
                self, "create_warm_starter", self.create_warm_starter(), WarmStarter, "an object of WarmStarter"
            )
            starter.trainer = self
            run.warm_start(starter)

    @contextmanager
    def _adapted(self, folder: RunFolder | None) -> Iterator[None]:
        """Adapt processors to the training samples, unless this was done before. The run keeps their statistics."""
        data, gen = self.scenario.data, self.params.gen
        place = nullcontext(folder.statistics) if folder else TemporaryDirectory()
        with place as path:
            for processor in data.params.pre_proc.processors_of_type(AdaptedProcessorParams):
                moved = Path(path) / Path(processor.statistics).name
                if processor.statistics and not Path(processor.statistics).exists() and moved.is_file():
                    processor.statistics = str(moved.absolute())  # the folder of the run has moved
            if adapt_processors(data, gen.training_samples(), Path(path), setup=gen.setup.train) and folder:
                save(self.params, folder.trainer_params)
            yield

    @contextmanager
    def _opened(self, folder: RunFolder | None, strategy: Strategy | None) -> Iterator[TrainingRun]:
        with (
            console_of_training(self.params),
            logging_of_client(type(self.scenario)),
            write_errors(folder, self.scenario),
            logged_to(folder.log if folder else None),
            self._adapted(folder),
            StopSignals() as signals,
            lost_workers() if strategy else nullcontext(),
            StatusFile(folder.status if folder else None, self.params.epochs) as status,
            TrainingRun(
                self.params,
                self.scenario,
                folder,
                signals,
                status,
                callbacks=returned(
                    self, "create_callbacks", self.create_callbacks(), Sequence, "a list of Keras callbacks"
                ),
                actions=returned(self, "create_actions", self.create_actions(), Sequence, "a list of Action objects"),
                after_export=self.after_export,
                strategy=strategy,
            ) as run,
        ):
            if self._drew_seed:
                logger.info("The seed was drawn: --trainer.random_seed %d repeats the run", self.params.random_seed)
            yield run
