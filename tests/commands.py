"""Running the commands as a user does, in a process of their own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tfaip.model.command import installed_commands

ROOT = Path(__file__).parents[1]
TUTORIAL = "examples.tutorial.min"
# Where the commands remember what the user trusts: the real folder of the user stays as it is.
CONFIGURATION = tempfile.TemporaryDirectory(prefix="tfaip-configuration-")
# Under `CI`, commands remember nothing, and need `--trust` where a person does not.
AS_A_PERSON = {"XDG_CONFIG_HOME": CONFIGURATION.name, "CI": ""}
COMMANDS = installed_commands()


def run(command: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    entry = COMMANDS[command]
    code = f"import sys; from {entry.module} import {entry.attr} as main; sys.argv[0] = {command!r}; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **AS_A_PERSON, "COLUMNS": "80", "NO_COLOR": "1", **environment},
        check=False,
    )
