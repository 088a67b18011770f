"""`InputDataset`: the batches of a pipeline as a `tf.data.Dataset`. The only module that imports TensorFlow."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.pipeline.batching.batch import Batch
from tfaip.pipeline.batching.conversion import Conversion
from tfaip.pipeline.data.array_spec import ArraySpec
from tfaip.pipeline.data.data_base import DataBase
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.errors import SpecError
from tfaip.pipeline.running.batch_iterator import BatchIterator
from tfaip.pipeline.user_code import substitute_for

__all__ = ["InputDataset"]

_GROUP_BYTES = 1 << 18
_GROUP_SECONDS = 0.002
"""A call from TensorFlow into Python costs as much as the making of a small batch. So small batches of one shape cross
in groups, which TensorFlow takes apart again: as many as fit into so many bytes and come within so many seconds."""

_MOST_IN_GROUP = 32


class InputDataset:
    """A dataset over a `BatchIterator`, which it owns.

    Elements are tuples: `(inputs, targets, end_of_epoch)` in TRAINING and EVALUATION, `(inputs, end_of_epoch)` in
    PREDICTION, `(targets, end_of_epoch)` in TARGETS, with a dict of meta before `end_of_epoch` if it is asked for.
    Inputs and targets are dicts of tensors with a leading batch axis, `end_of_epoch` is a bool of shape `[]`.

    Large batches are adopted by TensorFlow without a copy, their memory being used again when the tensors are gone.

    Args:
        data: Says what the arrays look like.
        mode: Mode of the pipeline, which decides on the elements.
        batches: The batches; each iterator over the dataset takes from the same ones.
        batch_size: How many samples a batch has, as far as is known.
        with_meta: Whether the meta comes along: as the specs of the data say, by default one JSON text per sample.

    Attributes:
        dataset: The dataset.
        group_size: How many batches, at most, cross into TensorFlow at once.
    """

    def __init__(
        self,
        data: DataBase[Any],
        mode: PipelineMode,
        batches: BatchIterator,
        *,
        batch_size: int,
        with_meta: bool = False,
    ) -> None:
        self._batches = batches
        self._error: BaseException | None = None
        self._meta_specs = data.meta_layer_specs() if with_meta else None
        specs: list[Mapping[str, ArraySpec]] = []
        self._needs_inputs, self._needs_targets = mode.needs_inputs, mode.needs_targets
        if self._needs_inputs:
            specs.append(data.input_layer_specs())
        if self._needs_targets:
            specs.append(data.target_layer_specs())
        if self._meta_specs is not None:
            specs.append(self._meta_specs)
        structure = (*map(_signature, specs), tf.TensorSpec((), tf.bool))
        group = _group_size([spec for part in specs for spec in part.values()], batch_size)
        self.group_size = group
        self._waiting: Batch | None = None
        self._nothing = _nothing(structure, grouped=group > 1)
        self.dataset = _dataset(self._next, structure, grouped=group > 1)

    def state(self, consumed: int | None = None) -> dict[str, Any]:
        """The state right after the `consumed`-th element of the dataset, see `BatchIterator.state`."""
        return self._batches.state(consumed)

    @property
    def batches(self) -> BatchIterator:
        """The batches behind the dataset, with their counters."""
        return self._batches

    def reraise(self) -> None:
        """Raise the error that ended the dataset, if there was one; TensorFlow's own error has only its text."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the workers."""
        self._batches.close()

    def __enter__(self) -> InputDataset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self, _: Any) -> list[Any]:
        """Called by TensorFlow: arrays, and whether there are any."""
        try:
            return self._next_group() if self.group_size > 1 else self._next_batch()
        except BaseException as error:
            # TensorFlow would take a StopIteration for the end of the data.
            substitute = substitute_for(error, "in a batch for TensorFlow")
            self._error = substitute or error
            if substitute is not None:
                raise substitute from error
            raise

    def _next_batch(self) -> list[Any]:
        """The arrays of a batch, and whether there is one."""
        batch = next(self._batches, None)
        return self._nothing if batch is None else [*self._arrays(batch), np.bool_(batch.end_of_epoch), np.True_]

    def _next_group(self) -> list[Any]:
        """The arrays of several batches, stacked, and whether there are any."""
        began = perf_counter()
        first = self._waiting or next(self._batches, None)
        self._waiting = None
        if first is None:
            return self._nothing
        group = [first]
        while len(group) < self.group_size and perf_counter() - began < _GROUP_SECONDS:
            try:
                batch = next(self._batches, None)
            except Exception:
                break  # what came before goes first; the error is raised again when the next batch is asked for
            if batch is None:
                break
            if batch.size != first.size:
                self._waiting = batch
                break
            group.append(batch)
        columns = zip(*map(self._arrays, group), strict=True)
        flags = np.array([batch.end_of_epoch for batch in group])
        return [*(np.stack(column) for column in columns), flags, np.True_]

    def _arrays(self, batch: Batch) -> list[np.ndarray]:
        arrays: list[np.ndarray] = []
        if self._needs_inputs:
            arrays.extend(batch.inputs.values())
        if self._needs_targets:
            arrays.extend(batch.targets.values())
        if self._meta_specs is not None:
            arrays.extend(_meta_arrays(batch.meta, self._meta_specs))
        return arrays


