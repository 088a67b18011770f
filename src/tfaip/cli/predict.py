"""tfaip-predict: predicts with a bundle."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model.command import import_tensorflow, log_to_console, run_command

__all__ = ["main"]

USAGE = """\
usage: tfaip-predict --export_dir BUNDLE [arguments]

Predict with the bundle in the folder BUNDLE, best/ or export/ of a run, and print each prediction in words.

  tfaip-predict --export_dir runs/min/best
  tfaip-predict --export_dir BUNDLE --help     all arguments: --data.* is what is predicted, --predict.* how
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-predict", USAGE, argv, _predict, option="--export_dir")


def _predict(path: str, arguments: list[str]) -> None:
    from tfaip.model import find_stored_scenario, load_scenario_params
    from tfaip.params import CommandLine
    from tfaip.predict import PredictorParams

    scenario_params = load_scenario_params(path)
    scenario = find_stored_scenario(scenario_params)
    generator = scenario.default_predict_generator_params()
    command_line = CommandLine(prog=f"tfaip-predict --export_dir {path}", description="Predict with a bundle.")
    command_line.add_root("data", type(generator), default=generator)
    command_line.add_root("predict", PredictorParams)
    parsed = command_line.parse(arguments)
    log_to_console()
    import_tensorflow()
    predictor = scenario.create_predictor(path, parsed["predict"])
    model = scenario_params.model.create()
    for sample in predictor.predict(parsed["data"]):
        model.print_evaluate(sample, predictor.data)
