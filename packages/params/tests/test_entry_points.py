"""Classes of other distributions join a base class by an entry-point group, imported only where one is selected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tfaip.params import CommandLine, DefinitionError, LoadError, from_dict, params, registry, to_dict


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages on the path; the current folder is another one."""
    folder = tmp_path / "lib/site-packages"
    folder.mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    before = dict(sys.modules)
    yield folder
    for name in set(sys.modules) - set(before):
        del sys.modules[name]


MODULE = """
from test_entry_points_base import LossParams
from tfaip.params import params

@params(name="Hinge")
class HingeParams(LossParams):
    margin: float = 1.0

@params
class OtherParams:
    margin: float = 1.0
"""

BASE = """
from tfaip.params import params, field

@params(group="testlab.losses")
class LossParams:
    weight: float = 1.0

@params
class MeanParams(LossParams):
    pass

@params
class Net:
    loss: LossParams = field(factory=MeanParams, choices=[MeanParams])

@params
class Narrow:
    loss: MeanParams = field(factory=MeanParams)

@params
class Closed:
    loss: LossParams = field(factory=MeanParams, choices=[MeanParams], enforce_choices=True)
"""


def install(folder: Path, points: str, module: str = "hinge_lab", text: str = MODULE) -> None:
    """Install a distribution with a module and entry points for the group."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[console_scripts]\nx = a:b\n\n[testlab.losses]\n{points}\n")


@pytest.fixture
def lab(site: Path) -> Any:
    """The module of the base class."""
    (site / "test_entry_points_base.py").write_text(BASE)
    import test_entry_points_base  # type: ignore[import-not-found]

    return test_entry_points_base


def test_a_name_that_is_not_found_is_looked_up_among_distributions(
    lab: Any, site: Path, read: Callable[..., Any]
) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    assert "hinge_lab" not in sys.modules
    net = read(lab.Net, "--loss Hinge --loss.margin 3")
    assert type(net.loss).__module__ == "hinge_lab"
    assert net.loss.margin == 3


def test_help_lists_the_names_and_imports_nothing(lab: Any, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    for cls, is_listed in ((lab.Net, True), (lab.Closed, False)):
        command = CommandLine("prog")
        command.add_root("", cls)
        with pytest.raises(SystemExit):
            command.parse(["--help"])
        assert ("Hinge" in capsys.readouterr().out) is is_listed
    assert "hinge_lab" not in sys.modules


def test_a_misspelt_name_is_answered_with_the_names_of_distributions(
    lab: Any, site: Path, mistakes: Callable[..., str]
) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    text = mistakes(lab.Net, "--loss Hinke")
    assert "allowed: Mean, Loss, Hinge, or module:Class" in text
    assert "did you mean Hinge?" in text


def test_enforced_choices_admit_no_other_distribution(lab: Any, site: Path, mistakes: Callable[..., str]) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    assert "no class named 'Hinge'\n  allowed: Mean" in mistakes(lab.Closed, "--loss Hinge")


@pytest.mark.parametrize(
    ("point", "message"),
    [
        (
            "Hinge = hinge_lab:OtherParams",
            "hinge_lab:OtherParams doesn't derive from test_entry_points_base:LossParams",
        ),
        ("Hinge = hinge_lab:Missing", "hinge_lab:Missing: there is no 'Missing' in hinge_lab"),
        ("Hinge = hinge_lap:HingeParams", "hinge_lap:HingeParams: there is no module 'hinge_lap'"),
        ("Hinge = hinge_lab", "expects module:Class, got 'hinge_lab'"),
    ],
)
def test_a_wrong_entry_point_is_the_distribution_s_mistake(
    point: str, message: str, lab: Any, site: Path, mistakes: Callable[..., str]
) -> None:
    install(site, point)
    assert mistakes(lab.Net, "--loss Hinge").startswith(
        f"--loss: hinge-lab 1.2 offers Hinge for testlab.losses: {message}"
    )


def test_two_distributions_that_offer_one_name_must_be_told_apart(
    lab: Any, site: Path, mistakes: Callable[..., str], read: Callable[..., Any]
) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    install(site, "Hinge = hinge_two:HingeParams", "hinge_two")
    text = mistakes(lab.Net, "--loss Hinge")
    assert "'Hinge' is ambiguous\n  write one of hinge_lab:HingeParams, hinge_two:HingeParams" in text
    assert type(read(lab.Net, "--loss hinge_two:HingeParams").loss).__module__ == "hinge_two"


def test_a_distribution_installed_later_is_seen(lab: Any, site: Path, mistakes: Callable[..., str]) -> None:
    assert "Hinge" not in mistakes(lab.Net, "--loss Other").partition("allowed")[2]
    install(site, "Hinge = hinge_lab:HingeParams")
    assert "Hinge" in mistakes(lab.Net, "--loss Other").partition("allowed")[2]


def test_files_may_name_what_an_installed_distribution_offers(lab: Any, site: Path, read: Callable[..., Any]) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    stored = {"__cls__": "test_entry_points_base:Net", "loss": {"__cls__": "hinge_lab:HingeParams", "margin": 2.0}}
    loaded = from_dict(lab.Net, stored)
    assert loaded == read(lab.Net, "--loss hinge_lab:HingeParams --loss.margin 2")
    assert from_dict(lab.Net, to_dict(loaded)) == loaded
    registry._CLASSES.pop("hinge_lab:OtherParams")
    with pytest.raises(LoadError, match="hinge_lab:OtherParams isn't trusted"):
        from_dict(lab.LossParams, {"__cls__": "hinge_lab:OtherParams"})


@pytest.mark.parametrize("name", ["Hinge", "hinge_lab:HingeParams"])
def test_a_distribution_in_the_current_folder_does_not_count(
    name: str, lab: Any, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "here", "Hinge = hinge_lab:HingeParams")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "here")])
    with pytest.raises(LoadError, match="no class named 'Hinge'|hinge_lab:HingeParams isn't trusted"):
        from_dict(lab.Net, {"loss": {"__cls__": name}})
    assert "hinge_lab" not in sys.modules


def test_extras_are_passed_over_and_damaged_distributions_too(lab: Any, site: Path, read: Callable[..., Any]) -> None:
    install(site, "Hinge = hinge_lab:HingeParams [gpu]")
    install(site, "Broken = = :", "broken_lab")
    (site / "broken_lab-1.2.dist-info/METADATA").write_bytes(b"\xff\xfe")
    (site / "other-1.dist-info").mkdir()
    (site / "other-1.dist-info/entry_points.txt").write_text("[testlab.losses]\nno equals sign\n")
    assert read(lab.Net, "--loss Hinge --loss.margin 3").loss.margin == 3


def test_the_group_of_a_base_is_not_that_of_its_subclass(lab: Any, site: Path, mistakes: Callable[..., str]) -> None:
    install(site, "Hinge = hinge_lab:HingeParams")
    assert "no class named 'Hinge'\n  allowed: Mean, or module:Class" in mistakes(lab.Narrow, "--loss Hinge")


def test_a_group_must_be_a_dotted_name() -> None:
    with pytest.raises(DefinitionError, match="group must look like 'mylab.optimizers', got 'my lab'"):

        @params(group="my lab")
        class Wrong:
            pass
