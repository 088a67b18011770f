"""Prediction with a bundle."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from tfaip.model import configure_devices, load_prediction_function, load_scenario_params
from tfaip.pipeline import PipelineMode, Sample
from tfaip.predict.raw_samples import RawSamplesParams

if TYPE_CHECKING:
    from tfaip.model import ScenarioBaseParams
    from tfaip.pipeline import Batch, DataGeneratorParams, DataPipeline
    from tfaip.predict.params import PredictorParams

__all__ = ["Predictor"]

PredictionFunction = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Predictor:
    """Predicts samples, one after the other, in order and lazily.

    Pre-processing runs in the pipeline's processes, ahead of the model; post-processing follows each batch.

    Args:
        params: Devices and pipeline.
        scenario_params: Parameters of the scenario, of which the data's are used.
        function: From batches of input arrays by name to batches of output tensors by name.
    """

    def __init__(
        self, params: PredictorParams, scenario_params: ScenarioBaseParams[Any, Any], function: PredictionFunction
    ) -> None:
        self.params = params
        self.data = scenario_params.data.create()
        self._function = function

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], params: PredictorParams, *, trust: Iterable[str] = ()) -> Self:
        """Return the predictor of the bundle at `path`.

        Args:
            path: The bundle.
            params: Devices and pipeline.
            trust: Packages, beside the scenario's own, whose parameter classes may be imported.

        Raises:
            BundleError: `path` is no bundle, or a broken one.
            DeviceError: The devices that were asked for can't be had.
        """
        scenario_params = load_scenario_params(path, trust=trust)
        configure_devices(params.device)
        return cls(params, scenario_params, load_prediction_function(path))

    def predict(self, generator: DataGeneratorParams) -> Iterator[Sample]:
        """Yield the samples of a generator with their outputs.

        Args:
            generator: Parameters of the generator that reads the samples.
        """
        mode = PipelineMode.EVALUATION if self.params.include_targets else PipelineMode.PREDICTION
        return self.predict_pipeline(self.data.create_pipeline(mode, self.params.pipeline, generator))

    def predict_raw(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Yield samples that are at hand with their outputs; they go through pre- and post-processing as any others.

        Args:
            samples: Samples as a generator would make them; only their inputs are needed.
        """
        return self.predict(RawSamplesParams(samples))

    def predict_pipeline(self, pipeline: DataPipeline) -> Iterator[Sample]:
        """Yield the samples of one pass of a pipeline with their outputs, after its post-processing."""
        with pipeline.generate_input_batches(repeat=False) as batches:
            yield from pipeline.process_output(self._with_outputs(batches))

    def _with_outputs(self, batches: Iterable[Batch]) -> Iterator[Sample]:
        for batch in batches:
            outputs = {name: tensor.numpy() for name, tensor in self._function(batch.inputs).items()}
            for row, sample in enumerate(batch.samples()):
                yield sample.new_outputs({name: array[row] for name, array in outputs.items()})
