"""Tables at the end of a training."""

from __future__ import annotations

import logging
from typing import Any

from tfaip.trainer.reporting.epoch_table import epoch_table
from tfaip.trainer.reporting.metrics_file import read_metrics
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["Summarize"]

logger = logging.getLogger(__name__)


class Summarize(Action):
    """Logs the results of all epochs, also of those before a resume, and where the time went."""

    name = "tables"

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def open(self, context: RunContext) -> None:
        """Read the epochs before a resume."""
        if context.folder and context.folder.metrics.exists():
            self._rows = read_metrics(context.folder.metrics)

    def after_epoch(self, context: RunContext) -> None:
        """Remember the epoch."""
        self._rows.append({"epoch": context.epoch, **context.logs})

    def end(self, context: RunContext) -> None:
        """Log the tables; none where no epoch was trained."""
        times = context.benchmark.table()
        if times:
            logger.info("Results of all epochs\n%s", epoch_table(self._rows, context.best.epoch))
            logger.info("%s", times)
