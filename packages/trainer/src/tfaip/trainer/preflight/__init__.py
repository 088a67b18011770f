"""A check of a scenario before it is trained: everything is built and run once, and what is wrong first is named."""

from tfaip.trainer.preflight.check import check_scenario
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["PreflightError", "check_scenario"]
