"""`DataPipeline`: from a generator through processors to batches, for one mode."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.data.data_base import DataBase
from tfaip.pipeline.data.data_base_params import DataProcessorPipelineParams
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import DataPipelineParams, PipelineMode, require_integer
from tfaip.pipeline.data.processor import processor_class
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.engine import Engine
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.stream.source import Element
from tfaip.pipeline.engine.stream.state import PipelineState
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.hooks import Hooked, call_user_code, returned
from tfaip.pipeline.running.available_workers import possible_process_count, prepare_workers
from tfaip.pipeline.running.batch_iterator import BatchIterator
from tfaip.pipeline.running.batcher import AsGivenBatcher, Batcher, FixedBatcher
from tfaip.pipeline.running.buckets import BucketBatcher, default_bucket_sizes
from tfaip.pipeline.running.description import describe
from tfaip.pipeline.running.planning import Planner, plan_of_segments, source_of_samples, worker_settings
from tfaip.pipeline.running.preload import elements_of, split_for_preload
from tfaip.pipeline.running.sample_iterator import SampleIterator
from tfaip.pipeline.running.worker_kind import require_threads

if TYPE_CHECKING:
    from tfaip.pipeline.tf_dataset import InputDataset

__all__ = ["DataPipeline"]

_BEGINNING = PipelineState()

_WHOLE = (0, 1)
"""The only shard of a pipeline that shares its data with no other."""

_SHOWN_OF_PARAMS = 300
"""So many characters of a generator's parameters are shown in a message."""


