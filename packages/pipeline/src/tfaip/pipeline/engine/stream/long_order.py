"""The shuffled order of so many samples that no list of them is made: each index is computed from its position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np

__all__ = ["LONG", "LongOrder"]

LONG = 1 << 24
"""Samples of a pass from which its order is computed: a list of more would take over 128 MiB."""

_ROUNDS = 6  # four make such a permutation look random, two more are a margin
_AT_ONCE = 4096
_MIXED = [(30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)]  # splitmix64


class LongOrder(Sequence[int]):
    """A random permutation of `range(length)`: a Feistel network over as many bits as the length has.

    The network permutes the numbers below a power of two. A result that is no index is permuted again until it is one.

    Args:
        random: It draws the keys.
        length: The number of indices.
        positions: The part of the order; default: all of it.
    """

    def __init__(self, random: np.random.Generator, length: int, positions: range | None = None) -> None:
        self._length = length
        self._positions = range(length) if positions is None else positions
        bits = max(length - 1, 3).bit_length()
        self._halves = bits // 2, bits - bits // 2
        self._keys = random.integers(0, 1 << 64, _ROUNDS, np.uint64)

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> LongOrder: ...

    def __getitem__(self, index: int | slice) -> int | LongOrder:
        if isinstance(index, slice):
            part = object.__new__(LongOrder)
            vars(part).update(vars(self), _positions=self._positions[index])
            return part
        return int(self._at(self._positions[index : index + 1 or None])[0])

    def __iter__(self) -> Iterator[int]:
        for first in range(0, len(self), _AT_ONCE):
            yield from self._at(self._positions[first : first + _AT_ONCE]).tolist()

    def _at(self, positions: range) -> np.ndarray:
        """Return the indices at these positions, int64."""
        indices = self._permuted(np.arange(positions.start, positions.stop, positions.step, dtype=np.uint64))
        while (outside := indices >= self._length).any():
            indices[outside] = self._permuted(indices[outside])
        return indices.astype(np.int64)

    def _permuted(self, numbers: np.ndarray) -> np.ndarray:
        left_bits, right_bits = (np.uint64(bits) for bits in self._halves)
        left, right = numbers >> right_bits, numbers & _ones(right_bits)
        for key in self._keys:
            left, right = right, left ^ (_mixed(right ^ key) & _ones(left_bits))
            left_bits, right_bits = right_bits, left_bits
        return (left << right_bits) | right


def _ones(bits: np.uint64) -> np.uint64:
    return (np.uint64(1) << bits) - np.uint64(1)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    for shift, factor in _MIXED:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers
