"""The slow tests share the fixtures of the quick ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]


@pytest.fixture(autouse=True)
def _with_new_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command is a new interpreter, as for users."""
    monkeypatch.setenv("TFAIP_TESTS_WITHOUT_FORK", "1")
