"""tfaip-predict: predicts with one bundle, or with several that vote."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model import find_stored_scenario, load_scenario_params
from tfaip.model.command import Invocation
from tfaip.predict.cli.bundle_command import run_bundle_command
from tfaip.predict.cli.inference_arguments import (
    add_inference_arguments,
    add_shard_argument,
    apply_inference_arguments,
    hidden_voter,
    params_of_vote,
)
from tfaip.predict.params import PredictorParams

__all__ = ["main"]

USAGE = """\
usage: tfaip-predict --export_dir BUNDLE [BUNDLE ...] [arguments]

Predict with the bundle in the folder BUNDLE, best/ or export/ of a run, and print each prediction in words. Several
bundles vote.

  tfaip-predict --export_dir runs/min/best
  tfaip-predict --export_dir runs/1/best runs/2/best runs/3/best --voter Majority
  tfaip-predict --export_dir BUNDLE --output predictions.csv --predict.silent
  tfaip-predict --export_dir BUNDLE --dump predictions --predict.silent
  tfaip-predict --export_dir BUNDLE --dump predictions --shard 3/16
  tfaip-predict --export_dir BUNDLE --help     all arguments: --data.*: samples, --predict.*: prediction

A bundle holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_bundle_command("tfaip-predict", USAGE, argv, _predict)


def _predict(call: Invocation) -> None:
    paths, trust = list(call.about), call.trust
    # All of them, since only here the packages are known that the user trusts.
    stored = [load_scenario_params(path, trust=trust, reading=paths) for path in paths]
    scenario = find_stored_scenario(stored[0], trust=trust, reading=paths)
    default = PredictorParams() if len(paths) == 1 else params_of_vote(scenario)
    generator = scenario.predict_generator_params()
    command_line = call.command_line("Predict with a bundle, or by a vote of several.")
    command_line.add_root("data", scenario.predict_generator_params_cls(), default=generator)
    hidden = hidden_voter(scenario, "predict") if len(paths) > 1 else []
    command_line.add_root("predict", type(default), default=default, hidden=hidden)
    add_inference_arguments(command_line, "predict")
    command_line.add_argument(
        "--dump", type=str | None, help="Folder to write the predictions to; without --shard it must be a new one"
    )
    add_shard_argument(command_line)
    command_line.add_argument(
        "--output",
        type=str | None,
        help="File to write the predictions to, a new one: .csv, .json, .jsonl, or masks/{}.png for pictures",
    )
    command_line.add_argument(
        "--output_keys", type=list[str], default=[], help="Names of the outputs that --output writes; default: all"
    )
    command_line.add_argument("--benchmark", type=bool, help="Show the time of each operation at the end")
    parsed = command_line.parse(call.words)
    apply_inference_arguments(parsed.arguments, parsed["predict"])
    from tfaip.predict.cli.prediction import predict

    predict(scenario, paths, stored, parsed)


if __name__ == "__main__":
    main()
