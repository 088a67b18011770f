"""Material for tests of scenarios, trainers and predictors: `ScenarioChecks` and two small scenarios."""

from tfaip.model.testing.scenario_checks import ScenarioChecks

__all__ = ["ScenarioChecks"]
