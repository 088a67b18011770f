"""The Python code of a README, run in a process of its own."""

import os
import re
import subprocess
from pathlib import Path

from loaded_python import run_loaded

from commands import ROOT


def run_python_blocks(readme: str, cwd: Path) -> subprocess.CompletedProcess:
    """Run all Python blocks of a document, one after the other, with `cwd` as the current folder.

    A block that begins with "```python file=NAME" is written to that file, for the others to import.
    """
    text = (ROOT / readme).read_text(encoding="utf-8")
    for name, content in re.findall(r"```python file=(\S+)\n(.*?)```", text, flags=re.DOTALL):
        (cwd / name).write_text(content, encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks, f"{readme} has no Python block"
    # A file and not `-c`, since worker processes want to know where the program is.
    script = cwd / "readme_code_to_run.py"
    script.write_text("\n".join(blocks), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(cwd)])}
    return run_loaded(script, cwd=cwd, env=env)
