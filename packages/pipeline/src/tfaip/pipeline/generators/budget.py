"""Batches by a budget: as many samples as fit, after padding, into a given size."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.pipeline.errors import DefinitionError

__all__ = ["batches_by_budget"]


def batches_by_budget(lengths: Sequence[int], budget: int, *, min_batch_size: int = 1) -> list[list[int]]:
    """Group samples of similar length such that no batch holds more than the budget once it is padded.

    Samples are taken from the longest to the shortest; a batch is closed when one more would make the number of samples
    times the length of the longest one exceed the budget, and the next batch begins with the sample that did not fit.

    Args:
        lengths: The length of each sample, >= 0.
        budget: The size of a batch, >= 1, in the unit of the lengths. Only a batch of `min_batch_size` may exceed it.
        min_batch_size: The least number of samples of a batch, but for the last one.

    Returns:
        The indices of each batch, within a batch by descending length, longest batch first. Each index occurs once.

    Raises:
        DefinitionError: An argument is out of range.
    """
    for name, value in (("budget", budget), ("min_batch_size", min_batch_size)):
        if value < 1:
            raise DefinitionError(f"{name} must be >= 1, got {value}")
    if any(length < 0 for length in lengths):
        raise DefinitionError(f"lengths must be >= 0, got {min(lengths)}")
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda candidate: -lengths[candidate]):
        batch = batches[-1] if batches else None
        if batch is None or (len(batch) >= min_batch_size and (len(batch) + 1) * lengths[batch[0]] > budget):
            batches.append([index])
        else:
            batch.append(index)
    return batches
