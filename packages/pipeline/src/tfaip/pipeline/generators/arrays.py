"""`ArrayGenerator`: samples that lie in arrays, one beside the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfaip.pipeline.data.generator import DataGenerator, TGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.hooks import call_user_code, hook

__all__ = ["ArrayGenerator"]


class ArrayGenerator(DataGenerator[TGeneratorParams]):
    """Samples from arrays in memory, as Keras' `fit` takes them. A subclass overrides `arrays`.

    A number per sample, as in an array of shape (samples,), becomes an array of shape (1,). The meta of a sample is its
    `index`. Each worker calls `arrays` for itself.

    Args:
        mode: The use of the pipeline.
        params: The parameters that made this generator.

    Raises:
        DefinitionError: `arrays` returned something else, or arrays of different lengths.
    """

    def __init__(self, mode: PipelineMode, params: TGeneratorParams) -> None:
        super().__init__(mode, params)
        given: Any = call_user_code(self.arrays)
        if not isinstance(given, tuple) or len(given) != 2 or not all(isinstance(part, Mapping) for part in given):
            raise DefinitionError(
                f"{type(self).__qualname__}.arrays must return two dicts of arrays, inputs and targets, "
                f"got {type(given).__qualname__}"
            )
        self._inputs, self._targets = ({name: np.asarray(part[name]) for name in part} for part in given)
        lengths = {name: len(array) if array.ndim else None for name, array in (self._inputs | self._targets).items()}
        if not self._inputs or len(set(lengths.values())) > 1 or None in lengths.values():
            shown = ", ".join(f"{name}: {length}" for name, length in lengths.items())
            raise DefinitionError(
                f"{type(self).__qualname__}.arrays must return arrays of one length, the number of samples, "
                f"got {shown or 'no inputs'}"
            )
        self._length = len(next(iter(self._inputs.values())))

    @abstractmethod
    @hook
    def arrays(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Hook: inputs and targets of all samples by name, each of shape (samples, ...); `self.mode` is the use."""

    def __len__(self) -> int:
        """The number of samples."""
        return self._length

    def __getitem__(self, index: int) -> Sample:
        """One of them."""
        inputs, targets = (
            {name: array[index] if array.ndim > 1 else array[index : index + 1] for name, array in part.items()}
            for part in (self._inputs, self._targets)
        )
        return Sample(inputs=inputs, targets=targets, meta={"index": index})
