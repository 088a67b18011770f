"""Summaries of metrics whose result is more than a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

__all__ = ["write_metric_summaries"]

# As many curves in one group as a reader may still tell apart; longer arrays are shown by their distribution.
MOST_CURVES = 100


def write_metric_summaries(summaries: Mapping[str, Any], step: int) -> None:
    """Write what `ModelMetrics.summaries` gives to the default `tf.summary` writer.

    Bytes are a serialised `Summary`, whose tags follow the metric's name; the values of a dict or of a short vector are
    scalars `NAME/KEY`; any other array is a histogram.
    """
    for name, result in summaries.items():
        if isinstance(result, bytes):
            tf.summary.experimental.write_raw_pb(_tagged(name, result), step=step)
        elif isinstance(result, Mapping):
            for key, value in result.items():
                tf.summary.scalar(f"{name}/{key}", value, step=step)
        elif result.ndim == 1 and len(result) <= MOST_CURVES:
            for position, value in enumerate(result):
                tf.summary.scalar(f"{name}/{position}", value, step=step)
        else:
            tf.summary.histogram(name, result, step=step)


def _tagged(name: str, serialized: bytes) -> bytes:
    summary = tf.compat.v1.Summary.FromString(serialized)
    for value in summary.value:
        value.tag = f"{name}/{value.tag}" if value.tag else name
    return summary.SerializeToString()
