"""The base of the validation of one model and of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tfaip.model import ModelBase, ScenarioBase
from tfaip.model.evaluator import counting, figures_of
from tfaip.pipeline import Batch, DataGeneratorParams, DataPipeline, PipelineMode, Sample
from tfaip.pipeline.hooks import Hooked, call_user_code
from tfaip.predict.computing.created_model import created_model
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.measures import Measures, NoMeasures
from tfaip.predict.lav.params import LAVParams
from tfaip.predict.lav.result import LAVResult
from tfaip.predict.loaded_object import LoadedObject
from tfaip.predict.progress import with_progress

__all__ = ["LAVBase"]


class LAVBase(Hooked, LoadedObject, ABC):
    """Computes losses, metrics and the evaluator's figures on one data set after the other.

    The figures depend neither on the batch size nor on the number of processes, as long as the graph masks its padding.

    Args:
        params: Pipeline, and how the model is run.
        scenario: Its data, its model's losses and metrics, and its evaluator.
        model: Where the caller has one already.
        callbacks: Are told of all that happens.

    Attributes:
        model: The model; `None` where TensorFlow isn't installed, and losses and metrics are left out.
        bundles: The bundles that are validated; none where the model is in memory, as during a training.
    """

    def __init__(
        self,
        params: LAVParams,
        scenario: ScenarioBase[Any, Any],
        *,
        model: ModelBase[Any] | None = None,
        callbacks: Iterable[LAVCallback] = (),
    ) -> None:
        super().__init__()
        self.params = params
        self.scenario = scenario
        self.callbacks = list(callbacks)
        self.model: ModelBase[Any] = model or created_model(scenario)
        self.bundles: tuple[Path, ...] = ()
        self._measures: Measures | NoMeasures = NoMeasures()
        if self.model is not None:
            self._measures = Measures(self.model, scenario.data, eager=params.run_eagerly)

    @abstractmethod
    def _predicted(self, pipeline: DataPipeline, batches: Iterable[Batch]) -> Generator[Sample, None, None]:
        """Yield the samples of the batches after post-processing, and let losses and metrics see them."""

    def run(
        self, generators: Iterable[DataGeneratorParams], *, callbacks: Iterable[LAVCallback] = ()
    ) -> Iterator[LAVResult]:
        """Yield the result of each data set, lazily.

        Args:
            generators: Where the samples of each data set come from; with targets.
            callbacks: Beside those of the constructor.

        Raises:
            PredictionError: A data set has no sample, or this process was forked.
        """
        told = [*self.callbacks, *callbacks]
        for number, generator in enumerate(generators):
            yield self._evaluate(f"l{number}", generator, told)

    def _evaluate(self, name: str, generator: DataGeneratorParams, callbacks: Sequence[LAVCallback]) -> LAVResult:
        self.require_own_process()
        for callback in callbacks:
            callback.lav = self
            call_user_code(callback.on_start, name, generator)
        pipeline = self.scenario.data.create_pipeline(PipelineMode.EVALUATION, self.params.pipeline, generator)
        self._measures.reset()
        evaluator = self.scenario.create_evaluator(self.scenario.params.evaluator)
        with counting(evaluator) as counts, pipeline.generate_input_batches(repeat=False) as batches:
            predicted = self._predicted(pipeline, batches)
            with closing(with_progress(predicted, pipeline.samples_per_epoch, self.params)) as samples:
                for sample in samples:
                    call_user_code(counts.update_state, sample)
                    for callback in callbacks:
                        call_user_code(callback.on_sample_end, sample)
            counters = batches.counters
            if not counters.samples:
                raise PredictionError(
                    f"a data set must have a sample to be validated on, but {name} gave none: {generator!r}; "
                    f"{counters.skipped} were dropped or skipped"
                )
            result = LAVResult(
                name=name,
                data=generator,
                samples=counters.samples,
                skipped=counters.skipped,
                metrics=self._measures.result(),
                evaluator=figures_of(counts),
                not_computed=dict(self._measures.not_computed),
            )
        for callback in callbacks:
            call_user_code(callback.on_end, result)
        return result
