"""A rate that stays."""

from __future__ import annotations

from typing import Any

from tfaip.trainer.schedules.schedule import Schedule

__all__ = ["Constant"]


class Constant(Schedule):
    """lr."""

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        return self.ops.full_like(e, self.lr)
