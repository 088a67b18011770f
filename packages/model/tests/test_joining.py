"""Layers of other distributions join those that a command line chooses, by an entry point."""

import sys

import pytest

from tfaip.model import LayerBaseParams
from tfaip.model.layers import DenseStackParams
from tfaip.params import CommandLine, field, params, registry

PLUGIN = """
from tfaip.params import field, params
from tfaip.model import LayerBaseParams

@params(name="Gating")
class GatingParams(LayerBaseParams):
    heads: int = field(default=2)

    def cls(self):
        raise NotImplementedError
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution `layerlab` that offers a class."""
    site = tmp_path / "lib" / "site-packages"
    info = site / "layerlab-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "layerlab.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: layerlab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tfaip.layers]\nGating = layerlab:GatingParams\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    yield
    sys.modules.pop("layerlab", None)


@params
class GraphParams:
    layer: LayerBaseParams = field(factory=DenseStackParams, choices=[DenseStackParams])


@pytest.mark.parametrize("word", ["Gating", "layerlab:GatingParams"])
def test_a_layer_of_another_distribution_is_chosen(word, installed):
    command = CommandLine("prog")
    command.add_root("graph", GraphParams)
    layer = command.parse_or_raise(["--graph.layer", word, "--graph.layer.heads", "3"])["graph"].layer
    assert (type(layer).__module__, layer.heads) == ("layerlab", 3)
