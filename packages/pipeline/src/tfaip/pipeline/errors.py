"""The errors of the pipeline, which all name the rule, the value received, the place, and the remedy.

Internal API between the packages.
"""

from __future__ import annotations

from tfaip.params import UserError

__all__ = [
    "DataError",
    "DefinitionError",
    "EmptyPassError",
    "HookError",
    "PipelineError",
    "ProcessorError",
    "SampleTimeoutError",
    "SpecError",
    "StateError",
    "UnusableSampleError",
    "WorkerDiedError",
    "WorkerStartError",
]


class PipelineError(Exception):
    """The base class of the pipeline's own errors; the errors of processors keep their classes."""


class DefinitionError(PipelineError, UserError, ValueError):
    """A pipeline is put together in a way that can't work; found when it is built."""


class HookError(UserError, TypeError):
    """A class defines a hook that is never called, or can't be called; found when the class is defined or made."""


class DataError(PipelineError, UserError, ValueError):
    """Data that the user named can't be had: raise it in a generator, and commands show its message alone."""


class SpecError(PipelineError, UserError, ValueError):
    """A sample does not hold what the specs of its `DataBase` promise."""


class UnusableSampleError(DataError):
    """A sample is of no use: raised by a processor, it leaves the sample out, names and counts it.

    This holds whatever `on_bad_sample` says, which is about samples whose processing fails.
    """


class ProcessorError(PipelineError):
    """A processor failed with something that can't be raised in the consumer as it is; the message tells about it."""


class WorkerStartError(PipelineError):
    """A worker could not build its generator or its processors."""


class WorkerDiedError(PipelineError):
    """A worker process ended before its work was done: it was killed, crashed, or exited.

    Attributes:
        exit_code: As `subprocess` gives it: negative for the signal that ended the process.
    """

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class SampleTimeoutError(PipelineError, TimeoutError):
    """A worker spent more than `sample_timeout` seconds on one sample."""


class EmptyPassError(PipelineError, UserError):
    """A repeating pipeline went through all of its data without getting one batch."""


class StateError(PipelineError, ValueError):
    """A state can't be restored by this pipeline."""
