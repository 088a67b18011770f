"""tfaip-train-from-params: trains with the parameters in a file."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.cli.scenario_command_line import require_data, require_folder
from tfaip.model.command import import_tensorflow, log_to_console, new_command_line, run_command

__all__ = ["main"]

USAGE = """\
usage: tfaip-train-from-params FILE [arguments]

Train with the parameters in FILE, the trainer_params.json of another run for instance; the file names the scenario.
Arguments change the parameters:

  tfaip-train-from-params runs/min/trainer_params.json --trainer.output_dir runs/again
  tfaip-train-from-params FILE --help     all arguments, with the values of the file
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-train-from-params", USAGE, argv, _train)


def _train(path: str, arguments: list[str]) -> None:
    from pathlib import Path

    from tfaip.model import find_stored_scenario, load_stored_params
    from tfaip.trainer import TrainerParams

    stored = load_stored_params(TrainerParams, Path(path), scenario_at="scenario")
    command_line = new_command_line(prog=f"tfaip-train-from-params {path}", description="Train with stored parameters.")
    command_line.add_root("trainer", type(stored), default=stored)
    params = command_line.parse(arguments)["trainer"]
    log_to_console()
    scenario = find_stored_scenario(params.scenario)
    require_folder(params)
    params.warmstart.require_model()
    require_data(scenario, params)
    import_tensorflow()
    scenario.create_trainer(params).train()
