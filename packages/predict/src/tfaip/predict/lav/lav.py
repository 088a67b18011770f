"""Load and validate: of one model."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import Any, Self

import numpy as np

from tfaip.model import (
    GraphBase,
    ModelBase,
    ScenarioBase,
    find_stored_scenario,
    load_scenario_params,
)
from tfaip.model.bundle.runtime import is_installed
from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.params import MissingExtraError
from tfaip.pipeline import Batch, DataPipeline, Sample
from tfaip.predict.computing.array_adoption import as_arrays, as_tensors
from tfaip.predict.computing.batches_ahead import BATCHES_AHEAD, map_ahead, raised_behind
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.computing.prediction_function import PredictionFunction, bundle_prediction_function, load_graph
from tfaip.predict.errors import require
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.lav_base import LAVBase
from tfaip.predict.lav.measures import TrainingGraphMeasures
from tfaip.predict.lav.part_run import PartRun
from tfaip.predict.loaded_object import absolute
from tfaip.predict.params import LAVParams

__all__ = ["LAV"]


class LAV(LAVBase):
    """Validates one model; `LAVBase` lists its methods.

    Losses and metrics see the outputs as the prediction gives them, or those of the training graph where
    `with_training_graph` asks for it. The evaluator sees samples after post-processing.

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
        super().__init__(params, scenario, model=model, callbacks=callbacks)
        self._function = function

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

        The SavedModel of a bundle is a program. Open one of an unknown person in a sandbox only: `docs/security.md`.

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
        require("LAV.from_path", params, LAVParams, "LAVParams", "give LAVParams()")
        if params.with_training_graph and not is_installed("tensorflow"):
            raise MissingExtraError("tensorflow", "tfaip-predict[tf]", "with_training_graph")
        trust = tuple(trust)
        scenario_params = load_scenario_params(path, trust=trust)
        made = (scenario or find_stored_scenario(scenario_params, trust=trust, reading=[path]))(scenario_params)
        lav = cls(params, made, bundle_prediction_function(path, made, params), **keywords)
        lav.bundles = (Path(path),)
        if params.with_training_graph:
            lav.measure_training_graph(load_graph(path, made, lav.model, asked_by="with_training_graph"))
        return lav.loaded_by("from_path", absolute(path), params, scenario=scenario, trust=trust, **keywords)

    def measure_training_graph(self, graph: GraphBase[Any]) -> None:
        """Compute losses and metrics on the training graph from now on.

        A graph whose training differs from its prediction has losses and metrics that the outputs of the prediction
        don't allow.

        Args:
            graph: Built by `self.model`, with the weights that the prediction has.
        """
        self._measures = TrainingGraphMeasures(self.model, graph, self.scenario.data, eager=self.params.run_eagerly)

    def _predicted(
        self, pipeline: DataPipeline, batches: Iterable[Batch], part: PartRun | None = None
    ) -> Generator[tuple[int, Sample], None, None]:
        ahead = 0 if self.params.run_eagerly else BATCHES_AHEAD
        ended: deque[tuple[int, list[np.ndarray]]] = deque()

        def step(batch: Batch) -> tuple[Batch, Iterator[dict[str, np.ndarray]], list[np.ndarray]]:
            # Before the next batch is measured, which happens ahead of the consumer.
            return batch, self._rows(batch), self._measures.state() if part else []

        def unbatched(
            predicted: Iterable[tuple[Batch, Iterator[dict[str, np.ndarray]], list[np.ndarray]]],
        ) -> Iterator[Sample]:
            for batch, rows, metrics in predicted:
                identities = part.identities(batch) if part else repeat(None, batch.size)
                for sample, identity, row in zip(batch.samples(), identities, rows, strict=True):
                    yield sample.identified_by(identity).new_outputs(row)
                ended.append((batch.size, metrics))

        def tell_of_ended() -> None:
            while ended:
                of_batch = ended.popleft()
                if part:
                    part.batch_ended(*of_batch)

        with (
            closing(map_ahead(step, batches, ahead=ahead)) as predicted,
            raised_behind(predicted) as until_error,
            closing(pipeline.process_output(unbatched(until_error), keeps_identities=True)) as samples,
        ):
            for sample in samples:
                tell_of_ended()
                assert sample.identity is not None
                yield sample.identity.path[0], sample
        tell_of_ended()

    def _rows(self, batch: Batch) -> Iterator[dict[str, np.ndarray]]:
        """Run and measure the model; return the outputs of each sample."""
        if isinstance(self._function, OnnxFunction):
            arrays = self._function(batch.inputs)
            rows = output_rows(arrays, batch.size)
            self._measures.update(batch.inputs, batch.targets, arrays)
            return rows
        inputs = as_tensors(batch.inputs)
        outputs = self._function(inputs)
        rows = output_rows(as_arrays(outputs), batch.size)
        self._measures.update(inputs, batch.targets, outputs)
        return rows
