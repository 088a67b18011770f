"""Validation: losses, metrics and an evaluator's figures over one pass of the data, and some samples in words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tfaip.model import Evaluator, ModelBase
from tfaip.model.evaluator import counting, figures_of
from tfaip.model.runtime.tracing import compiled
from tfaip.pipeline import DataBase, DataPipeline, Sample
from tfaip.pipeline.hooks import call_user_code
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.lav.result import numbers_of
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.loop.input_batches import sample_metas

if TYPE_CHECKING:
    from tfaip.trainer.step.training_state import TrainingState

__all__ = ["PrintedSamples", "Validation"]

logger = logging.getLogger(__name__)

Tensors = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray]


class Validation:
    """Evaluates a network on one pass after the other.

    Args:
        state: The model that is evaluated; its validation metrics hold the state.
        iterator: Iterator of the validation data: endless, in order, with the end of each pass marked.
        pipeline: The data whose post-processing evaluator and printed samples see.
        printed: Takes the first samples of each pass.
        create_evaluator: Makes the evaluator of a pass, which takes all samples; by default none.
        eager: Run uncompiled.
        between_calls: Called several times a second; it may raise, which leaves the pass unfinished.

    Attributes:
        batches: Batches that were taken from the iterator.
        figures: The last figures of the evaluator.
    """

    def __init__(
        self,
        state: TrainingState,
        iterator: Iterator[Any],
        pipeline: DataPipeline,
        printed: PrintedSamples,
        *,
        create_evaluator: Callable[[], Evaluator[Any]] | None = None,
        eager: bool = False,
        between_calls: Callable[[], None] = lambda: None,
    ) -> None:
        self._state = state
        self._iterator = iterator
        self._pipeline = pipeline
        self._printed = printed
        self._create_evaluator = create_evaluator
        self._between_calls = between_calls
        self.batches = 0
        self.figures: Mapping[str, Any] = {}
        self._loop = CompiledLoop(self._step, eager=eager)
        # Batches differ in size and padding; a second trace, for any shape, serves them all.
        self._step_with_outputs = self._outputs if eager else compiled(self._outputs, reduce_retracing=True)

    def go_on_with(self, iterator: Iterator[Any], pipeline: DataPipeline, printed: PrintedSamples) -> None:
        """Evaluate other data from now on; see the arguments of the constructor."""
        self._iterator, self._pipeline, self._printed = iterator, pipeline, printed
        self.batches = 0

    def let_go(self) -> None:
        """Forget the iterator, which is about to be closed."""
        self._iterator = iter(())

    def run(self) -> dict[str, float]:
        """Evaluate one pass and return the logs."""
        self._state.val_metrics.reset()
        self._printed.start()
        if self._create_evaluator is None:
            # The first batches go one by one, because their outputs are wanted outside of the compiled loop.
            ended = self._run_one_by_one(lambda: self._printed.wants_more, self._printed.print_sample)
            while not ended:
                call = self._loop(self._iterator)
                self.batches += call.steps
                ended = call.ended
                self._between_calls()
            return self._state.val_metrics.result()

        with counting(self._create_evaluator()) as evaluator:

            def take(sample: Sample) -> None:
                call_user_code(evaluator.update_state, sample)
                self._printed.print_sample(sample)

            self._run_one_by_one(lambda: True, take)
            metrics = self._state.val_metrics.result()
            self.figures = figures_of(evaluator)
            return {**metrics, **numbers_of(self.figures, metrics)}

    def _run_one_by_one(self, goes_on: Callable[[], bool], take: Callable[[Sample], None]) -> bool:
        """Give the samples of batches to `take` as long as more are wanted; return whether the pass has ended."""
        ended = False
        while goes_on() and not ended:
            inputs, targets, meta, end = next(self._iterator)
            outputs = self._step_with_outputs(inputs, targets)
            metas = sample_metas(meta)
            samples = _samples(_arrays(inputs), _arrays(targets), output_rows(_arrays(outputs), len(metas)), metas)
            for sample in self._pipeline.process_output(samples):
                take(sample)
            self.batches += 1
            ended = bool(end)
            self._between_calls()
        return ended

    def _step(self, inputs: Tensors, targets: Tensors) -> None:
        self._outputs(inputs, targets)

    def _outputs(self, inputs: Tensors, targets: Tensors) -> Tensors:
        graph, model = self._state.graph, self._state.model
        with self._state.val_recorder.recording():
            targets, outputs, losses = model.forward(graph, inputs, targets, training=False)
            predictions = graph.prediction_outputs(inputs) if graph.has_two_graphs else outputs
        self._state.val_metrics.update(inputs, targets, outputs, losses, predictions)
        return predictions


def _arrays(tensors: Tensors) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def _samples(inputs: Arrays, targets: Arrays, rows: Iterable[Arrays], metas: Sequence[Any]) -> Iterator[Sample]:
    for row, (meta, outputs) in enumerate(zip(metas, rows, strict=True)):
        yield Sample(
            inputs={name: array[row] for name, array in inputs.items()},
            targets={name: array[row] for name, array in targets.items()},
            outputs=dict(outputs),
            meta=meta,
        )


class PrintedSamples:
    """Logs the model's text for the first samples of a validation, after their post-processing.

    Args:
        model: Says the words.
        data: Handed to the model.
        limit: Samples at most; -1 for all.
    """

    def __init__(self, model: ModelBase[Any], data: DataBase[Any], limit: int) -> None:
        self._model = model
        self._data = data
        self._limit = limit
        self._printed = 0

    @property
    def wants_more(self) -> bool:
        """Whether the limit is not reached."""
        return self._limit < 0 or self._printed < self._limit

    def start(self) -> None:
        """Begin a new validation."""
        self._printed = 0

    def print_sample(self, sample: Sample) -> None:
        """Log a sample, as far as the limit goes."""
        if self.wants_more:
            self._printed += 1
            self._model.print_evaluate(sample, self._data, logger.info)
