"""Tries the first sample when a pipeline is opened, so that mistakes are found before anything waits for batches."""

from __future__ import annotations

from tfaip.pipeline.engine.run import Run
from tfaip.pipeline.engine.stream.source import Source
from tfaip.pipeline.errors import SpecError
from tfaip.pipeline.user_code import SampleError

__all__ = ["find_mistake"]


def find_mistake(run: Run, source: Source, epoch: int, *, skips_bad_samples: bool) -> SampleError | None:
    """What is wrong with the first sample that comes through, which is processed where all of them will be.

    Where bad samples are skipped, it takes more than one to call it a mistake: none of several samples from all over
    the data fits the specs. A stream is not tried, since it may not be read twice; its first sample is checked when it
    comes.

    Raises:
        WorkerStartError: A worker could not build its generator or its processors.
        WorkerDiedError, SampleTimeoutError: The sample ended or held up its worker.
    """
    mistake: SampleError | None = None
    for portion in source.to_try_out(epoch):
        try:
            if run.try_out(portion):
                return None
        except SampleError as failure:
            if not skips_bad_samples:
                return failure
            if not isinstance(failure.error, SpecError):
                return None
            mistake = failure
    return mistake
