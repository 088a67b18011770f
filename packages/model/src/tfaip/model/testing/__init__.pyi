"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.model.testing.scenario_checks import ScenarioChecks as ScenarioChecks
