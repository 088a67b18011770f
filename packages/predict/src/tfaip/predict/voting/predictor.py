"""Prediction with several bundles."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from tfaip.model import load_scenario_params
from tfaip.pipeline import DataPipeline, Sample
from tfaip.pipeline.hooks import call_user_code, hook, returned
from tfaip.predict.errors import PredictionError, require
from tfaip.predict.given_samples import GivenSamples
from tfaip.predict.loaded_object import absolute
from tfaip.predict.params import PredictorParams
from tfaip.predict.predictor import load_function
from tfaip.predict.predictor_base import LoadedModel, PredictorBase
from tfaip.predict.voting.joining import post_processed_together
from tfaip.predict.voting.params import MultiModelPredictorParams
from tfaip.predict.voting.same_pre_processing import require_same_pre_processing
from tfaip.predict.voting.voter import MultiModelVoter

__all__ = ["MultiModelPredictor"]


class MultiModelPredictor(PredictorBase):
    """Predicts samples with several models, which vote; `PredictorBase` lists its methods.

    Samples are pre-processed once, all models run on the same batches, each one's outputs go through the
    post-processing of its own bundle, and a voter makes one sample of them.

    Args:
        params: Devices and pipeline, and the voter unless one is given.
        models: The models.
        voter: Makes one sample of the outputs of all.

    Raises:
        PredictionError: There is neither a voter nor its parameters.
    """

    def __init__(
        self, params: PredictorParams, models: Sequence[LoadedModel], voter: MultiModelVoter | None = None
    ) -> None:
        super().__init__(params, models)
        self.voter = self._made_voter() if voter is None else voter
        self.voter.loaded_models = tuple(self._models)

    @classmethod
    @hook
    def default_params(cls) -> MultiModelPredictorParams:
        """Hook: the parameters that a command line starts from, with the voter that suits the scenario."""
        return MultiModelPredictorParams()

    @hook
    def create_voter(self) -> MultiModelVoter:
        """Hook: make the voter if none is given. The default is the voter of the parameters."""
        if not isinstance(self.params, MultiModelPredictorParams):
            raise PredictionError(
                "a vote must have a voter: give one, or MultiModelPredictorParams, which name one; "
                f"got {type(self.params).__name__}"
            )
        return self.params.voter.create(len(self._models))

    @classmethod
    def from_paths(
        cls,
        paths: Sequence[str | os.PathLike[str]],
        params: PredictorParams,
        *,
        voter: MultiModelVoter | None = None,
        trust: Iterable[str] = (),
        **keywords: Any,
    ) -> Self:
        """Return the predictor of the bundles at `paths`.

        The SavedModel of a bundle is a program. Open one of an unknown person in a sandbox only: `docs/security.md`.

        Args:
            paths: The bundles.
            params: Devices and pipeline, and the voter unless one is given.
            voter: Makes one sample of the outputs of all.
            trust: Packages, beside the scenarios' own, whose parameter classes may be imported.
            **keywords: Further arguments of a subclass, as `predictor_kwargs` of its scenario gives them.

        Raises:
            BundleError: One of the paths is no bundle, or a broken one.
            PredictionError: There is no path, or the bundles differ in their pre-processing.
            DeviceError: The devices that were asked for can't be had.
        """
        require("MultiModelPredictor.from_paths", params, PredictorParams, "PredictorParams", "give PredictorParams()")
        if not paths:
            raise PredictionError("a vote must have at least one bundle, got none")
        trust = tuple(trust)
        scenario_params = [load_scenario_params(path, trust=trust, reading=paths) for path in paths]
        require_same_pre_processing([Path(path) for path in paths], scenario_params, params.mode)
        models = [
            LoadedModel(stored.data.create(), load_function(path, stored, params, trust), Path(path), stored)
            for path, stored in zip(paths, scenario_params, strict=True)
        ]
        made = cls(params, models, voter, **keywords)
        return made.loaded_by("from_paths", list(map(absolute, paths)), params, voter=voter, trust=trust, **keywords)

    def numbered(
        self, pipeline: DataPipeline, samples: Iterable[Sequence[Sample]]
    ) -> Generator[tuple[int, Sample], None, None]:
        """See `PredictorBase`."""
        others = [
            model.data.create_pipeline(pipeline.mode, self.params.pipeline, GivenSamples(()))
            for model in self._models[1:]
        ]
        with closing(post_processed_together([pipeline, *others], samples)) as rows:
            for number, row in rows:
                yield number, self._join(row)

    def _made_voter(self) -> MultiModelVoter:
        return returned(self, "create_voter", self.create_voter(), MultiModelVoter, "a voter")

    def _join(self, samples: Sequence[Sample]) -> Sample:
        together = samples[0].new_outputs([sample.outputs for sample in samples])
        for name in ("vote", "finalize_sample"):
            voted = call_user_code(getattr(self.voter, name), together)
            together = returned(self.voter, name, voted, Sample, "a Sample")
        return together
