"""A generator of one part of the samples of another generator.

Internal API of the package.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from tfaip.pipeline.data.generator import DataGenerator, is_indexable, length_of
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.splitting.indices import fold_indices, hold_out_indices
from tfaip.pipeline.splitting.part_params import PartParams

__all__ = ["part_of"]


def part_of(params: PartParams, mode: PipelineMode) -> DataGenerator[Any]:
    """Return the generator of a part; the first call writes its indices into the parameters, for the workers.

    Raises:
        DefinitionError: The generator can't be read by index, or its modes have different samples.
    """
    whole = params.of_whole(mode)
    name, length = type(whole).__name__, length_of(whole)
    if length is None or whole.yields_batches():
        raise DefinitionError(
            f"validation_split needs a generator that knows the number of its samples, but {name} "
            f"{'yields batches' if whole.yields_batches() else 'has no __len__'}"
        )
    if params.indices is None:
        params.indices = _indices(params, length)
    indices = params.indices
    if len(indices) and indices[-1] >= length:
        raise DefinitionError(
            f"validation_split needs the same samples in each mode, but {name} has {length} in the mode {mode}, "
            f"and index {indices[-1]} is chosen"
        )
    if whole.keep_only(indices.tolist()):
        return whole
    if not is_indexable(whole):
        raise DefinitionError(
            f"validation_split must read samples by index, but {name} has no __getitem__: add it, or override keep_only"
        )
    return _Part(whole, indices)


class _Part(DataGenerator[Any]):
    """The samples of an indexable generator at some indices."""

    def __init__(self, whole: DataGenerator[Any], indices: np.ndarray) -> None:
        super().__init__(whole.mode, whole.params)
        self._whole: Any = whole
        self._indices = indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: int) -> Sample:
        sample: Sample = self._whole[int(self._indices[index])]
        return sample


def _indices(params: PartParams, length: int) -> np.ndarray:
    labels = _labels(params) if params.stratify else None
    if params.folds:
        held_out = fold_indices(length, params.folds, params.fold, params.seed, labels)
    else:
        held_out = hold_out_indices(length, params.fraction, params.seed, labels)
    if params.held_out:
        return held_out
    kept = np.ones(length, bool)
    kept[held_out] = False
    return np.flatnonzero(kept)


def _labels(params: PartParams) -> list[Hashable]:
    # Reads no inputs, where the generator knows the difference.
    whole = params.of_whole(PipelineMode.TARGETS)
    return [_label(sample, params.stratify, index) for index, sample in enumerate(whole.generate())]


def _label(sample: Any, name: str, index: int) -> Hashable:
    known: dict[str, Any] = {}
    for part in (sample.meta, sample.targets):
        if isinstance(part, Mapping):
            known.update(part)
    if not isinstance(sample.targets, Mapping):
        known.setdefault("targets", sample.targets)
    if name not in known:
        raise DataError(
            f"validation_split_by must name a target or meta of each sample, got {name!r}; "
            f"sample {index} has {', '.join(map(str, known)) or 'none'}"
        )
    value = known[name]
    if isinstance(value, str | bytes | int) or value is None:
        return value
    return tuple(np.asarray(value).reshape(-1).tolist())
