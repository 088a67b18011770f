"""The samples of several models' post-processing, brought together again."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from tfaip.pipeline import DataPipeline, Sample

__all__ = ["post_processed_together"]


def post_processed_together(
    pipelines: Sequence[DataPipeline], samples: Iterable[Sequence[Sample]]
) -> Generator[tuple[int, list[Sample]], None, None]:
    """Yield what each model's post-processing makes of its samples, with the first number of the sample's identity.

    A sample that one of them drops is left out for all.

    Args:
        pipelines: One per model.
        samples: For each sample one with the outputs of each model. Where they have no identities, these are their
            numbers in the order of arrival.
    """
    source = iter(samples)
    waiting: list[deque[Sample]] = [deque() for _ in pipelines]

    def of_model(number: int) -> Iterator[Sample]:
        while True:
            if not waiting[number]:
                row = next(source, None)
                if row is None:
                    return
                for queue, sample in zip(waiting, row, strict=True):
                    queue.append(sample)
            yield waiting[number].popleft()

    with ExitStack() as stack:
        streams = [
            stack.enter_context(closing(pipeline.process_output(of_model(number), keeps_identities=True)))
            for number, pipeline in enumerate(pipelines)
        ]
        current = [next(stream, None) for stream in streams]
        while True:
            row = [sample for sample in current if sample is not None]
            if len(row) < len(streams):
                return
            places = [_place(sample) for sample in row]
            last = max(places)
            if min(places) == last:
                yield last[0], row
                current = [next(stream, None) for stream in streams]
            else:
                # The slower streams have kept a sample that another one has dropped.
                current = [
                    sample if place == last else next(stream, None)
                    for sample, place, stream in zip(row, places, streams, strict=True)
                ]


def _place(sample: Sample) -> tuple[int, ...]:
    """The number of a sample, then its number among the samples that were made of it."""
    assert sample.identity is not None
    return sample.identity.path