class DataPipeline(Hooked):
    """Samples and batches of one generator in one mode.

    Args:
        data: Says what samples look like and which processors they go through.
        mode: Their use. Only TRAINING shuffles, and repeats by default.
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
        require_integer("seed", seed, 0)
        pipeline_params.validate()
        self.data = data
        self.mode = PipelineMode(mode)
        self.pipeline_params = pipeline_params
        self.generator_params = generator_params
        self.seed = seed
        self._pre_proc: DataProcessorPipelineParams = data.params.pre_proc
        self._preloaded: Sequence[Element] | None = None
        self._is_tried_out = False
        self._layout = data.batch_layout(self.mode)
        for processor in (*data.params.pre_proc.flatten(), *data.params.post_proc.flatten()):
            processor_class(processor)
        if pipeline_params.num_processes > 0 and pipeline_params.workers == "processes":
            prepare_workers(pipeline_params)

    @cached_property
    def generator(self) -> DataGenerator[Any]:
        """The generator, made on first use."""
        return self.create_data_generator()

    def create_data_generator(self) -> DataGenerator[Any]:
        """Hook: make the generator."""
        return call_user_code(self.generator_params.create, self.mode)

    def to_mode(self, mode: PipelineMode) -> DataPipeline:
        """The same pipeline in another mode."""
        return type(self)(self.data, mode, self.pipeline_params, self.generator_params, seed=self.seed)

    def by_elements(self) -> DataPipeline:
        """This very pipeline, which reads the shards of a generator as one stream from now on.

        The `shard` of its batches then is every n-th element, in the order of the generator.
        """
        self._planner.read_by_shard = False
        return self

    def as_preloaded(self) -> DataPipeline:
        """The same pipeline, after the samples went through all processors up to the first that can't be preloaded.

        The results are kept in memory. Each pass shuffles them, and runs the other processors on them.
        """
        self.pipeline_params.validate()
        done, left = split_for_preload(self._pre_proc, self.data.params, self.mode)
        loading = copy.copy(self)
        loading._pre_proc = done
        loading.pipeline_params = copy.copy(self.pipeline_params)
        loading.pipeline_params.shuffle_buffer_size = 0
        loading.__dict__.pop("_planner", None)
        engine = loading._start(packs=False, checks=False, preloading=True)
        try:
            elements = elements_of(engine, grouped=loading._planner.yields_batches)
        finally:
            engine.close()
        preloaded = copy.copy(self)
        preloaded.__dict__.pop("_planner", None)
        preloaded._pre_proc = left
        preloaded._preloaded = elements
        preloaded._is_tried_out = False
        return preloaded

    @contextmanager
    def generate_input_samples(self, *, repeat: bool = False) -> Iterator[SampleIterator]:
        """The samples after the processors, as an iterator that lives as long as the context.

        With `num_processes=0` all happens in this process, where breakpoints work.
        """
        samples = SampleIterator(self._start(repeat=repeat, packs=False, checks=False))
        try:
            yield samples
        finally:
            samples.close()

    @contextmanager
    def generate_input_batches(
        self, *, repeat: bool | None = None, state: Mapping[str, Any] | None = None, shard: tuple[int, int] = _WHOLE
    ) -> Iterator[BatchIterator]:
        """The batches, as an iterator that lives as long as the context; see `open_batches`."""
        batches = self.open_batches(repeat=repeat, state=state, shard=shard)
        try:
            yield batches
        finally:
            batches.close()

    def open_batches(
        self, *, repeat: bool | None = None, state: Mapping[str, Any] | None = None, shard: tuple[int, int] = _WHOLE
    ) -> BatchIterator:
        """The batches, as an iterator that has to be closed.

        The first time, it processes one sample, in a worker if there are any, and checks it against the specs, unless
        the generator is a stream, whose first sample is checked when it comes.

        Args:
            repeat: Go on with the next pass after each; by default in TRAINING only.
            state: Result of `BatchIterator.state`: go on after that batch.
            shard: `(index, number of shards)`: the part of the pipelines that share the work, on several machines for
                instance: every n-th shard of a sharded generator, else every n-th element of each pass.

        Raises:
            StateError: The state belongs to other data.
            DefinitionError: Workers can't be given what they need, or the shard can't be.
            SpecError: The first sample is not what the specs promise.
            WorkerStartError: A worker could not build its generator or its processors.
            Exception: The error of the first sample.
        """
        self.pipeline_params.validate()
        index, shards = shard
        if not 0 <= index < shards:
            raise DefinitionError(f"shard must be (index, number of shards) with 0 <= index < number, got {shard}")
        repeat = self.mode is PipelineMode.TRAINING if repeat is None else repeat
        length = self._planner.source(shard).length
        layout = None if (dealt := self._planner.shard_layout(shard)) is None else dealt.to_json()
        start = _BEGINNING if state is None else PipelineState.from_json(state, self.seed, length, layout)
        engine = self._start(start, repeat=repeat, packs=not self._planner.is_bucketed, shard=shard)
        try:
            self._try_out(engine, start.epoch)
            batcher = self._batcher(engine)
            batcher.go_on_from(start)
            return BatchIterator(
                engine,
                batcher,
                start=start,
                seed=self.seed,
                length=length,
                repeat=repeat,
                layout=layout,
                why_empty=self._why_empty,
            )
        except BaseException:
            engine.close()
            raise

    def _why_empty(self, skipped: int) -> str:
        """Why a pass gave no batch; generators are shown by their parameters, which may hold long lists."""
        if skipped:
            return f"all samples were dropped or skipped ({skipped} so far), or the remaining ones fill no batch"
        source = shorten(repr(self.generator_params), _SHOWN_OF_PARAMS)
        if self.pipeline_params.batch_drop_remainder and self._planner.source().length != 0:
            return f"batch_drop_remainder is set, and the samples fill no batch; they come from {source}"
        return f"there are no samples; they come from {source}"

    def input_dataset(
        self,
        *,
        repeat: bool | None = None,
        state: Mapping[str, Any] | None = None,
        with_meta: bool = False,
        shard: tuple[int, int] = _WHOLE,
    ) -> InputDataset:
        """The batches as a `tf.data.Dataset` (its attribute `dataset`); it has to be closed. Needs TensorFlow."""
        dataset_cls = self.input_dataset_cls()
        batches = self.open_batches(repeat=repeat, state=state, shard=shard)
        size = self.pipeline_params.batch_size
        return dataset_cls(self.data, self.mode, batches, batch_size=size, with_meta=with_meta)

    def input_dataset_cls(self) -> type[InputDataset]:
        """Hook: the class of the datasets, for other ways into `tf.data`. Needs TensorFlow."""
        from tfaip.pipeline.tf_dataset import InputDataset

        return InputDataset

    def process_output(
        self, samples: Iterable[Sample], *, num_processes: int = 0, keeps_identities: bool = False
    ) -> SampleIterator:
        """The samples after the processors that follow the model, in order; dropped ones are missing.

        Args:
            samples: With outputs. Each is taken when it is asked for, or a few in advance where there are workers.
            num_processes: The number of workers, which are processes unless `workers` is threads.
            keeps_identities: Whether samples keep their identities, by default numbers in the order of arrival.

        Raises:
            DefinitionError: `num_processes` is no integer >= 0.
        """
        require_integer("num_processes", num_processes, 0)
        self.pipeline_params.validate()
        in_threads = num_processes > 0 and self.pipeline_params.workers == "threads"
        if not in_threads:
            num_processes = possible_process_count(num_processes)
        plan = Plan(
            mode=self.mode,
            seed=self.seed,
            data_params=self.data.params,
            generator_params=None,
            segments=plan_of_segments(
                self.data.params.post_proc, self.mode, parallel=num_processes > 0, read_by_index=False
            ),
            layout=None,
            packs=False,
            skip_bad_samples=self.pipeline_params.on_bad_sample == "skip",
            keeps_invalid=True,
        )
        source = source_of_samples(self.seed, samples, "the samples to post-process", keeps_identities=keeps_identities)
        if in_threads:
            require_threads(plan, self.pipeline_params)
        settings = worker_settings(self.pipeline_params, num_processes, in_threads=in_threads)
        return SampleIterator(Engine(plan, source, settings, start=_BEGINNING, repeat=False))

    def steps_per_epoch(self) -> int | None:
        """The number of batches of one pass; None if it depends on the samples.

        It is an upper bound if processors drop samples.
        """
        return self._planner.steps_per_epoch()

    def samples_per_epoch(self) -> int | None:
        """The number of samples of one pass; None if it depends on the samples.

        It is an upper bound if processors drop samples.
        """
        return None if self._planner.makes_many else self.samples_of_generator()

    def samples_of_generator(self) -> int | None:
        """The number of samples that the generator makes in one pass; None if it does not tell, or makes batches."""
        return None if self._planner.yields_batches else self._planner.source().length

    def __len__(self) -> int:
        """`steps_per_epoch`, where it is known."""
        steps = self.steps_per_epoch()
        if steps is None:
            raise TypeError("the number of batches of this pipeline depends on its samples")
        return steps

    def describe(self) -> str:
        """The stages, one a line, with the process in which each of them runs."""
        plan, settings = self._planner.plan(self._layout, packs=True)
        post_proc = [params for params in self.data.params.post_proc.flatten() if self.mode in params.modes]
        return describe(self.generator, self._planner, plan.segments, post_proc, self.pipeline_params, settings)

    @cached_property
    def _planner(self) -> Planner:
        return Planner(
            self.mode,
            self.pipeline_params,
            self.seed,
            self.generator,
            self.generator_params,
            self.data.params,
            self._pre_proc,
            self._preloaded,
        )

    def _batcher(self, engine: Engine) -> Batcher:
        params = self.pipeline_params
        if self._planner.yields_batches:
            return AsGivenBatcher(self._layout)
        if not self._planner.is_bucketed:
            return FixedBatcher(self._layout, params.batch_size, drop_remainder=params.batch_drop_remainder)
        return BucketBatcher(
            self._layout,
            params.bucket_boundaries,
            params.bucket_batch_sizes or default_bucket_sizes(params.batch_size, params.bucket_boundaries),
            returned(
                self.data,
                "element_length_fn",
                call_user_code(self.data.element_length_fn),
                callable,
                "a function of a sample",
            ),
            drop_remainder=params.batch_drop_remainder,
            skip=engine.counters.count_bad if params.on_bad_sample == "skip" else None,
        )

    def _start(
        self,
        start: PipelineState = _BEGINNING,
        *,
        packs: bool,
        repeat: bool = False,
        checks: bool = True,
        preloading: bool = False,
        shard: tuple[int, int] = _WHOLE,
    ) -> Engine:
        plan, settings = self._planner.plan(
            self._layout if checks else None, packs=packs, preloading=preloading, shard=shard
        )
        return Engine(plan, self._planner.source(shard), settings, start=start, repeat=repeat)

    def _try_out(self, engine: Engine, epoch: int) -> None:
        if self._is_tried_out:
            return
        mistake = engine.find_mistake(self._planner.source(), epoch)
        if mistake is not None:
            raise mistake.original()
        self._is_tried_out = True
