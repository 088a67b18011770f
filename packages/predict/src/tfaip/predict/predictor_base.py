"""The base of predictors of one model and of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from tfaip.model import ScenarioBaseParams
from tfaip.pipeline import Batch, DataBase, DataGeneratorParams, DataPipeline, Sample
from tfaip.pipeline.data.sample import SampleIdentity
from tfaip.pipeline.hooks import Hooked
from tfaip.predict.computing.array_adoption import run_on_arrays
from tfaip.predict.computing.batches_ahead import BATCHES_AHEAD, map_ahead, raised_behind
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.computing.prediction_function import PredictionFunction
from tfaip.predict.counters import PredictionCounters
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import require
from tfaip.predict.given_samples import GivenSamples, dataset_batches, require_generator
from tfaip.predict.loaded_object import LoadedObject
from tfaip.predict.params import PredictorParams
from tfaip.predict.part_of_input import BatchIdentities, require_parts
from tfaip.predict.progress import with_progress
from tfaip.predict.service.raw_prediction import RawPrediction

__all__ = ["LoadedModel", "PredictorBase"]

Outputs = dict[str, np.ndarray]


@dataclass
class LoadedModel:
    """A model that is ready to predict.

    Attributes:
        data: The data of its scenario, with its processors.
        function: Its prediction.
        path: Its bundle; `None` for a model in memory.
        scenario_params: The parameters that its bundle holds; `None` for a model in memory.
    """

    data: DataBase[Any]
    function: PredictionFunction
    path: Path | None = None
    scenario_params: ScenarioBaseParams[Any, Any] | None = None


class PredictorBase(Hooked, LoadedObject, ABC):
    """Predicts samples, one after the other, in order and lazily.

    Pre-processing runs in the pipeline's processes, ahead of the models; these run in a thread, up to two batches ahead
    of the post-processing. A predictor of bundles pickles; it can't be used in a process that was forked.

    Args:
        params: Devices and pipeline.
        models: At least one; the pre-processing is that of the first one.

    Attributes:
        data: The data of the first model.
        counters: Numbers of the pass over samples that was begun last.
    """

    def __init__(self, params: PredictorParams, models: Sequence[LoadedModel]) -> None:
        super().__init__()
        self.params = params
        self.data = models[0].data
        self.counters = PredictionCounters()
        self._models = list(models)

    @abstractmethod
    def numbered(
        self, pipeline: DataPipeline, samples: Iterable[Sequence[Sample]]
    ) -> Generator[tuple[int, Sample], None, None]:
        """Yield what callers get, each sample with the first number of its identity: by default that of its arrival.

        Args:
            pipeline: Where the samples come from.
            samples: For each sample one with the outputs of each model.
        """

    @abstractmethod
    def _join(self, samples: Sequence[Sample]) -> Sample:
        """Return what callers get, from the post-processed samples of each model."""

    def predict(self, generator: DataGeneratorParams) -> Iterator[Sample]:
        """Yield the samples of a generator with their outputs.

        Args:
            generator: Parameters of the generator that reads the samples.

        Raises:
            PredictionError: This process was forked after the predictor was loaded, or `generator` is something else.
        """
        self.require_own_process()
        require_generator("predict", generator)
        return self.predict_pipeline(self.data.create_pipeline(self.params.mode, self.params.pipeline, generator))

    def predict_raw(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Yield the given samples with their outputs. They go through pre- and post-processing like all others.

        Args:
            samples: Samples as a generator would make them; only their inputs are needed. They are read a few batches
                ahead.

        Raises:
            PredictionError: They are no samples.
        """
        return self.predict(GivenSamples(samples))

    def predict_pipeline(self, pipeline: DataPipeline) -> Iterator[Sample]:
        """Yield the samples of one pass of a pipeline with their outputs, after its post-processing."""
        self.require_own_process()
        remedy = "give DataBase.create_pipeline(...); predict takes parameters of a generator"
        require("predict_pipeline", pipeline, DataPipeline, "a DataPipeline", remedy)
        with pipeline.generate_input_batches(repeat=False) as batches:
            predicted = self._predict_batches(pipeline, batches, lambda: batches.counters.skipped)
            with closing(with_progress(predicted, pipeline.samples_per_epoch, self.params)) as samples:
                for _, sample in samples:
                    yield sample

    def predict_part(
        self,
        generator: DataGeneratorParams,
        part: Part,
        *,
        state: Mapping[str, Any] | None = None,
        on_batch: Callable[[dict[str, Any]], None] = lambda state: None,
    ) -> Iterator[tuple[int, Sample]]:
        """Yield the samples of a part with their outputs, each with the index of the input's element it comes from.

        The samples of all parts, sorted by these indices, are those of `predict`.

        Args:
            generator: Parameters of the generator that reads the samples.
            part: Every n-th element.
            state: A value that `on_batch` got: the part goes on behind that batch.
            on_batch: Called when all samples of a batch have been consumed.

        Raises:
            PredictionError: The prediction can't run in parts. A processor needs the whole stream, or batches are made
                by lengths, or drop samples.
            StateError: The state belongs to other data.
        """
        self.require_own_process()
        require_generator("predict_part", generator)
        pipeline = self.data.create_pipeline(self.params.mode, self.params.pipeline, generator).by_elements()
        require_parts([data.params for data in self.data_of_models()], self.params.mode, self.params.pipeline)
        if state is not None and state.get("epoch", 0) > 0:
            return  # the state behind the last batch is the beginning of another pass
        shard = part.number, part.of
        with pipeline.generate_input_batches(repeat=False, state=state, shard=shard) as batches:
            predicted = self._predict_batches(
                pipeline,
                batches,
                lambda: batches.counters.skipped,
                identities=BatchIdentities(part, pipeline.seed),
                on_batch=lambda number: on_batch(batches.state(number)),
            )
            total = part.share(pipeline.samples_per_epoch())
            with closing(with_progress(predicted, lambda: total, self.params)) as samples:
                yield from samples

    def predict_dataset(self, dataset: Any) -> Iterator[Sample]:
        """Yield the samples of a `tf.data.Dataset` with their outputs.

        They do not go through the pre-processing: the dataset holds what the model takes.

        Args:
            dataset: Of dicts of inputs, or of tuples `(inputs, targets)`; with or without a batch axis. Elements
                without a batch axis are batched here.
        """
        self.require_own_process()
        pipeline = self.data.create_pipeline(self.params.mode, self.params.pipeline, GivenSamples(()))
        batches = dataset_batches(dataset, self.data, self.params.pipeline.batch_size)
        with closing(self._predict_batches(pipeline, batches, lambda: 0)) as samples:
            for _, sample in samples:
                yield sample

    def raw(self) -> RawPrediction:
        """Return a callable for one sample at a time, for the threads of a service. It must be closed.

        Concurrent callers are served in one batch, of `pipeline.batch_size` samples at most.
        """
        self.require_own_process()
        self.params.pipeline.validate()
        return RawPrediction(
            [model.data for model in self._models],
            self.params.mode,
            self.run_models,
            self._finished,
            batch_size=self.params.pipeline.batch_size,
        )

    def data_of_models(self) -> list[DataBase[Any]]:
        """Return the data of each model."""
        return [model.data for model in self._models]

    def run_models(self, inputs: Mapping[str, Any]) -> list[Outputs]:
        """Return the outputs of each model for a batch of inputs, which all of them share."""
        self.require_own_process()
        return run_on_arrays([model.function for model in self._models], inputs)

    def _predict_batches(
        self,
        pipeline: DataPipeline,
        batches: Iterable[Batch],
        skipped_before: Callable[[], int],
        *,
        identities: Callable[[Batch], Iterable[SampleIdentity | None]] = lambda batch: repeat(None, batch.size),
        on_batch: Callable[[int], None] = lambda number: None,
    ) -> Generator[tuple[int, Sample], None, None]:
        counters = self.counters = PredictionCounters()
        began = perf_counter()
        arrived = 0

        def run(batch: Batch) -> tuple[Batch, list[Iterator[Outputs]]]:
            start = perf_counter()
            rows = [output_rows(outputs, batch.size) for outputs in self.run_models(batch.inputs)]
            if counters.batches:
                counters.model_seconds += perf_counter() - start
            else:
                counters.first_seconds = perf_counter() - began
                counters.first_samples = batch.size
            counters.batches += 1
            return batch, rows

        def unbatched(predicted: Iterable[tuple[Batch, list[Iterator[Outputs]]]]) -> Iterator[list[Sample]]:
            nonlocal arrived
            for number, (batch, rows) in enumerate(predicted, 1):
                for sample, identity, *outputs in zip(batch.samples(), identities(batch), *rows, strict=True):
                    arrived += 1
                    identified = sample.identified_by(identity)
                    yield [identified.new_outputs(of_model) for of_model in outputs]
                # The post-processing asks for the next sample only when its consumer has had all before.
                on_batch(number)

        ahead = 0 if self.params.run_eagerly else BATCHES_AHEAD
        with (
            closing(map_ahead(run, _timed(batches, counters), ahead=ahead)) as predicted,
            raised_behind(predicted) as until_error,
            closing(self.numbered(pipeline, unbatched(until_error))) as samples,
        ):
            for number, sample in samples:
                counters.samples += 1
                counters.seconds = perf_counter() - began
                counters.skipped = skipped_before() + max(arrived - counters.samples, 0)
                yield number, self._finished_meta(sample)
        counters.seconds = perf_counter() - began
        counters.skipped = skipped_before() + max(arrived - counters.samples, 0)

    def _finished(self, samples: Sequence[Sample]) -> Sample:
        return self._finished_meta(self._join(samples))

    def _finished_meta(self, sample: Sample) -> Sample:
        return sample if self.params.include_meta else sample.new_meta({})


def _timed(batches: Iterable[Batch], counters: PredictionCounters) -> Iterator[Batch]:
    source = iter(batches)
    is_first = True
    while True:
        start = perf_counter()
        batch = next(source, None)
        if not is_first:
            counters.data_seconds += perf_counter() - start
        if batch is None:
            return
        is_first = False
        yield batch
