"""Trainings of the tutorial as rows of a workbook."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

__all__ = ["real_training"]

ROOT = Path(__file__).parents[4]


def real_training(monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, object]]:
    """Return the command of a training, and its parameters; skip the test where tfaip-trainer isn't installed."""
    folder = Path(sys.executable).parent
    if not (folder / "tfaip-train").exists():
        pytest.skip("tfaip-train isn't installed beside this interpreter")
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    return "tfaip-train examples.tutorial.min", {"random_seed": 1}
