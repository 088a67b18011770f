"""Makes the cases importable by name, as the workers do, and leaves the long fault tests to those who ask for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# A deadline for each example would be an assertion about the machine.
settings.register_profile("tfaip", deadline=None)
settings.load_profile("tfaip")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: kills, memory limits and long runs; run them with `-m faults`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("faults")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    from fault_tally import rows, table

    if rows:
        terminalreporter.section("counts of the faults")
        for line in table():
            terminalreporter.write_line(line)
