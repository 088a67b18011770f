"""`LengthCheck`: whether a stream ends where it should, as far as that can be known."""

from __future__ import annotations

import logging
from pathlib import Path

__all__ = ["LengthCheck", "warn_of_early_end", "warn_of_stray_end"]

logger = logging.getLogger(__name__)


class LengthCheck:
    """Warns, once, of a generator whose `__len__` and stream disagree, or whose stream an error has ended.

    Args:
        name: The class of the generator.
        unit: The elements that it counts: samples or batches.
    """

    def __init__(self, name: str, unit: str) -> None:
        self._name = name
        self._unit = unit
        self._has_warned = False

    def pass_is_read(self, length: int | None, count: int, ended: bool, stray: StopIteration | None) -> None:
        """Take note of a pass.

        Args:
            length: The result of `__len__`; None if the generator does not know.
            count: The number of elements that were read.
            ended: Whether the stream has come to its end, rather than that nobody wanted more.
            stray: The error that looks like its end, if there was one.
        """
        if length is None:
            differs = stray is not None
        else:
            differs = count > length or (ended and count < length)
        if not differs or self._has_warned:
            return
        self._has_warned = True
        gave = f"{'gave' if ended else 'gave at least'} {count} {self._unit}{_cause(stray)}"
        if length is None:
            _warn_of_missing(self._name, gave)
        else:
            logger.warning(
                "__len__() of %s returns %d, but its stream %s: let both agree, since progress, epochs and "
                "learning-rate schedules count on __len__()",
                self._name,
                length,
                gave,
            )


def warn_of_stray_end(name: str, count: int, stray: StopIteration) -> None:
    """Warn of a shard that an error has ended.

    Args:
        name: The call that reads it.
        count: Samples that it gave.
        stray: The error, which looks like the end of the samples.
    """
    _warn_of_missing(name, f"gave {count} samples{_cause(stray)}")


def warn_of_early_end(name: str, made: int, read: int, length: int | None, stray: StopIteration) -> None:
    """Warn of a processor whose results an error has ended before all samples were read.

    Args:
        name: The class of the processor.
        made: Samples that it has made.
        read: Samples that it has read.
        length: How many there are; None if that is not known.
        stray: The error, which looks like the end of the results.
    """
    of = "" if length is None else f" of {length}"
    logger.warning("%s gave %d samples%s, when it had read %d%s", name, made, _cause(stray), read, of)


def _warn_of_missing(name: str, gave: str) -> None:
    logger.warning("The stream of %s %s: data may be missing", name, gave)


def _cause(stray: StopIteration | None) -> str:
    """Where an error comes from that looks like an end."""
    trace = stray.__traceback__ if stray else None
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    place = f"{Path(code.co_filename).name}, line {trace.tb_lineno}"
    return f" and ended at a StopIteration of {code.co_name} ({place})"
