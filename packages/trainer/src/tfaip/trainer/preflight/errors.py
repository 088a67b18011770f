"""What a check finds."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["PreflightError"]


class PreflightError(UserError):
    """What is wrong first in a scenario: the step of the check, and the class and method to look at."""
