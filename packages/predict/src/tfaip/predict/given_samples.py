"""Samples that the caller gives: objects, or the elements of a `tf.data.Dataset`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from tfaip.pipeline import Batch, DataBase, DataGenerator, DataGeneratorParams, Sample
from tfaip.predict.errors import PredictionError, require

__all__ = ["GivenSamples", "dataset_batches", "require_generator"]


class GivenSamples(DataGeneratorParams):
    """A source that holds samples, where a pipeline expects the parameters of a generator.

    No command line offers it, and no file can hold it.

    Args:
        samples: Read once, lazily, in the caller's process.

    Raises:
        PredictionError: They are no iterable of samples, as far as this is seen before they are read.
    """

    __slots__ = ("samples",)

    samples: Iterable[Sample]

    def __init__(self, samples: Iterable[Sample]) -> None:
        super().__init__()
        # Iterables too, but of names, letters and numbers.
        given = samples if not isinstance(samples, Mapping | str | bytes | np.ndarray) else None
        if not isinstance(given, Iterable):
            require("predict_raw", samples, (), "an iterable of samples", "give [Sample(inputs={NAME: ARRAY})]")
        object.__setattr__(self, "samples", samples)

    def cls(self) -> type[RawSamples]:
        """Return the generator's class."""
        return RawSamples


class RawSamples(DataGenerator[GivenSamples]):
    """A stream of the caller's samples."""

    def generate(self) -> Iterable[Any]:
        """Yield the samples, in the caller's order."""
        for number, sample in enumerate(self.params.samples):
            require("predict_raw", sample, Sample, f"samples (number {number})", "give Sample(inputs={NAME: ARRAY})")
            yield sample


def require_generator(call: str, generator: object) -> None:
    """Refuse an argument that is no parameters of a generator.

    Raises:
        PredictionError: It is something else.
    """
    require(
        call,
        generator,
        DataGeneratorParams,
        "parameters of a generator",
        "give an object of its DataGeneratorParams; Predictor.predict_raw takes samples",
    )


def dataset_batches(dataset: Any, data: DataBase[Any], batch_size: int) -> Iterator[Batch]:
    """Yield the batches of a dataset, with empty meta.

    Args:
        dataset: Of dicts of inputs, or of tuples `(inputs, targets)`; with or without a leading batch axis.
        data: Says what the inputs are.
        batch_size: Of a dataset without batch axis.

    Raises:
        PredictionError: It is no dataset, or its elements are something else, or lack an input.
    """
    if isinstance(dataset, type) or not hasattr(dataset, "element_spec"):
        require("predict_dataset", dataset, (), "a tf.data.Dataset", "predict_raw takes samples")
    spec = dataset.element_spec
    inputs = spec[0] if isinstance(spec, tuple) else spec
    specs = data.input_layer_specs()
    if not isinstance(inputs, Mapping) or (isinstance(spec, tuple) and len(spec) > 2):
        raise PredictionError(
            f"a dataset must hold dicts of inputs or tuples (inputs, targets), but its elements are {spec!r}"
        )
    if missing := [name for name in specs if name not in inputs]:
        raise PredictionError(f"a dataset must hold the inputs {list(specs)}, it lacks {missing}")
    ranks = {name: inputs[name].shape.rank for name in specs}
    if all(ranks[name] == len(specs[name].shape) for name in specs):
        dataset = dataset.padded_batch(batch_size)
    elif not all(ranks[name] == len(specs[name].shape) + 1 for name in specs):
        wanted = ", ".join(f"{name}: {spec}" for name, spec in specs.items())
        raise PredictionError(
            f"the inputs of a dataset must be {wanted}, with or without a batch axis before it; got {inputs!r}"
        )
    for element in dataset.as_numpy_iterator():
        parts = element if isinstance(element, tuple) else (element,)
        arrays = {name: parts[0][name] for name in specs}
        size = len(next(iter(arrays.values())))
        yield Batch(arrays, dict(parts[1]) if len(parts) > 1 else {}, [{} for _ in range(size)])
