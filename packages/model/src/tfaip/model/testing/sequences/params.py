"""Parameters of the sequences."""

from __future__ import annotations

from typing import Any

from tfaip.model.model_params import ModelBaseParams
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import DataBaseParams, DataGeneratorParams

__all__ = [
    "SequencesDataParams",
    "SequencesGeneratorParams",
    "SequencesModelParams",
    "SequencesPipelineParams",
    "SequencesScenarioParams",
]


@params
class SequencesGeneratorParams(DataGeneratorParams):
    """Sequences, drawn from a seed."""

    count: int = field(default=64, help="Number of sequences")
    seed: int = field(default=0, help="Seed of the first tokens")

    def cls(self) -> Any:
        """Return the generator's class."""
        from tfaip.model.testing.sequences.data import SequencesGenerator

        return SequencesGenerator


@params
class SequencesDataParams(DataBaseParams):
    """Sequences, as they are."""

    def cls(self) -> Any:
        """Return the data's class."""
        from tfaip.model.testing.sequences.data import SequencesData

        return SequencesData


@params
class SequencesModelParams(ModelBaseParams):
    """A network that sees one token and tells the next."""

    units: int = field(default=16, help="Size of a token's embedding")

    def cls(self) -> Any:
        """Return the model's class."""
        from tfaip.model.testing.sequences.model import SequencesModel

        return SequencesModel


@params
class SequencesScenarioParams(ScenarioBaseParams[SequencesDataParams, SequencesModelParams]):
    """Data and model of the sequences."""


@params
class SequencesPipelineParams(TrainerPipelineParams[SequencesGeneratorParams, SequencesGeneratorParams]):
    """Sequences to train on and others to validate on."""
