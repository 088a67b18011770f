"""`describe`: the stages of a pipeline in words, with the process of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.pipeline.data.pipeline_params import DataPipelineParams
from tfaip.pipeline.data.processor import DataProcessorParams, needs_stream, processor_class
from tfaip.pipeline.engine.plan import SegmentPlan, WorkerSettings
from tfaip.pipeline.running.buckets import default_bucket_sizes
from tfaip.pipeline.running.planning import Planner

__all__ = ["describe"]


def describe(
    generator: Any,
    planner: Planner,
    segments: Sequence[SegmentPlan],
    post_proc: Sequence[DataProcessorParams],
    params: DataPipelineParams,
    settings: WorkerSettings,
) -> str:
    """One line for each operation, with the process in which it runs."""
    kind = "thread" if settings.in_threads else "worker"
    workers = f"1 {kind}" if settings.workers == 1 else f"{settings.workers} {kind}s"
    rows = [("generator", type(generator).__name__, _reading(planner, segments, workers))]
    for segment in segments:
        where = workers if segment.in_workers else "consumer"
        for processor in segment.processors:
            kind = "needs the whole stream" if segment.is_stream else "sample by sample"
            rows.append(("pre_proc", processor_class(processor).__name__, f"{where}, {kind}"))
    rows.append(("batch", *_batching(params, planner, segments, workers)))
    for processor in post_proc:
        kind = "needs the whole stream" if needs_stream(processor) else "sample by sample"
        rows.append(("post_proc", processor_class(processor).__name__, f"consumer, {kind}"))
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(f"{kind:<{first}}  {name:<{second}}  {where}" for kind, name, where in rows)


def _reading(planner: Planner, segments: Sequence[SegmentPlan], workers: str) -> str:
    length = planner.source().length
    known = "unknown length" if length is None else f"{length} {'batches' if planner.yields_batches else 'samples'}"
    if (layout := planner.shard_layout()) is not None:
        where = workers if segments[0].in_workers else "consumer"
        at_once = min(layout.own, layout.lanes * layout.shards_of_lane)
        return f"{where}, {layout.count} shards, {at_once} at once, {known}"
    if planner.read_by_index:
        return f"{workers if segments[0].in_workers else 'consumer'}, by index, {known}"
    return f"consumer, as a stream, {known}" if not planner.is_preloaded else f"consumer, from memory, {known}"


def _batching(
    params: DataPipelineParams, planner: Planner, segments: Sequence[SegmentPlan], workers: str
) -> tuple[str, str]:
    where = workers if segments[-1].in_workers else "consumer"
    if planner.yields_batches:
        return "as the generator yields them", where
    rest = ", remainder dropped" if params.batch_drop_remainder else ""
    if not params.bucket_boundaries:
        return f"{params.batch_size} samples{rest}", where
    sizes = params.bucket_batch_sizes or default_bucket_sizes(params.batch_size, params.bucket_boundaries)
    bounds = [f"<{boundary}" for boundary in params.bucket_boundaries] + [f">={params.bucket_boundaries[-1]}"]
    buckets = ", ".join(f"{size} of length {bound}" for size, bound in zip(sizes, bounds, strict=True))
    return f"{buckets}{rest}", "consumer"
