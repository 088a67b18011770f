"""The scenario of the sequences."""

from __future__ import annotations

from tfaip.model.scenario import ScenarioBase
from tfaip.model.testing.sequences.params import SequencesPipelineParams, SequencesScenarioParams

__all__ = ["SequencesScenario"]


class SequencesScenario(ScenarioBase[SequencesScenarioParams, SequencesPipelineParams]):
    """The successors of a first token."""
