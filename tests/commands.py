"""Running the commands as a user does, in a process of their own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from loaded_python import run_loaded

from tfaip.model.command import installed_commands

ROOT = Path(__file__).parents[1]
TUTORIAL = "examples.tutorial.min"
# Where the commands remember what the user trusts: the real folder of the user stays as it is.
CONFIGURATION = tempfile.TemporaryDirectory(prefix="tfaip-configuration-")
# Under `CI`, commands remember nothing, and need `--trust` where a person does not.
AS_A_PERSON = {"XDG_CONFIG_HOME": CONFIGURATION.name, "CI": ""}
COMMANDS = installed_commands()


def run(command: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", _code(command), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=_environment(environment),
        check=False,
    )


def run_with_tensorflow(
    command: str, *arguments: str, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess:
    """Run a command where TensorFlow is loaded already, which takes seconds less."""
    script = Path(CONFIGURATION.name) / f"{command}.py"
    script.write_text(_code(command), encoding="utf-8")
    return run_loaded(script, *arguments, cwd=cwd, env=_environment(environment))


def _code(command: str) -> str:
    entry = COMMANDS[command]
    return f"import sys; from {entry.module} import {entry.attr} as main; sys.argv[0] = {command!r}; main()"


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **AS_A_PERSON, "COLUMNS": "80", "NO_COLOR": "1", **changes}
