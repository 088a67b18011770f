"""The evaluation of one part of a data set, with its marks, its final sums, and the sums of all parts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from tfaip.model import Evaluator
from tfaip.model.evaluator import has_parts
from tfaip.pipeline import Sample
from tfaip.pipeline.hooks import call_user_code
from tfaip.predict.dump import DumpReader, DumpWriter, PartWriter
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError
from tfaip.predict.part_of_input import BatchIdentities

__all__ = ["PartRun", "PartSums", "require_evaluator_of_parts", "store_sums", "stored_sums"]

_SUMS = "sums"

# Copies of an evaluator's counts, which may be large, for each batch would slow an evaluation down.
_MARK_SECONDS = 1.0


@dataclass
class PartSums:
    """The sums over the samples of a part.

    Attributes:
        samples: Samples that losses and metrics were computed on.
        skipped: Samples that were dropped or skipped before.
        metrics: Sums and counts of losses and metrics; none where there was no sample.
        evaluator: The state of the evaluator.
    """

    samples: int = 0
    skipped: int = 0
    metrics: Sequence[np.ndarray] = field(default_factory=list)
    evaluator: Any = None


class PartRun:
    """Marks in the dump of a part how far its evaluation has come.

    Args:
        dump: The dump.
        seed: Of the samples' random numbers.
        state_of: Returns the state of the pipeline after so many batches.
        counts: The evaluator.
        sums: The sums before the first batch.
    """

    def __init__(
        self,
        dump: PartWriter,
        seed: int,
        state_of: Callable[[int], dict[str, Any]],
        counts: Evaluator[Any],
        sums: PartSums,
    ) -> None:
        self.identities = BatchIdentities(dump.part, seed)
        self._dump = dump
        self._state_of = state_of
        self._counts = counts
        self._sums = sums
        self._batches = 0
        self._marked = monotonic()

    def batch_ended(self, size: int, metrics: Sequence[np.ndarray]) -> None:
        """Take note that all samples of a batch have been evaluated.

        Args:
            size: The number of its samples.
            metrics: Sums and counts of losses and metrics after it.
        """
        self._sums.samples += size
        self._sums.metrics = metrics
        self._batches += 1
        if monotonic() - self._marked >= _MARK_SECONDS:
            self._sums.evaluator = call_user_code(self._counts.state)
            self._dump.mark({"pipeline": self._state_of(self._batches), "sums": asdict(self._sums)})
            self._marked = monotonic()


def require_evaluator_of_parts(evaluator: Evaluator[Any], part: Part) -> None:
    """Refuse an evaluator that can't merge the counts of parts.

    Raises:
        PredictionError: It can't.
    """
    if not has_parts(evaluator):
        raise PredictionError(
            f"--shard must merge the counts of all parts, but {type(evaluator).__name__} has no `state` and `merge` "
            f"for its `update_state`: predict by tfaip-predict --shard {part} --dump FOLDER --predict.include_targets, "
            "and evaluate all parts by tfaip-evaluate --prediction FOLDER"
        )


def store_sums(folder: Path, sums: PartSums) -> None:
    """Store the sums of a part in its folder."""
    shutil.rmtree(folder / _SUMS, ignore_errors=True)
    with DumpWriter(folder / _SUMS) as dump:
        dump.write(Sample(outputs=asdict(sums)))


def stored_sums(folder: Path) -> PartSums:
    """Return the sums that were stored in the folder of a part.

    Raises:
        DumpError: There are none.
    """
    (stored,) = DumpReader(folder / _SUMS)
    return PartSums(**stored.outputs)
