"""Scenarios of tfaip 1.2 for tests, each in one text."""

import re

from commands import ROOT

FOLDER = ROOT / "tests" / "former_scenarios"


def files_of(scenario):
    """The files of a scenario: their texts by their paths."""
    parts = re.split(r"^=== (.+)\n", (FOLDER / f"{scenario}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def write_scenario(scenario, folder):
    """Write the files of a scenario into a folder."""
    for path, text in files_of(scenario).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
