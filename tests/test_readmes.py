"""The code in the READMEs runs as it stands; what needs a trained model is run in test_tutorial."""

import pytest

from commands import ROOT
from readme_code import run_python_blocks

HOWTOS = [path.stem for path in sorted(ROOT.glob("docs/howtos/*.md")) if path.stem != "index"]


@pytest.mark.parametrize("package", ["model", "trainer"])
def test_the_python_blocks_of_a_package_run(package, tmp_path):
    done = run_python_blocks(f"packages/{package}/README.md", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", HOWTOS)
def test_the_python_blocks_of_a_how_to_run(page, tmp_path):
    done = run_python_blocks(f"docs/howtos/{page}.md", tmp_path)
    assert done.returncode == 0, done.stderr


def test_every_how_to_is_listed():
    index = (ROOT / "docs/howtos/index.md").read_text(encoding="utf-8")
    assert [page for page in HOWTOS if f"\n{page}\n" not in index] == []
