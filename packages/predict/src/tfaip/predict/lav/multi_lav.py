"""Load and validate: of several models that vote."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import Any, Self

import numpy as np

from tfaip.model import ModelBase, ScenarioBase, find_stored_scenario, load_scenario_params
from tfaip.pipeline import Batch, DataBaseParams, DataPipeline, Sample
from tfaip.predict.computing.batches_ahead import BATCHES_AHEAD, map_ahead, raised_behind
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.errors import PredictionError, require
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.lav_base import LAVBase
from tfaip.predict.lav.params import MultiLAVParams
from tfaip.predict.lav.part_run import PartRun
from tfaip.predict.loaded_object import absolute
from tfaip.predict.params import LAVParams
from tfaip.predict.voting import MultiModelPredictor, MultiModelPredictorParams, MultiModelVoter

__all__ = ["MultiLAV"]


class MultiLAV(LAVBase):
    """Validates the vote of several models; `LAVBase` lists its methods.

    Losses and metrics, those of the first bundle's model, see the voted outputs, as far as these are numbers of one
    shape in all samples; a loss that needs others is left out and named. The evaluator sees the voted samples.

    Args:
        params: Pipeline, and how the models are run.
        scenario: Its data, its model's losses and metrics, and its evaluator.
        predictor: Predicts with all models, with their targets.
        model: Where the caller has one already.
        callbacks: Are told of all that happens.
    """

    def __init__(
        self,
        params: LAVParams,
        scenario: ScenarioBase[Any, Any],
        predictor: MultiModelPredictor,
        *,
        model: ModelBase[Any] | None = None,
        callbacks: Iterable[LAVCallback] = (),
    ) -> None:
        super().__init__(params, scenario, model=model, callbacks=callbacks)
        self._predictor = predictor

    @classmethod
    def from_paths(
        cls,
        paths: Sequence[str | os.PathLike[str]],
        params: LAVParams,
        *,
        scenario: type[ScenarioBase[Any, Any]] | None = None,
        voter: MultiModelVoter | None = None,
        trust: Iterable[str] = (),
        **keywords: Any,
    ) -> Self:
        """Return the LAV of the bundles at `paths`, the first one's scenario being importable with its model.

        The SavedModel of a bundle is a program. Open one of an unknown person in a sandbox only: `docs/security.md`.

        Args:
            paths: The bundles.
            params: Devices and pipeline, and the voter unless one is given: `MultiLAVParams`.
            scenario: The class of the scenario; by default the one that the first bundle names.
            voter: Makes one sample of the outputs of all.
            trust: Packages, beside the scenarios' own, whose parameter classes may be imported.
            **keywords: Further arguments of the class, `callbacks` for instance.

        Raises:
            BundleError: One of the paths is no bundle, or a broken one.
            PredictionError: There is no path, the bundles differ in their pre-processing, or there is no voter.
            DeviceError: The devices that were asked for can't be had.
        """
        require("MultiLAV.from_paths", params, LAVParams, "LAVParams", "give MultiLAVParams()")
        if not paths:
            raise PredictionError("a vote must have at least one bundle, got none")
        if params.with_training_graph:
            raise PredictionError("with_training_graph needs one bundle: a vote of several has no training graph")
        trust = tuple(trust)
        scenario_params = load_scenario_params(paths[0], trust=trust, reading=paths)
        made = (scenario or find_stored_scenario(scenario_params, trust=trust, reading=paths))(scenario_params)
        for_predictor = MultiModelPredictorParams(
            device=params.device,
            pipeline=params.pipeline,
            runtime=params.runtime,
            run_eagerly=params.run_eagerly,
            include_targets=True,
        )
        if isinstance(params, MultiLAVParams):
            for_predictor.voter = params.voter
        elif voter is None:
            raise PredictionError(
                f"a vote must have a voter: give one, or MultiLAVParams, which name one; got {type(params).__name__}"
            )
        predictor = made.multi_predictor_cls().from_paths(paths, for_predictor, voter=voter, trust=trust)
        lav = cls(params, made, predictor, **keywords)
        lav.bundles = tuple(map(Path, paths))
        return lav.loaded_by(
            "from_paths", list(map(absolute, paths)), params, scenario=scenario, voter=voter, trust=trust, **keywords
        )

    def _data_params(self) -> list[DataBaseParams]:
        return [data.params for data in self._predictor.data_of_models()]

    def _predicted(
        self, pipeline: DataPipeline, batches: Iterable[Batch], part: PartRun | None = None
    ) -> Generator[tuple[int, Sample], None, None]:
        arrived: dict[int, tuple[int, Sample]] = {}
        ended: deque[Batch] = deque()
        group: list[tuple[Sample, Mapping[str, Any]]] = []
        ahead = 0 if self.params.run_eagerly else BATCHES_AHEAD

        def run(batch: Batch) -> tuple[Batch, list[Iterator[dict[str, np.ndarray]]]]:
            return batch, [output_rows(of_model, batch.size) for of_model in self._predictor.run_models(batch.inputs)]

        def unbatched(
            predicted: Iterable[tuple[Batch, list[Iterator[dict[str, np.ndarray]]]]],
        ) -> Iterator[list[Sample]]:
            number = 0
            for batch, rows in predicted:
                elements = (identity.path[0] for identity in part.identities(batch)) if part else repeat(-1, batch.size)
                for sample, element, *outputs in zip(batch.samples(), elements, *rows, strict=True):
                    arrived[number] = (element, sample)
                    number += 1
                    yield [sample.new_outputs(of_model) for of_model in outputs]
                ended.append(batch)

        def measure_ended() -> None:
            # Rows of one batch are padded to one shape. Rows of the next batch are voted on after its end.
            while ended:
                size = ended.popleft().size
                self._measure(group)
                group.clear()
                if part:
                    part.batch_ended(size, self._measures.state())

        with (
            closing(map_ahead(run, batches, ahead=ahead)) as predicted,
            raised_behind(predicted) as until_error,
            closing(self._predictor.numbered(pipeline, unbatched(until_error))) as voted,
        ):
            for number, sample in voted:
                measure_ended()
                # A model's post-processing dropped the samples before it.
                for before in [other for other in arrived if other < number]:
                    del arrived[before]
                element, before_voting = arrived[number]
                group.append((before_voting, sample.outputs))
                yield element, sample
        measure_ended()

    def _measure(self, group: Sequence[tuple[Sample, Mapping[str, Any]]]) -> None:
        if not group:
            return
        inputs = {name: np.stack([sample.inputs[name] for sample, _ in group]) for name in group[0][0].inputs}
        targets = {name: np.stack([sample.targets[name] for sample, _ in group]) for name in group[0][0].targets}
        outputs = _stacked([outputs for _, outputs in group])
        self._measures.update(inputs, targets, outputs)


def _stacked(outputs: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """The outputs that are numbers of one shape, with a batch axis."""
    stacked = {}
    for name in outputs[0]:
        arrays = [np.asarray(of_sample[name]) for of_sample in outputs if name in of_sample]
        if (
            len(arrays) == len(outputs)
            and len({array.shape for array in arrays}) == 1
            and arrays[0].dtype.kind in "biuf"
        ):
            stacked[name] = np.stack(arrays)
    return stacked
