"""How a pipeline is used: its mode, batching, shuffling, and how the work is spread over processes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.errors import DefinitionError

__all__ = ["GENERAL", "INPUT_PROCESSOR", "TARGETS_PROCESSOR", "DataPipelineParams", "PipelineMode", "require_integer"]


class PipelineMode(StrEnum):
    """The use of the samples of a pipeline, which decides on the parts that a sample must hold."""

    TRAINING = "training"
    EVALUATION = "evaluation"
    PREDICTION = "prediction"
    TARGETS = "targets"

    @property
    def needs_inputs(self) -> bool:
        """Whether samples of this mode hold inputs."""
        return self is not PipelineMode.TARGETS

    @property
    def needs_targets(self) -> bool:
        """Whether samples of this mode hold targets."""
        return self is not PipelineMode.PREDICTION


GENERAL: frozenset[PipelineMode] = frozenset(PipelineMode)
"""All modes: a processor that works on inputs and targets alike, or on neither."""

INPUT_PROCESSOR: frozenset[PipelineMode] = frozenset(mode for mode in PipelineMode if mode.needs_inputs)
"""The modes of a processor that changes inputs."""

TARGETS_PROCESSOR: frozenset[PipelineMode] = frozenset(mode for mode in PipelineMode if mode.needs_targets)
"""The modes of a processor that changes targets."""


_CHOICES = {
    "workers": ("auto", "processes", "threads"),
    "on_bad_sample": ("raise", "skip"),
    "on_worker_death": ("raise", "restart"),
}


@params(
    former_tags=[
        "tfaip.pipeline.data_pipeline_params:DataPipelineParams",
        "tfaip.data.databaseparams:DataPipelineParams",
    ]
)
class DataPipelineParams:
    """How the samples of a generator become batches."""

    batch_size: int = field(basic=True, default=16, help="The number of samples of a batch")
    batch_drop_remainder: bool = field(
        default=False, help="Drop the last samples of a pass if they do not fill a batch"
    )
    limit: int = field(
        basic=True,
        default=-1,
        help="Use only the first samples of the generator, or the first batches if it yields batches (-1: all)",
    )
    shuffle_buffer_size: int = field(
        default=-1,
        help="Training shuffles: 0 or 1 switches it off; an indexable generator is always shuffled completely, "
        "a stream or shards through a buffer of so many samples (-1: 1024)",
    )
    open_shards: int = field(
        default=16,
        help="Training reads so many shards of a sharded generator at the same time, in all workers together",
    )
    bucket_boundaries: list[int] = field(
        factory=list,
        help="Lengths that separate buckets, ascending: samples of one bucket share batches",
    )
    bucket_batch_sizes: list[int] = field(
        factory=list,
        help="The batch size of each bucket, one more than boundaries (empty: inversely proportional to the length)",
    )
    num_processes: int = field(
        basic=True,
        default=-1,
        help="The number of workers; 0: everything in this process; -1: chosen from cores and processors",
    )
    workers: str = field(
        default="auto",
        choices=list(_CHOICES["workers"]),
        help="Kind of the workers. Threads need classes that declare thread_safe = True, and a native crash ends the "
        "whole process; auto: threads where all classes declare it and a short trial shows that threads pay",
    )
    prefetch: int = field(
        default=-1, help="The largest number of batches prepared in advance (-1: chosen from their size)"
    )
    max_tasks_per_process: int = field(
        default=0, help="Batches after which a worker process is replaced, against memory leaks (0: never)"
    )
    on_bad_sample: str = field(
        default="raise", choices=list(_CHOICES["on_bad_sample"]), help="Reaction to a sample whose processing fails"
    )
    on_worker_death: str = field(
        default="raise",
        choices=list(_CHOICES["on_worker_death"]),
        help="Reaction to a worker process that is killed or crashes",
    )
    sample_timeout: float = field(default=0.0, help="Seconds that a worker may spend on one sample (0: no limit)")

    def validate(self) -> None:
        """Check all values.

        Raises:
            DefinitionError: One of them can't be.
        """
        least = {
            "batch_size": 1,
            "limit": -1,
            "shuffle_buffer_size": -1,
            "open_shards": 1,
            "num_processes": -1,
            "prefetch": -1,
            "max_tasks_per_process": 0,
        }
        for name, minimum in least.items():
            require_integer(name, getattr(self, name), minimum)
        if self.prefetch == 0:
            raise DefinitionError("prefetch must be >= 1, or -1 (chosen from the size of the batches), got 0")
        if not isinstance(self.batch_drop_remainder, bool):
            raise DefinitionError(f"batch_drop_remainder must be True or False, got {self.batch_drop_remainder!r}")
        _require_number("sample_timeout", self.sample_timeout, Real, "a number", 0)
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise DefinitionError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        self._validate_buckets()

    def _validate_buckets(self) -> None:
        for name in ("bucket_boundaries", "bucket_batch_sizes"):
            value = getattr(self, name)
            if not isinstance(value, Sequence) or isinstance(value, str):
                raise DefinitionError(f"{name} must be a list of integers, got {value!r}")
            if any(not _is_number(entry, Integral) for entry in value):
                raise DefinitionError(f"{name} must be a list of integers, got {value!r}")
        boundaries, sizes = self.bucket_boundaries, self.bucket_batch_sizes
        if any(boundary < 1 for boundary in boundaries) or any(a >= b for a, b in pairwise(boundaries)):
            raise DefinitionError(f"bucket_boundaries must be ascending and >= 1, got {boundaries}")
        if sizes and len(sizes) != len(boundaries) + 1:
            raise DefinitionError(
                f"bucket_batch_sizes must have one entry per bucket, {len(boundaries) + 1} for {len(boundaries)} "
                f"bucket_boundaries, got {len(sizes)}: {sizes}"
            )
        if any(size < 1 for size in sizes):
            raise DefinitionError(f"bucket_batch_sizes must be >= 1, got {sizes}")


def require_integer(name: str, value: Any, minimum: int) -> None:
    """Check a whole number; those of NumPy are as good as Python's.

    Raises:
        DefinitionError: It is something else, or too small.
    """
    _require_number(name, value, Integral, "an integer", minimum)


def _require_number(name: str, value: Any, kind: type[Any], in_words: str, minimum: int) -> None:
    if not _is_number(value, kind) or value != value:  # NaN
        raise DefinitionError(f"{name} must be {in_words} >= {minimum}, got {value!r}")
    if value < minimum:
        raise DefinitionError(f"{name} must be >= {minimum}, got {value}")


def _is_number(value: Any, kind: type[Any]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
