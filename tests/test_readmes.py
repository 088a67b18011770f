"""The code in the READMEs runs as it stands; what needs a trained model is run in test_tutorial."""

import re
from importlib.util import find_spec

import pytest

from commands import ROOT
from readme_code import run_python_blocks

DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "examples/**/README.md", "packages/*/README.md", "docs/**/*.md")
    for path in sorted(ROOT.glob(pattern))
    if "_build" not in path.parts and "modules" not in path.parts
]
PAGES = ["from_keras_fit"]
HOWTOS = [path.stem for path in sorted(ROOT.glob("docs/howtos/*.md")) if path.stem != "index"]


@pytest.mark.parametrize("package", ["model", "trainer"])
@pytest.mark.takes_long
def test_the_python_blocks_of_a_package_run(package, tmp_path):
    done = run_python_blocks(f"packages/{package}/README.md", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", HOWTOS)
@pytest.mark.takes_long
def test_the_python_blocks_of_a_how_to_run(page, tmp_path):
    # Packages that tfaip does without.
    needed = re.match(r"<!-- needs (\w+) -->", (ROOT / f"docs/howtos/{page}.md").read_text(encoding="utf-8"))
    if needed and find_spec(needed[1]) is None:
        pytest.skip(f"{needed[1]} is not installed")
    done = run_python_blocks(f"docs/howtos/{page}.md", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.takes_long
def test_the_python_blocks_of_a_page_run(page, tmp_path):
    done = run_python_blocks(f"docs/{page}.md", tmp_path)
    assert done.returncode == 0, done.stderr


def test_every_how_to_is_listed():
    index = (ROOT / "docs/howtos/index.md").read_text(encoding="utf-8")
    assert [page for page in HOWTOS if f"\n{page}\n" not in index] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_and_picture_leads_to_a_file(document):
    text = re.sub(r"^```.*?^```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    files = [target for target in targets if "://" not in target]
    assert [file for file in files if not ((ROOT / document).parent / file).exists()] == []
