"""The scenario of the points."""

from __future__ import annotations

from tfaip.model.scenario import ScenarioBase
from tfaip.model.testing.points.params import PointsPipelineParams, PointsScenarioParams

__all__ = ["PointsScenario"]


class PointsScenario(ScenarioBase[PointsScenarioParams, PointsPipelineParams]):
    """The direction of a point, one of three."""
