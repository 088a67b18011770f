"""Tests of scenarios.

In: a scenario.
Out: `ScenarioChecks`, which try it as training and prediction do. Two small scenarios are here to be tried.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
