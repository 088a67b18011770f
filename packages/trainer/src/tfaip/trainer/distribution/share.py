"""One worker's share of the batches that all workers train on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tfaip.model import DeviceError
from tfaip.pipeline import DataPipelineParams

__all__ = ["share_of_batches", "share_of_state"]


def share_of_batches(setup: DataPipelineParams, workers: int) -> DataPipelineParams:
    """Return the parameters with which a worker makes its part of each batch.

    Raises:
        DeviceError: A batch can't be divided evenly.
    """
    if workers == 1:
        return setup
    setup.validate()
    share = copy.copy(setup)
    share.batch_size = _divided("batch_size", setup.batch_size, workers)
    share.bucket_batch_sizes = [_divided("bucket_batch_sizes", size, workers) for size in setup.bucket_batch_sizes]
    return share


def share_of_state(state: Mapping[str, Any], samples: int | None, shard: tuple[int, int]) -> dict[str, Any]:
    """Return the place of one worker in its data, from the chief's: all have taken as many batches.

    Args:
        state: State of the chief's pipeline.
        samples: Samples of a pass of all workers, `None` if that is not known.
        shard: `(index, number)` of the worker.
    """
    index, workers = shard
    share = dict(state)
    if state.get("length") is not None and samples is not None:
        share["length"] = len(range(index, samples, workers))
        share["position"] = min(state["position"], share["length"])
    if index and (shards := state.get("shards")) is not None:
        # The chief knows nothing of this worker's shards: it makes its batches of the pass again and drops them.
        share.update(position=0, pending=[])
        share["shards"] = {**shards, "lengths": [], "batches": 0, "skip": shards["batches"]}
    return share


def _divided(name: str, size: int, workers: int) -> int:
    if size % workers:
        raise DeviceError(f"train.{name} must be a multiple of the {workers} workers, who share each batch, got {size}")
    return size // workers
