"""Measures a pipeline: how fast it is, and which of its operations takes the time.

From Python, `measure(pipeline)`. As a command, `python -m tfaip.pipeline.measure MODULE:FUNCTION`, where the function
takes nothing and returns a `DataPipeline`.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from tfaip.params.trust.current_folder import search_current_folder
from tfaip.pipeline.engine.counters import WORKERS, Counters
from tfaip.pipeline.running.data_pipeline import DataPipeline

__all__ = ["Measurement", "format_measurement", "main", "measure"]

Progress = Callable[["Measurement"], None]


@dataclass(slots=True)
class Measurement:
    """Throughput and times of a pipeline.

    Attributes:
        seconds: Between the first batch and the last one.
        first_batch_seconds: Until the first batch was there.
        batches: The number of batches, the first one excluded.
        samples: The number of samples in them.
        fill: The mean share of the batches in the making that were complete when the consumer asked for one. Near 1 the
            consumer waits for the pipeline hardly ever, near 0 always.
        counters: The counters of the pipeline.
    """

    seconds: float
    first_batch_seconds: float
    batches: int
    samples: int
    fill: float
    counters: Counters

    @property
    def samples_per_second(self) -> float:
        """Samples per second, the first batch excluded."""
        return self.samples / self.seconds if self.seconds else 0.0


def measure(
    pipeline: DataPipeline,
    *,
    time_limit: float | None = None,
    repeat: bool | None = None,
    progress: Progress | None = None,
    progress_seconds: float = 1.0,
) -> Measurement:
    """Take batches from a pipeline as fast as it gives them.

    Args:
        pipeline: The pipeline.
        time_limit: Stop after so many seconds; needed where the pipeline repeats.
        repeat: As for `DataPipeline.open_batches`.
        progress: Called with the measurements so far, about every `progress_seconds`.
        progress_seconds: How often.
    """
    began = perf_counter()
    fill = 0.0
    with pipeline.generate_input_batches(repeat=repeat) as batches:
        counters = batches.counters
        result = Measurement(0.0, 0.0, 0, 0, 0.0, counters)
        if next(batches, None) is None:
            return result
        first = reported = perf_counter()
        result.first_batch_seconds = first - began
        for batch in batches:
            now = perf_counter()
            fill += counters.fill
            result.seconds = now - first
            result.batches += 1
            result.samples += batch.size
            result.fill = fill / result.batches
            if progress is not None and now - reported >= progress_seconds:
                reported = now
                progress(result)
            if time_limit is not None and result.seconds >= time_limit:
                break
        return result


def format_measurement(result: Measurement) -> str:
    """A table: one line for each operation with its share of the time, the slowest one, and the totals."""
    counters = result.counters
    lines = [f"{'operation':<24} {'where':<9} {'seconds':>9} {'share':>6}  {'us/sample':>9}"]
    total = sum(operation.seconds for operation in counters.operations)
    rows = [(operation, segment.read) for segment in counters.segments for operation in segment.operations]
    for operation, samples in [*rows, (counters.batching, counters.samples)]:
        if operation.seconds:
            each, share = 1e6 * operation.seconds / max(samples, 1), operation.seconds / total
            lines.append(
                f"{operation.name:<24} {operation.where:<9} {operation.seconds:9.2f} {share:6.1%}  {each:9.1f}"
            )
    lines.append(f"slowest operation: {_slowest(counters)}")
    lines.append(
        f"{result.samples} samples in {result.batches} batches: {result.samples_per_second:.0f} samples/s, "
        f"first batch after {result.first_batch_seconds:.2f} s"
    )
    lines.append(
        f"{counters.skipped} samples left out ({counters.dropped} invalid, {counters.bad} bad), "
        f"{counters.restarts} workers replaced, queue filled by {result.fill:.0%}"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tfaip.pipeline.measure", description=main.__doc__)
    parser.add_argument("pipeline", metavar="MODULE:FUNCTION", help="a function that returns a DataPipeline")
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds (default: %(default)s)")
    options = parser.parse_args(arguments)
    module, _, function = options.pipeline.partition(":")
    search_current_folder(move=True)
    try:
        pipeline = getattr(importlib.import_module(module), function or "pipeline")()
    except (ImportError, AttributeError) as error:
        parser.error(f"{options.pipeline}: {error}")
    if not isinstance(pipeline, DataPipeline):
        parser.error(f"{options.pipeline} must return a DataPipeline, got {type(pipeline).__name__}")
    print(pipeline.describe())
    print(format_measurement(measure(pipeline, time_limit=options.time_limit, progress=_print_progress)))
    return 0


def _print_progress(result: Measurement) -> None:
    print(
        f"{result.seconds:6.1f} s  {result.samples_per_second:9.0f} samples/s  "
        f"slowest operation {_slowest(result.counters)}, queue filled by {result.fill:.0%}",
        flush=True,
    )


def _slowest(counters: Counters) -> str:
    """The name of the slowest operation, and where it runs."""
    operation = counters.slowest_operation()
    if operation is None:
        return "none"
    count = counters.processes
    where = f"{count} worker{'s' * (count > 1)}" if operation.where == WORKERS else "this process"
    return f"{operation.name} in {where}"


if __name__ == "__main__":
    raise SystemExit(main())
