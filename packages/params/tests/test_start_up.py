"""Nothing is imported before it is needed: start-up time is part of the interface."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("decimal", "uuid", "rich", "yaml", "json", "tomllib", "tomli_w", "difflib", "argparse", "tensorflow")
SLOW += ("dataclasses", "annotated_types")


def imported_after(code: str) -> set[str]:
    """The slow modules that a fresh interpreter has imported after some code."""
    report = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n{code}\n"
    report += f"print('loaded:', *[name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-I", "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import tfaip.params", set()),
        ("from tfaip.params import params\n@params\nclass A:\n    x: int = 1", set()),
        ("from tfaip.params import params, parse\n@params\nclass A:\n    x: int = 1\nparse(A, ['--x', '2'])", set()),
    ],
)
def test_defining_and_parsing_import_nothing_slow(code: str, expected: set[str]) -> None:
    assert imported_after(code) == expected


def test_files_do_not_import_what_draws() -> None:
    code = "from tfaip.params import params, to_json\n@params\nclass A:\n    x: int = 1\nto_json(A())"
    loaded = imported_after(code)
    assert "json" in loaded
    assert not loaded & {"rich", "yaml", "tomli_w", "argparse", "tensorflow"}
