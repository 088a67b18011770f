"""The examples of the README run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
SCRIPT = next(
    block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if block.startswith("# train.py")
)
SESSION = next(iter(re.findall(r"```console\n(.*?)```", README, re.DOTALL)))
COMMANDS = [entry.partition("\n") for entry in SESSION.split("$ python train.py ")[1:]]


@pytest.mark.parametrize(("line", "printed"), [(line, printed.strip()) for line, _, printed in COMMANDS])
def test_first_example(line: str, printed: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "train.py", *line.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout + done.stderr).strip() == printed
    assert done.returncode == (2 if "error" in printed else 0)


def test_all_blocks_are_one_program(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL)))
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "True"  # the stored parameters are the same
