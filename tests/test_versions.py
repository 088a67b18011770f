"""`release/versions.py`: a bump reaches all places, a broken rule is named, a tag is made once."""

import subprocess
from datetime import date

import pytest
import versions
from version_rules import packages, problems, wanted_range

from commands import ROOT

TODAY = date(2026, 11, 27)
PROJECT = '[project]\nname = "{name}"\nversion = "{version}"\ndependencies = [\n{needs}    "numpy>=2.0",\n]\n'
CHANGELOG = "# Changelog of {name}\n\n## Unreleased\n\n### Added\n\n- Everything.\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of tfaip-params, tfaip-model that needs it, and tfaip that needs both; all three are released."""
    for folder, name, version, needs in (
        ("packages/params", "tfaip-params", "0.1.3", []),
        ("packages/model", "tfaip-model", "1.4.0", ["tfaip-params>=0.1,<0.2"]),
        (".", "tfaip", "2.0.0", ["tfaip-params>=0.1,<0.2", "tfaip-model[tf]>=1.4,<2"]),
    ):
        path = tmp_path / folder
        (path / "src").mkdir(parents=True)
        lines = "".join(f'    "{need}",\n' for need in needs)
        (path / "pyproject.toml").write_text(PROJECT.format(name=name, version=version, needs=lines))
        (path / "CHANGELOG.md").write_text(CHANGELOG.format(name=name))
    (tmp_path / "CITATION.cff").write_text("title: tfaip\nversion: 2.0.0\nlicense: Apache-2.0\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for words in (
        ["init", "-q"],
        ["config", "user.name", "Someone"],
        ["config", "user.email", "someone@example.org"],
        ["add", "-A"],
        ["commit", "-qm", "First"],
        *(["tag", tag] for tag in ("tfaip-params-v0.1.3", "tfaip-model-v1.4.0", "tfaip-v2.0.0")),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def versions_of(root):
    return {name: package.version for name, package in packages(root).items()}


@pytest.mark.parametrize(
    ("version", "accepted"),
    [("0.1.0", ">=0.1,<0.2"), ("0.12.7", ">=0.12,<0.13"), ("1.0.0", ">=1.0,<2"), ("2.3.1", ">=2.3,<3")],
)
def test_dependents_accept_what_may_not_break_them(version, accepted):
    assert wanted_range(version) == accepted


def test_this_repository_keeps_the_rules():
    assert list(problems(ROOT)) == []


def test_a_minor_version_reaches_the_dependents(repository):
    changed = versions.bump(repository, "tfaip-params", "minor", TODAY)
    assert changed == {"tfaip-params": "0.2.0", "tfaip-model": "1.4.1", "tfaip": "2.0.1"}
    assert versions_of(repository) == changed
    assert packages(repository)["tfaip"].siblings() == {"tfaip-params": ">=0.2,<0.3", "tfaip-model": ">=1.4,<2"}
    assert '"tfaip-model[tf]>=1.4,<2"' in (repository / "pyproject.toml").read_text()
    assert (repository / "packages/params/CHANGELOG.md").read_text().splitlines()[2] == "## 0.2.0 (2026-11-27)"
    assert (
        "## 1.4.1 (2026-11-27)\n\n### Changed\n\n- Needs tfaip-params >=0.2,<0.3.\n"
        in (repository / "packages/model/CHANGELOG.md").read_text()
    )
    assert (repository / "CITATION.cff").read_text() == (
        "title: tfaip\nversion: 2.0.1\nlicense: Apache-2.0\ndate-released: 2026-11-27\n"
    )
    assert list(problems(repository)) == []


def test_a_patch_changes_no_other_package(repository):
    assert versions.bump(repository, "tfaip-params", "patch", TODAY) == {"tfaip-params": "0.1.4"}
    assert versions_of(repository) == {"tfaip-params": "0.1.4", "tfaip-model": "1.4.0", "tfaip": "2.0.0"}
    assert list(problems(repository)) == []


def test_a_dependent_that_was_never_released_keeps_its_version(repository):
    subprocess.run(["git", "tag", "-d", "tfaip-model-v1.4.0"], cwd=repository, check=True, capture_output=True)
    changed = versions.bump(repository, "tfaip-params", "0.3.0", TODAY)
    assert changed == {"tfaip-params": "0.3.0", "tfaip": "2.0.1"}
    assert packages(repository)["tfaip-model"].siblings() == {"tfaip-params": ">=0.3,<0.4"}


@pytest.mark.parametrize(
    ("file", "before", "after", "problem"),
    [
        ("pyproject.toml", "params>=0.1,<0.2", "params>=0.1", "tfaip-params must be >=0.1,<0.2, since its version"),
        ("pyproject.toml", "[tf]>=1.4,<2", "[tf]>=1.3,<2", "tfaip-model must be >=1.4,<2"),
        ("packages/params/pyproject.toml", "0.1.3", "0.2.0", "tfaip-params must be >=0.2,<0.3"),
        (
            "packages/params/CHANGELOG.md",
            "### Added\n\n",
            "",
            "entries of '## Unreleased' stand above its first heading",
        ),
        ("packages/params/CHANGELOG.md", "### Added", "### New", "'### New' must be one of Added, Changed"),
        ("packages/params/CHANGELOG.md", "## Unreleased", "## 0.9.0 (2026-01-01)", "names 0.9.0, but the version is"),
        ("packages/params/CHANGELOG.md", "## Unreleased", "## Soon", "the first heading must be '## Unreleased' or"),
        ("CITATION.cff", "2.0.0", "1.2.6", "version must be 2.0.0, the one of tfaip"),
    ],
)
def test_a_broken_rule_is_named_with_its_file(repository, file, before, after, problem):
    edit(repository / file, before, after)
    told = list(problems(repository))
    assert any(problem in line for line in told), told
    with pytest.raises(SystemExit) as raised:
        versions.main(["check"], root=repository)
    assert problem in str(raised.value)


@pytest.mark.parametrize("decorator", ["deprecated", "tfaip.params.deprecated"])
@pytest.mark.parametrize(("removed", "aged"), [("1.4", True), ("1.3", True), ("1.5", False), ("2.0", False)])
def test_a_deprecated_name_may_not_outlive_its_version(repository, removed, aged, decorator):
    (repository / "packages/model/src/old.py").write_text(
        f"@{decorator}('new', since='1.1', removed='{removed}')\ndef old(): ...\n"
    )
    told = list(problems(repository))
    assert bool(told) == aged
    assert all(f"old.py:1: deprecated until {removed}, but the version is 1.4.0" in line for line in told)


def test_a_first_release_takes_the_version_that_stands_there(repository):
    subprocess.run(["git", "tag", "-d", "tfaip-params-v0.1.3"], cwd=repository, check=True, capture_output=True)
    versions.main(["release", "params", "0.1.3"], root=repository)
    assert "tfaip-params-v0.1.3" in versions.tags(repository)
    assert versions_of(repository) == {"tfaip-params": "0.1.3", "tfaip-model": "1.4.0", "tfaip": "2.0.0"}


def test_a_release_bumps_checks_commits_and_tags(repository, capsys):
    versions.main(["release", "params", "minor"], root=repository)
    assert {"tfaip-params-v0.2.0", "tfaip-model-v1.4.1", "tfaip-v2.0.1"} <= versions.tags(repository)
    assert versions.git(repository, "status", "--porcelain") == ""
    assert versions.git(repository, "log", "-1", "--format=%s").strip() == (
        "Release tfaip-params 0.2.0, tfaip-model 1.4.1, tfaip 2.0.1"
    )
    assert "git push origin tfaip-params-v0.2.0" in capsys.readouterr().out
    assert versions.tag(repository) == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["bump", "parms", "minor"], "There is no package 'tfaip-parms'; use one of tfaip-model, tfaip-params, tfaip"),
        (["bump", "params", "0.1.2"], "The new version must be 0.1.3 or later, got 0.1.2"),
        (["bump", "params", "0.1.3"], "tfaip-params 0.1.3 is released already: there is the tag tfaip-params-v0.1.3"),
        (["bump", "params", "next"], "A version has three numbers, such as 0.2.1, got 'next'"),
    ],
)
def test_a_wrong_word_changes_nothing(repository, words, problem):
    with pytest.raises(SystemExit) as raised:
        versions.main(words, root=repository)
    assert str(raised.value) == problem
    assert versions.git(repository, "status", "--porcelain") == ""


def test_nothing_is_released_without_an_entry_in_the_changelog(repository):
    edit(repository / "packages/params/CHANGELOG.md", "## Unreleased", "## 0.1.3 (2026-01-01)")
    before = (repository / "packages/model/pyproject.toml").read_text()
    with pytest.raises(SystemExit, match="has no '## Unreleased' section"):
        versions.bump(repository, "tfaip-params", "minor", TODAY)
    assert (repository / "packages/model/pyproject.toml").read_text() == before


def test_changes_that_are_not_committed_are_not_released(repository):
    (repository / "new.txt").touch()
    for words in (["release", "params", "minor"], ["tag"]):
        with pytest.raises(SystemExit, match="Commit all changes before a"):
            versions.main(words, root=repository)
    assert versions_of(repository)["tfaip-params"] == "0.1.3"
