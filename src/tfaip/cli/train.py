"""tfaip-train: trains a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.cli.scenario_command_line import scenario_command_line
from tfaip.model.command import import_tensorflow, log_to_console, run_command

__all__ = ["main"]

USAGE = """\
usage: tfaip-train SCENARIO [arguments]

Train a scenario. SCENARIO is a class (package.module:Class), a module that holds one scenario, a package whose module
`scenario` does (the current folder is searched first), or a file (path/to/file.py, path/to/file.py:Class).

  tfaip-train SCENARIO --help     all arguments of the scenario, with their defaults
  tfaip-train examples.tutorial.min --trainer.output_dir runs/min
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-train", USAGE, argv, _train)


def _train(scenario_name: str, arguments: list[str]) -> None:
    scenario, command_line = scenario_command_line("tfaip-train", scenario_name)
    command_line.add_argument(
        "--check", type=bool, help="Build and run everything once, name the first thing that is wrong, and exit"
    )
    command_line.add_argument("--show-schedule", type=bool, help="Draw the learning rate over the training, and exit")
    command_line.add_argument("--summary", type=bool, help="Show the graph, layer by layer, and exit")
    parsed = command_line.parse(arguments)
    params = parsed["trainer"]
    if parsed.arguments.show_schedule:
        from tfaip.trainer.schedules.plot import plot_schedule

        print(plot_schedule(params.learning_rate, params.epochs), end="")
        return
    log_to_console()
    trains = not (parsed.arguments.check or parsed.arguments.summary)
    # Before seconds go by. Of several machines only one writes, and the others may find what it has just written.
    if trains and params.output_dir and params.device.dist_strategy != "multi_worker":
        from tfaip.trainer import RunFolder

        RunFolder(params.output_dir).require_no_run(overwrite=params.overwrite)
    scenario.complete_trainer_params(params)
    if params.output_dir or parsed.arguments.check:
        from tfaip.params import to_json

        to_json(params)  # refuses what no later command could read
    import_tensorflow()
    if parsed.arguments.check:
        from tfaip.trainer.preflight import check_scenario
        from tfaip.trainer.preflight.console import show_stage

        check_scenario(scenario, params, show_stage)
    elif parsed.arguments.summary:
        from tfaip.model.summary import print_summary

        print_summary(scenario(scenario.tagged(params.scenario)), params.device)
    else:
        scenario.create_trainer(params).train()
