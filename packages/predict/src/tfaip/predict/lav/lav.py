"""Load and validate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

from tfaip.model import configure_devices, find_stored_scenario, load_scenario_params
from tfaip.pipeline import PipelineMode
from tfaip.predict.array_adoption import as_tensors
from tfaip.predict.batches_ahead import BATCHES_AHEAD, map_ahead
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav.measures import Measures
from tfaip.predict.lav.result import LAVResult

if TYPE_CHECKING:
    from tfaip.model import ModelBase, ScenarioBase
    from tfaip.pipeline import Batch, DataGeneratorParams, Sample
    from tfaip.predict.lav.callback import LAVCallback
    from tfaip.predict.lav.params import LAVParams
    from tfaip.predict.prediction_function import PredictionFunction

__all__ = ["LAV"]


class LAV:
    """Computes losses, metrics and the evaluator's figures of a model on one data set after the other.

    Losses and metrics see the outputs as the graph gives them, the evaluator sees samples after post-processing. The
    figures depend neither on the batch size nor on the number of processes, as long as the graph masks its padding.

    Args:
        params: Pipeline, and how the model is run.
        scenario: Its data, its model's losses and metrics, and its evaluator.
        function: From batches of inputs to batches of outputs: of a bundle, or of a graph that is being trained
            (`graph_prediction_function`).
        model: Where the caller has one already.
        callbacks: Are told of all that happens.
    """

    def __init__(
        self,
        params: LAVParams,
        scenario: ScenarioBase[Any, Any],
        function: PredictionFunction,
        *,
        model: ModelBase[Any] | None = None,
        callbacks: Iterable[LAVCallback] = (),
    ) -> None:
        self.params = params
        self.scenario = scenario
        self.callbacks = list(callbacks)
        self._function = function
        self._measures = Measures(model or scenario.create_model(), eager=params.run_eagerly)

    @classmethod
    def from_path(
        cls,
        path: str | os.PathLike[str],
        params: LAVParams,
        *,
        scenario: type[ScenarioBase[Any, Any]] | None = None,
        trust: Iterable[str] = (),
        **keywords: Any,
    ) -> Self:
        """Return the LAV of the bundle at `path`, whose scenario must be importable with its model.

        Args:
            path: The bundle.
            params: Devices, pipeline, and how the model is run.
            scenario: The class of the scenario; by default the one that the bundle names.
            trust: Packages, beside the scenario's own, whose parameter classes may be imported.
            **keywords: Further arguments of the class, `callbacks` for instance.

        Raises:
            BundleError: `path` is no bundle, or a broken one.
            DeviceError: The devices that were asked for can't be had.
        """
        from tfaip.predict.bundle_function import bundle_prediction_function

        scenario_params = load_scenario_params(path, trust=trust)
        made = (scenario or find_stored_scenario(scenario_params))(scenario_params)
        configure_devices(params.device)
        return cls(params, made, bundle_prediction_function(path, made, eager=params.run_eagerly), **keywords)

    def run(
        self, generators: Iterable[DataGeneratorParams], *, callbacks: Iterable[LAVCallback] = ()
    ) -> Iterator[LAVResult]:
        """Yield the result of each data set, lazily.

        Args:
            generators: Where the samples of each data set come from; with targets.
            callbacks: Beside those of the constructor.

        Raises:
            PredictionError: A data set has no sample.
        """
        told = [*self.callbacks, *callbacks]
        for number, generator in enumerate(generators):
            yield self._evaluate(f"l{number}", generator, told)

    def _evaluate(self, name: str, generator: DataGeneratorParams, callbacks: Sequence[LAVCallback]) -> LAVResult:
        for callback in callbacks:
            callback.on_start(name, generator)
        pipeline = self.scenario.data.create_pipeline(PipelineMode.EVALUATION, self.params.pipeline, generator)
        self._measures.reset()
        evaluator = self.scenario.create_evaluator(self.scenario.params.evaluator)
        ahead = 0 if self.params.run_eagerly else BATCHES_AHEAD
        with evaluator as counting, pipeline.generate_input_batches(repeat=False) as batches:
            with (
                closing(map_ahead(self._step, batches, ahead=ahead)) as predicted,
                closing(pipeline.process_output(_samples(predicted))) as samples,
            ):
                for sample in samples:
                    counting.update_state(sample)
                    for callback in callbacks:
                        callback.on_sample_end(sample)
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
                evaluator=counting.result(),
                not_computed=dict(self._measures.not_computed),
            )
        for callback in callbacks:
            callback.on_end(result)
        return result

    def _step(self, batch: Batch) -> tuple[Batch, dict[str, Any]]:
        inputs = as_tensors(batch.inputs)
        outputs = self._function(inputs)
        self._measures.update(inputs, as_tensors(batch.targets), outputs)
        return batch, {name: tensor.numpy() for name, tensor in outputs.items()}


def _samples(predicted: Iterable[tuple[Batch, Mapping[str, Any]]]) -> Iterator[Sample]:
    for batch, outputs in predicted:
        for row, sample in enumerate(batch.samples()):
            yield sample.new_outputs({name: array[row] for name, array in outputs.items()})
