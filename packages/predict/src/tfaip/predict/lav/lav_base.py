"""The base of the validation of one model and of several."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from tfaip.model import ModelBase, ScenarioBase
from tfaip.model.evaluator import counting, figures_of
from tfaip.model.scenario.created import created
from tfaip.params import to_dict
from tfaip.pipeline import Batch, DataBaseParams, DataGeneratorParams, DataPipeline, PipelineMode, Sample
from tfaip.pipeline.hooks import Hooked, call_user_code
from tfaip.predict.computing.created_model import created_model
from tfaip.predict.dump import PartWriter
from tfaip.predict.dump.part import Part
from tfaip.predict.dump.reader import missing_parts
from tfaip.predict.errors import PredictionError, require
from tfaip.predict.given_samples import require_generator
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.measures import Measures, NoMeasures
from tfaip.predict.lav.part_run import PartRun, PartSums, require_evaluator_of_parts, store_sums, stored_sums
from tfaip.predict.lav.result import LAVResult
from tfaip.predict.loaded_object import LoadedObject
from tfaip.predict.params import LAVParams
from tfaip.predict.part_of_input import made_by, require_parts
from tfaip.predict.progress import with_progress

__all__ = ["LAVBase"]

logger = logging.getLogger(__name__)


class LAVBase(Hooked, LoadedObject, ABC):
    """Computes losses, metrics and the evaluator's figures on one data set after the other.

    The results depend neither on the batch size nor on the number of processes, if the graph masks its padding.

    Args:
        params: Pipeline, and how the model is run.
        scenario: Its data, its model's losses and metrics, and its evaluator.
        model: Where the caller has one already.
        callbacks: Are told of all that happens.

    Attributes:
        model: The model. It is `None` if TensorFlow isn't installed. LAV then skips losses and metrics.
        bundles: The validated bundles. There are none if the model is in memory, as during a training.
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
    def _predicted(
        self, pipeline: DataPipeline, batches: Iterable[Batch], part: PartRun | None = None
    ) -> Generator[tuple[int, Sample], None, None]:
        """Yield the samples of the batches after post-processing, and let losses and metrics see them.

        Args:
            pipeline: Where the batches come from.
            batches: The batches.
            part: For a part: called when all samples of a batch were consumed. The samples then have the index of the
                input's element.
        """

    def run(
        self, generators: Iterable[DataGeneratorParams], *, callbacks: Iterable[LAVCallback] = ()
    ) -> Iterator[LAVResult]:
        """Yield the result of each data set, lazily.

        Args:
            generators: Where the samples of each data set come from; with targets.
            callbacks: Beside those of the constructor.

        Raises:
            PredictionError: A data set has no sample or no parameters of a generator, or this process was forked.
        """
        told = [*self.callbacks, *callbacks]
        for number, generator in enumerate(_listed("run", generators)):
            yield self._evaluate(f"l{number}", generator, told)

    def run_part(
        self,
        generators: Iterable[DataGeneratorParams],
        part: Part,
        folder: str | os.PathLike[str],
        *,
        callbacks: Iterable[LAVCallback] = (),
    ) -> list[LAVResult]:
        """Evaluate a part of each data set, and store its sums beside its predictions.

        An interrupted part continues where it stopped. A complete part is skipped.

        Args:
            generators: Where the samples of each data set come from; with targets.
            part: Every n-th element of each data set.
            folder: Folder of the data sets `l0`, `l1`, ..., each the folder of its parts.
            callbacks: Beside those of the constructor. They are told of the samples of this part.

        Returns:
            The results of all parts; none unless all parts of each data set are complete.

        Raises:
            PredictionError: The evaluator can't merge the counts of parts, or a metric its sums.
            DumpError: The folder holds something else, or another process evaluates this part.
        """
        self.require_own_process()
        require_evaluator_of_parts(created(self.scenario, "create_evaluator", self.scenario.params.evaluator), part)
        require_parts(self._data_params(), PipelineMode.EVALUATION, self.params.pipeline)
        told = [*self.callbacks, *callbacks]
        sets = [(f"l{number}", generator) for number, generator in enumerate(_listed("run_part", generators))]
        for name, generator in sets:
            record = made_by(
                [str(path) for path in self.bundles],
                generator,
                self.params,
                PipelineMode.EVALUATION,
                evaluator=to_dict(self.scenario.params.evaluator),
                with_training_graph=self.params.with_training_graph,
            )
            with PartWriter(Path(folder) / name, part, made_by=record) as dump:
                if dump.is_ended:
                    logger.info("Part %s in %s is complete: %d samples", part, Path(folder) / name, dump.count)
                else:
                    self._evaluate_part(name, generator, dump, told)
        missing = {number for name, _ in sets for number in missing_parts(Path(folder) / name, part.of)}
        if missing:
            logger.info("%d of %d parts are complete; the last one gives the results", part.of - len(missing), part.of)
            return []
        return [self._merged(name, generator, Path(folder) / name, part.of) for name, generator in sets]

    def _data_params(self) -> list[DataBaseParams]:
        return [self.scenario.data.params]

    def _evaluate_part(
        self, name: str, generator: DataGeneratorParams, dump: PartWriter, callbacks: Sequence[LAVCallback]
    ) -> None:
        for callback in callbacks:
            callback.lav = self
            call_user_code(callback.on_start, name, generator)
        pipeline = self.scenario.data.create_pipeline(PipelineMode.EVALUATION, self.params.pipeline, generator)
        pipeline.by_elements()
        before = dump.state or {}
        sums = PartSums(**before.get("sums", {}))
        self._measures.reset()
        self._measures.restore([sums.metrics])
        with counting(created(self.scenario, "create_evaluator", self.scenario.params.evaluator)) as counts:
            if before:
                logger.info("Part %s goes on behind its first %d samples", dump.part, dump.count)
                call_user_code(counts.merge, sums.evaluator)
            state = before.get("pipeline")
            # The state behind the last batch is the beginning of another pass.
            if state is None or not state["epoch"]:
                shard = dump.part.number, dump.part.of
                with pipeline.generate_input_batches(repeat=False, state=state, shard=shard) as batches:
                    run = PartRun(dump, pipeline.seed, batches.state, counts, sums)
                    predicted = self._predicted(pipeline, batches, run)
                    total = dump.part.share(pipeline.samples_per_epoch())
                    with closing(with_progress(predicted, lambda: total, self.params)) as samples:
                        for element, sample in samples:
                            call_user_code(counts.update_state, sample)
                            for callback in callbacks:
                                call_user_code(callback.on_sample_end, sample)
                            dump.write(sample, element)
                    sums.skipped += batches.counters.skipped
            if (length := dump.part.share(pipeline.samples_per_epoch())) is not None:
                # Exact, where workers had read on before the part was interrupted.
                sums.skipped = length - sums.samples
            sums.evaluator = call_user_code(counts.state)
            store_sums(dump.folder, sums)

    def _merged(self, name: str, generator: DataGeneratorParams, folder: Path, parts: int) -> LAVResult:
        """Return the result of all parts of a data set."""
        stored = [stored_sums(Part(number, parts).folder(folder)) for number in range(parts)]
        if not sum(sums.samples for sums in stored):
            raise PredictionError(
                f"a data set must have a sample to be validated on, but {name} gave none: {generator!r}"
            )
        if len({bool(len(sums.metrics)) for sums in stored if sums.samples}) > 1:
            raise PredictionError(
                "all parts must have losses and metrics, or none: some were evaluated without TensorFlow. Evaluate "
                "them again, into another folder"
            )
        if not self._measures.is_prepared:
            # The first batch shows which losses and metrics there are.
            pipeline = self.scenario.data.create_pipeline(PipelineMode.EVALUATION, self.params.pipeline, generator)
            with pipeline.generate_input_batches(repeat=False) as batches:
                for _ in self._predicted(pipeline, islice(batches, 1)):
                    pass
        self._measures.reset()
        self._measures.restore([sums.metrics for sums in stored])
        with counting(created(self.scenario, "create_evaluator", self.scenario.params.evaluator)) as counts:
            for sums in stored:
                call_user_code(counts.merge, sums.evaluator)
            return LAVResult(
                name=name,
                data=generator,
                samples=sum(sums.samples for sums in stored),
                skipped=sum(sums.skipped for sums in stored),
                metrics=self._measures.result(),
                evaluator=figures_of(counts),
                not_computed=dict(self._measures.not_computed),
            )

    def _evaluate(self, name: str, generator: DataGeneratorParams, callbacks: Sequence[LAVCallback]) -> LAVResult:
        self.require_own_process()
        for callback in callbacks:
            callback.lav = self
            call_user_code(callback.on_start, name, generator)
        pipeline = self.scenario.data.create_pipeline(PipelineMode.EVALUATION, self.params.pipeline, generator)
        self._measures.reset()
        evaluator = created(self.scenario, "create_evaluator", self.scenario.params.evaluator)
        with counting(evaluator) as counts, pipeline.generate_input_batches(repeat=False) as batches:
            predicted = self._predicted(pipeline, batches)
            with closing(with_progress(predicted, pipeline.samples_per_epoch, self.params)) as samples:
                for _, sample in samples:
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


def _listed(call: str, generators: Iterable[DataGeneratorParams]) -> Iterator[DataGeneratorParams]:
    """Yield the generators, or refuse an argument that is none."""
    require(call, generators, Iterable, "parameters of generators in a list", "write one as [generator_params]")
    for generator in generators:
        require_generator(call, generator)
        yield generator
