"""`InputDataset`: the batches of a pipeline as a `tf.data.Dataset`. The only module that imports TensorFlow."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import tensorflow as tf

from .array_spec import ArraySpec
from .batch import Batch
from .batch_iterator import BatchIterator
from .data_base import DataBase
from .mode import PipelineMode

__all__ = ["InputDataset"]


class InputDataset:
    """A dataset over a `BatchIterator`, which it owns.

    Elements are tuples: `(inputs, targets, end_of_epoch)` in TRAINING and EVALUATION, `(inputs, end_of_epoch)` in
    PREDICTION, `(targets, end_of_epoch)` in TARGETS, with a dict of meta before `end_of_epoch` if it is asked for.

    Args:
        data: Says what the arrays look like.
        mode: Which of them there are.
        batches: The batches; each iterator over the dataset takes from the same ones.
        with_meta: Whether the meta comes along: as the specs of the data say, by default one JSON text per sample.

    Attributes:
        dataset: The dataset.
    """

    def __init__(
        self, data: DataBase[Any], mode: PipelineMode, batches: BatchIterator, *, with_meta: bool = False
    ) -> None:
        self._batches = batches
        self._mode = mode
        self._error: BaseException | None = None
        self._meta_specs = data.meta_layer_specs() if with_meta else None
        signature: list[Any] = []
        if mode.needs_inputs:
            signature.append(_signature(data.input_layer_specs()))
        if mode.needs_targets:
            signature.append(_signature(data.target_layer_specs()))
        if self._meta_specs is not None:
            signature.append(_signature(self._meta_specs))
        signature.append(tf.TensorSpec((), tf.bool))
        self._structure = tuple(signature)
        self.dataset = tf.data.Dataset.from_generator(self._generate, output_signature=self._structure)
        options = tf.data.Options()
        # Each worker of a distribution strategy has a pipeline of its own: TensorFlow finds nothing to shard.
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        self.dataset = self.dataset.with_options(options)

    def state(self, consumed: int | None = None) -> dict[str, Any]:
        """The state right after the `consumed`-th element, see `BatchIterator.state`."""
        return self._batches.state(consumed)

    @property
    def batches(self) -> BatchIterator:
        """The batches behind the dataset, with their counters."""
        return self._batches

    def reraise(self) -> None:
        """Raise the error that ended the dataset, if there was one; TensorFlow shows only its text."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the workers."""
        self._batches.close()

    def __enter__(self) -> InputDataset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _generate(self) -> Any:
        try:
            for batch in self._batches:
                yield self._element(batch)
        except Exception as error:
            self._error = error
            raise

    def _element(self, batch: Batch) -> tuple[Any, ...]:
        parts: list[Any] = []
        if self._mode.needs_inputs:
            parts.append(batch.inputs)
        if self._mode.needs_targets:
            parts.append(batch.targets)
        if self._meta_specs is not None:
            parts.append(_meta(batch.meta, self._meta_specs))
        parts.append(batch.end_of_epoch)
        return tuple(parts)


def _signature(specs: dict[str, ArraySpec]) -> dict[str, tf.TensorSpec]:
    return {
        key: tf.TensorSpec((None, *spec.shape), tf.string if spec.is_text else spec.dtype, name=spec.name or key)
        for key, spec in specs.items()
    }


def _meta(metas: list[Any], specs: dict[str, ArraySpec]) -> dict[str, np.ndarray]:
    if list(specs) == ["meta"] and specs["meta"].is_text:
        texts = [[json.dumps(meta, default=_jsonable)] for meta in metas]
        return {"meta": np.array(texts, object)}
    return {key: np.stack([np.asarray(meta[key], spec.dtype) for meta in metas]) for key, spec in specs.items()}


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
