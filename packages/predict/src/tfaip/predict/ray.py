"""Prediction of the rows of a Ray dataset.

Ray itself is not imported here: `ray.data.Dataset.map_batches` makes one `BundlePredictor` in each of its actors.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tfaip.model import find_stored_scenario, load_scenario_params
from tfaip.model.scenario.created import created
from tfaip.pipeline import DataGeneratorParams, Sample
from tfaip.pipeline.data.generator import is_indexable, length_of
from tfaip.pipeline.hooks import call_user_code, returned
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError, require
from tfaip.predict.given_samples import GivenSamples
from tfaip.predict.params import PredictorParams
from tfaip.predict.prediction_files.by_ending import named

__all__ = ["BundlePredictor"]

Columns = dict[str, np.ndarray]


class BundlePredictor:
    """Predicts batches of rows, for `map_batches` of Ray Data. The bundle is loaded once, where the object is made.

        ray.data.range(1000).map_batches(
            BundlePredictor,
            fn_constructor_kwargs={"bundles": "runs/best", "samples": generator_params},
            batch_size=64,
            compute=ray.data.ActorPoolStrategy(size=4),
        )

    Ray gives rows back in any order. The column of the index says which row each prediction belongs to; the rows of
    samples that are dropped are missing.

    Args:
        bundles: One bundle, or several that vote.
        samples: Makes a sample of a row. It is a function of a dict of values by column, or parameters of an indexable
            generator. The column of the index holds the numbers of the generator's elements.
        params: How samples are predicted; default: in batches as large as those of Ray, without worker processes.
        index: Column of the index, an integer; `ray.data.range` calls it `id`.
        to_row: Makes a dict of values by column of a predicted sample; default: its outputs.
        trust: Packages, beside the scenarios' own, whose parameter classes may be imported.

    Raises:
        BundleError: One of the bundles is no bundle, or a broken one.
        PredictionError: The generator has no indices, or `samples` or `params` is something else.
    """

    def __init__(
        self,
        bundles: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        samples: DataGeneratorParams | Callable[[dict[str, Any]], Sample],
        *,
        params: PredictorParams | None = None,
        index: str = "id",
        to_row: Callable[[Sample], Mapping[str, Any]] = lambda sample: named(sample.outputs, "output"),
        trust: Sequence[str] = (),
    ) -> None:
        if isinstance(samples, type) or not (isinstance(samples, DataGeneratorParams) or callable(samples)):
            rule = "parameters of a generator or a function from a row to a sample"
            require("BundlePredictor", samples, (), rule, "give one of both as `samples`")
        require("BundlePredictor", params, (PredictorParams, type(None)), "PredictorParams", "give PredictorParams()")
        paths = [bundles] if isinstance(bundles, str | os.PathLike) else list(bundles)
        stored = [load_scenario_params(path, trust=trust, reading=paths) for path in paths]
        scenario = find_stored_scenario(stored[0], trust=trust, reading=paths)
        self._batch_is_rays = params is None
        if params is None:
            params = PredictorParams() if len(paths) == 1 else scenario.multi_predictor_cls().default_params()
            params.pipeline.num_processes = 0
        made_with: Any = copy.deepcopy(params)
        made_with.progress_bar = False
        self._params = made_with
        self._predictor = (
            created(scenario, "create_predictor", paths[0], made_with)
            if len(paths) == 1
            else created(scenario, "create_multi_predictor", paths, made_with)
        )
        self._generator: Any = None
        if isinstance(samples, DataGeneratorParams):
            self._generator = samples.create(made_with.mode)
            if not is_indexable(self._generator):
                raise PredictionError(
                    "rows that name elements need a generator with __getitem__, which "
                    f"{type(self._generator).__name__} has not: give a function from a row to a sample"
                )
        self._samples = samples
        self._index = index
        self._to_row = to_row

    def __call__(self, batch: Columns) -> Columns:
        """Return the predictions of a batch of rows: the column of the index, and one for each output.

        Args:
            batch: Arrays of shape (rows, ...) by column, as `batch_format="numpy"` gives them.

        Raises:
            PredictionError: There is no column of the index, or it doesn't hold indices.
        """
        if not isinstance(batch, Mapping):
            require("BundlePredictor", batch, (), "a dict of arrays by column", 'use map_batches(batch_format="numpy")')
        if self._index not in batch:
            raise PredictionError(
                f"rows must have their index in the column {self._index!r}, but the columns are {', '.join(batch)}: "
                "name it by `index`, or add it by `ray.data.range(rows).zip(dataset)`"
            )
        indices = self._indices(np.asarray(batch[self._index]))
        rows = ({name: column[row] for name, column in batch.items()} for row in range(len(indices)))
        if self._batch_is_rays:
            self._params.pipeline.batch_size = max(len(indices), 1)
        predicted = self._predictor.predict_part(GivenSamples(map(self._sample, rows)), Part(0, 1))
        found = [{self._index: int(indices[number]), **self._row(sample)} for number, sample in predicted]
        if not found:
            return {self._index: np.zeros(0, np.int64)}
        names = dict.fromkeys(name for row in found for name in row)
        return {name: _column([row.get(name) for row in found]) for name in names}

    def _row(self, sample: Sample) -> Mapping[str, Any]:
        made = call_user_code(self._to_row, sample)
        return returned(self, "to_row", made, Mapping, "a dict of values by column")

    def _indices(self, column: np.ndarray) -> np.ndarray:
        if column.dtype == object:
            column = np.array(column.tolist())
        if column.size and column.dtype.kind not in "iu":
            raise PredictionError(
                f"the column {self._index!r} must hold integers, got {column.dtype}: convert it before"
            )
        end = None if self._generator is None else length_of(self._generator)
        if end is not None and (wrong := [int(index) for index in column if not 0 <= index < end]):
            raise PredictionError(
                f"the column {self._index!r} must hold indices of the generator's {end} elements, 0 to {end - 1}, got "
                f"{wrong[0]}: leave such rows out"
            )
        return column

    def _sample(self, row: dict[str, Any]) -> Sample:
        if self._generator is not None:
            return self._generator[int(row[self._index])]
        assert callable(self._samples)
        made = call_user_code(self._samples, row)
        return returned(self, "samples", made, Sample, "a Sample")


def _column(values: Sequence[Any]) -> np.ndarray:
    """Values of one shape stacked, others as objects."""
    if all(isinstance(value, np.ndarray | np.generic | int | float) for value in values):
        arrays = [np.asarray(value) for value in values]
        if len({array.shape for array in arrays}) == 1:
            return np.stack(arrays)
    column = np.empty(len(values), object)
    for number, value in enumerate(values):
        column[number] = value
    return column
