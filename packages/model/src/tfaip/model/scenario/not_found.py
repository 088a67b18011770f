"""The error of a scenario that can't be found."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["ScenarioNotFoundError"]


class ScenarioNotFoundError(UserError, ValueError):
    """No scenario, or more than one, goes by the name that the user gave."""
