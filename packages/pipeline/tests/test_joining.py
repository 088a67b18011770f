"""Generators and processors of other distributions: they join by an entry point, and a base is never selectable."""

import sys

import pytest

from tfaip.params import CommandLine, registry
from tfaip.pipeline import DataBaseParams, DataGeneratorParams, DataProcessorParams, PipelineMode
from tfaip.pipeline.errors import DefinitionError

PLUGIN = """
from tfaip.params import params
from tfaip.pipeline import DataGeneratorParams, DataProcessorParams

@params
class PaperGeneratorParams(DataGeneratorParams):
    def cls(self):
        raise NotImplementedError

@params
class DeskewParams(DataProcessorParams):
    def cls(self):
        raise NotImplementedError
"""
POINTS = """
[tfaip.generators]
Paper = paperlab:PaperGeneratorParams
[tfaip.processors]
Deskew = paperlab:DeskewParams
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution `paperlab` that offers a generator and a processor."""
    site = tmp_path / "lib" / "site-packages"
    info = site / "paperlab-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "paperlab.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: paperlab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    yield
    sys.modules.pop("paperlab", None)


@pytest.mark.parametrize(("base", "word"), [(DataGeneratorParams, "Paper"), (DataProcessorParams, "Deskew")])
def test_a_class_of_another_distribution_is_selected_by_its_entry_point(base, word, installed):
    command = CommandLine("prog")
    command.add_root("data", base)
    assert type(command.parse_or_raise(["--data", word])["data"]).__module__ == "paperlab"


class Nothing:
    """Params whose class is forgotten."""

    def cls(self):
        return None


@pytest.mark.parametrize(
    ("base", "arguments"),
    [
        (DataGeneratorParams, (PipelineMode.TRAINING,)),
        (DataProcessorParams, (None, PipelineMode.TRAINING)),
        (DataBaseParams, ()),
    ],
)
def test_params_whose_cls_returns_no_class_say_so(base, arguments):
    kind = type("ForgottenParams", (Nothing, base), {})
    with pytest.raises(DefinitionError, match=r"^ForgottenParams\.cls\(\) must return a class, got None$"):
        kind().create(*arguments)
