"""Voters of other distributions join those that a command line chooses, by an entry point."""

import sys

import pytest

from tfaip.params import CommandLine, registry
from tfaip.predict import MultiLAVParams, MultiModelPredictorParams

PLUGIN = """
from tfaip.params import field, params
from tfaip.predict import VoterParams

@params(name="Cautious")
class CautiousParams(VoterParams):
    agree: int = field(default=2)

    def cls(self):
        raise NotImplementedError
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution `votelab` that offers a class."""
    site = tmp_path / "lib" / "site-packages"
    info = site / "votelab-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "votelab.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: votelab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tfaip.voters]\nCautious = votelab:CautiousParams\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    yield
    sys.modules.pop("votelab", None)


@pytest.mark.parametrize("cls", [MultiModelPredictorParams, MultiLAVParams])
@pytest.mark.parametrize("word", ["Cautious", "votelab:CautiousParams"])
def test_a_voter_of_another_distribution_is_chosen(cls, word, installed):
    command = CommandLine("prog")
    command.add_root("predict", cls)
    voter = command.parse_or_raise(["--voter", word, "--voter.agree", "3"])["predict"].voter
    assert (type(voter).__module__, voter.agree) == ("votelab", 3)


def test_help_offers_a_voter_of_another_distribution(capsys, installed):
    command = CommandLine("prog")
    command.add_root("predict", MultiModelPredictorParams)
    with pytest.raises(SystemExit):
        command.parse(["--help"])
    assert "Cautious" in capsys.readouterr().out
