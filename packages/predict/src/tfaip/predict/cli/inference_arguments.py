"""Arguments that all commands have which run a model."""

from __future__ import annotations

import inspect
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.params import CommandLine
from tfaip.predict.dump.part import Part
from tfaip.predict.errors import PredictionError
from tfaip.predict.params import InferenceParams
from tfaip.predict.voting.params import MultiModelPredictorParams

__all__ = [
    "add_inference_arguments",
    "add_shard_argument",
    "apply_inference_arguments",
    "hidden_voter",
    "named_part",
    "params_of_vote",
]


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


def add_shard_argument(command_line: CommandLine) -> None:
    """Add the argument that names a part of the input."""
    command_line.add_argument(
        "--shard",
        type=str | None,
        help="Part of the input to predict, as in 3/16 (counted from 0), into a folder in that of --dump; a part that "
        "was interrupted goes on where it stopped",
    )


def named_part(arguments: Any) -> Part | None:
    """Return the part that the arguments name; None for the whole input.

    Raises:
        PredictionError: It is no part, or has no dump, or the predictions shall go to files that have no parts.
    """
    if arguments.shard is None:
        return None
    part = Part.parse(arguments.shard)
    if not arguments.dump:
        raise PredictionError(f"--shard {part} must have a folder for all parts: add --dump FOLDER")
    if getattr(arguments, "output", None):
        raise PredictionError(
            f"--output must hold all samples, and --shard {part} predicts some of them: leave --output out; "
            "docs/howtos/predictions_as_files.md makes a file of all parts"
        )
    return part


def hidden_voter(scenario: type[ScenarioBase[Any, Any]], root: str) -> list[str]:
    """Return the arguments that a command hides: the choice of a voter, where the scenario has one of its own."""
    if "voter" in scenario.predictor_kwargs():
        return [f"{root}.voter"]
    if _votes_by_default(scenario):
        return []
    from tfaip.predict.voting.predictor import MultiModelPredictor

    own = getattr(scenario.multi_predictor_cls(), "create_voter", None) is not MultiModelPredictor.create_voter
    return [f"{root}.voter"] if own else []


def params_of_vote(scenario: type[ScenarioBase[Any, Any]]) -> MultiModelPredictorParams:
    """Return the parameters that a vote starts from."""
    if _votes_by_default(scenario):
        return MultiModelPredictorParams()
    params: MultiModelPredictorParams = scenario.multi_predictor_cls().default_params()
    return params


def _votes_by_default(scenario: type[ScenarioBase[Any, Any]]) -> bool:
    """Whether the scenario names no predictor of its own for votes; ours would load NumPy on the way to help."""
    return inspect.getattr_static(scenario, "multi_predictor_cls") is vars(ScenarioBase)["multi_predictor_cls"]


def apply_inference_arguments(arguments: Any, params: InferenceParams) -> None:
    """Write the arguments that were given into the parameters."""
    if arguments.on_error is not None:
        params.pipeline.on_bad_sample = arguments.on_error
    params.run_eagerly = params.run_eagerly or arguments.run_eagerly
