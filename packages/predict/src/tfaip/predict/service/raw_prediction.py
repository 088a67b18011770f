"""Prediction of one sample at a time, from any number of threads."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, NoReturn, Self

import numpy as np

from tfaip.pipeline import Batch, DataBase, PipelineMode, Sample
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.running.single_samples import SingleSamples
from tfaip.pipeline.user_code import substitute_for
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.errors import require
from tfaip.predict.service.micro_batches import MicroBatcher

__all__ = ["RawPrediction"]

Outputs = Mapping[str, np.ndarray]


class RawPrediction:
    """Predicts the samples of concurrent callers. Samples that wait at the same time are one batch.

        with predictor.raw() as predict:
            sample = predict(Sample(inputs={"img": image}))

    Pre-processing, model and post-processing run for one batch at a time: in one thread of its own, or in that of a
    caller that is alone. An error goes to the caller whose sample it was. It has to be closed, which serves those who
    wait.

    Args:
        datas: The data of each model; the pre-processing is that of the first one.
        mode: EVALUATION where samples bring their targets along.
        run: From a batch of inputs to the outputs of each model.
        join: From the post-processed samples of each model to the one that callers get.
        batch_size: The most samples of a batch.
    """

    def __init__(
        self,
        datas: Sequence[DataBase[Any]],
        mode: PipelineMode,
        run: Callable[[Mapping[str, Any]], Sequence[Outputs]],
        join: Callable[[Sequence[Sample]], Sample],
        *,
        batch_size: int,
    ) -> None:
        self._processing = [SingleSamples(data, mode) for data in datas]
        self._run = run
        self._join = join
        self._count = 0
        self._batcher = MicroBatcher(self._predict, most=batch_size, name="tfaip-raw-prediction")

    def __call__(self, sample: Sample) -> Sample:
        """Return a sample with its outputs, after post-processing; the one that was given is not changed.

        Raises:
            ClosedError: `close` was called before.
            PredictionError: It is no sample.
            Exception: The error of its processing, with a note that says where.
        """
        require("raw()", sample, Sample, "one Sample", "give Sample(inputs={NAME: ARRAY})")
        return self._batcher(sample)

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError("a service of single samples stays in its process: pickle the predictor instead")

    def close(self) -> None:
        """Serve those who wait, and end the thread."""
        self._batcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _predict(self, samples: Sequence[Sample]) -> list[Sample | Exception]:
        first = self._count
        self._count += len(samples)
        results: dict[int, Sample | Exception] = {}
        rows, numbers = [], []
        for number, sample in enumerate(samples, first):
            try:
                rows.append(self._processing[0].before(sample, number))
                numbers.append(number)
            except BaseException as error:
                results[number] = _for_caller(error, number)
        if rows:
            try:
                batch = self._processing[0].batch(rows)
                outputs = call_user_code(self._run, batch.inputs)
            except Exception as error:
                if len(rows) == 1:
                    results[numbers[0]] = error
                else:
                    # One by one, to find out whose it is.
                    for row, number in zip(rows, numbers, strict=True):
                        results[number] = self._alone(row, number)
            else:
                self._finish(batch, outputs, numbers, results)
        return [results[number] for number in range(first, first + len(samples))]

    def _alone(self, row: Any, number: int) -> Sample | Exception:
        results: dict[int, Sample | Exception] = {}
        try:
            batch = self._processing[0].batch([row])
            self._finish(batch, call_user_code(self._run, batch.inputs), [number], results)
        except Exception as error:
            return error
        return results[number]

    def _finish(
        self, batch: Batch, outputs: Sequence[Outputs], numbers: Sequence[int], results: dict[int, Sample | Exception]
    ) -> None:
        rows = [output_rows(of_model, batch.size) for of_model in outputs]
        for number, sample, *of_sample in zip(numbers, batch.samples(), *rows, strict=True):
            try:
                results[number] = self._join(
                    [
                        processing.after(sample.new_outputs(of_model), number)
                        for processing, of_model in zip(self._processing, of_sample, strict=True)
                    ]
                )
            except BaseException as error:
                results[number] = _for_caller(error, number)


def _for_caller(error: BaseException, number: int) -> Exception:
    """Return the error for the caller of a sample; Ctrl-C, which comes to the main thread alone, is no sample's."""
    if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
        raise error
    substitute = substitute_for(error, f"in the prediction of sample {number}")
    if substitute is not None:
        return substitute
    assert isinstance(error, Exception)
    return error
