"""Running the commands as a user does, in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TUTORIAL = "examples.tutorial.min"
OF_PREDICT = ("evaluate", "lav", "multi_lav", "predict")


def run(command: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    module = command.removeprefix("tfaip-").replace("-", "_")
    package = "tfaip.predict.cli" if module in OF_PREDICT else "tfaip.cli"
    code = f"import sys; from {package}.{module} import main; sys.argv[0] = {command!r}; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1", **environment},
        check=False,
    )
