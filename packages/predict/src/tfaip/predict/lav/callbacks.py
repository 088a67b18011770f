"""Callbacks that commands use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tfaip.pipeline import DataGeneratorParams, Sample
from tfaip.predict.dump import DumpWriter
from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.result import LAVResult

__all__ = ["DumpSamples", "PrintSamples"]


class PrintSamples(LAVCallback):
    """Prints the first samples of each data set in words.

    Args:
        print_sample: Prints one.
        limit: Samples at most; -1 for all.
    """

    def __init__(self, print_sample: Callable[[Sample], None], limit: int) -> None:
        self._print = print_sample
        self._limit = limit
        self._printed = 0

    def on_start(self, name: str, generator: DataGeneratorParams) -> None:
        """Begin to count anew."""
        self._printed = 0

    def on_sample_end(self, sample: Sample) -> None:
        """Print the sample, as far as the limit goes."""
        if self._limit < 0 or self._printed < self._limit:
            self._printed += 1
            self._print(sample)


class DumpSamples(LAVCallback):
    """Writes predictions and targets, one dump for each data set.

    Args:
        folder: Where the folders `l0`, `l1`, ... are made.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._dump: DumpWriter | None = None

    def on_start(self, name: str, generator: DataGeneratorParams) -> None:
        """Begin another dump."""
        self.close()
        self._dump = DumpWriter(self._folder / name)

    def on_sample_end(self, sample: Sample) -> None:
        """Write the sample.

        Raises:
            RuntimeError: No data set was begun by `on_start`.
        """
        if self._dump is None:
            raise RuntimeError("DumpSamples.on_start must be called before on_sample_end: it names the dump")
        self._dump.write(sample)

    def on_end(self, result: LAVResult) -> None:
        """Complete the dump."""
        if self._dump is not None:
            with self._dump:
                pass
            self._dump = None

    def close(self) -> None:
        """Keep what there is of a dump that did not come to its end."""
        if self._dump is not None:
            self._dump.close()
            self._dump = None
