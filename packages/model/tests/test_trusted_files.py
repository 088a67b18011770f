"""`--trust` takes the path of a file or a folder: its module is found, and goes by the name that a bundle knows."""

import sys

import pytest

from tfaip.model.command.line_words import with_trusted_names
from tfaip.model.scenario import ScenarioNotFoundError
from tfaip.params import LoadError, trusted_packages_of
from tfaip.params.trust import remembered
from tfaip.params.trust.locating import locate


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for path, text in {
        "here/copies/trusted_alone.py": "",
        "other/trusted_pack/__init__.py": "",
        "other/trusted_folder/inside.py": "class Inside(ScenarioOf[A, B, C]): pass",
        "other/trusted_pack/scenario.py": "",
        "other/trusted_space/inner/scenario.py": "import trusted_space.sizes",
        "other/trusted_space/sizes.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "here"), *sys.path])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(remembered, "_named", set())
    return tmp_path


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("copies/trusted_alone.py", "trusted_alone"),  # also below a folder that is searched
        ("../other/trusted_pack", "trusted_pack"),
        ("../other/trusted_pack/scenario.py", "trusted_pack"),
        ("../other/trusted_space/inner/scenario.py", "trusted_space"),
        ("../other/trusted_folder", "trusted_folder"),
        ("some_package", "some_package"),
    ],
)
@pytest.mark.parametrize("joined", [False, True])
def test_a_path_becomes_the_name_that_can_be_imported(folder, word, name, joined):
    words = ["--a", "x", *([f"--trust={word}"] if joined else ["--trust", word]), "--b", "y/z.py"]
    expected = ["--a", "x", *([f"--trust={name}"] if joined else ["--trust", name]), "--b", "y/z.py"]
    assert with_trusted_names(words) == expected
    assert name == "some_package" or str(folder) in locate(name).file


def test_a_file_is_trusted_by_the_longer_name_of_its_folder(folder, monkeypatch):
    with pytest.raises(LoadError, match="no source of a module 'trusted_folder.inside'"):
        trusted_packages_of("trusted_folder.inside:Inside.Params")
    with_trusted_names(["--trust", "../other/trusted_folder/inside.py"])
    assert trusted_packages_of("trusted_folder.inside:Inside.Params") == {"trusted_folder"}


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_missing_is_named_with_the_nearest_one():
    with pytest.raises(ScenarioNotFoundError, match="--trust: there is no file or folder copies/trusted_alon.py"):
        with_trusted_names(["--trust", "copies/trusted_alon.py"])
