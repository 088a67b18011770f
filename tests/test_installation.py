"""The commands that install only some packages name what these stand on, and nothing else."""

import re
import tomllib

import pytest

from commands import ROOT

PACKAGES = [path.parent.name for path in (ROOT / "packages").glob("*/pyproject.toml")]


def dependencies_of(package):
    """The packages of this clone that a package needs, by its own declaration."""
    text = (ROOT / "packages" / package / "pyproject.toml").read_text(encoding="utf-8")
    names = [re.match(r"tfaip-(\w+)", line) for line in tomllib.loads(text)["project"]["dependencies"]]
    return {name[1] for name in names if name}


def needed_by(package):
    found = {package}
    while more := set().union(*map(dependencies_of, found)) - found:
        found |= more
    return found


def documented():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^pip install (.+?) +# tfaip-(\w+)$", text, flags=re.MULTILINE)
    return {package: re.findall(r"-e packages/(\w+)", words) for words, package in lines}


def test_each_package_has_a_command():
    assert sorted(documented()) == sorted(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_command_names_what_the_package_needs(package):
    assert sorted(documented()[package]) == sorted(needed_by(package))


def test_the_command_for_all_names_each_package():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    words = re.findall(r'^pip install (.*-e "\.\[examples,devel\]")$', text, flags=re.MULTILINE)
    assert [sorted(re.findall(r"-e packages/(\w+)", line)) for line in words] == [sorted(PACKAGES)]
