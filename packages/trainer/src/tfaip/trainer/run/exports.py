"""The bundles of a run: written in a thread beside the training, from a snapshot of the weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model import Bundle, ScenarioBase
from tfaip.model.stored.export import BundleWriter
from tfaip.model.stored.first_inputs import first_inputs
from tfaip.pipeline import PipelineMode
from tfaip.trainer.run.run_context import RunContext

__all__ = ["Exports"]

SAMPLES = 16
"""Samples on which an ONNX model is compared with the graph."""


class Exports:
    """Writes bundles, one after the other.

    The code of users runs in the thread of the training: it traces the graphs, reads the samples on which ONNX models
    are compared, and tells of each bundle.

    Args:
        beside: Whether the training goes on meanwhile.
    """

    def __init__(self, *, beside: bool) -> None:
        self._beside = beside
        self._jobs: deque[_Job] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self._writer: BundleWriter | None = None
        self._scenario: ScenarioBase[Any, Any] | None = None
        self._samples: list[Mapping[str, np.ndarray]] | None = None

    def write(self, context: RunContext, path: Path, kind: str, then: Callable[[Bundle], None]) -> None:
        """Write the bundle of the network as it is now.

        Args:
            context: Where the run stands.
            path: The folder of the bundle.
            kind: Kind of the bundle: "best", "epoch" or "last".
            then: Called with the whole bundle: by this method, or by a later one.
        """
        self.settle(context)
        state, writer = context.training_state, self._writer_of(context)
        if context.is_last_epoch or not self._beside:
            self.settle(context, all_of_them=True)
            with state.averaged_weights():
                then(writer.write(path, onnx_samples=self._samples))
            return
        values = self._jobs[-1].values if self._jobs else None
        if values is None:
            with state.averaged_weights():
                values = writer.snapshot()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        future = self._thread.submit(writer.write, path, values, onnx_samples=self._samples)
        self._jobs.append(_Job(kind, context.epoch, context.step, values, future, then))

    def is_pending(self, kind: str) -> bool:
        """Whether a bundle of this kind is not told yet."""
        return any(job.kind == kind for job in self._jobs)

    def tell(self) -> None:
        """Tell the bundles that are whole.

        Raises:
            Exception: An error of the thread, or of `then`.
        """
        while self._jobs and self._jobs[0].future.done():
            self._tell_next()

    def settle(self, context: RunContext, *, all_of_them: bool = False) -> None:
        """Wait for the bundles of earlier steps, or for all, and tell what is whole.

        Raises:
            Exception: An error of the thread, or of `then`.
        """
        while self._jobs and (all_of_them or self._jobs[0].step != context.step):
            self._tell_next()
        self.tell()

    def _tell_next(self) -> None:
        job = self._jobs.popleft()
        try:
            bundle = job.future.result()
        except Exception as error:
            error.add_note(f"This happened in the export of the {job.kind} model of epoch {job.epoch}.")
            raise
        job.then(bundle)

    def close(self, context: RunContext) -> None:
        """Wait for all, and end the thread."""
        try:
            self.settle(context, all_of_them=True)
        finally:
            if self._thread is not None:
                self._thread.shutdown()
                self._thread = None

    def _writer_of(self, context: RunContext) -> BundleWriter:
        """Return the writer of the stage, whose data may be others, and so are the samples."""
        if self._writer is None or self._scenario is not context.scenario:
            state, formats = context.training_state, context.params.export_formats
            has_saved_model, has_onnx = "SavedModel" in formats, "ONNX" in formats
            self._scenario = context.scenario
            self._writer = BundleWriter(
                context.scenario, state.model, state.graph, saved_model=has_saved_model, onnx=has_onnx
            )
            self._samples = list(_samples(context)) if has_onnx else None
        return self._writer


@dataclass(frozen=True)
class _Job:
    """A bundle that is being written.

    Attributes:
        kind: Kind of the bundle.
        epoch: The epoch.
        step: The step after which the network was like this.
        values: Values of the variables.
        future: The bundle, once it is whole.
        then: To be called with it.
    """

    kind: str
    epoch: int
    step: int
    values: list[np.ndarray]
    future: Future[Bundle]
    then: Callable[[Bundle], None]


def _samples(context: RunContext) -> Iterator[Mapping[str, np.ndarray]]:
    """Yield batches of inputs of the validation, or of the training where there is none."""
    gen = context.params.gen
    generator = gen.validation_samples() or gen.training_samples()
    return first_inputs(context.scenario.data, generator, SAMPLES, batches=2, mode=PipelineMode.EVALUATION)
