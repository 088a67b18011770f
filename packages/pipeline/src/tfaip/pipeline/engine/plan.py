"""`Plan`: all that is needed to work on a portion, in whatever process or thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.data_base_params import DataBaseParams
from tfaip.pipeline.data.generator import DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import DataProcessorParams
from tfaip.pipeline.engine.shards.layout import ShardLayout

__all__ = ["Plan", "SegmentPlan", "WorkerSettings"]


@dataclass(frozen=True)
class SegmentPlan:
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
class Plan:
    """The segments and their places. Workers build their processors of it; to processes, it is sent pickled.

    Attributes:
        mode: The use of the pipeline.
        seed: Of all random numbers.
        data_params: The parameters of the data, given to each processor.
        generator_params: Set where the first segment itself reads the samples.
        segments: In order; the last one is no stream.
        layout: The specs that the results of the last segment must fit; None if they need not fit a batch.
        packs: Whether the last segment packs its results, rather than to hand out samples.
        skip_bad_samples: Leave out samples whose processing fails, rather than to raise.
        preloading: Whether the results are kept in memory for all passes.
        keeps_invalid: Do not check for validity (after the model, where a sample needs neither inputs nor targets).
        shards: How the shards are dealt; None where samples are read by index, or elsewhere.
    """

    mode: PipelineMode
    seed: int
    data_params: DataBaseParams
    generator_params: DataGeneratorParams | None
    segments: Sequence[SegmentPlan]
    layout: BatchLayout | None
    packs: bool
    skip_bad_samples: bool = False
    preloading: bool = False
    keeps_invalid: bool = False
    shards: ShardLayout | None = None


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are used; see `DataPipelineParams`.

    Attributes:
        workers: Their number; 0 for none.
        in_threads: Whether they are threads of this process, rather than processes.
        prefetch: The most portions in the making; None chooses.
        max_tasks: After how many portions a worker is replaced; 0 for never.
        restart: Whether a worker that died is replaced.
        sample_timeout: Seconds for one sample; 0 for any time.
    """

    workers: int = 0
    in_threads: bool = False
    prefetch: int | None = None
    max_tasks: int = 0
    restart: bool = False
    sample_timeout: float = 0.0
