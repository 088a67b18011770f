"""The points, whose training samples lie in shards."""

from __future__ import annotations

from tfaip.model import ScenarioBase, TrainerPipelineParams
from tfaip.model.testing.points.params import PointsGeneratorParams, PointsScenarioParams
from tfaip.params import params
from tfaip.pipeline.generators import JSONLinesGeneratorParams


@params
class PointsInShardsParams(TrainerPipelineParams[JSONLinesGeneratorParams, PointsGeneratorParams]):
    """Shards for training, made points for validation."""


class PointsInShards(ScenarioBase[PointsScenarioParams, PointsInShardsParams]):
    """The direction of a point, one of three."""
