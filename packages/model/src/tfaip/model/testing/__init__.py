"""What tests of scenarios, trainers and predictors need: `ScenarioChecks` and a small scenario, `points`."""

from tfaip.model.testing.scenario_checks import ScenarioChecks

__all__ = ["ScenarioChecks"]
