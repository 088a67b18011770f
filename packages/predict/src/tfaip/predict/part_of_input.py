"""One part of an input: its samples' identities, the pipelines that have parts, and the record of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from tfaip.model import Bundle
from tfaip.params import to_dict
from tfaip.pipeline import Batch, DataBaseParams, DataGeneratorParams, DataPipelineParams, PipelineMode
from tfaip.pipeline.data.generator import length_of
from tfaip.pipeline.data.processor import needs_stream, processor_class
from tfaip.pipeline.data.sample import SampleIdentity
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError
from tfaip.predict.params import InferenceParams
from tfaip.predict.voting.voter import VoterParams

__all__ = ["BatchIdentities", "made_by", "require_parts"]


class BatchIdentities:
    """Gives the samples of batches the identities that they have in a prediction of the whole input.

    The first number is the index of the element; further samples of the same element have a second number.

    Args:
        part: The part that the batches belong to, one after the other.
        seed: Of the samples' random numbers.
    """

    def __init__(self, part: Part, seed: int) -> None:
        self._part = part
        self._seed = seed
        self._last = -1
        self._number = 0

    def __call__(self, batch: Batch) -> Iterator[SampleIdentity]:
        """Yield the identity of each sample."""
        assert batch.positions is not None
        for position in batch.positions:
            element = position * self._part.of + self._part.number
            self._number = self._number + 1 if element == self._last else 0
            self._last = element
            yield SampleIdentity(self._seed, 0, (element, self._number) if self._number else (element,))


def require_parts(data: Sequence[DataBaseParams], mode: PipelineMode, params: DataPipelineParams) -> None:
    """Refuse pipelines for which the samples of all parts differ from those of the whole.

    Args:
        data: Parameters of each model's data.
        mode: The purpose for which samples are read.
        params: The pipeline.

    Raises:
        PredictionError: A processor needs the whole stream, or batches are made by lengths, or drop samples.
    """
    for one in data:
        for processor in (*one.pre_proc.flatten(), *one.post_proc.flatten()):
            if mode in processor.modes and needs_stream(processor):
                raise PredictionError(
                    f"a part of the input can't go through {processor_class(processor).__name__}, which needs the "
                    "whole stream of samples: declare it as one_to_n, or predict without --shard"
                )
    if params.bucket_boundaries:
        raise PredictionError(
            "a part must keep the order of its input, but pipeline.bucket_boundaries sorts by length: leave it out, or "
            "predict without --shard"
        )
    if params.batch_drop_remainder:
        raise PredictionError(
            "a part must keep all of its samples, but pipeline.batch_drop_remainder drops the last ones: leave it out"
        )


def made_by(
    bundles: Sequence[str],
    generator: DataGeneratorParams,
    params: InferenceParams,
    mode: PipelineMode,
    **choices: Any,
) -> dict[str, Any]:
    """Return the values that determine the samples of a prediction, plain JSON; all parts of a run share them.

    Devices, processes and the batch size are no part of it: another machine may go on with a part.

    Args:
        bundles: Folders of the bundles.
        generator: Where the samples come from.
        params: How they are predicted.
        mode: The purpose for which samples are read.
        **choices: Further values, plain JSON or parameters.
    """
    if isinstance(voter := getattr(params, "voter", None), VoterParams):
        choices["voter"] = voter
    return {
        "bundles": [_digest(Bundle.at(path)) for path in bundles],
        "data": to_dict(generator),
        "elements": length_of(generator.create(mode)),
        "limit": params.pipeline.limit,
        "mode": mode.value,
        **{name: to_dict(value) if isinstance(value, VoterParams) else value for name, value in choices.items()},
    }


def _digest(bundle: Bundle) -> str:
    """The digest of a bundle: of its files, and of its parameters, which people may edit."""
    return f"{bundle.digest}:{hashlib.sha256(bundle.scenario_params.read_bytes()).hexdigest()}"
