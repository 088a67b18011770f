"""Reading lists: text files with one entry a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tfaip.pipeline.data.sample import Sample, pass_generator
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.text_files import expand_globs, read_entries

__all__ = ["expand_globs", "is_entry", "read_lengths", "read_list", "weighted_picks", "with_line"]


def read_list(path: Path, *, ignore_prefix: str = "") -> list[str]:
    """The lines of a file without line ends; blank ones and those that begin with `ignore_prefix` are left out.

    Raises:
        DataError: The file is no text in UTF-8.
    """
    return [line for line in read_entries(path) if is_entry(line, ignore_prefix)]


def is_entry(line: str, ignore_prefix: str) -> bool:
    """Whether a line stands for a sample: it is neither blank nor begins with `ignore_prefix`."""
    return bool(line.strip()) and not (ignore_prefix and line.startswith(ignore_prefix))


def with_line(sample: Sample, line: str) -> Sample:
    """The sample with its line in the meta as the list holds it, and not as the path that it was found at."""
    if isinstance(sample.meta, dict) and isinstance(sample.meta.get("line"), str) and sample.meta["line"] != line:
        sample.meta["line"] = line
    return sample


def read_lengths(path: Path, *, ignore_prefix: str = "") -> list[int]:
    """The first number of each line.

    Raises:
        DataError: A line begins with no number.
    """
    lengths = []
    for number, line in enumerate(read_entries(path), 1):
        if not is_entry(line, ignore_prefix):
            continue
        first = line.replace(",", " ").split()[0]
        if not (first.isascii() and first.isdigit()):
            raise DataError(f"{path}:{number}: each line must begin with the length of a sample, got {line!r}")
        lengths.append(int(first))
    return lengths


def weighted_picks(sizes: Sequence[int], ratios: Sequence[float], seed: int, epoch: int) -> list[tuple[int, int]]:
    """As many picks as there are entries in all lists together, each from a list drawn with the weight of its ratio.

    Every list is gone through in random order, and again in another order when it is exhausted.

    Args:
        sizes: The number of entries of each list.
        ratios: The weight of each list; with none, all weigh the same.
        seed: Of the random numbers.
        epoch: The pass: each one has picks of its own.

    Returns:
        For each pick, the number of the list and the number of the entry.

    Raises:
        DefinitionError: There is not one ratio >= 0 for each list, or the only lists with a positive one are empty.
    """
    weights = np.array(ratios or [1.0] * len(sizes), float)
    if len(weights) != len(sizes) or (weights < 0).any():
        raise DefinitionError(f"list_ratios must be >= 0, one for each of the {len(sizes)} lists, got {list(ratios)}")
    weights[[size == 0 for size in sizes]] = 0
    if not weights.any():
        raise DefinitionError(f"there must be an entry in a list with a positive ratio, got {list(ratios)} for {sizes}")
    rng = pass_generator(seed, epoch)
    lists = rng.choice(len(sizes), size=sum(sizes), p=weights / weights.sum())
    orders: list[list[int]] = [[] for _ in sizes]
    picks = []
    for number in lists.tolist():
        if not orders[number]:
            orders[number] = rng.permutation(sizes[number]).tolist()
        picks.append((number, orders[number].pop()))
    return picks
