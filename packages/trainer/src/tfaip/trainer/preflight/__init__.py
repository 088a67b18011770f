"""A check of a scenario before it trains, `--check`.

In: a scenario and the parameters of a training.
Out: what is wrong, in the order in which it would be met, and figures such as the time of a step.
"""

from tfaip.trainer.preflight.check import check_scenario
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["PreflightError", "check_scenario"]
