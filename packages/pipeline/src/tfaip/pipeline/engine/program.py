"""`Program`: all that is needed to work on a portion, in whatever process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.data_base_params import DataBaseParams
from tfaip.pipeline.data.generator import DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import DataProcessorParams

__all__ = ["Program", "Segment"]


@dataclass(frozen=True)
class Segment:
    """Processors that follow each other in one process.

    Attributes:
        processors: Their parameters; may be empty.
        in_workers: Whether they run in the workers or in the consumer's process.
        is_stream: Whether it is a single generating processor that needs the whole stream.
    """

    processors: Sequence[DataProcessorParams]
    in_workers: bool
    is_stream: bool = False


@dataclass(frozen=True)
class Program:
    """What runs where. It is pickled and sent to the workers, which build generator and processors of it.

    Attributes:
        mode: What the pipeline is used for.
        seed: Of all random numbers.
        data_params: The parameters of the data, given to each processor.
        generator_params: Set where the workers themselves read the samples.
        segments: In order; the last one is no stream.
        layout: What the results of the last segment are checked against; None if they need not fit a batch.
        packs: Whether the last segment packs its results, rather than to hand out samples.
        skip_bad_samples: Leave out samples whose processing fails, rather than to raise.
        preloading: Whether the results are kept in memory for all passes.
        keeps_invalid: Do not check for validity (after the model, where a sample needs neither inputs nor targets).
    """

    mode: PipelineMode
    seed: int
    data_params: DataBaseParams
    generator_params: DataGeneratorParams | None
    segments: Sequence[Segment]
    layout: BatchLayout | None
    packs: bool
    skip_bad_samples: bool = False
    preloading: bool = False
    keeps_invalid: bool = False
