"""tfaip-benchmark-input-pipeline: measures how fast a scenario's training data comes, and which step takes the time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tfaip.cli.scenario_command_line import scenario_command_line
from tfaip.model.command import blamed, run_command

__all__ = ["main"]

USAGE = """\
usage: tfaip-benchmark-input-pipeline SCENARIO [--time_limit SECONDS] [arguments]

Read the training data of a scenario as fast as it comes, without a network, and show where the time goes. The arguments
are those of tfaip-train:

  tfaip-benchmark-input-pipeline examples.tutorial.min --train.num_processes 2
  tfaip-benchmark-input-pipeline SCENARIO --help     all arguments
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-benchmark-input-pipeline", USAGE, argv, partial(_measure, typed=argv is None))


def _measure(scenario_name: str, arguments: list[str], *, typed: bool) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from tfaip.pipeline import PipelineMode
    from tfaip.pipeline.measure import format_measurement, measure

    scenario_cls, command_line = scenario_command_line("tfaip-benchmark-input-pipeline", scenario_name, typed=typed)
    command_line.add_argument("--time_limit", type=float, default=10.0, help="Seconds to measure")
    parsed = command_line.parse(arguments)
    params = parsed["trainer"]
    with blamed():
        scenario_cls.complete_trainer_params(params)
        pipeline = scenario_cls(params.scenario).data.create_pipeline(
            PipelineMode.TRAINING, params.gen.setup.train, params.gen.train_gen(), seed=params.random_seed or 0
        )
        print(pipeline.describe(), flush=True)
        with Live(console=Console(stderr=True), transient=True) as live:
            result = measure(
                pipeline,
                time_limit=parsed.arguments.time_limit,
                progress=lambda so_far: live.update(Text(format_measurement(so_far))),
                progress_seconds=0.25,
            )
    print(format_measurement(result))
