"""tfaip-train-from-params: trains with the parameters in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfaip.model import find_stored_scenario
from tfaip.model.command import (
    Invocation,
    Subject,
    blamed,
    import_tensorflow,
    log_of_client,
    log_to_console,
    run_command,
)
from tfaip.trainer.cli.scenario_command_line import named_on_the_line, require_data, require_folder
from tfaip.trainer.folder.stored_training import StoredTraining, folders_read_with

__all__ = ["main"]

USAGE = """\
usage: tfaip-train-from-params FILE [arguments]

Train with the parameters in FILE, the trainer_params.json of another run for instance; the file names the scenario.
Arguments change the parameters. The folder to write to is for you to name, as is --trainer.overwrite: the file decides
about them only where it lies in that folder.

  tfaip-train-from-params runs/min/trainer_params.json --trainer.output_dir runs/again
  tfaip-train-from-params FILE --help     all arguments, with the values of the file
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-train-from-params", USAGE, argv, _train, subjects=[Subject(reading=_folders)])


def _folders(path: str) -> list[Path]:
    return folders_read_with(path)


def _train(call: Invocation) -> None:
    (path,), trust = call.about, call.trust
    stored = StoredTraining(path, trust=trust)
    command_line = call.command_line("Train with stored parameters.")
    command_line.add_root("trainer", type(stored.params), default=stored.params)
    params = command_line.parse(call.words)["trainer"]
    log_to_console()
    stored.require_folder(params, named_on_the_line(call.words))
    scenario = find_stored_scenario(params.scenario, trust=trust, reading=_folders(path))
    log_of_client(scenario)
    require_folder(params)
    params.warmstart.require_model()
    require_data(scenario, params)
    import_tensorflow()
    with blamed():
        trainer = scenario.create_trainer(params)
    trainer.train()


if __name__ == "__main__":
    main()
