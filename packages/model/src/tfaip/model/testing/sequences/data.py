"""Data of the sequences."""

from __future__ import annotations

import numpy as np

from tfaip.model.testing.sequences.params import SequencesDataParams, SequencesGeneratorParams
from tfaip.pipeline import ArraySpec, DataBase, DataGenerator, PipelineMode, Sample

__all__ = ["STEPS", "TOKENS", "SequencesData", "SequencesGenerator"]

TOKENS = 7
STEPS = 4


class SequencesData(DataBase[SequencesDataParams]):
    """The first token, int64 (1,), and those after it, int64 (4,)."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"first": ArraySpec((1,), np.int64)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"tokens": ArraySpec((STEPS,), np.int64)}


class SequencesGenerator(DataGenerator[SequencesGeneratorParams]):
    """Each token is three times the one before plus one, modulo seven."""

    def __init__(self, mode: PipelineMode, params: SequencesGeneratorParams) -> None:
        super().__init__(mode, params)
        self._tokens = [np.random.default_rng(params.seed).integers(0, TOKENS, params.count)]
        for _ in range(STEPS):
            self._tokens.append((self._tokens[-1] * 3 + 1) % TOKENS)

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        tokens = np.array([step[index] for step in self._tokens], np.int64)
        return Sample(inputs={"first": tokens[:1]}, targets={"tokens": tokens[1:]}, meta={"index": int(index)})
