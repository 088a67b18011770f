"""Runs pytest, and names the tests that take longer than their budget: `python .ci/run_tests.py ...`.

Two seconds of the test itself, without its fixtures, are the budget. A test that is marked by `takes_long` may take
more, where a promise can't be shown in less: another process with TensorFlow, a kill, a real time-out. A machine that
is busy is no mistake of a test, so that nothing fails.
"""

from __future__ import annotations

import sys

import pytest

BUDGET = 2.0
"""Seconds."""


class Budget:
    """A plugin that compares the time of each test with the budget; it works in pytest-xdist's first process alone."""

    def __init__(self) -> None:
        self.exceeded: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that took longer."""
        if report.when == "call" and report.duration > BUDGET and "takes_long" not in report.keywords:
            self.exceeded[report.nodeid] = report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the tests, the slowest first."""
        if not self.exceeded:
            return
        terminalreporter.section(f"tests over their budget of {BUDGET:g} s")
        for test, seconds in sorted(self.exceeded.items(), key=lambda each: -each[1]):
            terminalreporter.line(f"{seconds:6.1f} s  {test}")


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    sys.exit(pytest.main(sys.argv[1:], plugins=[Budget()]))
