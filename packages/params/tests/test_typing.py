"""Type checkers know constructors and attributes of params classes, and refuse what is wrong with them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).with_name("typing_sample.txt").read_text("utf-8")
EXPECTED = {number for number, line in enumerate(SAMPLE.splitlines(), 1) if line.endswith("# error")}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE)
    return path


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy isn't installed")
def test_mypy(sample: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(sample.parent)]
    done = subprocess.run([*command, str(sample)], cwd=sample.parent, capture_output=True, text=True, check=False)
    refused = {int(number) for number in re.findall(r"^sample\.py:(\d+): error", done.stdout, re.MULTILINE)}
    assert refused == EXPECTED, done.stdout + done.stderr


@pytest.mark.skipif(importlib.util.find_spec("basedpyright") is None, reason="basedpyright isn't installed")
def test_pyright(sample: Path) -> None:
    (sample.parent / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run([*command, str(sample)], cwd=sample.parent, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    refused = {item["range"]["start"]["line"] + 1 for item in found if item["severity"] == "error"}
    assert refused == EXPECTED, done.stdout