def _signature(specs: Mapping[str, ArraySpec]) -> dict[str, tf.TensorSpec]:
    return {
        key: tf.TensorSpec((None, *spec.shape), tf.string if spec.is_text else spec.dtype, name=spec.name or key)
        for key, spec in specs.items()
    }


def _group_size(specs: Sequence[ArraySpec], batch_size: int) -> int:
    """How many batches cross at once: 1 where they are large, or differ in shape."""
    size = 0
    for spec in specs:
        if spec.is_text or not spec.is_static:
            return 1
        size += batch_size * spec.dtype.itemsize * math.prod(length or 0 for length in spec.shape)
    return max(1, min(_MOST_IN_GROUP, _GROUP_BYTES // max(size, 1)))


def _leaves(structure: Any) -> list[tf.TensorSpec]:
    """The specs in the order of the arrays of a batch (`tf.nest` would sort the keys)."""
    *parts, flag = structure
    return [*(spec for part in parts for spec in part.values()), flag]


def _nothing(structure: Any, *, grouped: bool) -> list[Any]:
    """The mark of the end of the data: empty arrays and False."""
    leaves = _leaves(structure)
    axes = [([0] if grouped else []) + [n or 0 for n in spec.shape] for spec in leaves]
    return [*(np.zeros(shape, spec.dtype.as_numpy_dtype) for shape, spec in zip(axes, leaves, strict=True)), np.False_]


def _dataset(call: Any, structure: Any, *, grouped: bool) -> tf.data.Dataset:
    """The dataset of the values of `call`, until the last one is False."""
    leaves = _leaves(structure)

    def element(number: tf.Tensor) -> Any:
        *tensors, more = tf.numpy_function(call, [number], [*(spec.dtype for spec in leaves), tf.bool])
        for tensor, spec in zip(tensors, leaves, strict=True):
            tensor.set_shape((None, *spec.shape) if grouped else spec.shape)
        more.set_shape(())
        remaining = iter(tensors)
        *parts, _ = structure
        return (*({key: next(remaining) for key in part} for part in parts), next(remaining)), more

    def is_there(_: Any, more: tf.Tensor) -> tf.Tensor:
        return more

    def content(parts: Any, _: tf.Tensor) -> Any:
        return parts

    plain = tf.autograph.experimental.do_not_convert
    dataset = tf.data.Dataset.counter().map(plain(element)).take_while(plain(is_there)).map(plain(content))
    if grouped:
        dataset = dataset.unbatch()
    options = tf.data.Options()
    # Each worker of a distribution strategy has a pipeline of its own: TensorFlow finds nothing to shard.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # Nothing here can be tuned, and the thread that would tune may miss the end of its iterator, which then waits 5 s
    # for it: mostly while the garbage collector holds the lock of Python.
    options.autotune.enabled = False
    return dataset.with_options(options)


def _meta_arrays(metas: Sequence[Any], specs: Mapping[str, ArraySpec]) -> list[np.ndarray]:
    if list(specs) == ["meta"] and specs["meta"].is_text:
        return [np.array([[json.dumps(meta, default=_jsonable)] for meta in metas], object)]
    return [np.stack([_meta_array(meta, key, spec) for meta in metas]) for key, spec in specs.items()]


def _meta_array(meta: Any, key: str, spec: ArraySpec) -> np.ndarray:
    try:
        value = meta[key]
    except (KeyError, IndexError, TypeError) as error:
        raise SpecError(
            f"meta[{key!r}] must be {spec} according to _meta_layer_specs, got the meta {meta!r}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return Conversion(spec, f"meta[{key!r}]", "_meta_layer_specs")(value)


def _jsonable(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
