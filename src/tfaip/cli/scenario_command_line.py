"""The command line of commands that take a scenario and the parameters of its training."""

from __future__ import annotations

from typing import Any

from tfaip.model import ScenarioBase, find_scenario
from tfaip.model.command import new_command_line
from tfaip.params import CommandLine

__all__ = ["scenario_command_line"]


def scenario_command_line(command: str, name: str) -> tuple[type[ScenarioBase[Any, Any]], CommandLine]:
    """Return the scenario that goes by `name`, and a command line with the root `trainer` of its defaults."""
    scenario = find_scenario(name)
    default = scenario.default_trainer_params()
    command_line = new_command_line(prog=f"{command} {name}", description=scenario.__doc__ or "")
    command_line.add_root("trainer", type(default), default=default)
    return scenario, command_line
