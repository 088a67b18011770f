"""A module that only a file names counts by the place where it is: installed, or named by this user before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

import params_zoo as zoo
import pytest

from tfaip.params import LoadError, Trust, from_dict, registry, trusted_packages_of
from tfaip.params.trust import installed
from tfaip.params.trust.current_folder import search_current_folder
from tfaip.params.trust.locating import locate
from tfaip.params.trust.remembered import remember
from tfaip.params.trust.trust import words_of_trust

PARAMS = """
import params_zoo
from tfaip.params import params
@params
class P(params_zoo.SizeParams):
    x: int = 1
"""
BUNDLE = "bundle"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with a folder that is read in it; nothing else of the machine plays a part."""
    folder = tmp_path / "here"
    (folder / BUNDLE).mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))
    before = dict(sys.modules)
    yield folder
    sys.modules.clear()
    sys.modules.update(before)


def write(folder: Path, module: str, text: str = PARAMS) -> Path:
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def vouched(tag: str, *, reading: Any = ()) -> str:
    """What is said against a tag, nothing if its place vouches for it."""
    search_current_folder(reading)
    try:
        trusted_packages_of(tag, reading=reading)
    except LoadError as error:
        assert tag.partition(":")[0] not in sys.modules
        return str(error)
    return ""


def test_a_module_of_the_current_folder_is_refused_with_its_place_and_the_words_that_allow_it(here: Path) -> None:
    path = write(here, "lab_here.sub")
    said = vouched("lab_here.sub:P")
    assert f"lab_here.sub is found only in the current folder, {path}" in said
    assert "--trust lab_here" in said


def test_a_folder_beside_the_bundle_is_found_through_the_current_folder_only(here: Path) -> None:
    write(here, "lab_code.payload")
    assert "isn't trusted" in vouched("lab_code.payload:P", reading=[here / BUNDLE])


@pytest.mark.parametrize("start", [".", BUNDLE, "/"])
def test_a_module_beside_a_bundle_is_told_of_wherever_the_command_starts(
    here: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    path = write(here, "lab_beside")
    monkeypatch.chdir(start)
    assert str(path) in vouched("lab_beside:P", reading=[here / BUNDLE])


def test_an_entry_that_a_program_has_added_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "added", "lab_added")
    monkeypatch.syspath_prepend(str(tmp_path / "added"))
    assert f"is found where nothing is installed, {path}" in vouched("lab_added:P")


def test_folders_of_pythonpath_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "added", "lab_env.sub")
    monkeypatch.syspath_prepend(str(tmp_path / "added"))
    monkeypatch.setenv("PYTHONPATH", f"/nowhere:{tmp_path / 'added'}")
    assert vouched("lab_env.sub:P") == ""


