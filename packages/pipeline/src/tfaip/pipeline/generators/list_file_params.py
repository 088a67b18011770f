"""`ListFileGeneratorParams`: parameters of the generator of list files, which help shows without loading NumPy.

Internal API between the packages.
"""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams

__all__ = ["STANDARD_INPUT", "ListFileGeneratorParams"]

STANDARD_INPUT = "-"


@params(name="ListFile", former_tags=["tfaip.scenario.listfile.params:ListsFileGeneratorParams"])
class ListFileGeneratorParams(DataGeneratorParams):
    """Lists of samples: text files with one sample a line, usually the path of a file."""

    lists: list[str] = field(
        basic=True,
        factory=list,
        help="The list files; wildcards are allowed; outside of training, - is the standard input",
    )
    list_ratios: list[float] = field(
        factory=list,
        help="Relative sampling rate of each list in training (empty: all equal)",
    )
    ignore_prefix: str = field(default="#", help="Prefix of lines that are left out")
    list_seed: int = field(default=0, mode="ignore", help="Seed of the sampling in training")

    def has_samples(self) -> bool:
        """Hook: whether there is anything to read: a list, unless a subclass has samples without one."""
        return bool(self.lists)

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        from tfaip.pipeline.generators.list_file import ListFileGenerator

        return ListFileGenerator
