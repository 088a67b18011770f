"""tfaip-benchmark-input-pipeline: measures how fast a scenario's training data comes, and which step takes the time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tfaip.model.command import Invocation, blamed, run_command
from tfaip.pipeline import PipelineMode
from tfaip.trainer.cli.scenario_command_line import scenario_command_line

__all__ = ["main"]

# Samples that processors are adapted to: the speed does not depend on the values.
ADAPTED = 1000

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
    run_command("tfaip-benchmark-input-pipeline", USAGE, argv, _measure)


def _measure(call: Invocation) -> None:
    scenario_cls, command_line = scenario_command_line(call)
    command_line.add_argument("--time_limit", type=float, default=10.0, help="Seconds to measure")
    parsed = command_line.parse(call.words)
    from rich.live import Live
    from rich.text import Text

    from tfaip.params.table_console import open_console
    from tfaip.pipeline import adapt_processors
    from tfaip.pipeline.measure import format_measurement, measure

    params = parsed["trainer"]
    with blamed(), TemporaryDirectory() as folder:
        scenario_cls.complete_trainer_params(params)
        data, samples = scenario_cls(params.scenario).data, params.gen.training_samples()
        adapt_processors(data, samples, Path(folder), limit=ADAPTED)
        pipeline = data.create_pipeline(
            PipelineMode.TRAINING, params.gen.setup.train, samples, seed=params.random_seed or 0
        )
        print(pipeline.describe(), flush=True)
        with Live(console=open_console(stderr=True), transient=True) as live:
            result = measure(
                pipeline,
                time_limit=parsed.arguments.time_limit,
                progress=lambda so_far: live.update(Text(format_measurement(so_far))),
                progress_seconds=0.25,
            )
    print(format_measurement(result))


if __name__ == "__main__":
    main()
