"""`DataPipeline`: from a generator through processors to batches, for one mode."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .batch_iterator import BatchIterator
from .batching.as_given import AsGivenBatcher
from .batching.batcher import Batcher
from .batching.buckets import BucketBatcher, default_bucket_sizes
from .batching.fixed import FixedBatcher
from .data_generator import DataGenerator, is_indexable, length_of
from .data_generator_params import DataGeneratorParams
from .data_pipeline_params import DataPipelineParams
from .engine.failure import SampleError
from .engine.pickling import find_in_main
from .engine.place import Place
from .engine.plan import plan_segments, processor_class
from .engine.portion import Samples
from .engine.program import Program, Segment
from .engine.run import Run
from .engine.settings import WorkerSettings
from .engine.source import IndexedSource, Source, StreamSource
from .engine.trial import seconds_per_element
from .errors import DefinitionError
from .mode import PipelineMode
from .sample import Sample

if TYPE_CHECKING:
    from .data_base import DataBase
    from .tf_dataset import InputDataset

__all__ = ["DataPipeline"]

logger = logging.getLogger(__name__)

_MOST_AUTOMATIC_PROCESSES = 4

_WORTH_A_WORKER = 0.5e-3
"""Seconds for a batch. To get one from a worker costs this process about 0.1 ms, while a core of the model is taken."""

DEFAULT_SHUFFLE_BUFFER = 1024
"""Samples of a stream: enough to mix classes that come in blocks, little enough to be filled at once."""


class DataPipeline:
    """Samples and batches of one generator in one mode.

    Args:
        data: Says what samples look like and which processors they go through.
        mode: What they are used for. Only TRAINING shuffles, and repeats by default.
        pipeline_params: Batching, shuffling, and how the work is spread over processes.
        generator_params: Where samples come from.
        seed: Of all random numbers, >= 0.

    Raises:
        DefinitionError: It can't work as it is put together.
    """

    def __init__(
        self,
        data: DataBase[Any],
        mode: PipelineMode,
        pipeline_params: DataPipelineParams,
        generator_params: DataGeneratorParams,
        *,
        seed: int = 0,
    ) -> None:
        if seed < 0:
            raise DefinitionError(f"seed must be >= 0, got {seed}")
        pipeline_params.validate()
        self.data = data
        self.mode = PipelineMode(mode)
        self.pipeline_params = pipeline_params
        self.generator_params = generator_params
        self.seed = seed
        self._layout = data.batch_layout(self.mode)
        for processor in (*data.params.pre_proc.flatten(), *data.params.post_proc.flatten()):
            processor_class(processor)

    @cached_property
    def generator(self) -> DataGenerator[Any]:
        """The generator, made on first use."""
        return self.generator_params.create(self.mode)

    @contextmanager
    def generate_input_samples(self, *, repeat: bool = False) -> Iterator[Iterator[Sample]]:
        """The samples after the processors, as an iterator that lives as long as the context.

        With `num_processes=0` all happens in this process and one sample at a time, so that breakpoints work.
        """
        run = self._start(Place(), repeat=repeat, packs=False, checks=False, shard=(0, 1))
        try:
            yield _samples_of(run)
        finally:
            run.close()

    @contextmanager
    def generate_input_batches(
        self,
        *,
        repeat: bool | None = None,
        state: Mapping[str, Any] | None = None,
        shard: tuple[int, int] = (0, 1),
    ) -> Iterator[BatchIterator]:
        """The batches, as an iterator that lives as long as the context; see `open_batches`."""
        batches = self.open_batches(repeat=repeat, state=state, shard=shard)
        try:
            yield batches
        finally:
            batches.close()

    def open_batches(
        self,
        *,
        repeat: bool | None = None,
        state: Mapping[str, Any] | None = None,
        shard: tuple[int, int] = (0, 1),
    ) -> BatchIterator:
        """The batches, as an iterator that has to be closed.

        Args:
            repeat: Go on with the next pass after each; by default in TRAINING only.
            state: What `BatchIterator.state` returned: go on after that batch.
            shard: `(index, number of shards)`: every n-th element of each pass, for pipelines that share the work.

        Raises:
            StateError: The state belongs to other data.
        """
        index, shards = shard
        if not 0 <= index < shards:
            raise DefinitionError(f"shard must be (index, number of shards) with 0 <= index < number, got {shard}")
        repeat = self.mode is PipelineMode.TRAINING if repeat is None else repeat
        length = self._source(shard).length
        start = Place() if state is None else Place.from_json(state, self.seed, length)
        packs = not self._buckets
        run = self._start(start, repeat=repeat, packs=packs, checks=True, shard=shard)
        return BatchIterator(
            run,
            self._batcher(),
            start=start,
            seed=self.seed,
            length=length,
            repeat=repeat,
        )

    def input_dataset(
        self,
        *,
        repeat: bool | None = None,
        state: Mapping[str, Any] | None = None,
        with_meta: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> InputDataset:
        """The batches as a `tf.data.Dataset` (its attribute `dataset`); it has to be closed. Needs TensorFlow."""
        from .tf_dataset import InputDataset

        batches = self.open_batches(repeat=repeat, state=state, shard=shard)
        size = self.pipeline_params.batch_size
        return InputDataset(self.data, self.mode, batches, batch_size=size, with_meta=with_meta)

    def process_output(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """The samples after the processors that follow the model, in order; each is taken when it is asked for."""
        segments = plan_segments(self.data.params.post_proc, self.mode, parallel=False, read_by_index=False)
        program = Program(
            mode=self.mode,
            seed=self.seed,
            data_params=self.data.params,
            generator_params=None,
            segments=segments,
            layout=None,
            packs=False,
            skip_bad_samples=self.pipeline_params.on_bad_sample == "skip",
            keeps_invalid=True,
        )
        source = StreamSource(
            self.seed, 1, lambda: samples, "the samples to post-process", count=None, limit=None, shuffle_buffer=0
        )
        return _samples_of(Run(program, source, WorkerSettings(), start=Place(), repeat=False))

    def steps_per_epoch(self) -> int | None:
        """The number of batches of one pass; None if it depends on the samples.

        It is an upper bound if processors drop samples.
        """
        length = self._source().length
        if self._buckets or length is None:
            return None
        if self.generator.yields_batches():
            return length
        if any(self._makes_many(processor) for processor in self.data.params.pre_proc.flatten()):
            return None
        size = self.pipeline_params.batch_size
        return length // size if self.pipeline_params.batch_drop_remainder else -(-length // size)

    def samples_per_epoch(self) -> int | None:
        """The number of samples of one pass; None if it depends on the samples.

        It is an upper bound if processors drop samples.
        """
        if self.generator.yields_batches():
            return None
        if any(self._makes_many(processor) for processor in self.data.params.pre_proc.flatten()):
            return None
        return self._source().length

    def __len__(self) -> int:
        """`steps_per_epoch`, where it is known."""
        steps = self.steps_per_epoch()
        if steps is None:
            raise TypeError("the number of batches of this pipeline depends on its samples")
        return steps

    def _makes_many(self, processor: Any) -> bool:
        return self.mode in processor.modes and hasattr(processor_class(processor), "generate")

    @property
    def _buckets(self) -> bool:
        params = self.pipeline_params
        return bool(params.bucket_boundaries or params.bucket_batch_sizes) and not self.generator.yields_batches()

    def _batcher(self) -> Batcher:
        params = self.pipeline_params
        if self.generator.yields_batches():
            return AsGivenBatcher(self._layout)
        if not self._buckets:
            return FixedBatcher(self._layout, params.batch_size, drop_remainder=params.batch_drop_remainder)
        return BucketBatcher(
            self._layout,
            params.bucket_boundaries,
            params.bucket_batch_sizes or default_bucket_sizes(params.batch_size, params.bucket_boundaries),
            self.data.element_length_fn(),
            drop_remainder=params.batch_drop_remainder,
        )

    def _source(self, shard: tuple[int, int] = (0, 1)) -> Source:
        params = self.pipeline_params
        generator = self.generator
        batches = generator.yields_batches()
        portion_size = 1 if batches else params.batch_size
        length = length_of(generator)
        limit = None if params.limit < 0 else params.limit
        count = length if limit is None else limit if length is None else min(length, limit)
        shuffle = self.mode is PipelineMode.TRAINING and params.shuffle_buffer_size not in (0, 1)
        if is_indexable(generator):
            if length is None:
                raise DefinitionError(f"{type(generator).__name__} has __getitem__, so it must have __len__ too")
            return IndexedSource(self.seed, portion_size, count or 0, shuffle=shuffle, shard=shard)
        buffer = DEFAULT_SHUFFLE_BUFFER if params.shuffle_buffer_size < 0 else params.shuffle_buffer_size
        return StreamSource(
            self.seed,
            portion_size,
            generator.generate,
            f"{type(generator).__name__}.generate()",
            count=None if length is None else count,
            limit=limit,
            shuffle_buffer=buffer if shuffle else 0,
            shard=shard,
        )

    def _start(self, start: Place, *, repeat: bool, packs: bool, checks: bool, shard: tuple[int, int]) -> Run:
        processes = self.pipeline_params.num_processes
        program = Program(
            mode=self.mode,
            seed=self.seed,
            data_params=self.data.params,
            generator_params=self.generator_params if is_indexable(self.generator) else None,
            segments=self._segments(parallel=processes != 0),
            layout=self._layout if checks else None,
            packs=packs,
            skip_bad_samples=self.pipeline_params.on_bad_sample == "skip",
        )
        if processes < 0:
            processes = self._automatic_processes(program)
            if processes == 0:
                program = replace(program, segments=self._segments(parallel=False))
        return Run(program, self._source(shard), self._worker_settings(processes), start=start, repeat=repeat)

    def _segments(self, *, parallel: bool) -> list[Segment]:
        return plan_segments(
            self.data.params.pre_proc, self.mode, parallel=parallel, read_by_index=is_indexable(self.generator)
        )

    def _automatic_processes(self, program: Program) -> int:
        """As many as there are cores, at most 4; none where they would have little to do, or could not do it.

        The data is the same in any case, so that the choice may depend on how long the first samples take.
        """
        steps = self.steps_per_epoch()
        if not any(segment.in_workers for segment in program.segments) or (steps is not None and steps <= 1):
            return 0
        if (in_main := find_in_main(program)) is not None:
            logger.warning(
                "The pipeline runs in this process only, since %s is defined in __main__, which worker processes don't "
                "import: move it into a module of its own",
                in_main,
            )
            return 0
        seconds = None if program.generator_params is None else seconds_per_element(program)
        if seconds is not None and seconds * self.pipeline_params.batch_size < _WORTH_A_WORKER:
            return 0
        return min(_MOST_AUTOMATIC_PROCESSES, len(os.sched_getaffinity(0)))

    def _worker_settings(self, processes: int) -> WorkerSettings:
        params = self.pipeline_params
        return WorkerSettings(
            processes=processes,
            prefetch=None if params.prefetch < 0 else params.prefetch,
            max_tasks=params.max_tasks_per_process,
            restart=params.on_worker_death == "restart",
            sample_timeout=params.sample_timeout,
        )


def _samples_of(run: Run) -> Iterator[Sample]:
    tokens = iter(run.flow)
    while True:
        try:
            token = next(tokens, None)
        except SampleError as failure:
            error = failure.original()
        else:
            if token is None:
                return
            if isinstance(token, Samples):
                yield from token.samples
            continue
        raise error
