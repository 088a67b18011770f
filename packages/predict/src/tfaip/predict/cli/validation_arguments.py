"""The arguments of tfaip-lav and tfaip-multi-lav."""

from __future__ import annotations

from typing import Any

from tfaip.model import ScenarioBase, find_stored_scenario, load_scenario_params
from tfaip.model.command import Invocation
from tfaip.predict.cli.inference_arguments import (
    add_inference_arguments,
    add_shard_argument,
    apply_inference_arguments,
    hidden_voter,
    params_of_vote,
)
from tfaip.predict.lav.params import MultiLAVParams
from tfaip.predict.params import LAVParams

__all__ = ["read_and_validate"]


def read_and_validate(call: Invocation, *, votes: bool) -> None:
    """Validate a bundle, or the vote of several.

    Args:
        call: The command, with its bundles.
        votes: Whether there is a vote.
    """
    paths, trust = list(call.about), call.trust
    # All of them, since only here the packages are known that the user trusts.
    stored = [load_scenario_params(path, trust=trust, reading=paths) for path in paths]
    scenario = find_stored_scenario(stored[0], trust=trust, reading=paths)
    default = _params_of_vote(scenario) if votes else LAVParams()
    command_line = call.command_line("Load and validate a bundle, or the vote of several.")
    command_line.add_root("data", scenario.predict_generator_params_cls(), default=scenario.predict_generator_params())
    command_line.add_root("lav", type(default), default=default, hidden=hidden_voter(scenario, "lav") if votes else [])
    add_inference_arguments(command_line, "lav")
    command_line.add_argument("--json", type=str | None, help="File to write the results to; -: the standard output")
    command_line.add_argument("--tensorboard", type=str | None, help="Folder to write the results to, for TensorBoard")
    command_line.add_argument(
        "--dump", type=str | None, help="Folder to write predictions and targets to, one dump for each data set"
    )
    add_shard_argument(command_line)
    parsed = command_line.parse(call.words)
    apply_inference_arguments(parsed.arguments, parsed["lav"])
    from tfaip.predict.cli.validation import validate

    validate(scenario, paths, stored, parsed, votes=votes)


def _params_of_vote(scenario: type[ScenarioBase[Any, Any]]) -> LAVParams:
    return MultiLAVParams(voter=params_of_vote(scenario).voter)
