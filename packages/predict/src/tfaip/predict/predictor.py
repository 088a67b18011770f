"""Prediction with a bundle."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from tfaip.model import ScenarioBaseParams, find_stored_scenario, load_scenario_params
from tfaip.pipeline import DataPipeline, Sample
from tfaip.predict.computing.prediction_function import PredictionFunction, bundle_prediction_function, model_function
from tfaip.predict.errors import require
from tfaip.predict.loaded_object import absolute
from tfaip.predict.params import PredictorParams
from tfaip.predict.predictor_base import LoadedModel, PredictorBase

__all__ = ["Predictor"]


class Predictor(PredictorBase):
    """Predicts samples with one model; `PredictorBase` lists its methods.

    Args:
        params: Devices and pipeline.
        scenario_params: Parameters of the scenario, of which the data's are used.
        function: From batches of inputs by name to batches of output tensors by name.
    """

    def __init__(
        self, params: PredictorParams, scenario_params: ScenarioBaseParams[Any, Any], function: PredictionFunction
    ) -> None:
        super().__init__(params, [LoadedModel(scenario_params.data.create(), function, None, scenario_params)])

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], params: PredictorParams, *, trust: Iterable[str] = (), **keywords: Any
    ) -> Self:
        """Return the predictor of the bundle at `path`.

        The SavedModel of a bundle is a program. Open one of an unknown person in a sandbox only: `docs/security.md`.

        Args:
            path: The bundle.
            params: Devices and pipeline.
            trust: Packages, beside the scenario's own, whose parameter classes may be imported.
            **keywords: Further arguments of a subclass, as `predictor_kwargs` of its scenario gives them.

        Raises:
            BundleError: `path` is no bundle, or a broken one.
            DeviceError: The devices that were asked for can't be had.
        """
        require("Predictor.from_path", params, PredictorParams, "PredictorParams", "give PredictorParams()")
        trust = tuple(trust)
        scenario_params = load_scenario_params(path, trust=trust)
        made = cls(params, scenario_params, load_function(path, scenario_params, params, trust), **keywords)
        made._models[0].path = Path(path)
        return made.loaded_by("from_path", absolute(path), params, trust=trust, **keywords)

    def set_model(self, function: PredictionFunction) -> None:
        """Predict with another function from now on, of a newer bundle (`load_prediction_function`) for instance.

        Running passes over samples use it from their next batch on.

        Raises:
            PredictionError: It can't be called.
        """
        if not callable(function):
            remedy = "give that of load_prediction_function(BUNDLE), or your own from inputs to outputs by name"
            require("set_model", function, (), "a function", remedy)
        self._models[0].function = function
        self._models[0].path = self._loading = None

    def numbered(
        self, pipeline: DataPipeline, samples: Iterable[Sequence[Sample]]
    ) -> Generator[tuple[int, Sample], None, None]:
        """See `PredictorBase`."""
        with closing(pipeline.process_output(_only(samples), keeps_identities=True)) as processed:
            for sample in processed:
                assert sample.identity is not None
                yield sample.identity.path[0], sample

    def _join(self, samples: Sequence[Sample]) -> Sample:
        return samples[0]


def load_function(
    path: str | os.PathLike[str],
    scenario_params: ScenarioBaseParams[Any, Any],
    params: PredictorParams,
    trust: Iterable[str] = (),
) -> PredictionFunction:
    """Return the prediction of a bundle, without the scenario's code unless it is to run eagerly."""
    if params.run_eagerly:
        scenario = find_stored_scenario(scenario_params, trust=trust, reading=[path])(scenario_params)
        return bundle_prediction_function(path, scenario, params)
    return model_function(path, scenario_params.data.create(), params)


def _only(samples: Iterable[Sequence[Sample]]) -> Iterator[Sample]:
    for (sample,) in samples:
        yield sample
