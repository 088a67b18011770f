"""Arguments that all commands have which run a model."""

from __future__ import annotations

from typing import Any

from tfaip.model import ScenarioBase
from tfaip.params import CommandLine
from tfaip.predict.params import InferenceParams
from tfaip.predict.voting.predictor import MultiModelPredictor

__all__ = ["add_inference_arguments", "apply_inference_arguments", "hidden_voter"]


def add_inference_arguments(command_line: CommandLine, root: str) -> None:
    """Add short forms of the arguments that most predictions set.

    Args:
        command_line: The command line.
        root: The root of the prediction's params.
    """
    command_line.add_shorthand("batch_size", f"{root}.pipeline.batch_size")
    command_line.add_argument(
        "--on_error",
        type=str | None,
        choices=["raise", "skip"],
        help="Reaction to a sample whose processing fails: --pipeline.on_bad_sample",
    )
    command_line.add_argument(
        "--run_eagerly", type=bool, help="Run the scenario's own graph uncompiled, so that breakpoints in it work"
    )


def hidden_voter(scenario: type[ScenarioBase[Any, Any]], root: str) -> list[str]:
    """Return the arguments that a command hides: the choice of a voter, where the scenario has one of its own."""
    own = getattr(scenario.multi_predictor_cls(), "create_voter", None) is not MultiModelPredictor.create_voter
    return [f"{root}.voter"] if own or "voter" in scenario.predictor_kwargs() else []


def apply_inference_arguments(arguments: Any, params: InferenceParams) -> None:
    """Write the arguments that were given into the parameters."""
    if arguments.on_error is not None:
        params.pipeline.on_bad_sample = arguments.on_error
    params.run_eagerly = params.run_eagerly or arguments.run_eagerly
