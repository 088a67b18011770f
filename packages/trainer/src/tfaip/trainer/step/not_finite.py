"""Where a batch stops being finite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from tfaip.trainer.errors import TrainingError
from tfaip.trainer.step.forward_state import ForwardState
from tfaip.trainer.step.layers import layer_paths

if TYPE_CHECKING:
    from tfaip.trainer.step.training_state import TrainingState

__all__ = ["not_finite_error"]

Tensors = Mapping[str, Any]

MOST_SAMPLES = 10  # of a batch that are named


@dataclass(frozen=True)
class _Finding:
    """The names of values that aren't finite, and the rows of the batch with them, if these can be found."""

    what: str
    rows: Sequence[int] = ()


def not_finite_error(
    state: TrainingState, step: int, inputs: Tensors, targets: Tensors, metas: Sequence[Any]
) -> TrainingError:
    """Return the error with the layer that makes a batch non-finite. Its step was skipped.

    The batch is computed again, layer by layer, with the weights before its step.

    Args:
        state: The graph that is trained.
        step: Number of the step, from 1.
        inputs: Inputs of the batch.
        targets: Targets of the batch.
        metas: Meta of each sample, which identifies it.
    """
    forward_state = ForwardState(state.graph.variables)
    before = forward_state.read()
    try:
        found = _find(state, inputs, targets)
    finally:
        forward_state.restore(forward_state.kept(before))
    if found is None:
        what = (
            "computed again, the batch was finite: it depends on chance (dropout, say), "
            "or on how far float32 or half precision reach"
        )
        found = _Finding(what)
    rows = list(found.rows) or range(len(metas))
    names = ", ".join(str(metas[row]) for row in rows[:MOST_SAMPLES])
    more = f" and {len(rows) - MOST_SAMPLES} more" if len(rows) > MOST_SAMPLES else ""
    of = "in the samples" if found.rows else "samples of the batch:"
    return TrainingError(
        f"the loss must be finite, but it, or a gradient, was not in step {step}: {found.what}; {of} {names}{more}\n"
        "  Look at these samples, lower the learning rate, clip the gradients (--trainer.optimizer.clip_global_norm), "
        "or go on regardless with --trainer.stop_on_nan False"
    )


def _find(state: TrainingState, inputs: Tensors, targets: Tensors) -> _Finding | None:
    size = int(next(iter(inputs.values())).shape[0])
    for kind, tensors in (("input", inputs), ("target", targets)):
        for name, value in tensors.items():
            if not _is_finite(value):
                return _Finding(f"the {kind} {name!r} of the batch is not finite", _rows(value, size))
    for weight in state.graph.weights:
        if not _is_finite(weight.value):
            return _Finding(f"the weight {weight.path} was not finite before the step")
    findings: list[_Finding] = []
    with _watched(state.graph, size, findings.append):
        _, gradients = state.step.gradients(inputs, targets, watch=lambda name, loss: _watch(findings, name, loss))
    if findings:
        return findings[0]
    for variable, gradient in zip(state.graph.trainable_variables, gradients, strict=True):
        if gradient is not None and not _is_finite(getattr(gradient, "values", gradient)):
            return _Finding(f"the loss is finite, but the gradient of {variable.path} is not")
    return None


def _watch(findings: list[_Finding], name: str, loss: Any) -> None:
    if not _is_finite(loss):
        findings.append(_Finding(f"all layers are finite, but the loss {name!r} is not"))


@contextmanager
def _watched(graph: Any, size: int, report: Callable[[_Finding], None]) -> Iterator[None]:
    """Report the layers whose outputs are not finite, in the order in which they end: inner ones first."""
    watched = []
    for path, layer in layer_paths(graph):
        if "call" not in vars(layer):
            # Past Keras' bookkeeping of attributes, which the layer would keep.
            object.__setattr__(layer, "call", _reporting(path, layer.call, size, report))
            watched.append(layer)
    try:
        yield
    finally:
        for layer in watched:
            object.__delattr__(layer, "call")


def _reporting(path: str, call: Callable[..., Any], size: int, report: Callable[[_Finding], None]) -> Any:
    def reporting(*args: Any, **kwargs: Any) -> Any:
        outputs = call(*args, **kwargs)
        for value in tf.nest.flatten(outputs):
            if not _is_finite(value):
                given = tf.nest.flatten((args, kwargs))
                where = f"the first layer that is not finite is {path}"
                if not all(_is_finite(item) for item in given):
                    where = f"what is handed to the layer {path} is not finite, though no layer before it is not"
                report(_Finding(where, _rows(value, size)))
                break
        return outputs

    return reporting


def _is_finite(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    if not isinstance(value, tf.Tensor | tf.Variable) or not tf.as_dtype(dtype).is_floating:
        return True
    return bool(tf.reduce_all(tf.math.is_finite(tf.convert_to_tensor(value))))


def _rows(value: Any, size: int) -> list[int]:
    """Rows of a batch that are not finite; none if the first axis is not that of the batch."""
    if not value.shape.rank or value.shape[0] != size:
        return []
    finite = np.isfinite(tf.cast(value, tf.float32).numpy()).reshape(size, -1).all(axis=-1)
    return [int(row) for row in np.flatnonzero(~finite)]
