"""The indices of a hold-out set or of a fold: seeded, stratified, disjoint and exhaustive.

Internal API between the packages.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from tfaip.pipeline.errors import DefinitionError

__all__ = ["fold_indices", "hold_out_indices"]


def hold_out_indices(length: int, fraction: float, seed: int, labels: Sequence[Hashable] | None = None) -> np.ndarray:
    """Return the indices of the samples that are held out, ascending, int64.

    Args:
        length: The number of samples.
        fraction: Fraction of them to hold out, above 0 and below 1; at least one sample is held out, and one is left.
        seed: Of the random choice.
        labels: The class of each sample: each class is held out in proportion, to within one sample.

    Raises:
        DefinitionError: The fraction is out of range, or there are fewer than two samples.
    """
    if not 0 < fraction < 1:
        raise DefinitionError(f"validation_split must be a fraction above 0 and below 1, got {fraction}")
    if length < 2:
        raise DefinitionError(f"validation_split needs at least two samples, got {length}")
    count = min(max(round(length * fraction), 1), length - 1)
    order = _order(length, seed, labels)
    # Evenly spaced in an order by classes, so that each class has its share.
    reached = np.arange(1, length + 1) * count // length
    return np.sort(order[np.diff(reached, prepend=0) > 0])


def fold_indices(length: int, folds: int, fold: int, seed: int, labels: Sequence[Hashable] | None = None) -> np.ndarray:
    """Return the indices of the samples of one of several folds, ascending, int64.

    Args:
        length: The number of samples.
        folds: The number of folds, from 2 to the number of samples; sizes differ by at most one.
        fold: Its number, from 0.
        seed: Of the random choice.
        labels: The class of each sample: the folds' numbers of each class differ by at most one.

    Raises:
        DefinitionError: There are too few samples, or there is no such fold.
    """
    if not 2 <= folds <= length:
        raise DefinitionError(f"folds must be at least 2 and at most the number of samples, {length}, got {folds}")
    if not 0 <= fold < folds:
        raise DefinitionError(f"fold must be from 0 to {folds - 1}, got {fold}")
    return np.sort(_order(length, seed, labels)[fold::folds])


def _order(length: int, seed: int, labels: Sequence[Hashable] | None) -> np.ndarray:
    """A random order of all indices; with labels, class by class."""
    order = np.random.default_rng(seed).permutation(length)
    if labels is None:
        return order
    if len(labels) != length:
        raise DefinitionError(f"there must be a label for each of the {length} samples, got {len(labels)}")
    number: dict[Hashable, int] = {}
    classes = np.array([number.setdefault(labels[index], len(number)) for index in order], np.int64)
    made: np.ndarray = order[np.argsort(classes, kind="stable")]
    return made
