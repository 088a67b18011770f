"""Sharded generators that the tests share, and that workers import by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline_cases import make_sample

from tfaip.params import field, params
from tfaip.pipeline import DataGenerator, DataGeneratorParams, Sample


@params
class ShardedParams(DataGeneratorParams):
    """Shards of these numbers of samples; a folder gets one file for each time that a shard is opened."""

    sizes: list[int] = field(factory=lambda: [7, 3, 5, 1, 8, 4])
    log: str = ""
    knows_length: bool = False
    bad: list[int] = field(factory=list)
    breaks_at: int = -1

    def cls(self) -> type[DataGenerator[Any]]:
        return Sharded


class Sharded(DataGenerator[ShardedParams]):
    thread_safe = True

    def __len__(self) -> int:
        if not self.params.knows_length:
            raise TypeError("unknown")
        return sum(self.params.sizes)

    def shards(self) -> Sequence[str]:
        return [f"part-{number}" for number in range(len(self.params.sizes))]

    def generate_shard(self, shard: str) -> Iterator[int]:
        number = int(shard.rpartition("-")[2])
        first = sum(self.params.sizes[:number])
        for index in range(first, first + self.params.sizes[number]):
            if self.params.log:
                with Path(self.params.log).open("a") as log:
                    log.write(f"{number} {index}\n")
            if index == self.params.breaks_at:
                raise OSError("the disk is gone")
            yield index

    def sample_of_record(self, record: int) -> Sample:
        if record in self.params.bad:
            raise ValueError("not a picture")
        return make_sample(record)


@params
class CallablesParams(ShardedParams):
    """Each shard is a function of its own."""

    def cls(self) -> type[DataGenerator[Any]]:
        return Callables


class Callables(DataGenerator[CallablesParams]):
    thread_safe = True

    def shards(self) -> Sequence[Any]:
        return [_Numbers(10 * number, size) for number, size in enumerate(self.params.sizes)]

    def generate_shard(self, shard: Any) -> Iterator[Any]:
        return iter(shard())

    def sample_of_record(self, record: Any) -> Any:
        return record


class _Numbers:
    def __init__(self, first: int, size: int) -> None:
        self.first, self.size = first, size

    def __call__(self) -> Iterator[Sample]:
        return map(make_sample, range(self.first, self.first + self.size))


def reads_of(log: Path) -> list[tuple[int, int]]:
    """Shard and index of each sample that was read, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [(int(shard), int(index)) for shard, index in (line.split() for line in lines)]
