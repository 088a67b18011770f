"""`SampleIterator`: single samples of a pipeline, one after the other."""

from __future__ import annotations

import weakref
from collections.abc import Generator, Iterator

from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.engine import Engine
from tfaip.pipeline.engine.stream.flow import Flow
from tfaip.pipeline.engine.stream.portion import Samples
from tfaip.pipeline.user_code import SampleError

__all__ = ["SampleIterator"]


class SampleIterator(Iterator[Sample]):
    """Samples, in an order that depends on nothing but seed and data.

    The workers end when it is closed, exhausted or forgotten.

    Attributes:
        counters: The work that was done so far, and where the time was spent.
    """

    def __init__(self, engine: Engine) -> None:
        self.counters = engine.counters
        self._samples = _samples_of(engine.flow)
        self._finalizer = weakref.finalize(self, engine.close)

    def __next__(self) -> Sample:
        try:
            sample = next(self._samples)
        except BaseException:
            self.close()
            raise
        self.counters.samples += 1
        return sample

    def close(self) -> None:
        """End the workers. There are no further samples."""
        self._samples.close()
        self._finalizer()


def _samples_of(flow: Flow) -> Generator[Sample, None, None]:
    error: BaseException
    while True:
        try:
            item = next(flow, None)
        except SampleError as failure:
            error = failure.original()
        else:
            if item is None:
                return
            if isinstance(item, Samples):
                yield from item.samples
            continue
        # Outside of the except clause, so that the traceback is that of the processor and not one of the engine.
        raise error
