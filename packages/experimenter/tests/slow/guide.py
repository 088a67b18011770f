"""The commands of the guide "From a laptop to a cluster"."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["block_of_guide"]

GUIDE = Path(__file__).parents[4] / "docs/machines.md"


def block_of_guide(word: str) -> str:
    """Return the only block of text that has a word in it, with a scenario that there is."""
    blocks = re.findall(r"```text\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if word in block)
    return found.replace("my.scenario", "examples.tutorial.min")