def test_an_empty_entry_of_pythonpath_is_the_current_folder_by_accident(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "lab_empty")
    monkeypatch.setenv("PYTHONPATH", ":/nowhere:")
    assert "only in the current folder" in vouched("lab_empty:P")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of installed packages."""
    folder = tmp_path / "env"
    folder.mkdir()
    monkeypatch.setattr(installed.site, "getsitepackages", lambda: [str(folder)])
    monkeypatch.setattr(installed.site, "ENABLE_USER_SITE", False)
    sys.path.append(str(folder))
    return folder


def test_installed_packages_and_folders_of_pth_files_count(tmp_path: Path, site: Path) -> None:
    write(site, "lab_site.sub")
    write(tmp_path / "src", "lab_pth")
    (site / "lab.pth").write_text(f"# a comment\nimport sys\n{tmp_path / 'src'}\n")
    sys.path.append(str(tmp_path / "src"))
    assert vouched("lab_site.sub:P") == ""
    assert vouched("lab_pth:P") == ""


def test_lines_of_code_and_of_comments_in_pth_files_name_no_folder(here: Path, site: Path) -> None:
    write(here, "lab_line")
    (site / "lab.pth").write_text(f"import sys; sys.path.append({str(here)!r})\n#{here}\n")
    assert "isn't trusted" in vouched("lab_line:P")


def test_a_distribution_that_is_added_with_its_metadata_counts_for_its_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    write(target, "lab_dist.sub")
    write(target, "lab_other")
    info = target / "lab_dist-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-dist\nVersion: 1.0\n")
    (info / "RECORD").write_text("lab_dist/sub.py,,\n")
    monkeypatch.syspath_prepend(str(target))
    assert vouched("lab_dist.sub:P") == ""
    assert "isn't trusted" in vouched("lab_other:P")
    # The same in the current folder comes with whatever is read there.
    monkeypatch.chdir(target)
    assert "only in the current folder" in vouched("lab_dist.sub:P")


def test_the_version_of_a_distribution_stands_in_the_name_of_its_folder(site: Path) -> None:
    (site / "lab_dist_extra-3.0.dist-info").mkdir()
    (site / "lab_dist-1.2rc1.dist-info").mkdir()
    assert installed.installed_version("lab-dist") == "1.2rc1"
    former = site / "lab_egg.egg-info"
    former.mkdir()
    (former / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: lab-egg\nVersion: 0.9\n")
    assert installed.installed_version("lab-egg") == "0.9"
    with pytest.raises(PackageNotFoundError):
        installed.installed_version("lab")


class Finder:
    """A finder that maps names to files, as editable installations have them."""

    places: dict[str, Path] = {}

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        place = cls.places.get(name)
        if place is None:
            return None
        return spec_from_file_location(name, place / "__init__.py", submodule_search_locations=[str(place)])


def test_the_finder_of_an_editable_installation_counts_also_for_the_current_folder(
    here: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "lab_editable.sub")
    write(here, "lab_editable.__init__", "")
    write(here, "lab_stray")
    monkeypatch.setattr(Finder, "places", {"lab_editable": here / "lab_editable"})
    module = type(sys)("__editable___lab_1_0_finder")
    module.__file__ = str(site / "__editable___lab_1_0_finder.py")
    sys.modules[module.__name__] = module
    monkeypatch.setattr(Finder, "__module__", module.__name__)
    sys.meta_path.append(Finder)
    assert vouched("lab_editable.sub:P") == ""
    assert "isn't trusted" in vouched("lab_stray:P")


def test_a_finder_of_somebody_else_that_looks_through_the_path_vouches_for_nothing(here: Path) -> None:
    class Rewriting:
        find_spec = staticmethod(PathFinder.find_spec)

    write(here, "lab_rewritten")
    sys.meta_path.insert(0, Rewriting)
    assert "only in the current folder" in vouched("lab_rewritten:P")


@pytest.mark.parametrize("way", ["plain", "symlink", "linked folder", "pythonpath"])
def test_a_folder_that_is_read_brings_no_code_along_whoever_vouches_for_it(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    module = f"{BUNDLE}.payload"
    if way == "symlink":
        (here / BUNDLE / "payload.py").symlink_to(write(tmp_path / "else", "payload"))
    elif way == "linked folder":
        write(here, module)
        (here / "other").symlink_to(here / BUNDLE)
        module = "other.payload"
    elif way == "pythonpath":
        write(here / BUNDLE, "payload")
        module = "payload"
        monkeypatch.setenv("PYTHONPATH", str(here / BUNDLE))
        monkeypatch.syspath_prepend(str(here / BUNDLE))
    else:
        write(here, module)
    search_current_folder([BUNDLE])
    for packages in ([], [module.partition(".")[0]], [module]):
        with pytest.raises(LoadError, match="is in the folder that is read, which brings no code along"):
            from_dict(zoo.SizeParams, {"__cls__": f"{module}:P"}, trust=Trust(packages, reading=[BUNDLE]))
        assert module not in sys.modules
    assert "is in the folder that is read" in vouched(f"{module}:P", reading=[BUNDLE])


def test_the_current_folder_that_is_read_is_told_of_also_where_the_caller_trusts_the_package(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here / BUNDLE, "payload")
    monkeypatch.chdir(here / BUNDLE)
    search_current_folder(["."])
    with pytest.raises(ValueError, match="payload is in the folder that is read"):
        Trust(["payload"], reading=["."]).vouch("payload:P")


def test_several_folders_that_are_read_bring_no_code_for_each_other(here: Path) -> None:
    write(here, "bundle_b.payload")
    assert "is in the folder that is read" in vouched("bundle_b.payload:P", reading=[BUNDLE, "bundle_b"])


@pytest.mark.parametrize("packages", [[], ["tfaip"], ["tfaip.evil"]])
def test_only_installed_portions_of_tfaip_count(here: Path, packages: list[str]) -> None:
    write(here, "tfaip.evil")
    search_current_folder()
    with pytest.raises(LoadError, match="tfaip.evil is found only in the current folder"):
        from_dict(zoo.SizeParams, {"__cls__": "tfaip.evil:P"}, trust=packages)
    assert "tfaip.evil" not in sys.modules


def test_a_package_that_its_place_vouches_for_counts_there_only(here: Path, site: Path) -> None:
    write(site, "lab_space.scenario")
    write(here, "lab_space.evil")
    search_current_folder()
    trust = Trust()
    trust.vouch("lab_space.scenario:P")
    assert from_dict(zoo.SizeParams, {"__cls__": "lab_space.scenario:P"}, trust=trust).x == 1  # type: ignore[attr-defined]
    with pytest.raises(LoadError, match="lab_space.evil is found only in the current folder"):
        from_dict(zoo.SizeParams, {"__cls__": "lab_space.evil:P"}, trust=trust)
    # The caller's word counts for all of it.
    assert from_dict(zoo.SizeParams, {"__cls__": "lab_space.evil:P"}, trust=["lab_space"]).x == 1  # type: ignore[attr-defined]


def test_being_installed_does_not_trust_further_packages(site: Path) -> None:
    write(site, "lab_main")
    write(site, "lab_further")
    trust = Trust()
    trust.vouch("lab_main:P")
    with pytest.raises(LoadError, match="trusted: tfaip, params_zoo, lab_main; if you .*--trust lab_further"):
        from_dict(zoo.SizeParams, {"__cls__": "lab_further:P"}, trust=trust)


def test_a_module_here_and_installed_is_refused_with_both_places(
    here: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = write(here, "lab_twice.scenario"), write(site, "lab_twice.scenario")
    search_current_folder()
    for trust in (Trust(), Trust(["lab_twice"])):
        with pytest.raises(ValueError) as caught:
            trust.vouch("lab_twice.scenario:P")
        assert str(one) in str(caught.value)
        assert str(other) in str(caught.value)
    # Where the user has put the one here first, there is no doubt.
    monkeypatch.setenv("PYTHONPATH", str(here))
    monkeypatch.syspath_prepend(str(here))
    assert vouched("lab_twice.scenario:P") == ""


def test_the_clone_of_an_installed_package_is_not_the_package(here: Path, site: Path) -> None:
    write(site, "lab_clone.__init__")
    (here / "lab_clone" / "src").mkdir(parents=True)
    assert vouched("lab_clone:P") == ""


def test_the_words_that_another_command_needs(here: Path, site: Path) -> None:
    write(here, "lab_words.sub")
    write(site, "lab_known")
    search_current_folder()
    assert words_of_trust("lab_words.sub") == ["--trust", "lab_words"]
    assert words_of_trust("lab_known") == words_of_trust("tfaip.params") == words_of_trust("absent_lab") == []


def test_config_files_are_held_to_the_same_rule(here: Path, tmp_path: Path) -> None:
    from tfaip.params import CommandLine, CommandLineError

    write(here, "tfaip.evil")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"optimizer": {"__cls__": "tfaip.evil:P"}}))
    command = CommandLine("train")
    command.add_root("trainer", zoo.TrainerParams)
    search_current_folder()
    with pytest.raises(CommandLineError, match="tfaip.evil is found only in the current folder"):
        command.parse_or_raise(["--config", str(config)])


def test_of_several_remembered_modules_the_one_above_what_is_read_is_meant(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name in ("first", "second"):
        path = write(tmp_path / name, "lab_named_twice")
        (tmp_path / name / "runs").mkdir()
        monkeypatch.setattr(sys, "path", [str(path.parent), *sys.path])
        remember("lab_named_twice")
        sys.path.pop(0)
    said = vouched("lab_named_twice:P", reading=[here / BUNDLE])
    assert f"you have named it in {tmp_path / 'first'}, {tmp_path / 'second'}: start in the one that is meant" in said
    assert vouched("lab_named_twice:P", reading=[tmp_path / "second" / "runs"]) == ""
    assert locate("lab_named_twice").file.startswith(str(tmp_path / "second"))  # type: ignore[union-attr]
