"""`PipelineMode`: what a pipeline is used for, and the sets of modes that processors declare."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["GENERAL", "INPUT_PROCESSOR", "TARGETS_PROCESSOR", "PipelineMode"]


class PipelineMode(StrEnum):
    """What the samples of a pipeline are used for, which decides what a sample must hold."""

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
