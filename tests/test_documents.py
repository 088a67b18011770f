"""Pages that docs/generate.py makes, and places that CONTRIBUTING.md names."""

import importlib.util
import re
import runpy
import sys
from importlib import import_module

import pytest

from commands import ROOT
from tfaip.model.command import installed_commands

sys.path.append(str(ROOT / "docs"))  # where the modules are that it imports
SPEC = importlib.util.spec_from_file_location("generate_documents", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(generate)


@pytest.mark.parametrize("package", generate.PACKAGES)
def test_the_reference_lists_each_public_name_with_the_module_that_defines_it(package):
    found = generate.public_names(f"tfaip.{package}")
    assert set(import_module(f"tfaip.{package}").__all__) <= set(found)
    for name, module in found.items():
        assert re.search(rf"\b{name}\b", generate.module_file(module).read_text(encoding="utf-8")), name


def test_the_page_of_a_package_says_what_its_names_are():
    assert "| {py:obj}`from_json <tfaip.params.serialization.documents.from_json>` | Params from a JSON document" in (
        generate.names_page("tfaip.params")
    )


def test_each_command_has_a_page_that_names_its_package(monkeypatch):
    monkeypatch.setattr(generate, "shown_help", lambda command, *words: f"help of {command} {words}\n")
    for command, entry in installed_commands().items():
        page = generate.command_page(command, entry.module)
        distribution = re.search(r"The package `(.*)` brings it", page)[1]
        assert entry.dist.name == distribution
        assert f"help of {command}" in page


def test_the_places_for_each_kind_of_change_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    places = [place for place in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if not place.startswith("packages/NAME")]
    assert len(places) > 20
    assert [place for place in places if not (ROOT / place).exists() and "_build" not in place] == []


@pytest.mark.parametrize("file", ["docs/generate.py", "docs/conf.py", "noxfile.py", "release/corpus.py"])
def test_a_list_of_all_packages_forgets_none(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    packages = {folder.parent.name for folder in (ROOT / "packages").glob("*/pyproject.toml")}
    assert {name for name in packages if f'"{name}"' not in text} == set()


def configuration(monkeypatch, **environment):
    for name in ("READTHEDOCS_GIT_CLONE_URL", "READTHEDOCS_GIT_IDENTIFIER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "docs" / "conf.py"))


def test_pages_are_edited_where_read_the_docs_has_cloned_them(monkeypatch):
    assert configuration(monkeypatch)["html_theme_options"] == {}
    told = {"READTHEDOCS_GIT_CLONE_URL": "https://example.org/us/tfaip.git", "READTHEDOCS_GIT_IDENTIFIER": "main"}
    assert configuration(monkeypatch, **told)["html_theme_options"] == {
        "source_repository": "https://example.org/us/tfaip",
        "source_branch": "main",
        "source_directory": "docs/",
    }


@pytest.mark.parametrize(
    ("page", "edited"),
    [
        ("concepts", True),
        ("howtos/tables", True),
        ("reference/python", True),
        ("reference/commands/tfaip-train", False),
    ],
)
def test_pages_without_a_source_offer_no_edit(monkeypatch, page, edited):
    context = {"page_source_suffix": ".md"}
    configuration(monkeypatch)["hide_edit_link"](None, page, "page.html", context, None)
    assert bool(context["page_source_suffix"]) == edited
