"""tfaip-resume-training: goes on with a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfaip.model import find_stored_scenario, load_stored_params
from tfaip.model.command import (
    Invocation,
    Subject,
    blamed,
    log_of_client,
    log_to_console,
    run_command,
)
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.created import created
from tfaip.pipeline.running.available_workers import prepare_workers
from tfaip.trainer import RunFolder, TrainerParams
from tfaip.trainer.cli.scenario_command_line import (
    add_training,
    named_on_the_line,
    require_data,
    require_folder,
)
from tfaip.trainer.folder.named_places import names_of_places, require_named_places

__all__ = ["main"]

USAGE = """\
usage: tfaip-resume-training RUN_DIR [arguments]

Go on with the run in RUN_DIR, which its trainer_params.json may stand for, from its newest checkpoint. Arguments change
the run's parameters:

  tfaip-resume-training runs/min --epochs 20
  tfaip-resume-training RUN_DIR --help     all arguments, with the values of the run
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-resume-training", USAGE, argv, _resume, subjects=[Subject(reading=_folder)])


def _folder(run_dir: str) -> list[Path]:
    path = Path(run_dir)
    return [path.parent if path.is_file() else path]


def _resume(call: Invocation) -> None:
    folder = RunFolder.existing(call.about[0])
    trust, reading = call.trust, [folder.path]
    stored = load_stored_params(
        TrainerParams, folder.trainer_params, trust=trust, reading=reading, scenario_at="scenario"
    )
    # The folder may have been moved since.
    stored.output_dir = folder.path
    places = names_of_places(stored)
    command_line = call.command_line("Go on with a run.")
    add_training(command_line, stored)
    params = command_line.parse(call.words)["trainer"]
    log_to_console()
    require_named_places(folder.trainer_params, places, params, named_on_the_line(call.words))
    scenario = find_stored_scenario(params.scenario, trust=trust, reading=reading)
    log_of_client(scenario)
    require_folder(params, resumes=True)
    require_data(scenario, params)
    prepare_workers(params.gen.setup.train)
    import_tensorflow()
    with blamed():
        trainer = created(scenario, "create_trainer", params)
    trainer.resume()


if __name__ == "__main__":
    main()
