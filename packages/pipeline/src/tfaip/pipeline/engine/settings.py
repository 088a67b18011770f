"""`WorkerSettings`: how workers are used."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WorkerSettings"]


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are used; see `DataPipelineParams`.

    Attributes:
        processes: The number of workers; 0 for none.
        prefetch: The most portions in the making; None chooses.
        max_tasks: After how many portions a worker is replaced; 0 for never.
        restart: Whether a worker that died is replaced.
        sample_timeout: Seconds for one sample; 0 for any time.
    """

    processes: int = 0
    prefetch: int | None = None
    max_tasks: int = 0
    restart: bool = False
    sample_timeout: float = 0.0
