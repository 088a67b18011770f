"""A check of a scenario before it trains, `--check`.

In: a scenario and the parameters of a training.
Out: mistakes, in the order of a training, and figures such as the time of a step.
"""

from tfaip.trainer.preflight.check import check_scenario
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["PreflightError", "check_scenario"]
