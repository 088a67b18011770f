"""Tests of scenarios.

In: a scenario.
Out: `ScenarioChecks`, which try it as training and prediction do. Two small scenarios are here to be tried.
"""

from tfaip.model.testing.scenario_checks import ScenarioChecks

__all__ = ["ScenarioChecks"]
