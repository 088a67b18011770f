"""Writes the pages that are made of the program: `python docs/generate.py`, before Sphinx runs.

commands.md     the help of each command, as it is printed at 100 columns
hooks.md        the methods of the base classes that users override
parameters.md   the tables of the parameters of a training, as the minimal tutorial has them
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the examples are

from examples.tutorial.min.scenario import TutorialScenario
from tfaip.model.command import installed_commands
from tfaip.params import markdown_reference

from hooks import hooks_page  # isort: skip - beside this file

GENERATED = Path(__file__).parent / "_build/generated"
SCENARIO = "examples.tutorial.min"


def main() -> None:
    """Write all pages."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    helps = [f"## {command}\n\n```text\n{help_of(command, [])}```\n" for command in installed_commands()]
    helps.append(f"## tfaip-train {SCENARIO}\n\n```text\n{help_of('tfaip-train', [SCENARIO])}```\n")
    (GENERATED / "commands.md").write_text("\n".join(helps), encoding="utf-8")
    (GENERATED / "hooks.md").write_text(hooks_page(), encoding="utf-8")
    default = TutorialScenario.default_trainer_params()
    tables = markdown_reference(type(default), root="trainer", default=default)
    (GENERATED / "parameters.md").write_text(tables, encoding="utf-8")


def help_of(command: str, words: list[str]) -> str:
    """Return what a command prints when it is asked for help."""
    return run(str(Path(sys.executable).with_name(command)), *words, "--help")


def run(*words: str) -> str:
    """Return what a command prints.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout


if __name__ == "__main__":
    main()
