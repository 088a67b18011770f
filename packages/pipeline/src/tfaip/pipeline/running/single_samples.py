"""`SingleSamples`: the processors before and after the model, on one sample at a time in the caller's thread.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.pipeline.batching.batch import Batch, Row
from tfaip.pipeline.data.data_base import DataBase
from tfaip.pipeline.data.data_base_params import DataProcessorPipelineParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import needs_stream, processor_class
from tfaip.pipeline.data.sample import Sample, SampleIdentity
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.errors import DefinitionError, SpecError
from tfaip.pipeline.running.planning import plan_of_segments
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError

__all__ = ["SingleSamples"]


class SingleSamples:
    """Processing for a service that gets its samples one by one: no generator, no workers, one result for each.

    It is not meant to be shared by threads, since processors need not be.

    Args:
        data: Says what samples look like and which processors they go through.
        mode: Their use.
        seed: Of all random numbers, >= 0.
        passes_on: Errors that are no sample's, such as Ctrl-C; none in a thread that nobody interrupts.

    Raises:
        DefinitionError: A processor needs the whole stream of samples.
    """

    def __init__(
        self,
        data: DataBase[Any],
        mode: PipelineMode,
        *,
        seed: int = 0,
        passes_on: tuple[type[BaseException], ...] = INTERRUPTIONS,
    ) -> None:
        self._layout = data.batch_layout(mode)
        self._seed = seed
        before, after = (
            _plan(data, mode, seed, processors, keeps_invalid=keeps_invalid)
            for processors, keeps_invalid in ((data.params.pre_proc, False), (data.params.post_proc, True))
        )
        self._before = build_segment(before, 0, passes_on=passes_on)
        self._after = build_segment(after, 0, passes_on=passes_on)

    def before(self, sample: Sample, number: int) -> Row:
        """Return the row of a batch that the processors before the model make of a sample.

        Args:
            sample: As a generator would make it; it is not changed.
            number: Its number, from 0; for its random numbers and for messages.

        Raises:
            Exception: The error of a processor, with a note that names processor and sample.
            SpecError: The processors made something else of it than one valid sample that fits the specs.
        """
        made = self._one(self._before, sample, number)
        try:
            return self._layout.row(made)
        except Exception as error:
            raise SampleError(error, f"before batching, {made.identity}").original() from None

    def batch(self, rows: Sequence[Row]) -> Batch:
        """Return the batch of rows, at least one, padded to the longest of them."""
        return self._layout.batch_of_one(rows[0]) if len(rows) == 1 else self._layout.batch(self._layout.pack(rows))

    def after(self, sample: Sample, number: int) -> Sample:
        """Return what the processors after the model make of a sample.

        Raises:
            Exception: The error of a processor, with a note that names processor and sample.
            SpecError: The processors made something else of it than one sample.
        """
        return self._one(self._after, sample, number)

    def _one(self, segment: Segment, sample: Sample, number: int) -> Sample:
        identified = sample.copy().identified_by(SampleIdentity(self._seed, 0, (number,)))
        failure: Exception
        try:
            made = segment.of_one(identified)
        except SpecError as error:
            failure = error
        except SampleError as error:
            failure = error.original()
        else:
            if len(made) == 1:
                return made[0]
            failure = SpecError(
                f"the processors must make one valid sample of each that comes alone, got {len(made)} of "
                f"{identified.identity} (meta {sample.meta!r})"
            )
        # Outside of the except clause, so that the traceback is that of the processor and not one of the engine.
        raise failure


def _plan(
    data: DataBase[Any], mode: PipelineMode, seed: int, processors: DataProcessorPipelineParams, *, keeps_invalid: bool
) -> Plan:
    streams = [params for params in processors.flatten() if mode in params.modes and needs_stream(params)]
    if streams:
        raise DefinitionError(
            f"samples that come one by one can't go through {processor_class(streams[0]).__name__}, which needs the "
            "whole stream of samples: declare it as one_to_n, or predict whole data sets"
        )
    return Plan(
        mode=mode,
        seed=seed,
        data_params=data.params,
        generator_params=None,
        segments=plan_of_segments(processors, mode, parallel=False, read_by_index=False),
        layout=None,
        packs=False,
        keeps_invalid=keeps_invalid,
    )
