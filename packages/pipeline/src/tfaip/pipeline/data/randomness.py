"""Where random numbers come from: one generator per sample and one order per pass, both derived from a seed.

Nothing here depends on which process does the work, so that the data is the same whatever the parallelism.
"""

from __future__ import annotations

import numpy as np

__all__ = ["SampleIdentity", "pass_generator", "pass_order"]

# Separate the streams of random numbers that are derived from one seed.
_SAMPLES = 0
_PASSES = 1


class SampleIdentity:
    """Which sample this is, and its random generator, which is made on first use since making one costs 10 us.

    Attributes:
        seed: The seed of the pipeline.
        epoch: The pass over the data.
        path: The index of the sample in its source; for one of several samples that were made of another one, then the
            number among its siblings, and so on.
        level: How many processors that see the whole stream came before: each of them numbers its samples anew.
    """

    __slots__ = ("_generator", "epoch", "level", "path", "seed")

    def __init__(self, seed: int, epoch: int, path: tuple[int, ...], level: int = 0) -> None:
        self.seed = seed
        self.epoch = epoch
        self.path = path
        self.level = level
        self._generator: np.random.Generator | None = None

    @property
    def generator(self) -> np.random.Generator:
        """The random generator of this sample."""
        if self._generator is None:
            key = (_SAMPLES, self.level, self.epoch, *self.path)
            self._generator = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        return self._generator

    @property
    def is_drawn_from(self) -> bool:
        """Whether somebody asked for random numbers of this sample."""
        return self._generator is not None

    def child(self, number: int) -> SampleIdentity:
        """The identity of the `number`-th sample that is made of this one."""
        return SampleIdentity(self.seed, self.epoch, (*self.path, number), self.level)

    def __str__(self) -> str:
        return f"sample {'.'.join(map(str, self.path))} of epoch {self.epoch}"


def pass_generator(seed: int, epoch: int) -> np.random.Generator:
    """The random generator that decides on the order of one pass over the data."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_PASSES, epoch)))


def pass_order(seed: int, epoch: int, length: int) -> np.ndarray:
    """The shuffled indices of one pass: int64 of shape `[length]`."""
    return pass_generator(seed, epoch).permutation(length)
