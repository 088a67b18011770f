"""Does a loss mix up the samples of a batch, because the shapes of target and output differ?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tfaip.model import ModelBase
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["require_own_targets"]

# Samples that are compared: each of them runs through the loss alone.
SAMPLES = 8
# Share of the largest loss by which two values differ; half precision is not more exact.
TOLERANCE = 1e-3

Tensors = Mapping[str, Any]


class _Batch(NamedTuple):
    """The tensors of a loss."""

    inputs: Tensors
    targets: Tensors
    outputs: Tensors


class _Change(NamedTuple):
    """Another shape for some tensors, which lets each sample meet its own target."""

    batch: _Batch
    words: str


def require_own_targets(model: ModelBase[Any], inputs: Tensors, targets: Tensors, outputs: Tensors) -> None:
    """Refuse a loss in which (batch,) meets (batch, 1), so that each output is compared with the targets of all.

    The loss of each sample alone is compared with its loss in the batch. Where they differ, the samples may well belong
    together: in a contrastive loss, for instance. So it is an error only if another shape of a target or an output
    gives just the losses that the samples have alone. Layers that couple samples don't matter: the outputs are those of
    the batch.

    Args:
        model: Says what the losses are.
        inputs: Of one batch, by name.
        targets: Processed, as the losses see them.
        outputs: Of the training graph.

    Raises:
        PreflightError: It names the loss and both shapes.
    """
    size = len(next(iter(inputs.values())))
    count = min(size, SAMPLES)
    if count < 2:
        return

    def first(tensors: Tensors) -> dict[str, Any]:
        return {name: value[:count] if _is_batch(value, size) else value for name, value in tensors.items()}

    try:
        varied = _varied(_Batch(first(inputs), first(targets), first(outputs)), count)
        alone, together = _alone(model, varied, count), _together(model, varied)
    except Exception:  # of a loss that needs several samples, or is not defined for other outputs
        return
    for name, values in alone.items():
        scale = TOLERANCE * float(np.abs(values).max())
        if not np.isfinite(values).all() or np.ptp(values) <= scale or _is_same(together[name], values, times=3):
            continue
        for change in _changes(varied, count):
            try:
                found = _together(model, change.batch)[name]
            except Exception:  # which is one more shape that the loss does not take
                continue
            if _is_same(found, values):
                raise PreflightError(
                    f"{type(model).__qualname__}._loss must compare each output with its own target, but the loss "
                    f"{name!r} broadcasts one of them over the batch: {change.words}. It is "
                    f"{together[name].mean():.4g} for {count} samples together, and {values.mean():.4g} on average for "
                    "each of them alone. Give both the same shape, by keras.ops.squeeze or reshape"
                )


def _is_batch(value: Any, size: int) -> bool:
    return bool(value.shape.rank and value.shape[0] == size)


def _varied(batch: _Batch, count: int) -> _Batch:
    """Let the outputs differ from sample to sample, which an untrained network's may not."""
    factors = np.random.default_rng(0).uniform(0.2, 1.0, count)

    def vary(value: Any) -> Any:
        if not _is_batch(value, count) or not value.dtype.is_floating:
            return value
        by_sample = tf.cast(factors.reshape(-1, *[1] * (value.shape.rank - 1)), value.dtype)
        return value * by_sample if np.any(value) else value + by_sample * 0.9

    return batch._replace(outputs={name: vary(value) for name, value in batch.outputs.items()})


def _together(model: ModelBase[Any], batch: _Batch) -> dict[str, np.ndarray]:
    return {name: np.asarray(loss, np.float64) for name, loss in model.sample_losses(*batch).items()}


def _alone(model: ModelBase[Any], batch: _Batch, count: int) -> dict[str, np.ndarray]:
    """Return the loss of each sample in a batch of its own, of shape (count,)."""

    def only(number: int) -> _Batch:
        return _Batch(
            *({k: v[number : number + 1] if _is_batch(v, count) else v for k, v in part.items()} for part in batch)
        )

    losses = [_together(model, only(number)) for number in range(count)]
    return {name: np.array([loss[name].mean() for loss in losses]) for name in losses[0]}


def _is_same(loss: np.ndarray, alone: np.ndarray, *, times: float = 1.0) -> bool:
    expected = alone if loss.shape == alone.shape else alone.mean()
    return loss.ndim <= 1 and bool(np.all(np.abs(loss - expected) <= times * TOLERANCE * np.abs(alone).max()))


def _changes(batch: _Batch, count: int) -> Iterator[_Change]:
    """Yield batches with another shape of one target or output, or of all of them."""
    found: list[tuple[str, str, Any]] = []
    for kind in ("targets", "outputs"):
        for name, value in getattr(batch, kind).items():
            if not _is_batch(value, count):
                continue
            if value.shape.rank > 1 and value.shape[-1] == 1:
                found.append((kind, name, tf.squeeze(value, -1)))
            elif value.shape.rank == 1:
                found.append((kind, name, tf.expand_dims(value, -1)))
    for kind, name, value in found:
        yield _Change(_with(batch, [(kind, name, value)]), _words(batch, kind, name, value))
    for kind in ("targets", "outputs"):
        several = [change for change in found if change[0] == kind]
        if len(several) > 1:
            yield _Change(_with(batch, several), "; ".join(_words(batch, *change) for change in several))


def _with(batch: _Batch, changes: list[tuple[str, str, Any]]) -> _Batch:
    for kind, name, value in changes:
        batch = batch._replace(**{kind: {**getattr(batch, kind), name: value}})
    return batch


def _words(batch: _Batch, kind: str, name: str, value: Any) -> str:
    other = "outputs" if kind == "targets" else "targets"
    shape = tuple(value.shape)
    same = [repr(key) for key, tensor in getattr(batch, other).items() if tuple(tensor.shape) == shape]
    who = f"the {other[:-1]} {' or '.join(same)}" if same else f"what it meets of the {other}"
    return f"the {kind[:-1]} {name!r} has the shape {tuple(getattr(batch, kind)[name].shape)}, {who} {shape}"
