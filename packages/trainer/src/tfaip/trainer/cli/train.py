"""tfaip-train: trains a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.model.command import (
    Invocation,
    blamed,
    log_of_client,
    log_to_console,
    run_command,
    values_of,
)
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.created import created
from tfaip.params import UserError, to_json
from tfaip.pipeline import PipelineMode
from tfaip.pipeline.early_tensorflow import EarlyTensorFlow
from tfaip.pipeline.running.available_workers import prepare_workers
from tfaip.trainer import TrainerParams
from tfaip.trainer.cli.scenario_command_line import (
    named_on_the_line,
    require_data,
    require_folder,
    scenario_command_line,
)
from tfaip.trainer.folder.stored_training import require_named_folder
from tfaip.trainer.stages.stages import TrainingStages

__all__ = ["main"]

USAGE = """\
usage: tfaip-train SCENARIO [arguments]

Train a scenario. SCENARIO is a class (package.module:Class), a module that holds one scenario, a package whose module
`scenario` does (the current folder is searched last), or the path of a file or folder (path/to/file.py:Class).

  tfaip-train SCENARIO --help            the arguments that matter most, with their defaults
  tfaip-train SCENARIO --help all        all arguments
  tfaip-train SCENARIO --help gradient   a search
  tfaip-train examples.tutorial.min --trainer.output_dir runs/min --epochs 3 --lr 0.01

The folder of the scenario's package is remembered as trusted, in tfaip/trusted.json of your configuration folder
(~/.config on Linux). From there, and from what is installed, other commands import a scenario that a run or bundle
names. For any other place they ask for --trust PACKAGE, which is remembered too.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-train", USAGE, argv, _train)


def _train(call: Invocation) -> None:
    arguments, measures_threads = _without_threads(call.words)
    early = EarlyTensorFlow()
    scenario, command_line = scenario_command_line(call, early if "--check" in arguments else None)
    command_line.add_argument(
        "--check",
        type=bool,
        help="Build and run everything once, name the first thing that is wrong, and exit; "
        "`--check threads` also finds out which number of threads is fastest",
    )
    command_line.add_argument("--show-schedule", type=bool, help="Draw the learning rate over the training, and exit")
    command_line.add_argument("--summary", type=bool, help="Show the graph, layer by layer, and exit")
    parsed = command_line.parse(arguments)
    params = parsed["trainer"]
    if parsed.arguments.show_schedule:
        _show_schedule(scenario, params)
        return
    log_to_console()
    log_of_client(scenario)
    if parsed.arguments.summary:
        scenario.complete_trainer_params(params)
    else:
        if not parsed.arguments.check:
            require_named_folder(params, values_of(["--config"], arguments)[0], named_on_the_line(arguments))
            require_folder(params)
        params.warmstart.require_model()
        require_data(scenario, params)
    if params.output_dir or parsed.arguments.check:
        to_json(params)  # refuses what no later command could read
    if parsed.arguments.check:
        _check(scenario, params, early, measure_threads=measures_threads)
        return
    if not parsed.arguments.summary:
        prepare_workers(params.gen.setup.train)
    import_tensorflow()
    if parsed.arguments.summary:
        _summarize(scenario, params)
    else:
        with blamed():
            trainer = created(scenario, "create_trainer", params)
        trainer.train()


def _without_threads(words: Sequence[str]) -> tuple[list[str], bool]:
    """The words of a line without the value of `--check threads`, and whether it was there."""
    given = [*words]
    for position, word in enumerate(given):
        if word == "--check" and given[position + 1 : position + 2] == ["threads"]:
            return [*given[: position + 1], *given[position + 2 :]], True
        if word == "--check=threads":
            return [*given[:position], "--check", *given[position + 1 :]], True
    return given, False


def _check(
    scenario: type[ScenarioBase[Any, Any]], params: TrainerParams, early: EarlyTensorFlow, *, measure_threads: bool
) -> None:
    from tfaip.trainer.cli.check_console import ConsoleStages

    with ConsoleStages() as console:
        console.begin("loading TensorFlow")
        import_tensorflow()
        from tfaip.trainer.preflight import check_scenario
        from tfaip.trainer.preflight.stages import Stage

        if findings := early.findings(scenario.__module__.partition(".")[0]):
            console.end(Stage("imports", findings, early.seconds))
        check_scenario(scenario, params, console.end, begin=console.begin, measure_threads=measure_threads)


def _summarize(scenario: type[ScenarioBase[Any, Any]], params: TrainerParams) -> None:
    from tfaip.model.summary import print_summary
    from tfaip.trainer.preflight.stages import Stages

    stages = Stages(lambda _: None)
    with stages.stage("data"):
        made = scenario(scenario.tagged(params.scenario))
        stages.know(made.data)
    with stages.stage("graph"):
        print_summary(made, params.device)


def _show_schedule(scenario: type[ScenarioBase[Any, Any]], params: TrainerParams) -> None:
    import numpy as np

    from tfaip.trainer.loop.epoch_size import EpochSize
    from tfaip.trainer.schedules.notes import changes_within_an_epoch, first_epoch_note
    from tfaip.trainer.schedules.plot import plot_schedule

    stages = TrainingStages(params)
    schedule = stages.schedule(np)
    print(plot_schedule(params.learning_rate, stages.epochs, schedule=schedule), end="")
    begin = 0
    for stage in stages if stages.are_named else ():
        epochs = stage.params.epochs
        own = type(stage.params.learning_rate).__name__.removesuffix("Params")
        counts = f"{own}, counted from its first epoch" if stage.has_own_rate else "the schedule of the run goes on"
        print(f"Stage {stage.number} ({stage.name}), epochs {begin + 1} to {begin + epochs}: {counts}.")
        begin += epochs
    notes = schedule.unfinished_phases()
    if changes_within_an_epoch(schedule):  # the data may be long to open, and needn't be there yet
        try:
            scenario.complete_trainer_params(params)
            data, gen = scenario(scenario.tagged(params.scenario)).data, params.gen
            pipeline = data.create_pipeline(PipelineMode.TRAINING, gen.setup.train, gen.training_samples())
            notes.append(first_epoch_note(schedule, EpochSize.of(params, pipeline)))
        except (UserError, OSError) as error:
            notes.append(f"The first epoch can't be looked at without its data: {error}")
    for note in filter(None, notes):
        print(f"{note}.")


if __name__ == "__main__":
    main()
