"""The guide for users of tfaip 1.2 holds a row for each hook that is refused, with the words of the message."""

import re

from commands import ROOT
from tfaip.pipeline.hooks import FORMER_HOOKS


def documented_hooks():
    text = (ROOT / "docs" / "moving_from_tfaip_1.md").read_text(encoding="utf-8")
    section = text.split("## Hooks that are gone")[1]
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", section, flags=re.MULTILINE)
    return {name: successor for names, successor in rows for name in re.findall(r"`([\w.]+)`", names)}


def test_the_guide_names_each_former_hook_and_its_successor():
    hooks = {f"{base}.{name}": successor for base, names in FORMER_HOOKS.items() for name, successor in names.items()}
    assert documented_hooks() == hooks
