"""`Report`: what happened in one portion of work, for the counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Report"]


@dataclass(slots=True)
class Report:
    """Counts of one portion.

    Attributes:
        read: Samples that came in.
        made: Samples that came out.
        dropped: Samples that a processor found invalid.
        seconds: Spent in the generator, in each processor of the segment, and in all that makes a batch of the results.
        failures: One line for each bad sample that was left out.
    """

    seconds: list[float]
    read: int = 0
    made: int = 0
    dropped: int = 0
    failures: list[str] = field(default_factory=list)

    def parts(self) -> tuple[Any, ...]:
        """What a report is made of again in another process."""
        return self.seconds, self.read, self.made, self.dropped, self.failures
