"""`Normalize`: inputs of one scale, by statistics of the training samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tfaip.pipeline.data.adapted_processor import AdaptedProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.processors.normalize_params import NormalizeParams

__all__ = ["Normalize"]


class Normalize(AdaptedProcessor[NormalizeParams]):
    """Computes (value - shift) / scale; NaN counts in no statistics, and stays NaN or becomes the mean."""

    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        """The normalised sample."""
        inputs = dict(sample.inputs)
        for name in dict.fromkeys(key.rpartition("/")[0] for key in self.statistics):
            shift, scale = self.statistics[f"{name}/shift"], self.statistics[f"{name}/scale"]
            value = (np.asarray(inputs[name], np.float64) - shift) / scale
            if self.params.missing == "mean":
                value = np.where(np.isnan(value), (self._mean(name) - shift) / scale, value)
            inputs[name] = value.astype(np.float32)
        return sample.new_inputs(inputs)

    def _mean(self, name: str) -> np.ndarray:
        if f"{name}/mean" in self.statistics:
            return self.statistics[f"{name}/mean"]
        if self.params.method == "standard":
            return self.statistics[f"{name}/shift"]
        raise DataError(
            f"Normalize with missing=mean needs the mean of {name!r}, but older statistics hold none: "
            "train again, or set missing to keep"
        )

    def adapt(self, samples: Iterable[Sample]) -> Mapping[str, np.ndarray]:
        """The shift and the scale of each input, float64.

        Raises:
            DataError: An input is missing, no number, or of another shape than before.
        """
        running: dict[str, _Running] = {}
        for sample in samples:
            for name in self.params.inputs or _floating(sample):
                if name not in sample.inputs:
                    raise DataError(
                        f"Normalize must find the input {name!r}, but a sample has {', '.join(sample.inputs)}"
                    )
                running.setdefault(name, _Running(name)).add(self._rows(name, sample.inputs[name]))
        if not running:
            raise DataError("Normalize must find inputs of a floating-point type; name others by `inputs`")
        return {
            f"{name}/{part}": value
            for name, statistics in running.items()
            for part, value in self._shift_and_scale(statistics).items()
        }

    def _rows(self, name: str, value: object) -> np.ndarray:
        """The values of an input as rows, float64 (n, features): one statistic for each column."""
        try:
            array = np.asarray(value).astype(np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"Normalize must have numbers in the input {name!r}, got {value!r:.100}") from error
        if self.params.per == "all" or not array.ndim:
            return array.reshape(-1, 1)
        return array[np.newaxis] if self.params.per == "element" else array.reshape(-1, array.shape[-1])

    def _shift_and_scale(self, statistics: _Running) -> dict[str, np.ndarray]:
        if self.params.method == "min_max":
            shift, scale = statistics.least, statistics.greatest - statistics.least
        else:
            shift, scale = statistics.mean, np.sqrt(statistics.squares / np.maximum(statistics.count, 1))
        # Columns without a number keep their values, constant ones become 0.
        is_known = statistics.count > 0
        scale = np.where(is_known & (scale > self.params.epsilon), scale, 1.0)
        mean = np.where(is_known, statistics.mean, 0.0)
        return {"shift": np.where(is_known, shift, 0.0), "scale": scale, "mean": mean}


class _Running:
    """Mean, variance and range of columns, updated by rows (Chan, Golub and LeVeque, 1979)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.count: np.ndarray = np.zeros(())
        self.mean = self.squares = np.zeros(())
        self.least, self.greatest = np.array(np.inf), np.array(-np.inf)

    def add(self, rows: np.ndarray) -> None:
        if self.count.ndim and rows.shape[1:] != self.count.shape:
            raise DataError(
                f"Normalize must have {self._name!r} of one shape, got {rows.shape[1:]} after {self.count.shape}; "
                "per=all takes any shape"
            )
        is_number = ~np.isnan(rows)
        count = is_number.sum(axis=0)
        values = np.where(is_number, rows, 0.0)
        mean = values.sum(axis=0) / np.maximum(count, 1)
        squares = (np.where(is_number, rows - mean, 0.0) ** 2).sum(axis=0)
        total = self.count + count
        delta = mean - self.mean
        share = count / np.maximum(total, 1)
        self.squares = self.squares + squares + delta**2 * self.count * share
        self.mean = self.mean + delta * share
        self.count = total
        self.least = np.minimum(self.least, np.where(is_number, rows, np.inf).min(axis=0, initial=np.inf))
        self.greatest = np.maximum(self.greatest, np.where(is_number, rows, -np.inf).max(axis=0, initial=-np.inf))


def _floating(sample: Sample) -> list[str]:
    return [name for name, value in sample.inputs.items() if np.issubdtype(np.asarray(value).dtype, np.floating)]
