"""`Planner`: how a pipeline reads its generator, which processors share a process, and how many workers there are."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.data_base_params import DataBaseParams, DataProcessorPipelineParams
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams, is_indexable, is_sharded, length_of
from tfaip.pipeline.data.pipeline_params import DataPipelineParams, PipelineMode
from tfaip.pipeline.data.processor import GeneratingDataProcessor, needs_stream, processor_class
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.plan import Plan, SegmentPlan, WorkerSettings
from tfaip.pipeline.engine.shards.layout import ShardLayout, digest_of
from tfaip.pipeline.engine.shards.source import ShardSource
from tfaip.pipeline.engine.stream.length_check import LengthCheck
from tfaip.pipeline.engine.stream.source import Element, IndexedSource, PreloadedSource, Source, StreamSource
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.running.available_workers import possible_process_count
from tfaip.pipeline.running.process_count import can_be_sent, choose_process_count
from tfaip.pipeline.running.worker_kind import needs_processes, pays_in_threads, require_threads, undeclared_class

__all__ = ["DEFAULT_SHUFFLE_BUFFER", "Planner", "plan_of_segments", "source_of_samples", "worker_settings"]

logger = logging.getLogger(__name__)

DEFAULT_SHUFFLE_BUFFER = 1024
"""Samples of a stream: enough to mix classes that come in blocks, little enough to be filled at once."""


class Planner:
    """Turns what users named into what the engine runs.

    A generator is read by index where that is possible, from memory where samples were preloaded, shard by shard where
    it has shards, else as a stream.

    Args:
        mode: TRAINING is the only one that shuffles.
        params: Limit, shuffling, batch size, workers.
        seed: Of all random numbers.
        generator: The generator.
        generator_params: Its parameters, of which workers make one of their own.
        data_params: The parameters of the data.
        processors: The processors before the model that are not done yet.
        preloaded: Elements that were loaded from the generator before, after the limit was applied.

    Attributes:
        read_by_index: Whether workers can read the samples themselves, in any order.
        read_by_shard: Whether the samples are read shard by shard.
        is_preloaded: Whether they are in memory.
        yields_batches: Whether each element is a batch.

    Raises:
        DefinitionError: The generator can't be read like that.
    """

    def __init__(
        self,
        mode: PipelineMode,
        params: DataPipelineParams,
        seed: int,
        generator: DataGenerator[Any],
        generator_params: DataGeneratorParams,
        data_params: DataBaseParams,
        processors: DataProcessorPipelineParams,
        preloaded: Sequence[Element] | None,
    ) -> None:
        self._mode = mode
        self._params = params
        self._seed = seed
        self._generator = generator
        self._generator_params = generator_params
        self._data_params = data_params
        self._processors = processors
        self._preloaded = preloaded
        self._shuffle = mode is PipelineMode.TRAINING and params.shuffle_buffer_size not in (0, 1)
        self._length_check: LengthCheck | None = None
        self._shards: tuple[int, str] | None = None
        self._has_warned = False
        self._pays_in_threads: bool | None = None
        self.is_preloaded = preloaded is not None
        self.read_by_index = preloaded is None and is_indexable(generator)
        self.yields_batches = generator.yields_batches()
        # The first samples of all are those of a stream: no shard knows how many came before it.
        self.read_by_shard = preloaded is None and is_sharded(generator) and params.limit < 0
        if is_sharded(generator) and self.yields_batches:
            raise DefinitionError(
                f"{type(generator).__name__} has shards, so it must give samples, but yields_batches() is True: "
                "set batch_size instead"
            )
        if self.read_by_index and length_of(generator) is None:
            raise DefinitionError(f"{type(generator).__name__} has __getitem__, so it must have __len__ too")

    @property
    def is_bucketed(self) -> bool:
        """Whether samples of similar length share a batch."""
        return bool(self._params.bucket_boundaries) and not self.yields_batches

    @property
    def makes_many(self) -> bool:
        """Whether a processor may make several samples of one."""
        return any(
            self._mode in params.modes and issubclass(processor_class(params), GeneratingDataProcessor)
            for params in self._processors.flatten()
        )

    def source(self, shard: tuple[int, int] = (0, 1)) -> Source:
        """The source of one shard."""
        params = self._params
        portion_size = 1 if self.yields_batches else params.batch_size
        if self._preloaded is not None:
            return PreloadedSource(self._seed, portion_size, self._preloaded, shuffle=self._shuffle, shard=shard)
        generator = self._generator
        limit = None if params.limit < 0 else params.limit
        length = length_of(generator)
        count = length if length is None or limit is None else min(length, limit)
        if self.read_by_index:
            return IndexedSource(self._seed, portion_size, count or 0, shuffle=self._shuffle, shard=shard)
        name = type(generator).__name__
        if self._length_check is None:
            self._length_check = LengthCheck(name, "batches" if self.yields_batches else "samples")
        if (layout := self.shard_layout(shard)) is not None:
            check = self._length_check
            return ShardSource(
                self._seed,
                layout,
                length if shard[1] == 1 else None,
                lambda read: check.pass_is_read(length, read, True, None) if shard[1] == 1 else None,
            )
        return StreamSource(
            self._seed,
            portion_size,
            generator.generate_pass,
            f"{name}.generate()",
            count=count,
            limit=limit,
            shuffle_buffer=self._shuffle_buffer,
            shard=shard,
            on_pass_read=partial(self._length_check.pass_is_read, length),
        )

    @property
    def _shuffle_buffer(self) -> int:
        if not self._shuffle:
            return 0
        size = self._params.shuffle_buffer_size
        return DEFAULT_SHUFFLE_BUFFER if size < 0 else size

    def shard_layout(self, shard: tuple[int, int] = (0, 1)) -> ShardLayout | None:
        """The shards of each machine and lane; None unless the generator is read by shard."""
        if not self.read_by_shard:
            return None
        if self._shards is None:
            shards = list(call_user_code(self._generator.shards))
            self._shards = len(shards), digest_of(shards)
        count, digest = self._shards
        if 0 < count < shard[1] and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "%d machines share %d shards: each shard is read by several, which take every n-th sample; write at "
                "least one shard for each machine",
                shard[1],
                count,
            )
        return ShardLayout(
            count, digest, *shard, self._params.open_shards, self._params.batch_size, self._shuffle_buffer
        )

    def steps_per_epoch(self) -> int | None:
        """The number of batches of one pass, or of those that processors leave; None if it depends on the samples."""
        length = self.source().length
        if length is None or self.yields_batches:
            return length
        if self._params.bucket_boundaries or self.makes_many:
            return None
        size = self._params.batch_size
        return length // size if self._params.batch_drop_remainder else -(-length // size)

    def plan(
        self,
        layout: BatchLayout | None,
        *,
        packs: bool,
        preloading: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> tuple[Plan, WorkerSettings]:
        """The plan, and how many workers there are.

        Args:
            layout: The specs that samples must fit in the end; None if they need not fit a batch.
            packs: Whether the last segment packs rows.
            preloading: Whether the samples are kept for all passes.
            shard: As for `source`.

        Raises:
            DefinitionError: A processor needs the whole stream, which batches of the generator are none; or a parameter
                was set to a value that can't be.
        """
        params = self._params
        params.validate()
        plan = Plan(
            mode=self._mode,
            seed=self._seed,
            data_params=self._data_params,
            generator_params=self._generator_params if self.read_by_index or self.read_by_shard else None,
            segments=self._segments(parallel=True),
            layout=layout,
            packs=packs,
            skip_bad_samples=params.on_bad_sample == "skip",
            preloading=preloading,
            shards=self.shard_layout(shard),
        )
        count, in_threads = self._workers(plan)
        if not count:
            plan = replace(plan, segments=self._segments(parallel=False))
        return plan, worker_settings(params, count, in_threads=in_threads)

    def _workers(self, plan: Plan) -> tuple[int, bool]:
        """How many workers there are, and whether they are threads."""
        params = self._params
        if params.workers == "threads":
            require_threads(plan, params)
        # Who asked for protection from samples that hang or crash must not have them in this process.
        tries_out = not params.sample_timeout and params.on_worker_death == "raise"
        count = params.num_processes
        if count < 0:
            count = choose_process_count(
                plan, batch_size=params.batch_size, batches=self.steps_per_epoch(), tries_out=tries_out
            )
        if not count or params.workers == "threads":
            return count, count > 0
        if self._pays_in_threads is None and params.workers == "auto" and tries_out:
            self._pays_in_threads = self._threads_pay(plan, count)
        if self._pays_in_threads:
            return count, True
        if params.num_processes < 0 and not can_be_sent(plan):
            return 0, False
        return possible_process_count(count), False

    def _threads_pay(self, plan: Plan, count: int) -> bool:
        """Whether threads may do the work, and do it about as fast as processes."""
        if plan.generator_params is None or plan.shards is not None or not plan.segments[0].in_workers:
            return False  # there is nothing that can be tried without being lost
        if undeclared_class(plan) is not None or needs_processes(self._params) is not None:
            return False
        return pays_in_threads(plan, count, self.source().length or 0, self._params.batch_size)

    def _segments(self, *, parallel: bool) -> list[SegmentPlan]:
        segments = plan_of_segments(
            self._processors,
            self._mode,
            parallel=parallel,
            read_by_index=self.read_by_index or (self.read_by_shard and self._shuffle),
            reads_apart=self.read_by_shard and not self._shuffle,
        )
        if self.yields_batches and (streams := [segment for segment in segments if segment.is_stream]):
            raise DefinitionError(
                f"{processor_class(streams[0].processors[0]).__name__} needs the whole stream of samples, whereas "
                f"{type(self._generator).__name__} yields batches: declare it as one_to_n, or batch in the pipeline"
            )
        return segments


def plan_of_segments(
    pipeline: DataProcessorPipelineParams,
    mode: PipelineMode,
    *,
    parallel: bool,
    read_by_index: bool,
    reads_apart: bool = False,
) -> list[SegmentPlan]:
    """The segments of a pipeline, of which the first and the last one are no streams.

    Args:
        pipeline: The stages.
        mode: Processors that are not meant for it are left out.
        parallel: Whether there are workers.
        read_by_index: Whether the first segment also reads the samples, which is worth a worker in any case.
        reads_apart: Whether the first segment does nothing but read the samples, in the consumer's process.
    """
    segments: list[SegmentPlan] = [SegmentPlan([], in_workers=False)] if reads_apart and parallel else []
    for stage in pipeline.stages():
        in_workers = parallel and stage.run_parallel
        for params in stage.processors:
            stream = needs_stream(params)
            if mode not in params.modes:
                continue
            last = segments[-1] if segments else None
            if stream:
                segments.append(SegmentPlan([params], in_workers=False, is_stream=True))
            elif last is None or last.is_stream or last.in_workers != in_workers:
                segments.append(SegmentPlan([params], in_workers))
            else:
                segments[-1] = SegmentPlan([*last.processors, params], in_workers)
    if not segments or segments[0].is_stream:
        segments.insert(0, SegmentPlan([], in_workers=parallel and read_by_index))
    if segments[-1].is_stream:
        segments.append(SegmentPlan([], in_workers=False))
    return segments


def source_of_samples(
    seed: int, samples: Iterable[Sample], name: str, *, keeps_identities: bool = False
) -> StreamSource:
    """Samples that somebody else makes, one pass, one by one; an error that is no `Exception` is not theirs."""
    return StreamSource(
        seed,
        1,
        lambda _: samples,
        name,
        count=None,
        limit=None,
        shuffle_buffer=0,
        on_pass_read=partial(LengthCheck(name, "samples").pass_is_read, None),
        own_errors=Exception,
        keeps_identities=keeps_identities,
    )


def worker_settings(params: DataPipelineParams, count: int, *, in_threads: bool) -> WorkerSettings:
    """How so many workers are used."""
    return WorkerSettings(
        workers=count,
        in_threads=in_threads,
        prefetch=None if params.prefetch < 0 else params.prefetch,
        max_tasks=params.max_tasks_per_process,
        restart=params.on_worker_death == "restart",
        sample_timeout=params.sample_timeout,
    )
