"""The state that the actions of a run share."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tfaip.model import ScenarioBase
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.history import History
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.reporting.benchmark import Benchmark
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.progress import ProgressDisplay
from tfaip.trainer.reporting.status_file import StatusFile
from tfaip.trainer.run.stop_signals import StopSignals
from tfaip.trainer.stages.staged_schedule import StagedSchedule
from tfaip.trainer.stages.stages import TrainingStage, TrainingStages

if TYPE_CHECKING:
    from tfaip.trainer.recorders.recorder_list import Recorders
    from tfaip.trainer.run.best_model import BestModel
    from tfaip.trainer.step.training_state import TrainingState

__all__ = ["RunContext"]


@dataclass
class RunContext:
    """The position of a run, for its actions.

    Attributes:
        params: Parameters of the training. In a stage, they have the changes and the epochs of the stage.
        scenario: The model that is trained; in a stage with the data of the stage.
        stages: The stages of the run.
        stage: The stage that the run is in.
        stage_begin: Epochs that were done before the stage.
        stage_stop_reason: Why the stage ends before its last epoch.
        training_state: Its graph, optimizer and metrics.
        folder: Where the run is written; `None` writes nothing.
        status: The status file.
        recorders: Write what the run tells.
        best: The best model so far.
        stack: Closes what was opened, at the end of the run.
        callbacks: The `keras.callbacks.CallbackList` where there are Keras callbacks.
        display: Shows the progress; set while the run goes on.
        signals: Whether the run has to stop.
        epoch: Epochs that are done, the one that is just being finished included.
        in_epoch: Whether an epoch is being trained, which is not counted in `epoch` yet.
        epoch_is_trained: Whether the last step of that epoch has been made.
        epoch_progress: Counts of the current or last epoch.
        logs: Logs of the last epoch; actions add theirs to them.
        benchmark: Where the time goes.
        history: Logs of all epochs.
        is_best: Whether the last epoch gave the best model so far.
        stop_reason: Why the training ends before the last epoch that was planned.
    """

    params: TrainerParams
    scenario: ScenarioBase[Any, Any]
    training_state: TrainingState
    folder: RunFolder | None
    status: StatusFile
    recorders: Recorders
    best: BestModel
    stages: TrainingStages
    stack: ExitStack
    signals: StopSignals
    display: ProgressDisplay = field(init=False)
    epoch_progress: EpochProgress = field(init=False)
    callbacks: Any = None
    epoch: int = 0
    in_epoch: bool = False
    epoch_is_trained: bool = False
    logs: dict[str, float] = field(default_factory=dict)
    benchmark: Benchmark = field(default_factory=Benchmark)
    history: History = field(default_factory=History)
    is_best: bool = False
    stop_reason: str | None = None
    stage: TrainingStage = field(init=False)
    stage_begin: int = 0
    stage_stop_reason: str | None = None

    def __post_init__(self) -> None:
        self._scenarios = self.stages.scenarios(self.scenario)
        self.enter_stage(1, 0)

    @property
    def step(self) -> int:
        """Steps since the run began, across resumes."""
        return self.training_state.step.steps

    @property
    def epochs(self) -> int:
        """Epochs of the whole run, as far as they are planned."""
        return self.stage_begin + self.stage.params.epochs + self.stages.epochs_after(self.stage.number)

    @property
    def stage_ends(self) -> bool:
        """Whether no other epoch of the stage follows the one that is done."""
        if self.stage_stop_reason is not None or self.stop_reason is not None:
            return True
        return self.epoch >= self.stage_begin + self.stage.params.epochs

    @property
    def is_last_epoch(self) -> bool:
        """Whether no other epoch follows the one that is done."""
        if self.stop_reason is not None:
            return True
        return self.stage.number == len(self.stages) and self.stage_ends

    def end_stage(self, reason: str | None) -> None:
        """End the stage after this epoch, and with the last stage the training; `None` lets it go on."""
        if self.stage.number == len(self.stages):
            self.stop_reason = self.stop_reason or reason
        else:
            self.stage_stop_reason = reason

    def enter_stage(self, number: int, begin: int) -> None:
        """Go on in a stage, which began after so many epochs."""
        self.stage, self.stage_begin, self.stage_stop_reason = self.stages[number], begin, None
        self.params, self.scenario = self.stage.params, self._scenarios[number - 1]
        if isinstance(self.training_state.schedule, StagedSchedule):
            self.training_state.schedule.begin_stage(number, begin)
        self.status.note(epochs=self.epochs, **({"stage": self.stage.name} if self.stages.are_named else {}))

    def choose_best(self) -> None:
        """Compare the epoch with the best one so far."""
        self.is_best = self.best.update(self.epoch, self.logs)
        self._show_best()

    def restore_best(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of `BestModel.state`."""
        self.best.restore(state)
        self._show_best()

    def _show_best(self) -> None:
        if self.best.epoch is not None:
            best = self.best
            self.status.update(best_value=best.value, best_epoch=best.epoch, best_log=best.log, best_mode=best.mode)

    def check_stop(self) -> None:
        """Unwind the present work if the run has to stop; work that takes seconds calls it now and then.

        Raises:
            StopRequested: It has to, and work since the last step will be done again when the run is resumed.
        """
        self.signals.check()
