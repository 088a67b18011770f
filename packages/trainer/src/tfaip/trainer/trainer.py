"""The trainer: a new run, or one that goes on."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from tfaip.model import configure_devices
from tfaip.params import save
from tfaip.trainer.reporting.train_log import logged_to
from tfaip.trainer.run_folder import RunFolder
from tfaip.trainer.training_run import TrainingRun

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase
    from tfaip.trainer.params import TrainerParams

__all__ = ["Trainer"]

logger = logging.getLogger(__name__)


class Trainer:
    """Trains a scenario.

    Args:
        params: Parameters of the training.
        scenario: What is trained.
    """

    def __init__(self, params: TrainerParams, scenario: ScenarioBase[Any, Any]) -> None:
        self.params = params
        self.scenario = scenario

    def train(self) -> dict[str, float]:
        """Start a new run and return the logs of its last epoch.

        Raises:
            RunFolderError: The output folder can't be written, or holds a run already.
            DeviceError: The devices that were asked for can't be had.
        """
        params = self.params
        folder = RunFolder.create(params.output_dir, overwrite=params.overwrite) if params.output_dir else None
        configure_devices(params.device)
        if params.random_seed is None:
            # Drawn here and stored, so that the run can be repeated and resumed.
            params.random_seed = secrets.randbelow(2**31)
        if folder:
            save(params, folder.trainer_params)
        return self._run(folder, resume=False)

    def resume(self) -> dict[str, float]:
        """Go on with the run in the output folder, from its newest checkpoint, and return the logs of its last epoch.

        A run that has finished only exports, unless `epochs` was raised.

        Raises:
            RunFolderError: The output folder holds no run.
            CheckpointError: No checkpoint can be read, or the network has changed since.
        """
        if self.params.output_dir is None:
            raise ValueError("a run is resumed from its folder, but output_dir is None")
        folder = RunFolder.existing(self.params.output_dir)
        configure_devices(self.params.device)
        save(self.params, folder.trainer_params)
        return self._run(folder, resume=True)

    def _run(self, folder: RunFolder | None, *, resume: bool) -> dict[str, float]:
        with logged_to(folder.log if folder else None), TrainingRun(self.params, self.scenario, folder) as run:
            if resume:
                run.restore()
            return run.run()
