"""The scenario of the points."""

from __future__ import annotations

from tfaip.model.scenario import ScenarioBase
from tfaip.model.testing.points.params import PointsPipelineParams, PointsScenarioParams

__all__ = ["PointsScenario"]


class PointsScenario(ScenarioBase[PointsScenarioParams, PointsPipelineParams]):
    """Which of three directions a point lies in."""
