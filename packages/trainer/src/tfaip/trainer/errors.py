"""Mistakes in a run that a user can fix. The module loads neither TensorFlow nor HDF5, so commands can import it."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = [
    "CallbackError",
    "CheckpointError",
    "ConcurrentTrainingError",
    "EpochSizeError",
    "LostWorkerError",
    "RecorderError",
    "RunFolderError",
    "StageError",
    "TrainingError",
    "WarmStartError",
]


class CallbackError(UserError, ValueError):
    """A Keras callback asks for something that a graph is not."""


class CheckpointError(UserError, ValueError):
    """There is no checkpoint that can be read, or it is one of another network."""


class ConcurrentTrainingError(UserError, RuntimeError):
    """A training is started while another one runs in the same process."""


class EpochSizeError(UserError, ValueError):
    """The number of samples of an epoch can't be determined."""


class LostWorkerError(UserError, RuntimeError):
    """One of the workers that train together is gone; the run can be resumed."""


class RecorderError(UserError, RuntimeError):
    """A run can't be recorded where it was asked for: the package is missing, or the server can't be reached."""


class RunFolderError(UserError, ValueError):
    """A folder can't be written, holds another run, or holds none where one is expected."""


class StageError(UserError, ValueError):
    """A stage of a training can't be: an unknown argument, a wrong value, data that don't fit the model."""


class TrainingError(UserError, ArithmeticError):
    """A training can't go on: a loss or a gradient is not finite."""


class WarmStartError(UserError, ValueError):
    """Weights can't be read, or are not those that a network needs."""
