"""Installing only some packages: what each one stands on, and the commands that it owns."""

import re
import tomllib

import pytest

from commands import COMMANDS, ROOT

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


def readme_with_whole_commands():
    return re.sub(r" *\\\n *", " ", (ROOT / "README.md").read_text(encoding="utf-8"))


def documented():
    text = readme_with_whole_commands()
    lines = re.findall(r"^pip install (.+?) +# tfaip-(\w+)$", text, flags=re.MULTILINE)
    return {package: re.findall(r'-e "?packages/(\w+)', words) for words, package in lines}


def test_each_package_has_a_command():
    assert sorted(documented()) == sorted(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_command_names_what_the_package_needs(package):
    assert sorted(documented()[package]) == sorted(needed_by(package))


def test_the_command_for_all_names_each_package():
    text = readme_with_whole_commands()
    words = re.findall(r'^pip install (.*-e "\.\[examples,devel\]")$', text, flags=re.MULTILINE)
    assert [sorted(re.findall(r"-e packages/(\w+)", line)) for line in words] == [sorted(PACKAGES)]


def project_of(package):
    """The `[project]` of a package, of the meta-package where its name is empty."""
    folder = ROOT / "packages" / package if package else ROOT
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


SCRIPTS = {package: project_of(package).get("scripts", {}) for package in ["", *PACKAGES]}


def test_each_command_has_one_owner():
    owned = [name for scripts in SCRIPTS.values() for name in scripts]
    assert sorted(owned) == sorted(set(owned)) == list(COMMANDS)


@pytest.mark.parametrize("package", SCRIPTS)
def test_a_command_belongs_to_the_package_that_owns_its_code(package):
    sources = ROOT / "packages" / package / "src" if package else ROOT / "src"
    for place in SCRIPTS[package].values():
        module, _, function = place.partition(":")
        assert (sources / module.replace(".", "/")).with_suffix(".py").is_file()
        assert function == "main"


@pytest.mark.parametrize("package", [package for package in PACKAGES if SCRIPTS[package]])
def test_the_readme_of_a_package_names_its_commands(package):
    text = (ROOT / "packages" / package / "README.md").read_text(encoding="utf-8")
    assert [name for name in SCRIPTS[package] if name not in text] == []
