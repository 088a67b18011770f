"""tfaip-train-from-params: trains with the parameters in a file."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from tfaip.model import find_stored_scenario
from tfaip.model.command import (
    Invocation,
    Subject,
    blamed,
    log_of_client,
    log_to_console,
    run_command,
    values_of,
)
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.created import created
from tfaip.params import LoadError, ParamsError, ParamsWarning
from tfaip.pipeline.running.available_workers import prepare_workers
from tfaip.trainer.cli.scenario_command_line import (
    add_training,
    named_on_the_line,
    require_data,
    require_folder,
)
from tfaip.trainer.folder.stored_training import StoredTraining, folders_read_with

__all__ = ["main"]

logger = logging.getLogger(__name__)

LENIENT = "--lenient"

USAGE = """\
usage: tfaip-train-from-params FILE [arguments]

Train with the parameters in FILE, the trainer_params.json of another run for instance; the file names the scenario.
Arguments change the parameters. The folder to write to is for you to name, as is --trainer.overwrite: the file decides
about them only where it lies in that folder.

  tfaip-train-from-params runs/min/trainer_params.json --trainer.output_dir runs/again
  tfaip-train-from-params old/trainer_params.json --lenient --trainer.output_dir runs/moved    a file of tfaip 1.2
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


def _read(path: str, trust: Sequence[str], *, lenient: bool) -> tuple[StoredTraining, list[str]]:
    """The parameters in a file, and the keys that were left out."""
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ParamsWarning)
            stored = StoredTraining(path, trust=trust, strict=not lenient)
    except LoadError as error:
        if lenient or any("trust" in hint for mistake in error.mistakes for hint in mistake.hints):
            raise
        raise ParamsError(f"{error}\n{LENIENT} leaves out what is unknown today, and says so") from error
    return stored, [str(found.message) for found in warned if issubclass(found.category, ParamsWarning)]


def _train(call: Invocation) -> None:
    (path,), trust = call.about, call.trust
    stored, left_out = _read(path, trust, lenient=values_of([LENIENT], call.words)[1] != call.words)
    command_line = call.command_line("Train with stored parameters.")
    add_training(command_line, stored.params)
    command_line.add_argument(
        LENIENT,
        type=bool,
        help="Leave out keys of the file that are unknown today, and name them; for tfaip 1.2",
    )
    params = command_line.parse(call.words)["trainer"]
    log_to_console()
    for text in left_out:
        logger.warning("%s", text)
    stored.require_folder(params, named_on_the_line(call.words))
    scenario = find_stored_scenario(params.scenario, trust=trust, reading=_folders(path))
    log_of_client(scenario)
    require_folder(params)
    params.warmstart.require_model()
    require_data(scenario, params)
    prepare_workers(params.gen.setup.train)
    import_tensorflow()
    with blamed():
        trainer = created(scenario, "create_trainer", params)
    trainer.train()


if __name__ == "__main__":
    main()
