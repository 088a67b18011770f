"""Parameters of the recorder for TensorBoard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import params
from tfaip.trainer.recorders.base import RecorderParams

if TYPE_CHECKING:
    from tfaip.trainer.recorders.tensorboard_recorder import TensorBoardRecorder

__all__ = ["TensorBoardParams"]


@params(name="TensorBoard")
class TensorBoardParams(RecorderParams):
    """Event files for TensorBoard, in the folder `events` of the run."""

    def cls(self) -> type[TensorBoardRecorder]:
        """Return the recorder's class."""
        from tfaip.trainer.recorders.tensorboard_recorder import TensorBoardRecorder

        return TensorBoardRecorder
